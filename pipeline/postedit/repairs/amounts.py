"""Repairs that need the source: amounts of yuan that became dollars, and numbers that lost a digit or a zero.

Rough engines put most amounts of yuan into dollars (eval/results/repairs.json counts them). Both repairs act only where
source and draft agree on everything else.
"""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import product

from rapidfuzz.distance import Levenshtein

from postedit.numerals import in_figures
from postedit.parts import Part, joined
from postedit.quantities import quantities, same_quantities, unsaid
from postedit.quantity_readers import Quantity

_YUAN = re.compile(r"[多余来]?\s*元(?!旦|宵|素|老|首|件|气|凶|帅|年)")
OTHER_MONEY = re.compile(
    r"[美港欧歐日加澳新英韩韓台泰法][元币幣]|美金|美刀|[港台澳纽坡]纸|英[镑鎊]|[卢盧][布比]|[日韩韓][圆圓币]|比索|法郎|令吉|林吉特|泰[铢銖]|盾|"
    r"[$€£]|\b(?:USD|HKD|EUR|GBP|JPY|TWD|SGD|AUD|CAD)\b"
)
# Where 元 is what people there pay with: whose dollars they are, the sentence may leave to the reader.
_ABROAD = re.compile(
    r"美国|美國|美军|纽约|华盛顿|加州|洛杉矶|旧金山|芝加哥|硅谷|华尔街|白宫|特朗普|拜登|奥巴马|哈佛|唐人街|香港|港人|港府|港股|台湾|台灣|台北|高雄|澳门|"
    r"澳門|新加坡|澳大利亚|澳洲|悉尼|墨尔本|加拿大|多伦多|温哥华|新西兰|欧洲|英国|伦敦|日本|东京|韩国|首尔|海外|外币|国外|联合国"
)
_SYMBOL = r"(?:US|U\.S\.)?\s?\$\s?|USD\s?"
_NAMED = r"(?:US |U\.S\. |United States |American )?(?:dollars?|USD)(?:['’]s?)?"
_BEFORE = re.compile(rf"(?<![\w$€£])(?:{_SYMBOL})$")
_BEHIND = re.compile(rf"(?P<joint>[ -])(?:{_NAMED})(?![\w-])")
_IN_YUAN_ALREADY = re.compile(r"(?:RMB|CNY|yuan|renminbi|¥)\s*$", re.IGNORECASE)
_AND_YUAN_BEHIND = re.compile(r"\s*(?:RMB|CNY|yuan|renminbi)(?! for)", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:-|–|—|to)\s*(?:US)?[$€£]?\s?\d|\s*(?:and|or)\s*(?:US)?[$€£]\s?\d")
_RANGE_BEFORE = re.compile(
    r"\d(?:\s?(?:[mb]|tr)illion)?\s*(?:(?:-|–|—|to)\s*(?:US)?\s*[$€£]?\s*|(?:and|or)\s*(?:US)?[$€£]\s*)$"
)


def _by_length(units: Mapping[str, tuple[str, str]]) -> list[tuple[str, tuple[str, str]]]:
    """Longer names first, so that 平方米 is no 米."""
    return sorted(units.items(), key=lambda item: item[0] not in ("km2", "m2", "m3", "kwh"))


