"""Chinese words that a small model has seldom read, and their English (rare_words_zh_en.tsv, by corpora/rare_words.py).

Nouns, written by hand, that training text has sixty times at most. Written into the source they are copied as names are
(`spelling`); where a model knows a word or its synonym, it is not asked again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from postedit.known_names import Spelling, plain, rows_digest, rows_of

_TABLE = "rare_words_zh_en.tsv"
LONGEST = 9  # characters of the longest word in the table
# Endings of plurals and what stands in their place, the first that fits; singulars that end alike change with them
# (tie and ties become ty, house and houses hous): what counts is that both are the same.
_ENDINGS = (
    ("people", "person"), ("children", "child"), ("men", "man"), ("feet", "foot"), ("teeth", "tooth"),
    ("mice", "mouse"), ("ies", "y"), ("ie", "y"), ("ves", "f"), ("ve", "f"), ("fe", "f"), ("oes", "o"), ("oe", "o"),
    ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("che", "ch"), ("shes", "sh"), ("sses", "s"), ("ses", "s"), ("se", "s"),
    ("ss", "s"), ("us", "us"), ("is", ""), ("s", ""),
)  # fmt: skip

Table = Mapping[str, tuple[str, ...]]  # of each word what is written into a source, and what else says as much


@dataclass(frozen=True, slots=True)
class RareWord(Spelling):
    """A word at a place of the source, the English that is written there, and what says as much."""

    also: tuple[str, ...] = ()

    def is_in(self, text: str) -> bool:
        """Whether the text says the word, in the singular or the plural.

        >>> word = RareWord(0, 2, "township", also=("town and village",))
        >>> [word.is_in(text) for text in ("its Townships", "towns and villages", "its town")]
        [True, True, False]
        """
        return any(_says(text, one) for one in (self.english, *self.also))


def find_rare_words(
    source: str, words: Sequence[tuple[int, int, str]], taken: frozenset[int], table: Table | None = None
) -> Iterator[RareWord]:
    """The longest words of the table between two ends of a tagger's `words`, where nothing is `taken`, in order.

    >>> from postedit.known_names import tagged
    >>> [one.english for one in find_rare_words("农民工返乡", tagged("农民工返乡"), frozenset())]
    ['migrant worker']
    """
    table, behind = rare_words() if table is None else table, 0
    ends = [end for _, end, _ in words]
    for number, (start, _, _) in enumerate(words):
        if start < behind:
            continue
        for end in reversed([one for one in ends[number : number + LONGEST] if one <= start + LONGEST]):
            forms = table.get(source[start:end])
            if forms and taken.isdisjoint(range(start, end)):
                yield RareWord(start, end, forms[0], also=forms[1:])
                behind = end
                break


def forms_of(rows: Mapping[str, str]) -> Table:
    """The table that rows make; a bar parts what says the same.

    >>> forms_of({"农民工": "migrant worker|rural worker"})
    {'农民工': ('migrant worker', 'rural worker')}
    """
    return {chinese: tuple(english.split("|")) for chinese, english in rows.items()}


@cache
def rare_words() -> Table:
    """The table that ships."""
    return forms_of(_rows())


@cache
def rare_words_digest() -> str:
    """For the run signature: another table makes other texts."""
    return rows_digest(_rows())


@cache
def _rows() -> dict[str, str]:
    return rows_of(files("postedit").joinpath(_TABLE).read_text("utf-8"))


def _says(text: str, form: str) -> bool:
    """Whether a text has the form; what itself looks like a plural (customs, news) only as it stands."""
    words = plain(form)
    if words.endswith("s") and not words.endswith(("ss", "us", "is")):
        return f" {words} " in f" {plain(text)} "
    return _singular(form) in _singular(text)


@lru_cache(maxsize=8192)
def _singular(text: str) -> str:
    """The words of a text in small letters without a plural's ending, between spaces."""
    return f" {' '.join(map(_without_plural, plain(text).split()))} "


@lru_cache(maxsize=65536)
def _without_plural(word: str) -> str:
    """What a word and its plural have in common.

    >>> [_without_plural(word) for word in ("knives", "viruses", "crises", "heroes", "fishermen", "houses", "as")]
    ['knif', 'virus', 'cris', 'hero', 'fisherman', 'hous', 'as']
    """
    if len(word) < 3:
        return word
    fits = ((ending, instead) for ending, instead in _ENDINGS if word.endswith(ending))
    ending, instead = next(fits, ("", ""))
    return word.removesuffix(ending) + instead
