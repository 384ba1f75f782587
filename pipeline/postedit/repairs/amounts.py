"""Repairs that need the source: amounts of yuan that became dollars, and numbers that lost a digit or a zero.

Of the 62 sentences of wmt20 that count in yuan and in nothing else, two rough engines put 38 and 31 into dollars. Both
repairs act only where source and draft agree on everything else.
"""

import re
from decimal import Decimal

from rapidfuzz.distance import Levenshtein

from postedit.numerals import ENGLISH_SCALES
from postedit.quantities import quantities, same_quantities
from postedit.quantity_readers import Quantity

_YUAN = re.compile(r"\s*元(?!旦|宵|素|老|首|件|气|凶|帅|年)")
OTHER_MONEY = re.compile(
    r"[美港欧日加澳新英韩台泰法]元|美金|港币|港纸|欧元|英镑|卢布|卢比|日[圆币]|澳币|加币|比索|韩[圆币]|台币|法郎|令吉|林吉特|泰铢|越南盾|"
    r"[$€£]|\b(?:USD|HKD|EUR|GBP|JPY)\b"
)
_SYMBOL = r"(?:US|U\.S\.|USD)?\s?[$€£]\s?|(?:USD|EUR|GBP)\s?"
_NAMED = r"(?:US |U\.S\. |United States |American )?dollars?|USD|euros?|pounds sterling"
_BEFORE = re.compile(rf"(?<![\w$€£])(?:{_SYMBOL})$")
_BEHIND = re.compile(rf"(?P<joint>[ -])(?:{_NAMED})(?![\w-])")
_RANGE = re.compile(r"\s*(?:-|–|—|to|and|or)\s*(?:US)?[$€£]?\s?\d")
_RANGE_BEFORE = re.compile(r"\d\s*(?:-|–|—|to|and|or)\s*(?:US)?\s*[$€£]?\s*$")
_DIGITS = re.compile(r"\D+")


def count_in_yuan_like_the_source(text: str, source: str) -> str:
    """What the source counts in yuan is not counted in dollars.

    >>> count_in_yuan_like_the_source("It invested $1.5 billion.", "投资15亿元。")
    'It invested 1.5 billion yuan.'
    >>> count_in_yuan_like_the_source("It invested $1.5 billion.", "投资15亿美元。")
    'It invested $1.5 billion.'

    Only an amount that stands in the source with 元 behind it, and only where the source names no other money.
    """
    if OTHER_MONEY.search(source):
        return text
    in_yuan = {value for one in quantities(source, "zh") if _YUAN.match(source, one.end) for value in one.readings}
    if not in_yuan:
        return text
    for one in reversed(quantities(text, "en")):
        in_range = _RANGE.match(text, one.end) or _RANGE_BEFORE.search(text[: one.start])
        if one.readings & in_yuan and not in_range:
            text = _in_yuan(text, one)
    return text


def _in_yuan(text: str, amount: Quantity) -> str:
    """The text with one amount of dollars in yuan; as it was where the amount has no currency."""
    before, behind = _BEFORE.search(text, 0, amount.start), _BEHIND.match(text, amount.end)
    figures = text[amount.start : amount.end]
    if behind:
        start = before.start() if before else amount.start
        return f"{text[:start]}{figures}{behind['joint']}yuan{text[behind.end() :]}"
    if before:
        joint = "-" if re.match(r"-[a-z]", text[amount.end :]) or re.search(r"\d-[a-z]", figures) else " "
        return f"{text[: before.start()]}{figures}{joint}yuan{text[amount.end :]}"
    return text


def take_numbers_from_the_source(text: str, source: str) -> str:
    """One number that is wrong by a zero, a digit or a unit of ten thousand gets its value from the source.

    >>> take_numbers_from_the_source("The shaft is 76.59 metres deep.", "竖井深762.59米。")
    'The shaft is 762.59 metres deep.'
    >>> take_numbers_from_the_source("It bought 5.75 million shares.", "回购股份5759万股。")
    'It bought 57.59 million shares.'

    Only where exactly one number of the source is missing, exactly one is new, and their digits are nearly the same. Of
    wmt20's 6,000 drafts of three rough engines, 41 differ so; the reference agrees with the source on 39 and with the
    draft on none.
    """
    missing, added = same_quantities(quantities(source, "zh"), quantities(text, "en"))
    if len(missing) != 1 or len(added) != 1 or not _is_slip(missing[0], added[0]):
        return text
    wrong, right = added[0], missing[0]
    return text[: wrong.start] + in_figures(right.value) + text[wrong.end :]


def _is_slip(right: Quantity, wrong: Quantity) -> bool:
    """Whether one number came from the other by a slip: the same kind of number, and nearly the same digits."""
    if {right.unit, wrong.unit} & {"hour", "month", "day", "year", "ordinal"} or right.also or wrong.also:
        return False
    if (right.unit == "percent") != (wrong.unit == "percent"):
        return False
    here, there = (_DIGITS.sub("", f"{one.value.normalize():f}").strip("0") for one in (right, wrong))
    if len(here) < 2 or len(there) < 2:
        return False
    return here == there or (min(len(here), len(there)) >= 3 and Levenshtein.distance(here, there) == 1)


def in_figures(value: Decimal) -> str:
    """A number as English news writes it.

    >>> [in_figures(Decimal(one)) for one in ("57590000", "394300", "108000000000", "762.59", "1356")]
    ['57.59 million', '394,300', '108 billion', '762.59', '1,356']
    """
    for name in ("trillion", "billion", "million"):
        scaled = value / ENGLISH_SCALES[name]
        if scaled >= 1 and scaled == round(scaled, 4):
            return f"{scaled.normalize():f} {name}"
    whole = f"{value.normalize():f}"
    return f"{value:,f}".rstrip("0").rstrip(".") if "." in whole else f"{int(value):,}"
