"""Find the numbers of a text, English or Chinese, as values that compare: 134亿 and 13.4 billion are one.

Checks that compare the digits of two texts are almost all false alarms between Chinese and English (October is 10月);
this module is what makes such a check worth having.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from itertools import zip_longest

from postedit.quantity_readers import CHINESE, DIGITS, ENGLISH, FIGURES, READERS, Quantity, scale_of

# Full-width forms become ASCII one for one, so that offsets hold.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x00A0: 0x20, 0x202F: 0x20}
_RANGE = re.compile(r"\s*(?:%|percent)?\s*(?:to|and|or|through|[-\u2013\u2014~/至到和或、])\s*[$€£¥]?")


def _pattern(*tables: dict[str, str]) -> re.Pattern[str]:
    readings = {name: pattern for table in tables for name, pattern in table.items()}
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in readings.items()), re.IGNORECASE)


_PATTERNS = {
    None: _pattern(DIGITS, CHINESE, ENGLISH, FIGURES),
    "zh": _pattern(DIGITS, CHINESE, FIGURES),
    "en": _pattern(DIGITS, ENGLISH, FIGURES),
}


# No figure is so long that its last digit is rounded away; one precision for all, so that one third is one third.
_DIGITS = 300


def quantities(text: str, language: str | None = None) -> tuple[Quantity, ...]:
    """The numbers of a text in order; `language` "en" or "zh" reads the words of that one only.

    >>> [str(q) for q in quantities("In October 2021, 3.5% of 13.4 billion yuan")]
    ['10', '2021', '3.5%', '13,400,000,000']
    >>> [str(q) for q in quantities("二〇二一年１０月，１３４亿元的百分之三点五")]
    ['2021', '10', '13,400,000,000', '3.5%']
    """
    narrow = narrowed(text)
    found: list[Quantity] = []
    with localcontext(prec=_DIGITS):
        for match in _PATTERNS[language].finditer(narrow):
            found += READERS[match.lastgroup or ""](match, narrow)
        return tuple(_share_scales(found, narrow))


def narrowed(text: str) -> str:
    """The text with full-width forms in ASCII, at the same offsets.

    >>> narrowed("１３４亿……（％）")
    '134亿……(%)'
    """
    return text.translate(_NARROW)


def same_quantities(
    left: Sequence[Quantity], right: Sequence[Quantity], *, strict: bool = False
) -> tuple[tuple[Quantity, ...], tuple[Quantity, ...]]:
    """What the right side misses of the left, and what it adds.

    >>> missing, added = same_quantities(quantities("2021年招商1,356家"), quantities("1,365 firms came in 2021"))
    >>> [str(q) for q in missing], [str(q) for q in added]
    (['1356'], ['1365'])

    A number may stand more often on one side than on the other: people leave out what was just said. Weak numbers
    are owed by nobody unless `strict`, and even then not one, which is often an article. A month may be added:
    translators of news write "September 27" for 27日 (half of all differences between wmt20's sources and references).
    """
    added = _unmatched(right, left, strict=strict)
    return _unmatched(left, right, strict=strict), tuple(q for q in added if strict or q.unit != "month")


def unsaid(told: Sequence[Quantity], said: Sequence[Quantity]) -> frozenset[Decimal]:
    """All readings of the numbers that are told and in no reading said.

    >>> sorted(map(int, unsaid(quantities("2021年招商1,356家"), quantities("1,356 firms came"))))
    [2021]
    """
    known = frozenset().union(*(quantity.readings for quantity in said))
    return frozenset().union(*(quantity.readings for quantity in told if not quantity.readings & known))


def _unmatched(owed: Sequence[Quantity], held: Sequence[Quantity], *, strict: bool) -> tuple[Quantity, ...]:
    known = frozenset().union(*(quantity.readings for quantity in held))
    firm = frozenset().union(*(quantity.readings for quantity in held if not quantity.weak))
    return tuple(
        q
        for q in owed
        # No article tells the time.
        if not q.readings & (firm if strict and q.unit == "hour" and 1 in q.readings else known)
        and (not q.weak or (strict and q.value > 1))
    )


def _share_scales(found: Sequence[Quantity], text: str) -> Iterator[Quantity]:
    """Let "3 to 4 million" also read 3 million: a scale or a unit after a range belongs to both ends."""
    this: Quantity
    following: Quantity | None
    for this, following in zip_longest(found, found[1:]):
        shared = this
        if following is not None and _RANGE.fullmatch(text[this.end : following.start]):
            scale = scale_of(text[following.start : following.end])
            if scale > 1 and this.value < 1000:
                shared = replace(shared, also=(*shared.also, this.value * scale))
            if following.unit == "percent" and not this.unit:
                shared = replace(shared, unit="percent")
        yield shared
