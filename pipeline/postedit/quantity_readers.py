"""The patterns by which `quantities` finds numbers, and what each one reads.

Order matters: the first pattern that matches at a place wins, so what looks like a number but is none comes first.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from postedit.numerals import (
    CHINESE_SCALES,
    ENGLISH_CARDINALS,
    ENGLISH_ORDINALS,
    ENGLISH_SCALES,
    chinese,
    english,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text.

    `weak` numbers may come and go in translation: "one", "both", "hundreds of", 一, the 19 of COVID-19.
    """

    value: Decimal
    start: int  # offsets into the text
    end: int
    unit: str = ""  # "percent", "ordinal", "year", "month", "day", "hour", "money", where it shows
    weak: bool = False
    also: tuple[Decimal, ...] = ()  # other readings: 98年 is 1998 and 98, "10 p.m." is 22 and 10

    @property
    def readings(self) -> frozenset[Decimal]:
        return frozenset((self.value, *self.also))

    def __str__(self) -> str:
        grouping = "" if self.value < 10_000 else ","  # a year has no thousands
        figures = f"{self.value:{grouping}.4f}".rstrip("0").rstrip(".")
        return f"{figures}{'%' if self.unit == 'percent' else ''}"


_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_LETTER_SCALES = {"k": 3, "m": 6, "mn": 6, "mln": 6, "bn": 9, "b": 9, "tn": 12, "tr": 12}
_OTHER_WORDS: dict[str, int | str] = {
    "a": 1, "an": 1, "once": 1, "single": 1, "sole": 1, "both": 2, "twice": 2, "double": 2, "doubled": 2, "pair": 2,
    "couple": 2, "duo": 2, "twin": 2, "triple": 3, "tripled": 3, "thrice": 3, "trio": 3, "quadruple": 4, "quarter": 4,
    "half": "0.5", "halved": "0.5", "decade": 10, "decades": 10, "century": 100, "centuries": 100, "fortnight": 2,
}  # fmt: skip
_DENOMINATORS = {word + "s": value for word, value in ENGLISH_ORDINALS.items() if 3 <= value <= 10} | {
    "third": Decimal(3), "quarter": Decimal(4), "quarters": Decimal(4), "fourth": Decimal(4), "fifth": Decimal(5),
    "tenth": Decimal(10), "half": Decimal(2), "halves": Decimal(2),
}  # fmt: skip

_ARABIC = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE_WORD = r"(?:hundred|thousand|million|billion|trillion|dozen)s?"
_WORD = "(?:" + "|".join([*ENGLISH_CARDINALS, *ENGLISH_ORDINALS, _SCALE_WORD]) + r")(?![a-z])"
_DIGIT = "零〇○一二三四五六七八九两"
_SCALE = "十百千万亿兆"
_SCALES = rf"(?:[{_SCALE}]*[十百万亿]|[{_SCALE}]+(?![米克瓦伏卡赫帕焦]))"  # 千米 is a kilometre, not a thousand

