"""A repair that needs the source: names that a table has (`postedit.known_names`), which weak engines spell by ear.

What it changed in drafts of wmt20 is what the reference says, 133 times of 138, and never what the reference has
otherwise; models/README.md has the counts.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from postedit.known_names import Spelling, listed, names_table, plain, sound, tagged
from postedit.repairs.chinese_names import HAN, people_in
from postedit.repairs.words import word_set
from postedit.romanization import pinyin_of, surname_readings

_BEFORE, _WORD, _BEHIND = r"(?<![\w'’@#/.\\-])", r"[A-Z][^\W\d_]+", r"(?![\w@/\\-]|\.\w|['’](?!s\b))"
_WORDS = re.compile(f"{_BEFORE}(?=(?P<two>{_WORD} {_WORD}{_BEHIND}))?(?P<one>{_WORD}){_BEHIND}")
_WORD_BEFORE = re.compile(r"[A-Z]\w*(?= $)")
_ENGLISH = "words_en.txt"  # words that are near to a name of the table and something else, by corpora/spellings.py
_LEAST_LETTERS = 5  # of a name; of what is meant for it one less
# How near the letters must be, and where the consonants are the same. See models/README.md for what these do.
_NEAR = 0.6
NEAR_IF_ALIKE = 0.5
_NEAR_IF_TWO = 0.85  # two words for one: Lu Liang
# What a country's name ends in when its people or its language are meant.
_PEOPLE = re.compile(r"(?:ese|ians?|ans?|ish|ic?|is|ers?|s?m[ae]n|s)$")
# What a term that a model copied from a source may stick to.
_STICKS = r"\b(of|in|the|and|to|from|at|that|with|for|by|on|as|a|an)"
# Given names and surnames that several bearers write in several ways: any may be right.
_SEVERAL = word_set(
    "allen anderson andrew barnett caroline catherine christina daniel dennis eleanor elizabeth frank garry hardy "
    "harris hillary ismail jeffrey johnson katherine kelly louis lucas margaret marie martin michael michel "
    "mickelson mohamad mohammed mueller natalie nicholas nicole oneal oneill peterson philip rachel rebecca "
    "robinson sarah sergei seville sophie stephen steven stewart teresa theresa thomas victor vincent wayne william "
    "wright"
)


def spell_names_like_the_source(text: str, source: str, terms: Sequence[Spelling] = ()) -> str:
    """The names of foreign people and of places, written as they are known to be.

    >>> spell_names_like_the_source("Mr Markron flew from Sining to Cazan.", "马克龙从西宁飞往喀山。")
    'Mr Macron flew from Xining to Kazan.'
    >>> spell_names_like_the_source("When he met the Scottish team, Mr Gary Smith spoke.", "盖瑞在武汉会见苏格兰队。")
    'When he met the Scottish team, Mr Gary Smith spoke.'

    Only the word that is nearest to a name which the text does not say, with a capital, and is nothing else: no word of
    English, no other name, nothing that the source says in its own letters or in pinyin. `terms` are settled: they
    take the place of what the table says, those of one word are told as its names are, and a user's own are written
    as the user writes them.
    """
    if not HAN.search(source):
        return text
    for one in terms:
        if one.own:
            text = _as_settled(text, one, names_table().get(source[one.start : one.end], ""))
    told = _told_by(source)
    settled = {place: plain(one.english).split() for one in terms for place in range(one.start, one.end)}
    if not (words := {*_words(text, told, frozenset().union(*settled.values()))}):
        return text
    names = [one for one in told.names if one.start not in settled or plain(one.english) in settled[one.start]]
    names += [one for one in terms if can_be_told(one.english)]
    lacking = {one.english for one in names if not one.is_in(text)}
    found = [(nearness(word, name), word, name) for name in lacking for word in words if told.allows(word, name)]
    done = set[str]()
    for near, word, name in sorted(found, reverse=True):
        if near and done.isdisjoint([name, *word.split()]):
            done |= {name, *word.split()}
            text = _put(text, word, name)
    return text


def _as_settled(text: str, term: Spelling, known: str) -> str:
    """The text with a term as its user writes it: in the place of what the table says, in its letters, on its own.

    >>> _as_settled("The area ofrice-crab co culture grew.", Spelling(0, 1, "rice-crab co-culture"), "")
    'The area of rice-crab co-culture grew.'
    """
    english = term.english
    words = "[ -]".join(map(re.escape, re.split("[ -]", english)))

    def written(match: re.Match[str]) -> str:
        begins = english == english.lower() and match[0][0].isupper()
        return match[0] if match[0].isupper() else english[0].upper() + english[1:] if begins else english

    if re.search("[A-Z -]", english):
        text = re.sub(rf"{_STICKS}(?={words}(?!\w))", r"\1 ", text, flags=re.IGNORECASE)
    text = re.sub(_BEFORE + words + _BEHIND, written, text, flags=re.IGNORECASE)
    if not known or term.is_in(text):
        return text
    return _put(text, known, english, first=plain(known) in plain(english).split())


def _put(text: str, word: str, name: str, *, first: bool = False) -> str:
    """The text with a name in the place of a word, every time or the `first` time."""
    return name.join(re.split(_BEFORE + re.escape(word) + _BEHIND, text, maxsplit=int(first)))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a source tells of names."""

    source: str
    names: tuple[Spelling, ...]  # that can be told
    letters: str  # how it is read
    surnames: frozenset[str]  # of people who may be in it

    def has_in_part(self, word: str) -> bool:
        """Whether a word is of one name alone, two of whose characters stand here: Mr Yanai is 柳井."""
        chinese = _only_in().get(word, "")
        return any(one + other in self.source for one, other in pairwise(chinese))

    def allows(self, words: str, name: str) -> bool:
        """Whether words may stand for a name: not where they are how something in the source is read."""
        letters = plain(words).replace(" ", "")
        return letters == plain(name) or letters not in self.letters


