"""What each block is on its page: title, date, byline, heading, paragraph, or the furniture around the article.

Furniture is dropped, so a wrong label loses a reader's sentence. A block is furniture if its whole line is a known
phrase; where the phrase could be a heading ("Related articles") it needs a neighbour or the end of the page, too. Lines
after a comment box or a list of other articles go with it only if no sentence follows them: prose is always kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from postedit.article import Article, Block, Kind
from postedit.furniture import ADVERTISEMENT, BESIDE, CERTAIN, LIKELY, Phrase, evenly, find

DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?|(?:星期|周)[一二三四五六日天])"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATE = re.compile(
    r"(?:(?:date|time|published|posted|updated|released?|published|publication|release|last modified)"
    r"(?: (?:on|at|date|time))?\s*:?\s*|(?:发布|发表|更新)?(?:时间|日期|于)\s*:?\s*)?"
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
    r"|来源|文章来源|稿源|作者|记者|编辑|责任编辑|责编|编审"
    r"|审核|校对|摄影|图片|图|文|[文图]/[文图]|供稿|撰文|通讯员|译者|翻译|初审|复审|终审|监制)\s*:\s*\S.{0,100}"
    rf"|(?:By|BY|Written by|Reported by|Photos? by|Translated by|Edited by|Text by|Our reporter|Reporter) {NAMES}"
    rf"|[◎☆★▲△]\s*(?:{NAMES}|[\u4e00-\u9fff· ]{{2,16}})"
    r"|(?:本[报刊网台]|新华社)?(?:特约)?(?:记者|通讯员)\s*[\u4e00-\u9fff· ]{2,30}|文[/|] ?[\u4e00-\u9fff ]{2,12}"
    r"|\((?i:reporters?|correspondents?|editors?|photos?|text)\b[^)]{2,80}\)|\((?:记者|责任编辑|编辑|来源|图|文)[^)]{1,60}\)"
)
SENTENCE = re.compile(r"[.!?](?=[\s\"'”’)\]]|\Z)|[。！？]")
END_OF_SENTENCE = re.compile(r"""([.!?。！？…]+)["'”’»）)\]」』]*\Z""")
UNIT = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:['’-]\w+)*")
HAN = re.compile(r"[\u3400-\u9fff]")

# The title is repeated at the top or it is a refrain; six blocks leave room for a date, a menu and a byline.
TOP = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A block, as its reader sees it."""

    block: Block
    text: str

    @property
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

    @property
    def is_prose(self) -> bool:
        """Sentences, not a headline: what may stand after a comment box and yet belong to the article.

        A headline may end in "?" or "!", a teaser breaks off with "..."; these count as prose only when they are long.
        """
        if self.ending.endswith(("...", "…")):
            return self.sentences >= 3 and self.units > 40
        if self.ending.endswith((".", "。")):
            return self.units >= 4
        return self.sentences >= 2 or self.units > 25


def label(article: Article) -> Article:
    """The article with the kind of each block, and the reason for it; on both sides, texts and offsets as they were.

    >>> from postedit.formats import parse
    >>> page = "He is back\\n\\nHe is back\\n\\nAfter two years he came home, and nobody was there to meet him.\\n"
    >>> for block in label(parse(page, "text", "a1")).blocks:
    ...     print(f"{block.kind}: {block.why}")
    title: the first line, and no sentence
    furniture: repeats the title
    paragraph:

    A kind that its format knows (a Markdown heading, a list item) stays, unless the block is furniture.
    """
    return replace(
        article,
        blocks=_labelled(article.draft, article.blocks),
        source_blocks=_labelled(article.source or "", article.source_blocks),
    )


def _labelled(text: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    page = [Line(block, _seen(text, block)) for block in blocks]
    page = [_alone(line) for line in page]
    page = _settled(page)
    page = _without_tail(page)
    page = _titled(page)
    return tuple(line.block for line in _headed(page))


def _seen(text: str, block: Block) -> str:
    pieces, at = [], block.start
    for mark in block.marks:
        pieces += [text[at : mark.start], mark.stands_for]
        at = mark.end
    return evenly("".join([*pieces, text[at : block.end]]))


def _as(line: Line, kind: Kind, why: str) -> Line:
    return replace(line, block=replace(line.block, kind=kind, why=why))


def _is(line: Line, *kinds: Kind) -> bool:
    return line.block.kind in kinds


def _may_be_furniture(line: Line) -> bool:
    """A table's cell, a quotation, code and a heading that its format calls one are the author's."""
    return _is(line, Kind.PARAGRAPH) or (_is(line, Kind.ITEM) and not line.block.why)


def _alone(line: Line) -> Line:
    """What a line is by itself."""
    if _may_be_furniture(line) and (phrase := find(line.text, CERTAIN)):
        return _as(line, Kind.FURNITURE, phrase.why)
    if not _is(line, Kind.PARAGRAPH):
        return line
    if DATE.fullmatch(line.text):
        return _as(line, Kind.DATE, "a date by itself")
    dated = DATE.match(line.text)
    names = line.text[dated.end() :].strip(" |,") if dated else line.text
    if line.units <= 20 and not line.ending and BYLINE.fullmatch(names):
        return _as(line, Kind.BYLINE, "names who wrote it or where it is from")
    return line


def _settled(page: Sequence[Line]) -> list[Line]:
    """Phrases that are furniture for where they stand: in the tail of the page, or beside furniture."""
    lines = list(page)
    adverts = [at for at, line in enumerate(lines) if find(line.text, ADVERTISEMENT) and _interrupts(lines, at)]
    for at in adverts if len(adverts) > 1 else ():
        lines[at] = _as(lines[at], Kind.FURNITURE, f"advertisement, marked {len(adverts)} times")
    changed = True
    while changed:
        changed = False
        for at, line in enumerate(lines):
            if not _is(line, Kind.PARAGRAPH):  # the last points of a list may say "Subscribe" and mean it
                continue
            phrase = find(line.text, LIKELY)
            beside = any(_is(lines[near], Kind.FURNITURE) for near in (at - 1, at + 1) if 0 <= near < len(lines))
            if beside:
                phrase = phrase or find(line.text, (*BESIDE, *ADVERTISEMENT))
            if phrase and (beside or _closes(lines, at)):
                lines[at] = _as(line, Kind.FURNITURE, phrase.why)
                changed = True
    return lines


def _interrupts(lines: Sequence[Line], at: int) -> bool:
    """A paragraph before it goes on after it. In a table of contents the neighbours are short, too."""
    around = (lines[near] for near in (at - 1, at + 1) if 0 <= near < len(lines))
    return _is(lines[at], Kind.PARAGRAPH) and all(_is_article(line) or _is(line, Kind.FURNITURE) for line in around)


def _closes(lines: Sequence[Line], at: int) -> bool:
    """Prose before it, none after it: the article is over here."""
    return any(_is_article(line) for line in lines[:at]) and not any(_is_article(line) for line in lines[at + 1 :])


def _is_article(line: Line) -> bool:
    return not _is(line, Kind.FURNITURE, Kind.VERBATIM, Kind.DATE, Kind.BYLINE) and line.is_prose


def _without_tail(page: Sequence[Line]) -> list[Line]:
    """After the phrase that closes the article, the short lines to the end of the page; bylines are kept."""
    lines: list[Line] = []
    reason = ""
    for at, line in enumerate(page):
        opener = _opener(line)
        if opener and _closes(page, at):
            reason = opener.then
        wordless = _is(line, Kind.VERBATIM) and line.block.why == "no words in it"
        if reason and (_may_be_furniture(line) or _is(line, Kind.DATE) or wordless):
            line = _as(line, Kind.FURNITURE, reason)  # noqa: PLW2901
        lines.append(line)
    return lines


def _opener(line: Line) -> Phrase | None:
    found = find(line.text, (*CERTAIN, *LIKELY)) if _is(line, Kind.FURNITURE) else None
    return found if found and found.then else None


def _titled(page: Sequence[Line]) -> list[Line]:
    """The first line, if it is no sentence and an article follows; its repetition at the top is furniture."""
    lines = list(page)
    first = next((at for at, line in enumerate(lines) if _is(line, Kind.PARAGRAPH, Kind.HEADING)), None)
    if first is None or first >= TOP or not _is_headline(lines[first]) or not _prose_after(lines, first):
        return lines
    title = lines[first]
    if _is(title, Kind.PARAGRAPH):
        lines[first] = _as(title, Kind.TITLE, "the first line, and no sentence")
    substance = any(_is_article(line) and line.units >= 12 for line in lines[first + 1 :])
    for at in range(first + 1, min(first + TOP, len(lines))):
        if _is_article(lines[at]) or not substance or title.units < 3:
            break
        if _is(lines[at], Kind.PARAGRAPH) and lines[at].text.casefold() == title.text.casefold():
            lines[at] = _as(lines[at], Kind.FURNITURE, "repeats the title")
    return lines


def _is_headline(line: Line) -> bool:
    closed = line.ending.endswith((".", "。", "…")) or line.text.endswith((",", "，", ";", "；", ":"))
    spoken = line.text.startswith(('"', "“", "「", "—", "–")) and line.text.endswith(('"', "”", "」"))
    return not closed and not spoken and not line.is_prose and len(line.text) <= 200


def _prose_after(lines: Sequence[Line], at: int) -> bool:
    return any(_is_article(line) for line in lines[at + 1 :])


def _headed(page: Sequence[Line]) -> Iterator[Line]:
    """A short line without a full stop is a heading if prose comes next, at most one more heading between them."""
    for at, line in enumerate(page):
        after = [other for other in page[at + 1 : at + 3] if not _is(other, Kind.FURNITURE, Kind.VERBATIM)]
        if len(after) > 1 and not _is_short(after[0]):
            del after[1:]
        if _is(line, Kind.PARAGRAPH) and _is_short(line) and any(_is_article(other) for other in after):
            yield _as(line, Kind.HEADING, "short, no sentence, and prose follows")
        else:
            yield line


def _is_short(line: Line) -> bool:
    open_ended = not line.ending.endswith((".", "。", "…")) and not line.text.endswith((",", "，", ";", "；"))
    spoken = line.text.startswith(('"', "“", "「")) and bool(line.ending)
    return open_ended and not spoken and line.units <= 14 and not line.is_prose
