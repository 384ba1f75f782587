"""Numbers that a source counts in 万 and 亿, as English writes them.

A small model gets half of these wrong (329.29万 becomes 32.2929 million); what stands in the source in figures and
English words it copies.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from postedit.known_names import Spelling
from postedit.numerals import in_figures
from postedit.quantities import narrowed, quantities
from postedit.quantity_readers import Quantity

_LEAST = 1000  # less than that is 0.05万: nothing for the model to get wrong
_SCALE = re.compile("[万亿]")
_SCALED = re.compile(r"(\d+(?:\.\d+)?)[十百千]?[万亿]+")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_RANGE = re.compile(r"[多余来]?\s*[-\u2013\u2014~至到、]\s*")
# 8万7 may be 87,000; what stands between 第 and 分之 is no amount, 2022亿邦 a year and a name, 3 000万 one number.
_DOUBTFUL = re.compile(r"0\d*[万亿].*|.*万\d{1,3}|.*亿\d{1,7}")
_YEAR = re.compile(r"(?:19|20)\d\d[万亿]+")
_COUNTED = re.compile("[元美欧英日港台人吨户辆亩平立只株件多余个名头册册棵匹公千次斤克]")
_ABOUT = re.compile("[多余]")


@dataclass(frozen=True, slots=True)
class LargeNumber(Spelling):
    """A number at a place of the source, and how English writes it."""

    value: Decimal = field(kw_only=True)

    def is_in(self, text: str) -> bool:
        """Whether the text says the number, however it is written.

        >>> LargeNumber(0, 5, "3.5 million", value=Decimal(3_500_000)).is_in("3,500,000 people")
        True
        """
        return any(self.value in one.readings for one in quantities(text, "en"))


def large_numbers(source: str) -> Iterator[LargeNumber]:
    """The numbers of a source that are counted in 万 or 亿 and can be read in one way; both ends of a range, or none.

    >>> [one.english for one in large_numbers("5700多万人，数百万元，1,356家，11万7015辆，3至5亿元")]
    ['57 million 多', '117,015', '300 million', '500 million']
    """
    narrow = narrowed(source)
    found = quantities(narrow, "zh")
    values = {one.start: one.value for one in found if _can_be_told(one, narrow)}
    for one, other in pairwise(found):
        if other.start not in values or one.start in values or one.unit == "percent":
            continue
        if _RANGE.fullmatch(narrow[one.end : other.start]):
            plain = _PLAIN.fullmatch(narrow[one.start : one.end])
            scaled = _SCALED.fullmatch(narrow[other.start : other.end])
            if plain and scaled and "、" not in narrow[one.end : other.start]:
                values[one.start] = Decimal(plain[0]) * other.value / Decimal(scaled[1])
            else:
                del values[other.start]
    for one in found:
        if (value := values.get(one.start, Decimal(0))) >= _LEAST:
            about = _ABOUT.search(narrow, one.start, one.end)
            english = in_figures(value) + (f" {about[0]}" if about else "")
            yield LargeNumber(one.start, one.end, english, value=value)


def _can_be_told(one: Quantity, source: str) -> bool:
    """Whether it is counted in 万 or 亿, and is neither more nor less than an amount."""
    said, before, behind = source[one.start : one.end], source[: one.start], source[one.end : one.end + 2]
    if one.weak or one.unit == "ordinal" or not _SCALE.search(said) or behind == "分之":
        return False
    if _DOUBTFUL.fullmatch(said) or re.search(r"(?:\d[, ]?|第)$", before):
        return False
    return not _YEAR.fullmatch(said) or bool(_COUNTED.match(behind))