CHINESE = {
    # Words that are written with numerals and count nothing.
    "skip": r"(?:周|星期|礼拜)[一二三四五六](?!年)|十分(?!之)|千万(?=别|不[要能可]|要)|万[一岁科]|百度|四川|三亚",
    "parts": rf"(?:[十百千万{_DIGIT}]+|\d+)分之(?:[{_DIGIT}{_SCALE}]+(?:点[{_DIGIT}]+)?|\d+(?:\.\d+)?)",
    "tenths": rf"(?:[{_DIGIT}]|\d(?:\.\d)?)(?:成(?![为立长了员功就本果都型熟绩份分])|折(?![叠磨腾射断]))",
    "plan": r"十[一二三四](?=五)",  # 十三五, the 13th Five-Year Plan
    "pair": rf"(?<![{_DIGIT}])(?:一二|二三|两三|三四|三五|四五|五六|六七|七八|八九)[{_SCALE}]*(?![{_DIGIT}])",
    "vague": rf"[数几上成好][{_SCALE}]+|亿万|千百|千千万万|成千上万",
    "numeral": rf"(?:(?:{_ARABIC})\s?[多余来]?{_SCALES})+(?:\d+)?"
    rf"|[{_DIGIT}{_SCALE}]+(?:[多余来][{_SCALE}]+)?(?:点[{_DIGIT}]+[{_SCALE}]*(?![分钟刻]))?|半",
}
ENGLISH = {
    "month": r"\b(?:" + "|".join(_MONTHS) + r")\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?:\.|(?=\s*\d))",
    "share": r"\b(?:one|two|three|four|five|six|seven|eight|nine|a)[\s-]+(?:" + "|".join(_DENOMINATORS) + r")\b"
    r"(?!\s+(?:time|year|day|quarter))|\bhalf\s+an?\s+(?:million|billion|trillion|century|dozen|decade)\b",
    "words": rf"\b(?:an?\s+(?={_SCALE_WORD}\b))?{_WORD}(?:(?:[\s-]+|(?<=hundred)\s+and\s+|(?<=thousand)\s+and\s+"
    rf"|(?<=million)\s+and\s+){_WORD})*(?:\s+(?:and\s+a\s+half(?:\s+{_SCALE_WORD})?|decades|centuries)\b)?",
    "other": r"\b(?:" + "|".join(_OTHER_WORDS) + r")\b",
}
DIGITS = {
    "address": r"&#?\w+;|https?://[^\s\u4e00-\u9fff]+|www\.[^\s\u4e00-\u9fff]+|[\w.+-]+@[\w-]+\.[\w.]+",
    "date": r"(?<!\d)\d{4}(?P<sep>[-/.])\d{1,2}(?P=sep)\d{1,2}(?!\d)",
    "season": r"(?<!\d)(?:1[5-9]|20)\d\d\s?[-/\u2013~]\s?\d{2}(?!\d|[,.]\d)",
    "version": r"\d+(?:\.\d+){2,}",
    "clock": r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?!\d)(?:\s*[ap]\.?m\b\.?)?",
    "hour": r"(?<![\d.])\d{1,2}(?:\s*[ap]\.?m\b\.?|\s+o['\u2019]clock)",
    "fraction": r"(?<![\d/.])[1-9]/(?:[2-9]|10)(?![\d/])",
    "code": r"(?-i:(?!RMB|USD|CNY|HKD|NT|EUR)[A-Z]{1,6}|Covid)[-\u2011]\d+[a-z0-9]*"
    r"|(?!rmb|usd|cny|hkd|eur)(?<![^\W\d])[a-z]+\d+[a-z0-9]*|\d+(?-i:[GDHKP])(?![a-z])",
}
FIGURES = {
    "arabic": rf"(?:{_ARABIC})(?:s(?![a-z])|(?:st|nd|rd|th)(?![a-z])|[\s-]*{_SCALE_WORD}(?![a-z])"
    r"|\s?(?:k|mn?|mln|bn?|tn|tr)(?![a-z0-9]))?",
}


def scale_of(text: str) -> Decimal:
    """What the last word of a numeral multiplies by: a million, 亿, or nothing."""
    scale = Decimal(1)
    for character in reversed(text):
        if character not in CHINESE_SCALES:
            break
        scale *= CHINESE_SCALES[character]
    word = re.search(r"(?:^|[^a-z])([a-z]+?)s?$", text.lower())
    if word is None:
        return scale
    power = _LETTER_SCALES.get(word[1])
    return ENGLISH_SCALES.get(word[1], scale) if power is None else Decimal(10) ** power


def _arabic(match: re.Match[str], text: str) -> Iterator[Quantity]:
    """Digits, with the scale that follows and the unit around them."""
    shown = match[0]
    figure = re.match(_ARABIC, shown)
    assert figure is not None
    value = Decimal(figure[0].replace(",", ""))
    rest, after = shown[figure.end() :].strip(" -").lower(), text[match.end() : match.end() + 16]
    also: list[Decimal] = []
    scale = scale_of(rest)
    if scale > 1:
        also += [value] if len(rest) <= 2 else []  # "100m" may be metres
    unit, years = _unit(rest, after, text[max(0, match.start() - 4) : match.start()], value)
    if (unit == "year" and value < 100) or (len(figure[0]) == 2 and after.startswith("后")):  # 80后, born in the 1980s
        also = [value + years]
    elif rest == "s" and value % 10 == 0:
        also.append(value % 100)
    yield Quantity(value * scale, match.start(), match.end(), unit, weak=False, also=tuple(also))


