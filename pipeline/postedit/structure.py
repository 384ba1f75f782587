"""What each block is on its page: title, date, byline, heading, paragraph, or the furniture around the article.

Furniture is dropped, so a wrong label loses a reader's sentence: what furniture is, `surroundings` says, and it says so
only of lines that have company. The title is the first line left that is no sentence and has prose after it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from postedit.article import Article, Block, Kind
from postedit.lines import Line, dated, seen
from postedit.surroundings import mark

# The title is repeated at the top or it is a refrain; six lines leave room for a date, a deck and a byline.
TOP = 6

# What a page hangs on its title: " - Harbour News", " | 港口网", "_新闻中心". ": a history" and "Part Two" say more.
SITE_NAME = re.compile(
    r"\s*[|_]\s*\S.{0,39}|\s+[-–—]\s+(?!(?:part|chapter|episode|volume|book|day|week|no)\b)"
    r"(?-i:[A-Z][\w.'’&-]*(?:\s(?:[A-Z&][\w.'’&-]*|of|the|and|for)){0,4})"
    r"|\s*[-–—]\s*[\u4e00-\u9fff]{1,8}(?:网|报|社|站|台|频道|在线|新闻|论坛|博客)",
    re.IGNORECASE,
)


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
    page = mark([dated(seen(text, block)) for block in blocks])
    return tuple(line.block for line in _headed(_titled(page)))


def _titled(page: Sequence[Line]) -> list[Line]:
    """The first line, if it is no sentence and an article follows; its repetition at the top is furniture."""
    lines = list(page)
    left = [at for at, line in enumerate(lines) if not line.has(Kind.FURNITURE)]
    first = next((at for at in left[:TOP] if lines[at].has(Kind.PARAGRAPH, Kind.HEADING)), None)
    if first is None or not lines[first].is_headline or not any(line.is_article for line in lines[first + 1 :]):
        return lines
    title = lines[first]
    if title.has(Kind.PARAGRAPH):
        lines[first] = title.labelled(Kind.TITLE, "the first line, and no sentence")
    substance = any(line.is_article and line.units >= 12 for line in lines[first + 1 :])
    for at in [at for at in left if at > first][: TOP - 1]:
        if lines[at].has(Kind.PARAGRAPH):
            if substance and title.units >= 3 and lines[at].is_headline and _repeats(lines[at].text, title.text):
                lines[at] = lines[at].labelled(Kind.FURNITURE, "repeats the title")
            else:
                break  # with verses between, it is a refrain
    return lines


def _repeats(text: str, title: str) -> bool:
    """It says the title again, in other case and punctuation, with or without the name of the site.

    >>> _repeats("ROOKIE STARTS A NEW GAME!", "Rookie starts a new game"), _repeats("The wall - a history", "The wall")
    (True, False)
    """
    one, other = _bare(text), _bare(title)
    return one == other or (bool(one) and bool(other) and (_is_signed(text, title) or _is_signed(title, text)))


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _is_signed(long: str, short: str) -> bool:
    """The longer is the shorter with the name of a site after it."""
    return any(
        SITE_NAME.fullmatch(long[cut:]) and _bare(long[:cut]) == _bare(short)
        for cut in range(len(short) // 2, len(long))
    )


def _headed(page: Sequence[Line]) -> Iterator[Line]:
    """A short line without a full stop is a heading if prose comes next, at most one more heading between them."""
    for at, line in enumerate(page):
        after = [other for other in page[at + 1 : at + 3] if not other.has(Kind.FURNITURE, Kind.VERBATIM)]
        if len(after) > 1 and not _is_short(after[0]):
            del after[1:]
        if line.has(Kind.PARAGRAPH) and _is_short(line) and any(other.is_article for other in after):
            yield line.labelled(Kind.HEADING, "short, no sentence, and prose follows")
        else:
            yield line


def _is_short(line: Line) -> bool:
    open_ended = not line.ending.endswith((".", "。", "…")) and not line.text.endswith((",", "，", ";", "；"))
    spoken = line.text.startswith(('"', "“", "「")) and bool(line.ending)
    return open_ended and not spoken and line.units <= 14 and not line.is_prose
