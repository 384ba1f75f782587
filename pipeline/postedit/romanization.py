"""Chinese characters in Latin letters, as Hanyu Pinyin writes names: 张志明 is Zhang Zhiming, 西安 is Xi'an.

Readings come from pypinyin (MIT). A few characters are read in two ways in names; which one, only the bearer knows, so
both are given and the caller picks the one that the text at hand is nearest to. The rare readings of all others are
left out: 市 is also fu, but in no name.
"""

from collections.abc import Sequence
from functools import cache
from itertools import product

# Characters that read otherwise when they are surnames.
_AS_SURNAMES = {
    "曾": ("zeng",), "单": ("shan",), "仇": ("qiu",), "解": ("xie",), "查": ("zha",), "翟": ("zhai",), "任": ("ren",),
    "盖": ("gai",), "区": ("ou",), "朴": ("piao", "park"), "华": ("hua",), "尉": ("wei",), "缪": ("miao",),
    "覃": ("qin", "tan"), "乐": ("yue",), "员": ("yun",), "吕": ("lu", "lyu", "lv"),
}  # fmt: skip
_TWO_WAYS = frozenset("长朝乐重行盛茜芮隽贾曾单燕华调传弹解俊莎珏瑀")


@cache
def readings(characters: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read a few Chinese characters, each a syllable for each character; none where one has no reading.

    >>> readings("志强"), readings("长")
    ((('zhi', 'qiang'),), (('zhang',), ('chang',)))

    Syllables with ü are left out: how a name writes them (Lü, Lyu, Lu, Lv) is anybody's guess.
    """
    from pypinyin import Style, pinyin

    found = pinyin(list(characters), style=Style.NORMAL, heteronym=True, v_to_u=True, errors="ignore")
    if len(found) != len(characters):
        return ()
    plain = [
        [one for one in dict.fromkeys(syllables) if one.isascii()][: 2 if character in _TWO_WAYS else 1]
        for character, syllables in zip(characters, found, strict=True)
    ]
    return tuple(product(*plain))


def surname_readings(surname: str) -> tuple[tuple[str, ...], ...]:
    """The same for a surname.

    >>> surname_readings("曾"), surname_readings("欧阳")
    ((('zeng',),), (('ou', 'yang'),))
    """
    return tuple((one,) for one in _AS_SURNAMES[surname]) if surname in _AS_SURNAMES else readings(surname)


def pinyin_of(word: str) -> list[str]:
    """The syllables of a word, read as a whole: 长沙 is Changsha and no Zhangsha.

    >>> pinyin_of("长沙")
    ['chang', 'sha']
    """
    from pypinyin import lazy_pinyin

    return lazy_pinyin(word, v_to_u=True)


def joined(syllables: Sequence[str]) -> str:
    """One capitalised word, with an apostrophe where a syllable begins with a vowel.

    >>> joined(("zhi", "ming")), joined(("xi", "an"))
    ('Zhiming', "Xi'an")
    """
    first, *rest = syllables
    return (first + "".join(f"'{one}" if one[0] in "aeo" else one for one in rest)).capitalize()
