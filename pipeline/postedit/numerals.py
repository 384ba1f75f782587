"""Read one written-out number, in Chinese characters or English words, as the value it stands for."""

from decimal import Decimal

CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
CHINESE_SCALES = {
    "十": Decimal(10),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10) ** 4,
    "亿": Decimal(10) ** 8,
    "兆": Decimal(10) ** 12,
}
ENGLISH_SCALES = {
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "million": Decimal(10) ** 6,
    "billion": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12,
    "dozen": Decimal(12),
}
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_IRREGULAR = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12}

ENGLISH_CARDINALS = {word: Decimal(n) for n, word in enumerate(_ONES)} | {
    word: Decimal(10 * n) for n, word in enumerate(_TENS, 2)
}
ENGLISH_ORDINALS = (
    {word + "th": value for word, value in ENGLISH_CARDINALS.items() if value < 20}
    | {word[:-1] + "ieth": ENGLISH_CARDINALS[word] for word in _TENS}
    | {word: Decimal(n) for word, n in _IRREGULAR.items()}
)


def chinese(numeral: str) -> Decimal:
    """The value of a Chinese numeral, whose digits may be Arabic.

    >>> [str(chinese(n)) for n in ("十三亿四千万", "13亿4000万", "二〇二二", "两万五", "3万亿", "三点一四")]
    ['1340000000', '1340000000', '2022', '25000', '3000000000000', '3.14']

    A last digit without its unit belongs to the next lower one, as people say it: 两万五 is 25,000.
    """
    whole, _, fraction = numeral.partition("点")
    if fraction:
        digits = fraction.rstrip("".join(CHINESE_SCALES))
        value = chinese(whole) + Decimal("0." + "".join(str(CHINESE_DIGITS.get(c, c)) for c in digits))
        return value * chinese(fraction[len(digits) :]) if digits != fraction else value
    total, section, current, last = Decimal(0), Decimal(0), "", Decimal(1)
    for character in whole.replace(",", "").replace(" ", ""):
        scale = CHINESE_SCALES.get(character)
        if scale is None:
            digit = CHINESE_DIGITS.get(character, character)
            last = Decimal(10) if digit == 0 and not current else last  # 一百零五: the zero says "ones follow"
            current += str(digit)
        elif scale < CHINESE_SCALES["万"]:
            section += Decimal(current or 1) * scale
            current, last = "", scale
        else:
            section += Decimal(current or 0)
            if total and total < scale:
                total = (total + section) * scale
            else:
                total += (section or 1) * scale
            section, current, last = Decimal(0), "", scale
    spoken = len(current) == 1 and whole[-1] in CHINESE_DIGITS and last > 10
    return total + section + Decimal(current or 0) * (last / 10 if spoken else 1)


def english(words: list[str]) -> Decimal:
    """The value of a number in lower-case English words, "and" left out.

    >>> [str(english(n.split())) for n in ("two hundred fifty thousand", "twenty first", "a million", "twenty twenty")]
    ['250000', '21', '1000000', '2020']
    """
    total, section = Decimal(0), Decimal(0)
    for word in words:
        scale = ENGLISH_SCALES.get(word.removesuffix("s"))
        value = ENGLISH_CARDINALS.get(word, ENGLISH_ORDINALS.get(word))
        if scale is None:
            value = Decimal(1) if value is None else value
            section = section * 100 + value if section >= 10 and value >= 10 and section % 100 else section + value
        elif scale in (100, 12):
            section = (section or 1) * scale
        else:
            total += (section or 1) * scale
            section = Decimal(0)
    return total + section


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
