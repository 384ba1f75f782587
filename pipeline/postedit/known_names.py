"""Chinese names whose English is known: those of a table (names_zh_en.tsv, made by corpora/spellings.py)."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

# Characters that foreign names are written with: what stands beside one is not the whole of a name.
FOREIGN = frozenset(
    "阿埃艾奥澳巴贝比彼宾伯博布茨蒂厄恩尔弗夫盖戈格哈赫基加卡凯坎考科克库夸拉莱朗勒雷里利卢鲁罗洛马麦曼蒙米密摩莫姆穆"
    "内尼纽努诺欧帕佩皮珀普奇齐乔切萨塞桑什斯松索塔泰特提图托瓦韦维沃乌西希夏肖谢雅耶伊因尤约泽扎詹兹丝莎莉娜妮娅琳珊黛"
)
_TABLE = "names_zh_en.tsv"
LONGEST = 12  # characters of the longest name in the table
UNITS = "市县区镇乡州省"  # what kind of place: stays in Chinese, which the model translates
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th"})
_PARTED = 3  # characters, at least, of a foreign name that a tagger parts; of others one more
# Behind a name that a tagger does not end: 电讯报 is no newspaper in 电讯报道, and 布伦特 nobody in 布伦特兰.
_LONGER = frozenset("道告德兰森顿逊林纳瓦安")
_WORDS_OVER = re.compile("国家|国内|大学生|航空母舰|部门|组织部|银行业|地区|城市")  # that no name ends in the middle of
_SHORT = 5  # letters: below, what begins alike is another word
# What a word has behind a name that it is made of: Omani, Americans, Moscow's.
_ENDINGS = frozenset(
    ["s", "es", "n", "ns", "an", "ans", "ian", "ians", "i", "is", "ese", "ish", "er", "ers", "ites"]
) | {""}


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name, or another word, at a place of the source, and how English writes it."""

    start: int
    end: int
    english: str
    own: bool = False  # a user has settled it (`glossary`)

    def is_in(self, text: str) -> bool:
        """Whether the text says the name, or a word that is made of it.

        >>> [Spelling(0, 2, "Tehran").is_in(text) for text in ("in TEHRAN", "Tehrani papers", "near Tehranpars")]
        [True, True, False]
        """
        name, words = plain(self.english).removeprefix("the "), f" {plain(text)} "
        if not name:
            return self.english in text
        behind = (rest.split(" ", 1)[0] for rest in words.split(f" {name}")[1:])
        return any(not end or (end in _ENDINGS and len(name) >= _SHORT) for end in behind)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """The words of a text in small letters, without what is written in more than one way.

    >>> plain("Sana'a, São Paulo and Kim Jong-un")
    'sanaa sao paulo and kim jong un'
    """
    text = unicodedata.normalize("NFKD", re.sub("['’]", "", text)).casefold().translate(_LETTERS)
    return " ".join(re.findall("[a-z0-9]+", "".join(one for one in text if not unicodedata.combining(one))))


@lru_cache(maxsize=8192)
def sound(text: str) -> str:
    """The consonants, as far as Chinese and English tell them apart alike.

    >>> sound("makelong"), sound("Macron")
    ('mkln', 'mkln')
    """
    text = re.sub("[^a-z]", "", text.lower()).replace("ph", "f")
    text = re.sub("ch|sh|zh|[jqxz]|c(?=[ei])", "s", text)
    text = text.translate(str.maketrans("bvwdgcr", "pfftkkl")).replace("nk", "n")
    return re.sub("[aeiouyh]", "", re.sub(r"(.)\1+", r"\1", text))


def listed(source: str, words: Sequence[tuple[int, int, str]]) -> Iterator[Spelling]:
    """The longest names of the table, from left to right; `words` as `tagged` gives them.

    Between two ends of words. A tagger parts names that it does not know, so for longer ones one end will do.

    >>> [one.english for one in listed("最高法院，埃尔多安将军", tagged("最高法院，埃尔多安将军"))]
    ['Erdogan']
    """
    bounds = frozenset([start for start, _, _ in words] + [len(source)])
    table, behind = names_table(), 0
    for start in range(len(source)):
        if start < behind:
            continue
        for end in range(min(len(source), start + LONGEST), start, -1):
            word = source[start:end]
            english, stop = table.get(word), end
            if english is None and word[-1] in UNITS and end in bounds:
                stop, english = end - 1, table.get(word[:-1])
            ends = bounds.intersection([start, end])
            if english is None or not _stands_alone(source, start, stop, len(ends)):
                continue
            if english and not goes_on(source, start, stop):
                yield Spelling(start, stop, english)
                behind = stop
                break
            if not english and stop - start >= _PARTED:
                behind = stop
                break


def _stands_alone(source: str, start: int, end: int, ends: int) -> bool:
    """Whether a name may stand here, of which so many of both ends are ends of words.

    Of names at one end of a word the references of wmt17-19 said 70, and 17 otherwise (counted once by hand).
    """
    if ends != 1:
        return ends == 2
    inside = any(match.start() < end < match.end() for match in _WORDS_OVER.finditer(source, start, end + 3))
    foreign = sum(map(FOREIGN.__contains__, source[start:end]))
    long = end - start >= (_PARTED if foreign * 2 >= end - start else _PARTED + 1)
    return long and not inside and source[end : end + 1] not in _LONGER


@lru_cache(maxsize=256)
def tagged(source: str) -> tuple[tuple[int, int, str], ...]:
    """Where each word of a Chinese text begins and ends, and what kind of word a tagger takes it for."""
    import rjieba

    words, at = list[tuple[int, int, str]](), 0
    for word, tag in rjieba.tag(source):
        words.append((at, at + len(word), tag))
        at += len(word)
    return tuple(words)


def without(source: str, names: Sequence[Spelling]) -> str:
    """The source, as long as before, with commas in the place of names; but people whom no user has settled stay.

    >>> without("在赣州，廖大山说", [Spelling(1, 3, "Ganzhou"), Spelling(4, 7, "Liao Dashan")])
    '在，，，廖大山说'
    """
    for one in names:
        if one.own or " " not in one.english:
            source = source[: one.start] + "，" * (one.end - one.start) + source[one.end :]
    return source


def goes_on(source: str, start: int, end: int) -> bool:
    """Whether the name seems to be a part of a longer foreign one."""
    before, behind = source[max(0, start - 1) : start], source[end : end + 1]
    return {before, source[start]} <= FOREIGN or {source[end - 1], behind} <= FOREIGN


@cache
def names_table() -> dict[str, str]:
    """Chinese to English; to nothing where a tagger takes a word for a name that is none."""
    return rows_of(files("postedit").joinpath(_TABLE).read_text("utf-8"))


@cache
def names_digest() -> str:
    """For the run signature: another table of names makes other texts."""
    return rows_digest(names_table())


def rows_digest(rows: Mapping[str, str]) -> str:
    """Eight hexadecimal digits that tell one table from another, in whatever order their rows stand.

    >>> rows_digest({"赣州": "Ganzhou"})
    '249aad80'
    """
    return hashlib.sha256("\n".join(map("\t".join, sorted(rows.items()))).encode()).hexdigest()[:8]


def rows_of(text: str) -> dict[str, str]:
    """The rows of a table of Chinese and English.

    >>> rows_of("# Chinese, and English\\n赣州\\tGanzhou\\n杜绝\\t\\n")
    {'赣州': 'Ganzhou', '杜绝': ''}
    """
    rows = text.splitlines()
    return dict(row.split("\t", 1) for row in rows if row and not row.startswith("#"))
