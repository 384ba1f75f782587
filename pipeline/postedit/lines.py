"""A block as its reader sees it: how long it is, whether it is prose, whether it says when, by whom or from where.

Lengths are in words; three Chinese characters make two.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from postedit.article import Block, Kind
from postedit.furniture import BUTTONS, COUNTS
from postedit.phrases import evenly, find

DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?|(?:星期|周)[一二三四五六日天])"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATE = re.compile(
    r"(?:(?:date|time|published|posted|updated|released?|published|publication|release|last modified)"
    r"(?: (?:on|at|date|time))?\s*:?\s*|(?:发布|发表|更新|编辑|成文)?(?:时间|日期|于)\s*:?\s*)?"
    rf"(?:{DAY},?\s*)?"
    rf"(?:{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH},? \d{{4}}"
    r"|\d{4} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2} ?日?|\d{1,2}[/.]\d{1,2}[/.]\d{4})"
    rf"(?:,? ?{DAY})?(?:[\s,T]*(?:at )?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?: ?[ap]\.?m\.?)?(?: ?\(?[A-Z]{{2,4}}\)?)?)?",
    re.IGNORECASE,
)

NAME = r"[A-Z][\w.'’-]*"
NAMES = rf"{NAME}(?:(?:,? and | & |, | of | for the | for |, the | )(?:{NAME})){{0,9}}"
BYLINE = re.compile(
    r"(?i:sources?|article source|authors?|editors?|(?:responsible|executive|chief|managing|copy) editor"
    r"|editor(?: in |-in-)(?:charge|chief)|text|words|photos?|photography|image|picture|reporters?|correspondents?"
    r"|translat(?:or|ed by)|written by|edited by|proofread(?:er|ing)"
    r"|(?:文章|信息|稿件)?来源|稿源|作者|记者|编辑|责任编辑|责编|编审"
    r"|审核|校对|摄影|图片|图|文|[文图]/[文图]|供稿|撰文|通讯员|译者|翻译|初审|复审|终审|监制)\s*:\s*\S.{0,100}"
    rf"|(?:By|BY|Written by|Reported by|Photos? by|Translated by|Edited by|Text by|Our reporter|Reporter) {NAMES}"
    r"|[Bb]y (?:the |our )?(?:editors|staff|editorial (?:board|team)|(?:staff )?(?:reporter|correspondent|writer)s?)"
    rf"(?: {NAMES})?"
    rf"|[◎☆★▲△]\s*(?:{NAMES}|[\u4e00-\u9fff· ]{{2,16}})"
    r"|(?:本[报刊网台]|新华社)?(?:特约)?(?:记者|通讯员)\s*[\u4e00-\u9fff· ]{2,30}"
    r"|(?:(?:文|图|图文|摄影|作者|撰文|编辑|责编|排版|校对|审核|监制|来源) ?[|/] ?[\u4e00-\u9fff·]{2,12}\s*){1,6}"
    r"|\((?i:reporters?|correspondents?|editors?|photos?|text)\b[^)]{2,80}\)|\((?:记者|责任编辑|编辑|来源|图"
    r"|文)[^)]{1,60}\)"
)
EDITOR = re.compile(
    r"\(?(?:(?:责任|值班|执行)编辑|责编|(?:responsible|duty|executive) editor|editor in charge)\s*:[^:]{1,40}",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[.!?](?=[\s\"'”’)\]]|\Z)|[。！？]")
END_OF_SENTENCE = re.compile(r"""([.!?。！？…]+)["'”’»）)\]」』]*\Z""")
UNIT = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:['’-]\w+)*")
HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)  # no slots: what every rule asks of every line is worked out once
class Line:
    """A block, as its reader sees it."""

    block: Block
    text: str

    def has(self, *kinds: Kind) -> bool:
        return self.block.kind in kinds

    def labelled(self, kind: Kind, why: str) -> "Line":
        return replace(self, block=replace(self.block, kind=kind, why=why))

    @cached_property
    def units(self) -> int:
        """Words; three Chinese characters make two."""
        found = UNIT.findall(self.text)
        han = sum(bool(HAN.match(unit)) for unit in found)
        return len(found) - han + (2 * han + 2) // 3

    @property
    def ending(self) -> str:
        found = END_OF_SENTENCE.search(self.text)
        return found[1] if found else ""

    @property
    def sentences(self) -> int:
        return len(SENTENCE.findall(self.text))

    @cached_property
    def is_prose(self) -> bool:
        """Sentences, not a headline: what may stand after a comment box and yet belong to the article.

        A headline may end in "?" or "!", a teaser breaks off with "..."; these count as prose only when they are long.
        """
        if self.ending.endswith(("...", "…")):
            return self.sentences >= 3 and self.units > 40
        if self.ending.endswith((".", "。")):
            return self.units >= 4
        return self.sentences >= 2 or self.units > 25

    @property
    def is_article(self) -> bool:
        """Prose that the page is about."""
        return not self.has(Kind.FURNITURE, Kind.VERBATIM, Kind.DATE, Kind.BYLINE) and self.is_prose

    @property
    def is_headline(self) -> bool:
        """It may be a title: no sentence, nothing that somebody says, nothing that goes on."""
        closed = self.ending.endswith((".", "。", "…")) or self.text.endswith((",", "，", ";", "；", ":"))
        spoken = self.text.startswith(('"', "“", "「", "—", "–")) and self.text.endswith(('"', "”", "」"))
        return not closed and not spoken and not self.is_prose and len(self.text) <= 200

    @property
    def may_be_furniture(self) -> bool:
        """A table's cell, a quotation, code and a heading that its format calls one are the author's."""
        return self.has(Kind.PARAGRAPH) or (self.has(Kind.ITEM) and not self.block.why)


def seen(text: str, block: Block) -> Line:
    """The block as a line: its markup gone, its white space evened out.

    >>> seen("  What  is\\tnew?", Block(2, 15)).text
    'What is new?'
    """
    pieces, at = [], block.start
    for mark in block.marks:
        pieces += [text[at : mark.start], mark.stands_for]
        at = mark.end
    return Line(block, evenly("".join([*pieces, text[at : block.end]])))


def dated(line: Line) -> Line:
    """The line as a date or a byline, where it is one; a count of readers may stand beside it.

    >>> dated(seen("Posted on May 3, 2021", Block(0, 21))).block.kind.value
    'date'
    """
    if not line.has(Kind.PARAGRAPH):
        return line
    date = DATE.match(line.text)
    rest = line.text[date.end() :].strip(" |,") if date else line.text
    if date and (not rest or re.fullmatch(COUNTS, rest, re.IGNORECASE) or find(rest, BUTTONS)):
        return line.labelled(Kind.DATE, "a date by itself")
    if line.units <= 20 and not line.ending and BYLINE.fullmatch(rest):
        return line.labelled(Kind.BYLINE, "names who wrote it or where it is from")
    return line


def is_editor(line: Line) -> bool:
    """It says who is responsible for the page; after the article that is the page's own business."""
    return line.has(Kind.BYLINE) and bool(EDITOR.fullmatch(line.text))


def first_prose(lines: Sequence[Line]) -> int:
    """Where the article begins; the length of the page, if there is none."""
    return next((at for at, line in enumerate(lines) if line.is_article), len(lines))


def is_over(lines: Sequence[Line], at: int) -> bool:
    """Prose before it, none after it: the article is over here."""
    return any(line.is_article for line in lines[:at]) and not any(line.is_article for line in lines[at + 1 :])
