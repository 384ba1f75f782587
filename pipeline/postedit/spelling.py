"""Names of a Chinese source whose English can be known, and the source with them in Latin letters.

A small model has seen a name seldom or never and makes one up: 赣州 becomes Tongzhou, 拉夫罗夫 nobody at all. What
stands in Latin letters it copies. Writing into the source what must stand in the translation is code-switching with
pre-specified translations (Song et al., NAACL 2019). Which names are known: those of a table (names_zh_en.tsv, made by
corpora/spellings.py), and people whom a tagger finds and Hanyu Pinyin spells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from postedit.repairs.chinese_names import (
    DOUBLE_SURNAMES,
    HAN,
    could_be_given,
    full_names,
    is_surname,
    repeated_names,
)
from postedit.romanization import joined, pinyin_of, surname_readings

# Characters that foreign names are written with: what stands beside one is not the whole of a name.
FOREIGN = frozenset(
    "阿埃艾奥澳巴贝比彼宾伯博布茨蒂厄恩尔弗夫盖戈格哈赫基加卡凯坎考科克库夸拉莱朗勒雷里利卢鲁罗洛马麦曼蒙米密摩莫姆穆"
    "内尼纽努诺欧帕佩皮珀普奇齐乔切萨塞桑什斯松索塔泰特提图托瓦韦维沃乌西希夏肖谢雅耶伊因尤约泽扎詹兹丝莎莉娜妮娅琳珊黛"
)
_TABLE = "names_zh_en.tsv"
LONGEST = 8  # characters of the longest name in the table
_UNITS = "市县区镇乡州省"  # what kind of place: stays in Chinese, which the model translates
_TITLES = ("先生", "女士", "小姐", "太太", "老师", "教授")
_LATIN = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name at a place of the source, and how English writes it."""

    start: int
    end: int
    english: str

    def is_in(self, text: str) -> bool:
        return self.english.casefold() in text.casefold()


def spellings(source: str, *, people: bool = True) -> tuple[Spelling, ...]:
    """The names of a source whose English is known, in order; of `people` only those of the table, if not.

    Who writes traditional characters seldom spells people in pinyin (Morris Chang is 张忠谋).

    >>> [one.english for one in spellings("茂木敏充与拉夫罗夫在赣州市会谈，记者裴剑飞报道。")]
    ['Toshimitsu Motegi', 'Lavrov', 'Ganzhou', 'Pei Jianfei']
    """
    if not HAN.search(source):
        return ()
    import rjieba

    words, at = list[tuple[int, int, str]](), 0
    for word, tag in rjieba.tag(source):
        words.append((at, at + len(word), tag))
        at += len(word)
    listed = [*_listed(source, [start for start, _, _ in words] + [at])]
    if not people:
        return tuple(listed)
    taken = {place for one in listed for place in range(one.start, one.end)}
    full = full_names(source) | repeated_names(source)
    persons = [
        Spelling(start, end, english)
        for start, end, tag in words
        if tag.startswith("nr")
        and taken.isdisjoint(range(start, end))
        and not _goes_on(source, start, end)
        and (english := _person(source[start:end], full))
    ]
    return tuple(sorted([*listed, *persons], key=lambda one: one.start))


def unsaid(names: Sequence[Spelling], answers: Sequence[str]) -> tuple[Spelling, ...]:
    """The names that fewer than half of a model's answers say.

    >>> names = spellings("赣州市的裴剑飞")
    >>> [one.english for one in unsaid(names, ["Pei Jianfei of Tongzhou", "Pei Jianfei of Guangzhou"])]
    ['Ganzhou']
    """
    return tuple(one for one in names if sum(map(one.is_in, answers)) * 2 < len(answers))


def lacked(names: Sequence[Spelling], text: str) -> float:
    """The share of the names that a text does not say; 0 where there are none.

    >>> lacked(spellings("赣州市的裴剑飞"), "Pei Jianfei of Tongzhou")
    0.5
    """
    return sum(not one.is_in(text) for one in names) / max(1, len(names))


def spelt(source: str, names: Sequence[Spelling]) -> str:
    """The source with these names in Latin letters.

    >>> spelt("在赣州市，拉夫罗夫说", spellings("在赣州市，拉夫罗夫说"))
    '在Ganzhou市，Lavrov说'
    """
    text, at = "", 0
    for one in names:
        text, at = _beside(_beside(text, source[at : one.start]), one.english), one.end
    return _beside(text, source[at:])


def _beside(text: str, more: str) -> str:
    """One behind the other, with a space where Latin letters or digits meet."""
    return text + " " * bool(_LATIN.match(text[-1:]) and _LATIN.match(more)) + more


def _listed(source: str, bounds: Sequence[int]) -> Iterator[Spelling]:
    """The longest names of the table between two ends of words, from left to right."""
    table, behind = names_table(), 0
    for start in bounds:
        if start < behind:
            continue
        for end in sorted((end for end in bounds if start < end <= start + LONGEST), reverse=True):
            word = source[start:end]
            english = table.get(word)
            stop = end
            if english is None and word[-1] in _UNITS and table.get(word[:-1]):
                stop, english = end - 1, table[word[:-1]]
            if english and not _goes_on(source, start, stop):
                yield Spelling(start, stop, english)
                behind = stop
                break


def _goes_on(source: str, start: int, end: int) -> bool:
    """Whether the name seems to be a part of a longer foreign one."""
    before, behind = source[max(0, start - 1) : start], source[end : end + 1]
    return {before, source[start]} <= FOREIGN or {source[end - 1], behind} <= FOREIGN


def _person(word: str, full: frozenset[str]) -> str | None:
    """A Chinese person's name as pinyin spells it; None for what may be no such name.

    Three characters that a tagger takes for a person are one where the first is a surname and the others could be a
    given name that no foreign name is made of; two, where what follows says so as well (`full`).
    """
    size = 2 if word[:2] in DOUBLE_SURNAMES else 1
    given = word[size:]
    foreign = sum(character in FOREIGN for character in given)
    if word.endswith(_TITLES) or not 1 <= len(given) <= 2 or not is_surname(word[:size]) or word in names_table():
        return None
    if not could_be_given(given) or foreign > (len(given) == 2) or (len(given) == 1 and word not in full):
        return None
    family = surname_readings(word[:size])
    return f"{joined(family[0])} {joined(pinyin_of(word)[size:])}" if family else None


@cache
def names_table() -> dict[str, str]:
    """Chinese to English; to nothing where a tagger takes a word for a name that is none."""
    return rows_of(files("postedit").joinpath(_TABLE).read_text("utf-8"))


def rows_of(text: str) -> dict[str, str]:
    """The rows of a table of names.

    >>> rows_of("# Chinese, and English\\n赣州\\tGanzhou\\n杜绝\\t\\n")
    {'赣州': 'Ganzhou', '杜绝': ''}
    """
    rows = text.splitlines()
    return dict(row.split("\t", 1) for row in rows if row and not row.startswith("#"))
