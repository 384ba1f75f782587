"""Numbers that a source counts in 万 and 亿, as English writes them.

A small model gets half of these wrong (3,292,900 for 329.29万 becomes 32.2929 million); what stands in the source in
figures and English words it copies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from postedit.known_names import Spelling
from postedit.quantities import quantities
from postedit.repairs.amounts import in_figures

_SCALES = frozenset("万亿")
_ABOUT = frozenset("多余")  # 5700多万: more than 57 million, which the model knows behind the number, too
_LEAST = 1000  # what is less is 0.05万 of something


@dataclass(frozen=True, slots=True)
class Amount(Spelling):
    """A number at a place of the source, and how English writes it."""

    value: Decimal = Decimal(0)

    def is_in(self, text: str) -> bool:
        """Whether the text says the number, however it is written.

        >>> Amount(0, 5, "3.5 million", value=Decimal(3_500_000)).is_in("3,500,000 people")
        True
        """
        return any(self.value in one.readings for one in quantities(text, "en"))


def amounts(source: str) -> Iterator[Amount]:
    """The numbers of a source that are counted in 万 or 亿; the 3 of 3至5万 is one, too.

    >>> [one.english for one in amounts("5700多万人，数百万元，1,356家，11万7015辆，1.5亿元")]
    ['57 million多', '117,015', '150 million']
    """
    for one in quantities(source, "zh"):
        said = source[one.start : one.end]
        shared = next((value for value in one.also if value in (one.value * 10**4, one.value * 10**8)), None)
        value = one.value if shared is None else shared
        if one.weak or value < _LEAST or (shared is None and _SCALES.isdisjoint(said)):
            continue
        about = next((character for character in said if character in _ABOUT), "")
        yield Amount(one.start, one.end, in_figures(value) + about, value=value)
