"""A repair that needs the whole article: months that nobody wrote.

Chinese news says 27日, the 27th, and leaves the month to the reader. Rough engines make one up: of wmt20's and wmt21's
sentences with a day and no month, one of them adds a month to 52 in 156, and the reference never has the same one.
"""

import re
from collections import Counter
from collections.abc import Collection

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH = "|".join(MONTHS)
_DATED = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月\s?([12]\d|3[01]|0?[1-9])[日号]")
_DAY = re.compile(r"(?<![\d月])([12]\d|3[01]|0?[1-9])日(?![本元军])")
_ORDINAL = r"(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"\b(?P<the>the )?(?:(?P<day>\d{{1,2}}){_ORDINAL} (?:of )?(?P<month>{_MONTH})"
    rf"|(?P<first>{_MONTH}) (?P<second>\d{{1,2}}){_ORDINAL})\b(?!,? (?:of )?\d{{4}}| [A-Z])"
)
_DAYS = re.compile(rf"\b(\d{{1,2}}){_ORDINAL} (?:of )?({_MONTH})\b|\b({_MONTH}) (\d{{1,2}}){_ORDINAL}\b")
_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def months_in(source: str) -> frozenset[int]:
    """The months that a text names with a day.

    >>> sorted(months_in("9月27日电，1至9月增长，27日"))
    [9]
    """
    return frozenset(int(month) for month, _ in _DATED.findall(source))


def days_in(text: str) -> Counter[tuple[int, int]]:
    """How often an English text names each month and day.

    >>> days_in("On July 3, at 16:00 on 3 July 2024")
    Counter({(7, 3): 2})
    """
    return Counter((1 + MONTHS.index(one[2] or one[3]), int(one[1] or one[4])) for one in _DAYS.finditer(text))


def name_months_like_the_source(text: str, source: str, months: Collection[int] = ()) -> str:
    """A day without a month in the source gets none that the article does not have.

    >>> name_months_like_the_source("On 27 January it opened.", "27日开业。", {9})
    'On 27 September it opened.'
    >>> name_months_like_the_source("On 27 January it opened.", "27日开业。", {8, 9})
    'On the 27th it opened.'
    >>> name_months_like_the_source("On 27 January it opened.", "27日开业。")
    'On 27 January it opened.'

    `months` are those of the article (`months_in`). Where it names none, a month in the draft may be known.
    """
    dated = {(int(month), int(day)) for month, day in _DATED.findall(source)}
    bare = {int(day) for day in _DAY.findall(source)} - {day for _, day in dated}
    if not months or not bare:
        return text

    def mended(match: re.Match[str]) -> str:
        name, day = match["month"] or match["first"], int(match["day"] or match["second"])
        if day not in bare or 1 + MONTHS.index(name) in {*months, *(month for month, _ in dated)}:
            return match[0]
        if len(set(months)) == 1:
            return match[0].replace(name, MONTHS[next(iter(months)) - 1])
        return f"the {day}{_ENDINGS.get(day, 'th')}"

    return _DATE.sub(mended, text)
