"""Markdown: CommonMark with tables and ~~strikethrough~~, every block and every mark at its exact place in the file.

The draft is the file's text, markup and all; `Block.marks` say which stretches a reader does not see. Code, HTML, front
matter, the targets of links and the rules of tables are verbatim blocks or none at all. Code in a sentence and entities
are marks that stand for what a reader sees of them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from postedit.article import Block, Kind, Mark
from postedit.formats.text import soft_break

if TYPE_CHECKING:  # it takes a tenth of a second to load, which `postedit --help` and plain text do not need
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
WORD = re.compile(r"\w")

# Front matter opens the file and has lines of keys, lists and comments only; a file that opens with a rule has prose.
FRONT_MATTER = re.compile(
    r"""\ufeff?(?:---|\+\+\+)[ \t]*(?:\r\n|\r|\n)
        (?:(?: [ \t][^\r\n]* | \#[^\r\n]* | -[ \t][^\r\n]* | [\w"'][\w"'\ .-]*[:=][^\r\n]* )?(?:\r\n|\r|\n))+?
        (?:---|\+\+\+|\.\.\.)[ \t]*(?=[\r\n]|\Z)""",
    re.VERBOSE,
)

LINE_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
TASK = re.compile(r"\[[ xX]\][ \t]+")
UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")
BEFORE_A_ROW = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d+[.)][ \t])*\|")

VERBATIM = {"fence": "code", "code_block": "code", "html_block": "HTML", "hr": "a rule"}
CELLS = ("th_open", "td_open")
CONTAINERS = {
    "blockquote_open": Kind.QUOTE,
    "list_item_open": Kind.ITEM,
    "heading_open": Kind.HEADING,
    **dict.fromkeys(CELLS, Kind.ITEM),
}


@dataclass(frozen=True, slots=True)
class Span:
    """What one inline rule matched, `start` to `end` of the inline text; `tokens` are those it made."""

    rule: str
    start: int
    end: int
    tokens: tuple[Token, ...]
    label_end: int = -1  # of a link: where its text ends


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a block: `start` to `end` of the file, without quote marks, indentation and white space around."""

    start: int
    end: int


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text that hold language, and the verbatim ones between them.

    >>> page = "# News\\n\\n- a **big** [dog](x.html)\\n"
    >>> for block in blocks(page):
    ...     print(block.kind, repr(page[block.start : block.end]), [page[m.start : m.end] for m in block.marks])
    heading 'News' []
    item 'a **big** [dog](x.html)' ['**', '**', '[', '](x.html)']

    The parser is given the lines as we count them, so that its line numbers point into the file.
    """
    text = text.replace("\0", "\ufffd")  # as the parser does
    lines = [Piece(match.start(1), match.end(1)) for match in LINE.finditer(text)]
    front = FRONT_MATTER.match(text)
    found = [Block(0, front.end(), Kind.VERBATIM, "front matter")] if front else []
    after = front.end() if front else 0
    seen = "\n".join("" if line.start < after else text[line.start : line.end] for line in lines)
    environment: dict[str, Any] = {}
    prose = list(_walk(text, lines, _parser().parse(seen, environment), environment))
    for block in sorted([*prose, *_targets(text, lines, environment)], key=lambda block: block.start):
        if block.start >= after:
            found.append(block)
            after = block.end
    return tuple(found)


@functools.cache
def _parser() -> MarkdownIt:
    """CommonMark, with rules that also note where they matched; our inline pass runs on one block at a time."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.core.ruler.disable(["inline", "text_join"])
    parser.inline.ruler2.disable("fragments_join")
    rules = zip(parser.inline.ruler.get_active_rules(), parser.inline.ruler.getRules(""), strict=True)
    for name, rule in list(rules):
        parser.inline.ruler.at(name, _noting(name, rule))
    return parser


def _noting(name: str, rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    def noted(state: StateInline, silent: bool) -> bool:
        if silent:
            return rule(state, silent)
        start, tokens, spans = state.pos, len(state.tokens), state.env["spans"]
        before = len(spans)
        label_end = -1
        if name == "link" and state.src[start] == "[":
            label_end = state.md.helpers.parseLinkLabel(state, start, True)
        if not rule(state, silent):
            return False
        if name == "image":
            del spans[before:]  # its description was parsed on its own, with offsets of its own
        spans.append(Span(name, start, state.pos, tuple(state.tokens[tokens:]), label_end))
        return True

    return noted


def _walk(text: str, lines: Sequence[Piece], tokens: Sequence[Token], environment: dict[str, Any]) -> Iterator[Block]:
    containers: list[Token] = []
    cell = 0
    for token in tokens:
        here = lines[token.map[0] : token.map[1]] if token.map else ()
        if token.type in CONTAINERS:
            containers.append(token)
        elif token.type.replace("_close", "_open") in CONTAINERS:
            containers.pop()
        elif token.type == "tr_open":
            cell = 0
        elif token.type in VERBATIM:
            yield from _verbatim(text, here, VERBATIM[token.type])
        elif token.type == "inline" and containers and containers[-1].type in CELLS:
            yield from _block(text, _cell(text, here[0], token.content, cell), environment, Kind.ITEM, "a table cell")
            cell += 1
        elif token.type == "inline":
            marker = containers[-1].markup if containers and containers[-1].markup.startswith("#") else ""
            kind = CONTAINERS[containers[-1].type] if containers else Kind.PARAGRAPH
            yield from _block(text, _pieces(text, here, token.content, marker), environment, kind)


def _verbatim(text: str, lines: Sequence[Piece], why: str) -> Iterator[Block]:
    trimmed = [piece for line in lines if (piece := _trimmed(text, line.start, line.end))]
    if trimmed:
        yield Block(trimmed[0].start, trimmed[-1].end, Kind.VERBATIM, why)


def _targets(text: str, lines: Sequence[Piece], environment: dict[str, Any]) -> Iterator[Block]:
    """The definitions `[1]: http://…` that links refer to, the needless ones too."""
    for target in (*environment.get("references", {}).values(), *environment.get("duplicate_refs", ())):
        yield from _verbatim(text, lines[slice(*target["map"])], "a link's target")


def _trimmed(text: str, start: int, end: int) -> Piece | None:
    content = text[start:end].strip()
    at = text.find(content, start) if content else start
    return Piece(at, at + len(content)) if content else None


def _cell(text: str, row: Piece, content: str, number: int) -> list[Piece]:
    """Where the cell of that number stands between the pipes of its row."""
    before = BEFORE_A_ROW.match(text, row.start, row.end)
    at = before.end() if before else row.start
    pipes = [match.start() for match in UNESCAPED_PIPE.finditer(text, at, row.end)]
    bounds = [at - 1, *pipes, row.end]
    wanted = content.strip().replace("|", "\\|")
    if not wanted or number + 1 >= len(bounds):
        return []
    found = text.rfind(wanted, max(bounds[number] + 1, row.start), bounds[number + 1])
    return [Piece(found, found + len(wanted))] if found >= 0 else []


def _pieces(text: str, lines: Sequence[Piece], content: str, marker: str) -> list[Piece]:
    """Where each line of an inline text stands in the file: at the end of its line, after quote marks and bullets."""
    pieces: list[Piece] = []
    ahead = iter(lines)
    for wanted in filter(None, (line.strip() for line in content.split("\n"))):
        for line in ahead:
            start = text.find(marker, line.start, line.end) + len(marker) if marker else line.start
            found = text.find(wanted, start, line.end) if marker else text.rfind(wanted, start, line.end)
            if found >= 0:
                pieces.append(Piece(found, found + len(wanted)))
                break
    return pieces


def _block(
    text: str, pieces: Sequence[Piece], environment: dict[str, Any], kind: Kind, why: str = ""
) -> Iterator[Block]:
    if not pieces:
        return
    start, end = pieces[0].start, pieces[-1].end
    marks = _marks(text, pieces, environment)
    edges = [start, *(at for mark in marks for at in (mark.start, mark.end)), end]
    if any(WORD.search(text, begin, stop) for begin, stop in zip(edges[::2], edges[1::2], strict=True)):
        yield Block(start, end, kind, why, marks, markdown=True)
    else:
        yield Block(start, end, Kind.VERBATIM, "no words in it")


def _marks(text: str, pieces: Sequence[Piece], environment: dict[str, Any]) -> tuple[Mark, ...]:
    """Everything in a block that its reader does not see, in the file's offsets."""
    spans: list[Span] = []
    content = "\n".join(text[piece.start : piece.end] for piece in pieces)
    _parser().inline.parse(content, _parser(), {**environment, "spans": spans}, [])
    places = [at for piece in pieces for at in range(piece.start, piece.end + 1)]
    hidden = [
        Mark(places[mark.start], places[mark.end - 1] + 1, mark.stands_for)
        for s in spans
        for mark in _hidden(content, s)
    ]
    if task := TASK.match(content):
        hidden.append(Mark(places[0], places[task.end()]))
    hidden += [soft_break(text, before.end - 1, after.start) for before, after in pairwise(pieces)]
    marks: list[Mark] = []
    for mark in sorted(hidden, key=lambda mark: (mark.start, -mark.end)):
        if not marks or mark.start >= marks[-1].end:
            marks.append(mark)
        elif mark.end > marks[-1].end:
            marks[-1] = Mark(marks[-1].start, mark.end, marks[-1].stands_for)
    return tuple(marks)


def _hidden(content: str, span: Span) -> Iterator[Mark]:
    """What a reader does not see of the stretch that one rule matched."""
    start, end = span.start, span.end
    last = span.tokens[-1] if span.tokens else None
    if span.rule == "link":
        yield from (Mark(start, start + 1), Mark(span.label_end, end))
    elif span.rule in ("image", "autolink", "html_inline"):
        yield Mark(start, end, " " if LINE_BREAK_TAG.fullmatch(content, start, end) else "")
    elif span.rule == "escape" and last and (last.type == "hardbreak" or last.content != last.markup):
        yield Mark(start, start + 1)
    elif span.rule == "backticks" and last and last.type == "code_inline":
        yield Mark(start, end, last.content.strip() or " ")
    elif span.rule == "entity" and last:
        yield Mark(start, end, " " if last.content.isspace() else last.content)
    elif span.rule in ("emphasis", "strikethrough"):
        yield from _delimiters(span, size=1 if span.rule == "emphasis" else 2)


def _delimiters(span: Span, size: int) -> Iterator[Mark]:
    """Of a run such as `***` the part that turned out to be markup; a token is `size` characters wide."""
    end = at = span.end
    for token in reversed(span.tokens[-((span.end - span.start + size - 1) // size) :]):
        if token.type == "text" and token.content:
            if at < end:
                yield Mark(at, end)
            end = max(at - size, span.start)
        at = max(at - size, span.start)
    if at < end:
        yield Mark(at, end)