# What is counted, in Chinese and in English. Two numbers are compared only where both count the same.
_UNITS = {
    "yuan": (r"元", r"yuan\b|renminbi\b|RMB\b"),
    "dollars": (r"美元|美金", r"(?:US |U\.S\. )?dollars?\b|USD\b"),
    "other_money": (r"[港欧日英台]元|英镑", r"Hong Kong dollars?\b|euros?\b|pounds sterling\b|yen\b"),
    "percent": (r"[%％]|个?百分点", r"%|per\s?cent\b|percentage\b"),
    "times": (r"倍", r"times\b|-?fold\b"),
    "km": (r"公里|千米", r"kilomet(?:er|re)s?\b|km\b"),
    "cm": (r"厘米|公分", r"centimet(?:er|re)s?\b|cm\b"),
    "mm": (r"毫米", r"millimet(?:er|re)s?\b|mm\b"),
    "m": (r"米", r"met(?:er|re)s?\b|m\b"),
    "km2": (r"平方(?:公里|千米)", r"(?:square|sq\.?) (?:kilomet(?:er|re)s?|km)\b"),
    "m2": (r"平方?米", r"(?:square|sq\.?) (?:met(?:er|re)s?|m)\b"),
    "m3": (r"立方米|方(?!面)", r"cubic met(?:er|re)s?\b"),
    "ha": (r"公顷", r"hectares?\b|ha\b"),
    "mu": (r"亩", r"mu\b"),
    "kg": (r"公斤|千克", r"kilo(?:gram(?:me)?)?s?\b|kg\b"),
    "g": (r"克(?!拉)", r"gram(?:me)?s?\b|g\b"),
    "t": (r"吨", r"(?:metric )?ton(?:ne)?s?\b|t\b"),
    "l": (r"升", r"lit(?:er|re)s?\b|l\b"),
    "kwh": (r"千瓦时|度电", r"kilowatt[- ]hours?\b|kWh\b"),
    "kw": (r"千瓦", r"kilowatts?\b|kW\b"),
    "mw": (r"兆瓦|MW", r"megawatts?\b|MW\b"),
    "gw": (r"吉瓦|GW", r"gigawatts?\b|GW\b"),
    **{size: (size, rf"{size}\b") for size in ("KB", "MB", "GB", "TB")},
    "day": (r"天", r"days?\b"),
    "hour": (r"个?小时|个钟头", r"hours?\b"),
    "minute": (r"分钟", r"minutes?\b"),
    "cent": (r"分(?!之|钟|别|析|布)", r"cents?\b"),
    "other": (
        r"[斤两里尺寸码]",
        r"miles?\b|feet\b|foot\b|inch(?:es)?\b|acres?\b|pounds\b|ounces?\b|gallons?\b|jin\b|li\b|yards?\b",
    ),
}  # fmt: skip
_SIGNS = {"yuan": ("RMB", "CNY", "¥"), "other_money": ("HK$", "€", "£"), "dollars": ("$", "USD")}
_CHINESE_UNIT = re.compile("|".join(f"(?P<{name}>{zh})" for name, (zh, _) in _by_length(_UNITS)))
_ENGLISH_UNIT = re.compile("|".join(f"(?P<{name}>{en})" for name, (_, en) in _by_length(_UNITS)))


def count_in_yuan_like_the_source(text: str, source: str) -> str:
    """What the source counts in yuan is not counted in dollars.

    >>> count_in_yuan_like_the_source("It invested $1.5 billion.", "投资15亿元。")
    'It invested 1.5 billion yuan.'
    >>> count_in_yuan_like_the_source("It invested $1.5 billion.", "投资15亿美元。")
    'It invested $1.5 billion.'

    Only an amount that stands in the source with 元 behind it, and only where the source names no other money and no
    place where people pay with other dollars.
    """
    if _in_other_money(source):
        return text
    in_yuan = {value for one in quantities(source, "zh") if _YUAN.match(source, one.end) for value in one.readings}
    if not in_yuan:
        return text
    for one in reversed(quantities(text, "en")):
        before = text[: one.start]
        said = _IN_YUAN_ALREADY.search(_BEFORE.sub("", before)) or _AND_YUAN_BEHIND.match(text, one.end)
        if one.readings & in_yuan and not _in_range(text, one) and not said:
            text = _in_yuan(text, one)
    return text


def _in_other_money(source: str) -> bool:
    """Whether a source names other money than yuan, or a place where people pay with it."""
    return bool(OTHER_MONEY.search(source) or _ABROAD.search(source))