def _unit(rest: str, after: str, before: str, value: Decimal) -> tuple[str, int]:
    """The unit of a figure and, for a year of two digits, its century."""
    century = 1900 if value > 40 else 2000
    units = {
        "percent": re.match(r"\s?(?:%|per\s?cent|percentage|个百分点)", after),
        "money": re.search(r"[$£€¥]\s?$", before) or re.match(r"\s?(?:[亿万]?[美日欧港]?元|yuan|dollars|euros)", after),
        "ordinal": rest in ("st", "nd", "rd", "th") or before.endswith("第"),
        "month": after.startswith("月"),
        "day": re.match(r"[日号](?!本)", after),
        "hour": re.match(r"[时点](?!间|代)", after),
        "year": re.match(r"年(?!级|龄|来|以来|前|后|内|间|轻)", after) or (rest == "" and 1500 <= value <= 2099),
    }
    return next((name for name, shows in units.items() if shows), ""), century


def _numeral(match: re.Match[str], text: str) -> Iterator[Quantity]:
    """A Chinese numeral; one character alone is weak: 一, 十 and 万 stand in too many words that count nothing."""
    shown = match[0]
    if shown == "半":
        yield Quantity(Decimal("0.5"), match.start(), match.end(), weak=True, also=(Decimal(6), Decimal(30)))
        return
    value = chinese(re.sub(r"[多余来\s]", "", shown))
    after, before = text[match.end() : match.end() + 4], text[max(0, match.start() - 1) : match.start()]
    unit, century = _unit("", after, before, value)
    arabic = any(character.isdigit() and character.isascii() for character in shown)
    sequence = not arabic and not set(shown) & set(CHINESE_SCALES)
    weak = not arabic and (
        value <= 12 or not set(shown) - set(CHINESE_SCALES) or (sequence and not ("年" in after[:1] or "点" in shown))
    )
    also: tuple[Decimal, ...] = ()
    if unit == "year" and value < 100 and sequence:
        also = (value + century,)
    yield Quantity(value, match.start(), match.end(), unit, weak, also)


def _words(match: re.Match[str], text: str) -> Iterator[Quantity]:  # noqa: ARG001
    """Number words; what does not compose ("five six") is as many numbers as it takes."""
    groups: list[list[re.Match[str]]] = [[]]
    for word in re.finditer(r"[a-z]+", match[0], re.IGNORECASE):
        if word[0].lower() in ("and", "a", "an"):
            continue
        if groups[-1] and not _composes(groups[-1][-1][0].lower(), word[0].lower()):
            groups.append([])
        groups[-1].append(word)
    for group in groups:
        words = [word[0].lower() for word in group]
        factor = _OTHER_WORDS[words.pop()] if words[-1] in ("decades", "centuries") else 1
        value = english([word for word in words if word != "half"]) * Decimal(factor)
        half = "half" in words
        if half:  # two and a half million
            tail = words[words.index("half") + 1 :]
            value += english(tail) / 2 if tail else Decimal("0.5")
        start, end = match.start() + group[0].start(), match.start() + group[-1].end()
        vague = words[0].removesuffix("s") in ENGLISH_SCALES
        unit = "ordinal" if words[-1] in ENGLISH_ORDINALS else ""
        yield Quantity(value, start, end, unit, weak=vague or (value <= 12 and not half))


def _composes(left: str, right: str) -> bool:
    """Whether the right number word goes on with the number that the left one ends."""
    values = ENGLISH_CARDINALS | ENGLISH_ORDINALS
    if right in ("half", "decades", "centuries") or right.removesuffix("s") in ENGLISH_SCALES or left not in values:
        return left not in ENGLISH_ORDINALS or right in ("decades", "centuries")
    tens = left in ENGLISH_CARDINALS and values[left] >= 20 and values[left] < 100 and values[right] < 10
    year = left in ("eighteen", "nineteen", "twenty") and values[right] >= 10
    return (tens and values[right] > 0) or year


def _month(match: re.Match[str], text: str) -> Iterator[Quantity]:
    """A month's name; May and March also are other things, so alone they are weak."""
    name, after = match[0], text[match.end() : match.end() + 6]
    if name[0].isupper():
        dated = re.match(r"\s*(?:\d|of\b)", after) or re.search(
            r"(?:\d|\b(?:in|of|by|on|since|until|this|last|next|early|late|mid|from|to|and))[\s-]$",
            text[max(0, match.start() - 6) : match.start()],
            re.IGNORECASE,
        )
        number = 1 + next(n for n, month in enumerate(_MONTHS) if month.startswith(name.lower().rstrip(".")[:3]))
        yield Quantity(Decimal(number), match.start(), match.end(), "month", number in (3, 5) and not dated)


