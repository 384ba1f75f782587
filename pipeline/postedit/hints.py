"""What is written into a Chinese source in English, so that a small model copies it: names, numbers, rare words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from postedit.known_names import Spelling, tagged
from postedit.large_numbers import LargeNumber, large_numbers
from postedit.rare_words import RareWord, find_rare_words
from postedit.repairs.chinese_names import HAN


@dataclass(frozen=True, slots=True)
class Hints:
    """What English has for words of a source."""

    names: tuple[Spelling, ...] = ()
    numbers: tuple[LargeNumber, ...] = ()
    words: tuple[RareWord, ...] = ()

    @property
    def every(self) -> tuple[Spelling, ...]:
        """All of them in the order of the source."""
        return tuple(sorted((*self.names, *self.numbers, *self.words), key=lambda one: one.start))


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
    counted = tuple(one for one in large_numbers(source) if taken.isdisjoint(range(one.start, one.end)))
    return Hints(tuple(names), counted, tuple(find_rare_words(source, tagged(source), taken | _places(counted))))


def says_more(told: Sequence[Spelling], answers: Sequence[str], first: Sequence[str]) -> bool:
    """Whether these answers say more of what was told than the first ones did, and no fewer names and numbers.

    >>> told = hints("赣州市有农民工", [Spelling(0, 2, "Ganzhou")]).every
    >>> [says_more(told, [text], ["In Ganzhou."]) for text in ("Migrant workers.", "Ganzhou's migrant workers.")]
    [False, True]
    """
    certain = [one for one in told if not isinstance(one, RareWord)]
    return _said(told, answers) > _said(told, first) and _said(certain, answers) >= _said(certain, first)


def _said(told: Sequence[Spelling], answers: Sequence[str]) -> float:
    """How much of it an answer says, on average."""
    return sum(one.is_in(text) for one in told for text in answers) / max(1, len(answers))


def _places(found: Iterable[Spelling]) -> frozenset[int]:
    return frozenset(place for one in found for place in range(one.start, one.end))
