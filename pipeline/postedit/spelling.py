"""Names of a Chinese source whose English can be known, and the source with them in Latin letters.

A small model has seen a name seldom or never and makes one up: 赣州 becomes Tongzhou, 拉夫罗夫 nobody at all. What
stands in Latin letters it copies. Writing into the source what must stand in the translation is code-switching with
pre-specified translations (Song et al., NAACL 2019). Which names are known: a user's own (`glossary`), those of a table
(`known_names`), and people, counties and towns that a tagger finds and Hanyu Pinyin spells.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from postedit.known_names import FOREIGN, UNITS, Spelling, goes_on, listed, names_table, tagged
from postedit.repairs.chinese_names import (
    DOUBLE_SURNAMES,
    ELSEWHERE,
    HAN,
    OWN_LETTERS,
    could_be_given,
    full_names,
    is_surname,
    repeated_names,
)
from postedit.romanization import joined, pinyin_of, surname_readings

# Two characters and what kind of place they are. What stands before it here, in news of wmt17-19, is no name.
_PLACES = re.compile(
    "(?![各大老新小中无省百全自欧特本首名古城主郊华县])(?!.城)(?!自治|高新|商业|贫困|占领|亚太|东北|西北|西南|东南|三角)"
    "(?!边境|沿海|沿边|沿江|试点|示范|重点|下辖|所辖|直辖|直管|民族)..[市县区镇乡]"
)
# Where towns are spelt as pinyin spells them, and a word behind the province's name that may be one.
_PROVINCES = (
    "(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃)省|广西(?:壮族自治区)?"
    "|宁夏(?:回族自治区)?|(?:北京|天津|上海|重庆)市?"
)
_TOWNS = re.compile(f"(?:{_PROVINCES})(?:[\u4e00-\u9fff]{{2,10}}?[市州])?(?=([\u4e00-\u9fff]{{2}}[市县区镇乡]))")
# Where other languages than Chinese name places: 改则 is Gerze.
_OTHER_LANGUAGES = re.compile("西藏|青海|新疆|内蒙古|阿坝|甘孜|甘南|迪庆|[藏蒙]族|维吾尔|哈萨克")
# How these are read in names of places.
_READ = {"长": "chang", "都": "du"}
_NO_NAMES = frozenset({"n", "ng", "nl"})  # a tagger's word for what is called by no name of its own
# What a tagger takes a given name for that it parts from the surname (陈|东宝), and where it comes again (廖|大山).
_GIVEN, _GIVEN_AGAIN = frozenset({"nr", "nrfg", "nz"}), frozenset({"nr", "nrfg", "nz", "ns"})
_TITLES = ("先生", "女士", "小姐", "太太", "老师", "教授")
_WORD = re.compile(r"\w")
# Words that a copied noun may stick to; a short one is left (an offence is no fence), and so is what sticks to others.
_BEFORE_NOUNS, _SHORT = "of|and|with|from", 5


def spellings(source: str, *, people: bool = True, terms: Sequence[Spelling] = ()) -> tuple[Spelling, ...]:
    """The names of a source whose English is known, in order; without `people`, nobody is spelt in pinyin.

    `terms`, a user's own and what the article tells of, stand in the place of what overlaps them.

    Who writes traditional characters seldom spells people in pinyin (Morris Chang is 张忠谋), nor do people of Taiwan,
    Hong Kong and Macao: of those in sources that speak of these, pinyin spelt 12 as the reference has them, and 21 not.

    >>> [one.english for one in spellings("茂木敏充与拉夫罗夫在赣州市会谈，记者裴剑飞报道。")]
    ['Toshimitsu Motegi', 'Lavrov', 'Ganzhou', 'Pei Jianfei']
    """
    if not HAN.search(source):
        return ()
    words = tagged(source)
    taken = {place for one in terms for place in range(one.start, one.end)}
    found = [*terms, *(one for one in listed(source, words) if taken.isdisjoint(range(one.start, one.end)))]
    if not OWN_LETTERS.search(source):
        taken = {place for one in found for place in range(one.start, one.end)}
        found += _counties(source, words, taken)
        found += _persons(source, words, taken) if people else []
    return tuple(sorted(found, key=lambda one: one.start))


def _counties(source: str, words: Sequence[tuple[int, int, str]], taken: set[int]) -> list[Spelling]:
    """Counties and towns that the tagger finds where nothing else is."""
    if ELSEWHERE.search(source) or _OTHER_LANGUAGES.search(source):
        return []
    return [
        Spelling(start, end - 1, _place(source[start : end - 1]))
        for start, end, tag in words
        if tag.startswith("ns") and taken.isdisjoint(range(start, end)) and _is_place(source[start:end])
    ]


def _persons(source: str, words: Sequence[tuple[int, int, str]], taken: set[int]) -> list[Spelling]:
    """People whom the tagger finds where nothing else is, whole or parted."""
    full = full_names(source) | repeated_names(source)
    whole = (
        Spelling(start, end, english)
        for start, end, tag in words
        if tag.startswith("nr") and not goes_on(source, start, end) and (english := _person(source[start:end], full))
    )
    in_two = (one for one in _in_two(source, words, _GIVEN) if source[one.start : one.end] in full)
    return [one for one in (*whole, *in_two) if taken.isdisjoint(range(one.start, one.end))]


def towns(text: str) -> dict[str, str]:
    """Towns and counties that a text names behind their province, and their English without what kind of place each is.

    >>> towns("禾川县医院的“蝶变”：江西省禾川县有人口47万。")
    {'禾川县': 'Hechuan'}
    """
    if not (found := [one for one in _TOWNS.finditer(text) if not _OTHER_LANGUAGES.search(one[0])]):
        return {}
    words = {start: end for start, end, tag in tagged(text) if tag.startswith("n") and tag not in _NO_NAMES}
    return {one[1]: _place(one[1][:-1]) for one in found if words.get(one.end()) == one.end(1) and _is_place(one[1])}


def people(text: str) -> dict[str, str]:
    """People whom a text names again and again, and whose surname a tagger parts from the rest, in pinyin.

    >>> people("村民廖大山握着医生的手。一周前，廖大山突发心梗。")
    {'廖大山': 'Liao Dashan'}
    """
    names = repeated_names(text)
    if not names or ELSEWHERE.search(text):
        return {}
    found = {text[one.start : one.end]: one.english for one in _in_two(text, tagged(text), _GIVEN_AGAIN)}
    return {name: english for name, english in found.items() if name in names}


def find_told(source: str, known: Mapping[str, str]) -> Iterator[Spelling]:
    """Where a source names the `towns` and `people` that its article has told of.

    >>> [*find_told("禾川县医院", {"禾川县": "Hechuan"})]
    [Spelling(start=0, end=2, english='Hechuan', own=False)]
    """
    if known and not _OTHER_LANGUAGES.search(source) and not OWN_LETTERS.search(source):
        for match in re.finditer("|".join(map(re.escape, known)), source):
            unit = match[0][-1] in UNITS  # what kind of place: stays in Chinese
            yield Spelling(match.start(), match.end() - unit, known[match[0]])


def unsaid(names: Sequence[Spelling], answers: Sequence[str]) -> tuple[Spelling, ...]:
    """The names and other words that fewer than half of a model's answers say.

    >>> names = spellings("赣州市的裴剑飞")
    >>> [one.english for one in unsaid(names, ["Pei Jianfei of Tongzhou", "Pei Jianfei of Guangzhou"])]
    ['Ganzhou']
    """
    return tuple(one for one in names if sum(map(one.is_in, answers)) * 2 < len(answers))


def lacked(names: Sequence[Spelling], text: str) -> float:
    """The share of the names that a text does not say; 0 where there are none. A user's own terms do not count.

    >>> lacked(spellings("赣州市的裴剑飞"), "Pei Jianfei of Tongzhou")
    0.5
    """
    known = [one for one in names if not one.own]
    return sum(not one.is_in(text) for one in known) / max(1, len(known))


def spelt(source: str, names: Sequence[Spelling]) -> str:
    """The source with the English of these names and other words, between spaces: so a model copies more of them.

    >>> spelt("在赣州市，拉夫罗夫说", spellings("在赣州市，拉夫罗夫说"))
    '在 Ganzhou 市，Lavrov 说'
    """
    text, at = "", 0
    for one in names:
        text, at = _beside(_beside(text, source[at : one.start]), one.english), one.end
    return _beside(text, source[at:])


def parted(text: str, names: Sequence[Spelling]) -> str:
    """What a model copied, with a space where it sticks to the word before.

    >>> parted("the town ofGannan, directorChen Guokai", [Spelling(0, 2, "Gannan"), Spelling(2, 5, "Chen Guokai")])
    'the town of Gannan, director Chen Guokai'
    """
    for english in {one.english for one in names}:
        noun = english[0].islower()
        before = _BEFORE_NOUNS if noun else "[a-z]{2,}"
        if not noun or len(english) > _SHORT:
            text = re.sub(rf"(?<![\w/.@-])({before})(?={re.escape(english)}\b)", r"\1 ", text)
    return text


def _beside(text: str, more: str) -> str:
    """One behind the other, with a space where words or numbers meet."""
    return text + " " * bool(_WORD.match(text[-1:]) and _WORD.match(more)) + more


def _is_place(word: str) -> bool:
    """Whether a word that a tagger takes for a place is two characters and what kind of place in China it is."""
    known = names_table().keys() & {word, word[:2]}
    return bool(_PLACES.fullmatch(word)) and not known and FOREIGN.isdisjoint(word[:2])


def _place(name: str) -> str:
    return joined([_READ.get(character, read) for character, read in zip(name, pinyin_of(name), strict=True)])


def _in_two(source: str, words: Sequence[tuple[int, int, str]], given: frozenset[str]) -> Iterator[Spelling]:
    """People whose surname is one word to a tagger, and whose given name of two characters is another, of these kinds.

    With what ends a name behind them, 15 of 15 such are people whom the English names so (wmt17-20 and 400,000 pairs).
    """
    for (start, end, tag), (at, stop, kind) in pairwise(words):
        if tag.startswith("nr") and kind in given and stop - at == 2 and is_surname(source[start:end]):
            name = source[start:stop]
            if FOREIGN.isdisjoint(source[at:stop]) and (english := _person(name, frozenset())):
                yield Spelling(start, stop, english)


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
