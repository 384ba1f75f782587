"""Chinese words that a small model has seldom read, and their English (rare_words_zh_en.tsv, by corpora/rare_words.py).

Nouns mostly, and some set phrases, written by hand: what training text has sixty times at most. Written into the
source they are copied as names are (`spelling`); where a model knows a word or its synonym, it is not asked again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from postedit.known_names import Spelling, plain, rows_digest, rows_of

_TABLE = "rare_words_zh_en.tsv"
_LONGEST = 12  # characters of the longest word in the table
_PLURALS = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("ss", "ss"), ("s", ""))

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
        said = _singular(text)
        return any(_singular(one) in said for one in (self.english, *self.also))


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
        for end in reversed([one for one in ends[number : number + _LONGEST] if one <= start + _LONGEST]):
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
    return forms_of(rows_of(_read()))


@cache
def rare_words_digest() -> str:
    """For the run signature: another table makes other texts."""
    return rows_digest(rows_of(_read()))


def _read() -> str:
    return files("postedit").joinpath(_TABLE).read_text("utf-8")


@lru_cache(maxsize=8192)
def _singular(text: str) -> str:
    """The words of a text in small letters without a plural's ending, between spaces."""
    return f" {' '.join(map(_without_plural, plain(text).split()))} "


def _without_plural(word: str) -> str:
    ending, instead = next(((one, other) for one, other in _PLURALS if word.endswith(one)), ("", ""))
    return word[: len(word) - len(ending)] + instead if len(word) > len(ending) + 1 else word