@lru_cache(maxsize=1024)
def _told_by(source: str) -> _Told:
    """It is asked for each of a segment's candidates."""
    people = {one.surname for one in people_in(source) if one.likely}
    return _Told(
        source,
        tuple(one for one in listed(source, tagged(source)) if can_be_told(one.english)),
        "".join(pinyin_of(source)).lower(),
        frozenset("".join(reading) for surname in people for reading in surname_readings(surname)),
    )


def _words(text: str, told: _Told, settled: Collection[str]) -> Iterator[str]:
    """Words with a capital, and two of them in a row, that may stand for a name; those of terms, `settled`, do not."""
    for match in _WORDS.finditer(text):
        before = _WORD_BEFORE.search(text, 0, match.start())
        if before and plain(before[0]) in told.surnames:
            continue
        if not match["one"].isupper():
            word = plain(match["one"])
            known = word in _known_words() or word in settled or told.has_in_part(word)
            yield from [match["one"]] if not known else []
            yield from [match["two"]] if match["two"] else []


def can_be_told(name: str) -> bool:
    """One word that is long enough, and that nobody else writes in another way."""
    letters = plain(name)
    return len(letters) >= _LEAST_LETTERS and letters.isalpha() and letters not in _SEVERAL and name[0].isupper()


@cache
def _known_words() -> frozenset[str]:
    english = files("postedit").joinpath(_ENGLISH).read_text("utf-8").split()
    return _words_of_table() | frozenset(english)


@cache
def _words_of_table() -> frozenset[str]:
    return words_of(names_table().values())


@cache
def _only_in() -> dict[str, str]:
    """Words of the table's names that are not known by themselves, and the Chinese of the name that has each."""
    known = _words_of_table()
    parts = ((word, chinese) for chinese, name in names_table().items() for word in plain(name).split())
    return {word: chinese for word, chinese in parts if word not in known}


def words_of(names: Iterable[str]) -> frozenset[str]:
    """The words of names that are no misspelling of another: a whole name, or a part of several.

    >>> sorted(words_of(["Tadashi Yanai", "Guangzhou", "San Jose", "San Marino"]))
    ['guangzhou', 'san']
    """
    parts = [plain(name).split() for name in {*names}]
    often = Counter(word for words in parts for word in {*words})
    alone = {words[0] for words in parts if len(words) == 1}
    return frozenset(alone | {word for word, count in often.items() if count > 1})


def nearness(words: str, name: str) -> float:
    """How near words are to a name, of 0 to 1; 0 for what is not near enough, or a part of it, or its people."""
    name, letters = plain(name), plain(words).replace(" ", "")
    stems = [_PEOPLE.sub("", one) for one in (letters, plain(words).split()[0])]
    part = name.endswith(letters) or any(len(stem) > 2 and name.startswith(stem) for stem in stems)
    if len(letters) < _LEAST_LETTERS - 1 or (letters != name and (part or letters.startswith(name))):
        return 0.0
    least = _NEAR_IF_TWO if " " in words else NEAR_IF_ALIKE if sound(letters) == sound(name) else _NEAR
    near = Levenshtein.normalized_similarity(letters, name)
    return near if near >= least else 0.0
