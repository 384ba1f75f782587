"""The vetoes that look at amounts: numbers, what stands before them, and units."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from postedit.article import Segment
from postedit.quantities import quantities, same_quantities, unsaid

_TWO = re.compile("[双雙俩倆对對倍再]|夫[妻妇婦]")  # what English says with a two in it, or "both", or "double"


def _compiled(
    names: Mapping[str, tuple[str, str]], before: str, behind: str, flags: re.RegexFlag = re.NOFLAG
) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """By name: what English says, between two patterns, and what Chinese says."""
    return {
        name: (re.compile(rf"{before}(?:{english}){behind}", flags), re.compile(chinese))
        for name, (english, chinese) in names.items()
    }


# What stands before a number and says on which side of it the truth lies, and how Chinese says so.
_BOUNDS = {
    "more than": (
        r"over|more than|above|exceed\w*|at least|upwards of",
        "以上|超|逾|至少|不少于|不低于|不止|突破|[0-9十百千万亿][余多]",
    ),
    "less than": (
        r"up to|less than|under|below|nearly|almost|at most|no more than|close to|a maximum of",
        "以下|以内|近(?=[0-9一二三四五六七八九十百千])|不到|不足|至多|最[多高大]|不超过|不高于|低于|少于|接近|达",
    ),
    "about": (r"about|around|approximately|roughly|some", "约|左右|上下|大概|前后|[0-9十百千万亿][余多]"),
}
_BOUND_PATTERNS = _compiled(_BOUNDS, r"\b", r"\s+(?:US|HK|RMB|CNY|USD|EUR)?\s?[$€£¥]?\s?\d", re.IGNORECASE)
# Units by what they measure, each as English writes it and as Chinese does. A mu is a sixth of an acre.
_UNITS = {
    "money": {
        "yuan": (r"yuan|[Rr]enminbi|RMB|CNY|¥", r"(?<![美欧日港加澳新])元|块|毛|人民币|[¥￥]|RMB|CNY"),
        "dollars": (r"dollars?|US\$|HK\$|USD|HKD|\$", r"[美港加澳新]元|美金|美分|美刀|港[币纸]|[台新]币|\$|USD|HKD"),
        "euros": (r"euros?|EUR|€", r"欧元|€|EUR"),
        "pounds": (r"pounds?|£", r"镑|£"),
        "yen": (r"yen|JPY", r"日[元圆币]|JPY"),
    },
    "length": {
        "kilometres": (r"kilomet(?:er|re)s?|[Kk]ms?|KM", r"公里|千米|里路|[Kk][Mm]"),
        "miles": (r"miles?", r"[英海]里"),
        "metres": (r"met(?:er|re)s?", r"(?<!千)米|公尺|㎡|[^a-z]m"),
    },
    "weight": {
        "kilograms": (r"kilogram(?:me)?s?|kilos?|kg", r"[公市]?斤|千克|[Kk][Gg]"),
        "tons": (r"ton(?:ne)?s?", r"吨"),
    },
    "area": {
        "hectares": (r"hectares?", r"公顷|hm"),
        "acres": (r"acres?", r"英亩"),
        "mu": (r"(?<=\d )M[uU]|mu", r"(?<!英)亩"),
    },
    "energy": {
        "joules": (r"(?:kilo|mega|giga|tera)?joules?|[kMGT]J", r"焦|[kKMGT]J"),
        "watts": (r"(?:kilo|mega|giga|tera)?watts?|[kMGT]W|[kMGT]Wh", r"瓦|度|电|[kKMGT][Ww]"),
    },
    "share": {"percent": (r"%|percent|per cent|percentages?", r"[%％]|百分|[成折率比]|percent")},
}
_UNIT_PATTERNS = {kind: _compiled(units, r"(?<![A-Za-z])", r"(?![A-Za-z])") for kind, units in _UNITS.items()}


def changes_a_number(segment: Segment, text: str) -> str | None:
    """The draft's numbers stay, unless the source says that they were wrong.

    >>> changes_a_number(Segment("It rose 3.5% in 2019.", 0), "It rose 35% in 2019.")
    'changes a number: 3.5% → 35%'
    >>> changes_a_number(Segment("It rose by 15 million.", 0, source="增长了1.5亿。"), "It rose by 150 million.")
    >>> changes_a_number(Segment("Only a fourth came.", 0, source="只来了四成。"), "Only 40% came.")
    """
    said = quantities(text)
    missing, added = same_quantities(quantities(segment.text), said, strict=True)
    if segment.source:
        told = quantities(segment.source)
        owed, supported = unsaid(told, said), frozenset().union(*(one.readings for one in told))
        if _TWO.search(segment.source):
            supported |= {Decimal(2)}
        missing = tuple(one for one in missing if one.readings & owed)
        added = tuple(one for one in added if not one.readings & supported)
    if missing and added:
        return f"changes a number: {listed(missing)} → {listed(added)}"
    if missing:
        return f"loses a number: {listed(missing)}"
    return f"adds a number: {listed(added)}" if added else None


def changes_a_bound(segment: Segment, text: str) -> str | None:
    """More than five billion stays more than five billion, unless the source says otherwise.

    >>> changes_a_bound(Segment("It cost over $5 billion.", 0), "It cost $5 billion.")
    'changes "more than" before a number'
    >>> changes_a_bound(Segment("It has 1.5 million.", 0, source="有150万以上。"), "It has over 1.5 million.")
    """
    for bound, (english, chinese) in _BOUND_PATTERNS.items():
        before, after = (len(english.findall(one)) for one in (segment.text, text))
        told = bool(segment.source) and bool(chinese.search(segment.source or "")) == (after > before)
        if before != after and not told:
            return f'changes "{bound}" before a number'
    return None


def changes_a_unit(segment: Segment, text: str) -> str | None:
    """Yuan stay yuan, and kilometres kilometres; none comes from nowhere. Where there is a source, it knows better.

    >>> changes_a_unit(Segment("It cost 5 yuan.", 0), "It cost $5.")
    'changes a unit: yuan → dollars'
    >>> changes_a_unit(Segment("It has 320 mu.", 0, source="有320亩。"), "It has 320 acres.")
    'changes a unit: mu → acres'
    >>> changes_a_unit(Segment("It cost 5 dollars.", 0, source="花了5元。"), "It cost 5 yuan.")
    """
    source = segment.source or ""
    for units in _UNIT_PATTERNS.values():
        before, after = (
            [name for name, (english, _) in units.items() if english.search(one)] for one in (segment.text, text)
        )
        known = [name for name, (_, chinese) in units.items() if chinese.search(source)]
        lost = [name for name in before if name not in after]
        new = [name for name in after if name not in before and name not in known]
        if lost and set(after) & set(known):
            lost = [name for name in lost if name in known]
        if lost and set(after) - set(before):
            return f"changes a unit: {lost[0]} → {next(name for name in after if name not in before)}"
        if lost or new:
            return f"loses a unit: {lost[0]}" if lost else f"adds a unit: {new[0]}"
    return None


def listed(items: Iterable[object]) -> str:
    """The items, with commas between them.

    >>> listed([1.5, "two"])
    '1.5, two'
    """
    return ", ".join(str(item) for item in items)
