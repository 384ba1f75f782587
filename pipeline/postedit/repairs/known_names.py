"""A repair that needs the source: names that a table has (`postedit.known_names`), which weak engines spell by ear.

Of such words in the drafts of three rough engines, 1,000 lines a set, it mends what the reference has and leaves nearly
all that it has otherwise alone; models/README.md has the counts.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache

from rapidfuzz.distance import Levenshtein

from postedit.known_names import Spelling, listed, names_table, plain, sound, tagged
from postedit.repairs.chinese_names import HAN
from postedit.repairs.words import word_set

_BEFORE, _WORD, _BEHIND = r"(?<![\w'’-])", r"[A-Z][^\W\d_]+", r"(?![\w-]|['’](?!s\b))"
_WORDS = re.compile(f"{_BEFORE}(?=(?P<two>{_WORD} {_WORD}{_BEHIND}))?(?P<one>{_WORD}){_BEHIND}")
_LEAST_LETTERS = 5  # of a name; of what is meant for it one less
# How near the letters must be, and where the consonants are the same. See models/README.md for what these do.
_NEAR = 0.6
_NEAR_IF_ALIKE = 0.5
_NEAR_IF_TWO = 0.75  # two words for one: Lu Liang
# What a country's name ends in when its people or its language are meant.
_PEOPLE = re.compile(r"(?:ese|ians?|ans?|ish|ic?|is|ers?|s?m[ae]n|s)$")
# Given names and surnames that several bearers write in several ways: any may be right.
_SEVERAL = word_set(
    "allen anderson andrew barnett caroline catherine christina daniel dennis eleanor elizabeth frank garry hardy "
    "harris hillary ismail jeffrey johnson katherine kelly louis lucas margaret marie martin michael michel "
    "mickelson mohamad mohammed mueller natalie nicholas nicole oneal oneill peterson philip rachel rebecca "
    "robinson sarah sergei seville sophie stephen steven stewart teresa theresa thomas victor vincent wayne william "
    "wright"
)


def spell_names_like_the_source(text: str, source: str, terms: Collection[Spelling] = ()) -> str:
    """The names of foreign people and of places, written as they are known to be.

    >>> spell_names_like_the_source("Mr Markron flew from Sining to Cazan.", "马克龙从西宁飞往喀山。")
    'Mr Macron flew from Xining to Kazan.'
    >>> spell_names_like_the_source("The Scottish team met Mr Gary Smith.", "苏格兰队会见了盖瑞·史密斯。")
    'The Scottish team met Mr Gary Smith.'

    Only what stands for a name that the text does not say, with a capital, in letters that are near to it, and is no
    other name that is known. `terms` are a user's own: those of one word are told as the table's are.
    """
    if not HAN.search(source) or not (words := {*_words(text)}):
        return text
    names = [*_names_of(source), *(one for one in terms if _can_be_told(one.english))]
    lacking = {one.english for one in names if not one.is_in(text)}
    found = [(_nearness(word, name), word, name) for name in lacking for word in words]
    done = set[str]()
    for near, word, name in sorted(found, reverse=True):
        if near and done.isdisjoint([name, *word.split()]):
            done |= {name, *word.split()}
            text = re.sub(_BEFORE + word + _BEHIND, name, text)
    return text


def _words(text: str) -> Iterator[str]:
    """Words with a capital, and two of them in a row, that may stand for a name."""
    for match in _WORDS.finditer(text):
        yield from (
            words
            for words in match.group("one", "two")
            if words and not words.isupper() and not _known_words().issuperset(plain(words).split())
        )


@lru_cache(maxsize=256)
def _names_of(source: str) -> tuple[Spelling, ...]:
    """The names of a source that can be told; it is asked for each of a segment's candidates."""
    return tuple(one for one in listed(source, tagged(source)) if _can_be_told(one.english))


def _can_be_told(name: str) -> bool:
    """One word that is long enough, and that nobody else writes in another way."""
    letters = plain(name)
    return len(letters) >= _LEAST_LETTERS and letters.isalpha() and letters not in _SEVERAL and name[0].isupper()


@cache
def _known_words() -> frozenset[str]:
    return frozenset(word for name in names_table().values() for word in plain(name).split())


def _nearness(words: str, name: str) -> float:
    """How near words are to a name, of 0 to 1; 0 for what is not near enough, or a part of it, or its people."""
    name, letters = plain(name), plain(words).replace(" ", "")
    stems = [_PEOPLE.sub("", one) for one in (letters, plain(words).split()[0])]
    part = name.endswith(letters) or any(len(stem) > 2 and name.startswith(stem) for stem in stems)
    if len(letters) < _LEAST_LETTERS - 1 or (part and letters != name):
        return 0.0
    least = _NEAR_IF_TWO if " " in words else _NEAR_IF_ALIKE if sound(letters) == sound(name) else _NEAR
    near = Levenshtein.normalized_similarity(letters, name)
    return near if near >= least else 0.0