def _share(match: re.Match[str], text: str) -> Iterator[Quantity]:  # noqa: ARG001
    first, *_, last = re.findall(r"[a-z]+", match[0].lower())
    if first == "half":
        whole = ENGLISH_SCALES.get(last, Decimal({"century": 100, "decade": 10}.get(last, 1)))
        yield Quantity(whole / 2, match.start(), match.end(), weak=whole < 1000)
    else:
        parts = ENGLISH_CARDINALS.get(first, Decimal(1))
        yield Quantity(parts / _DENOMINATORS[last], match.start(), match.end(), weak=first == "a")


def _parts(match: re.Match[str], text: str) -> Iterator[Quantity]:  # noqa: ARG001
    whole, _, parts = match[0].partition("分之")
    if whole == "百":
        yield Quantity(chinese(parts), match.start(), match.end(), "percent")
    else:
        weak = whole in ("千", "万")
        yield Quantity(chinese(parts) / chinese(whole), match.start(), match.end(), weak=weak)


def _tenths(match: re.Match[str], text: str) -> Iterator[Quantity]:  # noqa: ARG001
    tenths = chinese(match[0][:-1]) * 10
    yield Quantity(tenths, match.start(), match.end(), "percent", weak=True, also=(100 - tenths, tenths / 10))


def _fraction(match: re.Match[str], text: str) -> Iterator[Quantity]:
    upper, _, lower = match[0].partition("/")
    if int(upper) < int(lower):
        yield Quantity(Decimal(upper) / Decimal(lower), match.start(), match.end())
    else:
        yield from _each(match, text)


def _each(match: re.Match[str], text: str) -> Iterator[Quantity]:  # noqa: ARG001
    """The figures of a date, a version, a plan: each for itself."""
    for figure in re.finditer(r"\d+", match[0]):
        yield Quantity(Decimal(figure[0]), match.start() + figure.start(), match.start() + figure.end())


def _season(match: re.Match[str], text: str) -> Iterator[Quantity]:
    first, second = _each(match, text)
    follows = second.value > first.value % 100
    later = first.value - first.value % 100 + second.value
    yield replace(first, unit="year")
    yield replace(second, unit="year", value=later, also=(second.value,)) if follows else second


def _clock(match: re.Match[str], text: str) -> Iterator[Quantity]:
    """The time of day: 22:00, 22时 and 10 p.m. share a reading; full hours have no minutes."""
    hour, *minutes = _each(match, text)
    yield replace(hour, unit="hour", also=((hour.value + 12) % 24,))
    yield from (minute for minute in minutes if minute.value)


def _weakly(match: re.Match[str], text: str) -> Iterator[Quantity]:  # noqa: ARG001
    """A number that nobody owes: 数十, the 19 of COVID-19, "both"."""
    shown = match[0].lower()
    figures = re.search(r"\d+", shown)
    if shown in _OTHER_WORDS:
        value = Decimal(_OTHER_WORDS[shown])
    else:
        value = Decimal(figures[0]) if figures else chinese(shown.strip("数几上成好"))
    yield Quantity(value, match.start(), match.end(), weak=True)


def _pair(match: re.Match[str], text: str) -> Iterator[Quantity]:  # noqa: ARG001
    """Two neighbouring digits are a guess, not a figure: 三四十 is thirty or forty."""
    for digit in match[0][:2]:
        yield Quantity(chinese(digit + match[0][2:]), match.start(), match.end(), weak=True)


def _nothing(match: re.Match[str], text: str) -> Iterator[Quantity]:  # noqa: ARG001
    yield from ()


READERS: dict[str, Callable[[re.Match[str], str], Iterator[Quantity]]] = {
    "skip": _nothing, "address": _nothing, "parts": _parts, "tenths": _tenths, "plan": _weakly, "pair": _pair,
    "vague": _weakly, "numeral": _numeral, "month": _month, "share": _share, "words": _words, "other": _weakly,
    "date": _each, "season": _season, "version": _each, "clock": _clock, "hour": _clock, "fraction": _fraction,
    "code": _weakly, "arabic": _arabic,
}  # fmt: skip
