"""What is written into a Chinese source in English, so that a small model copies it: names, numbers, rare words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from postedit.amounts import Amount, amounts
from postedit.known_names import Spelling, tagged
from postedit.rare_words import RareWord, find_rare_words
from postedit.repairs.chinese_names import HAN


@dataclass(frozen=True, slots=True)
class Hints:
    """What English has for words of a source."""

    names: tuple[Spelling, ...] = ()
    amounts: tuple[Amount, ...] = ()
    words: tuple[RareWord, ...] = ()

    @property
    def every(self) -> tuple[Spelling, ...]:
        """All of them in the order of the source."""
        return tuple(sorted((*self.names, *self.amounts, *self.words), key=lambda one: one.start))


def hints(source: str, names: Sequence[Spelling]) -> Hints:
    """The names, and the numbers and rare words of the source that stand elsewhere.

    >>> from postedit.spelling import spellings
    >>> source = "赣州市有农民工120万人"
    >>> [one.english for one in hints(source, spellings(source)).every]
    ['Ganzhou', 'migrant worker', '1.2 million']
    """
    if not HAN.search(source):
        return Hints(tuple(names))
    taken = _places(names)
    counted = tuple(one for one in amounts(source) if taken.isdisjoint(range(one.start, one.end)))
    return Hints(tuple(names), counted, tuple(find_rare_words(source, tagged(source), taken | _places(counted))))


def _places(found: Iterable[Spelling]) -> frozenset[int]:
    return frozenset(place for one in found for place in range(one.start, one.end))