def _in_range(text: str, amount: Quantity) -> bool:
    """Whether an amount is one end of a range."""
    return bool(_RANGE.match(text, amount.end) or _RANGE_BEFORE.search(text[: amount.start]))


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

    Both must count the same unit; what has the same digits may be dollars for yuan (`count_in_yuan_like_the_source`).
    Where exactly one number of the source is missing and exactly one is new, a digit may be wrong; where more are, only
    zeros, and no other two may have the same digits.
    """
    missing, added = same_quantities(quantities(source, "zh"), quantities(text, "en"))
    elsewhere = _in_other_money(source)
    if len(missing) == len(added) == 1:
        pairs = [(missing[0], added[0])]
    else:
        often = Counter(map(_digits, (*missing, *added)))
        pairs = [
            (right, wrong)
            for right, wrong in product(missing, added)
            if _digits(right) == _digits(wrong) and often[_digits(right)] == 2
        ]
    taken = []
    for right, wrong in pairs:
        units = _unit(source, right, _CHINESE_UNIT), _unit(text, wrong, _ENGLISH_UNIT)
        alike = units == ("yuan", "dollars") and _digits(right) == _digits(wrong)
        put_into_dollars = alike and not elsewhere and not _in_range(text, wrong)
        if _is_slip(right, wrong) and (units[0] == units[1] or put_into_dollars):
            shown, plain = text[wrong.start : wrong.end], source[right.start : right.end]
            figures = plain if _PLAIN.fullmatch(shown) and _PLAIN.fullmatch(plain) else in_figures(right.value)
            taken.append(Part(wrong.start, wrong.end, figures))
    return joined(text, taken)


def take_numbers_from_the_draft(text: str, source: str, draft: str) -> str:
    """Numbers that a rewrite made up give way to those that draft and source have in their place.

    >>> take_numbers_from_the_draft("It opens 16 routes.", "开通116条航线。", draft="It is to open 116 routes.")
    'It opens 116 routes.'
    >>> take_numbers_from_the_draft("Sales fell by 60%.", "销量减少6％。", draft="Sales are down by 6 per cent.")
    'Sales fell by 6%.'

    Only where as many are new as are missing, in the same order, and both count the same.
    """
    told, had, said = quantities(source, "zh"), quantities(draft, "en"), quantities(text, "en")
    owed = unsaid(told, said)
    known = {reading for one in (*told, *had) for reading in one.readings}
    missing = [one for one in had if not one.weak and one.readings & owed]
    added = [one for one in said if not one.weak and not one.readings & known]
    if len(missing) != len(added):
        return text
    taken = [
        Part(wrong.start, wrong.end, draft[right.start : right.end])
        for right, wrong in zip(missing, added, strict=True)
        if right.unit == wrong.unit and _unit(draft, right, _ENGLISH_UNIT) == _unit(text, wrong, _ENGLISH_UNIT)
    ]
    return joined(text, taken)


# A figure of four digits or more without a comma: a year, a room, a share's code.
_PLAIN = re.compile(r"\d{4,}")
# What may stand between a number and what it counts.
_JOINT = re.compile(r"[多余来\s-]*")


def _unit(text: str, quantity: Quantity, units: re.Pattern[str]) -> str | None:
    """What a number counts; None where that is nothing of the table."""
    joint = _JOINT.match(text, quantity.end)
    assert joint is not None  # it matches nothing, too
    match = units.match(text, joint.end())
    if match is not None:
        return match.lastgroup
    before = text[: quantity.start].rstrip()
    return next((name for name, signs in _SIGNS.items() if before.endswith(signs)), None)


def _is_slip(right: Quantity, wrong: Quantity) -> bool:
    """Whether one number came from the other by a slip: the same kind of number, and nearly the same digits."""
    if {right.unit, wrong.unit} & {"hour", "month", "day", "year", "ordinal"} or right.also or wrong.also:
        return False
    here, there = (_digits(one) for one in (right, wrong))
    if min(len(here), len(there)) < 2:
        return False
    if here == there:
        return True
    here, there = (f"{one.value.normalize():f}".replace(".", "") for one in (right, wrong))
    return (
        min(len(here), len(there)) >= 3
        and Levenshtein.distance(here.rstrip("0"), there.rstrip("0")) == 1
        and (min(len(here), len(there)) >= 5 or Levenshtein.distance(here, there) == 1)
    )


def _digits(quantity: Quantity) -> str:
    return f"{quantity.value.normalize():f}".replace(".", "").strip("0")
