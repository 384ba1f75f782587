"""Plain text: a line is a paragraph, unless the text is hard-wrapped, as mail and old e-books are.

The draft is the text itself, every character of it. A block is what a reader would call a paragraph: it leaves the
white space around it and a bullet or number before it alone.
"""

import re
import statistics
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from postedit.article import Block, Kind, Mark

LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")

# White space, and the characters that take no room at all: a byte order mark in the middle, a zero-width space.
BLANK = r"[\s\u200b\u2060\ufeff]"
CONTENT = re.compile(rf"{BLANK}*(?P<content>.*?){BLANK}*\Z", re.DOTALL)

# A dash or a star needs a space to be a bullet, and so does "1." unless Chinese follows; "A." is an initial and
# "2019." a sentence's end. "- 3 -" is a page number.
BULLET = re.compile(
    rf"""(?: [-–*+]{BLANK}+(?!\d+{BLANK}*[-–]\Z)
           | [•●○▪■◆◇►▶‣⁃∙·➤✓✔]{BLANK}*
           | \d{{1,3}}(?:[.)]{BLANK}+ | [.)](?=[\u4e00-\u9fff]) | [、．]{BLANK}*)
           | \((?:\d{{1,3}}|[a-zA-Z]|[ivx]{{1,4}})\){BLANK}*
           | [a-z]\){BLANK}+
           | （[一二三四五六七八九十百\d]{{1,3}}）{BLANK}*
           | [一二三四五六七八九十]{{1,3}}、{BLANK}*
           | [①-⑳]{BLANK}*
        )(?=\S)""",
    re.VERBOSE,
)

# Mail wraps at 72 or 78, Gutenberg at 70-75, terminals at 80. Lines outside are verse, addresses or whole paragraphs.
NARROWEST, WIDEST = 50, 100

SENTENCE_END = re.compile(r"""[.!?。！？…:：;；]["'”’»）)\]]*\Z""")
WORD = re.compile(r"\w")
HAN = re.compile(r"[\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: `start` to `end` is its content, without bullet and white space around it."""

    number: int
    start: int
    end: int
    text: str
    width: int  # in columns, indentation included; a Chinese character takes two
    indent: int
    bulleted: bool


def blocks(text: str) -> tuple[Block, ...]:
    """The paragraphs of a plain text.

    >>> page = "A title\\n\\n  - first point\\nOne line is one paragraph.\\n"
    >>> [(block.kind.value, page[block.start : block.end]) for block in blocks(page)]
    [('paragraph', 'A title'), ('item', 'first point'), ('paragraph', 'One line is one paragraph.')]

    A text without a word in it ("---", "* * *") is a verbatim block: there is nothing to improve.
    """
    runs = [run for group in _groups(list(_lines(text))) for run in _runs(group)]
    width = _page_width(runs)
    return tuple(block for run in runs for block in _blocks(text, run, width))


def soft_break(text: str, before: int, after: int) -> Mark:
    """The mark for a line break between the characters at `before` and `after`: a space to the reader.

    >>> soft_break("one\\ntwo", 2, 4)
    Mark(start=3, end=4, stands_for=' ')

    Chinese has no spaces, and a word that was broken at its own hyphen ("well-", "known") gets none.
    """
    left, right = text[before], text[after]
    joined = (HAN.match(left) and HAN.match(right)) or left == "—" or (left == "-" and text[before - 1].isalpha())
    return Mark(before + 1, after, "" if joined else " ")


def _lines(text: str) -> Iterator[Line]:
    for number, match in enumerate(LINE.finditer(text)):
        if not (found := CONTENT.match(match[1])) or not found["content"]:
            continue
        start, end = match.start() + found.start("content"), match.start() + found.end("content")
        bullet = BULLET.match(text, start, end)
        yield Line(
            number,
            start=bullet.end() if bullet else start,
            end=end,
            text=text[bullet.end() if bullet else start : end],
            width=_columns(match[1][: found.end("content")]),
            indent=start - match.start(),
            bulleted=bullet is not None,
        )


def _columns(text: str) -> int:
    return len(text) + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines with no blank line between them."""
    group: list[Line] = []
    for line in lines:
        if group and line.number != group[-1].number + 1:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _runs(group: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that would be one paragraph if the page is wrapped: each was full, its next word did not fit.

    The width that a group was wrapped at is at least that of its widest line. A short line, a bullet and an indented
    line begin anew: headings, addresses and verse fall apart here.
    """
    width = max(line.width for line in group)
    run = [group[0]]
    for before, line in pairwise(group):
        hanging = run[0].bulleted and len(run) == 1
        anew = line.bulleted or (line.indent > before.indent and not hanging)
        if anew or before.width > WIDEST or not _is_full(before, line, width):
            yield run
            run = []
        run.append(line)
    yield run


def _is_full(line: Line, following: Line, width: int) -> bool:
    if HAN.match(following.text):
        return line.width >= width - 4  # one character, and one mark of punctuation that may not begin a line
    return line.width + 1 + _columns(following.text.split(maxsplit=1)[0]) > width


def _page_width(runs: Sequence[Sequence[Line]]) -> int | None:
    """How wide the page was wrapped, if what we are sure of says that it was."""
    sure = [run for run in runs if _is_wrapped(run)]
    lines = sum(len(run) for run in sure)
    if len(sure) < 2 or lines < sum(len(run) for run in runs) / 2:
        return None
    return int(statistics.median(max(line.width for line in run) for run in sure))


def _is_wrapped(run: Sequence[Line]) -> bool:
    """Most lines end in the middle of a sentence and go on in lower case, as verse and lists do not."""
    joins = list(pairwise(run))
    if not joins or not NARROWEST <= max(line.width for line in run) <= WIDEST:
        return False
    open_ended = sum(not SENTENCE_END.search(line.text) for line, _ in joins)
    if all(HAN.match(line.text[-1]) and HAN.match(after.text) for line, after in joins):
        return len(joins) >= 2 and open_ended >= 0.6 * len(joins)
    going_on = sum(after.text[0].islower() for _, after in joins)
    return going_on >= 0.5 * len(joins) and open_ended >= 0.5 * len(joins)


def _blocks(text: str, run: Sequence[Line], width: int | None) -> Iterator[Block]:
    """One block for a wrapped run, else one a line. On a page that is wrapped elsewhere, full lines are enough."""
    as_page = width is not None and all(_is_full(line, after, width) for line, after in pairwise(run))
    if len(run) == 1 or not (as_page or _is_wrapped(run)):
        yield from (_block(line, line.end) for line in run)
        return
    marks = tuple(soft_break(text, line.end - 1, after.start) for line, after in pairwise(run))
    yield replace(_block(run[0], run[-1].end), marks=marks)


def _block(line: Line, end: int) -> Block:
    if not WORD.search(line.text):
        return Block(line.start, end, Kind.VERBATIM, "no words in it")
    return Block(line.start, end, Kind.ITEM) if line.bulleted else Block(line.start, end)
