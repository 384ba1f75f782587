"""Before and after beside each other, with the reasons, for a terminal or a pipe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from textwrap import shorten
from typing import Any

from postedit.terminal import columns, printable

# ANSI codes by meaning. Removed words are struck through and added ones underlined: colour alone tells nobody enough.
STYLES = {"gone": "\x1b[9;31m", "new": "\x1b[4;32m", "dim": "\x1b[2m", "bold": "\x1b[1m", "review": "\x1b[1;33m"}
RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence and what became of it: "", "gone" or "new"."""

    text: str
    style: str = ""


def show(result: Mapping[str, Any], statuses: Sequence[str], width: int, *, colour: bool) -> str:
    """The segments of one cleaned article (`Edited.to_json`) that have one of these statuses, before beside after.

    >>> segment = {"number": 1, "kind": "paragraph", "draft": "He come.", "text": "He came.", "status": "edited",
    ...            "origin": "polish", "reason": "polish: predicted to gain", "source": None}
    >>> result = {"id": "a", "furniture": [], "segments": [segment], "counts": {"edited": 1}}
    >>> print(show(result, ["edited"], width=40, colour=False))
    [1] paragraph, edited
      He [-come.-]      │ He {+came.+}
      ← polish: predicted to gain
    <BLANKLINE>
    a: 1 edited
    """
    paint = Paint(colour)
    lines: list[str] = []
    for segment in result["segments"]:
        if segment["status"] in statuses:
            lines += [*_segment(segment, width, paint), ""]
    for block in result.get("furniture", ()):
        if block["dropped"]:
            text = shorten(printable(block["text"]), width - 16, placeholder=" …")
            lines += [f"[page] dropped: {text}", paint.dim(f"  ← {block['why']}"), ""]
    counts = ", ".join(f"{count} {status}" for status, count in result.get("counts", {}).items() if count)
    return "\n".join([*lines, paint.bold(f"{result.get('id', 'article')}: {counts or 'no segments'}")])


class Paint:
    """Styles where there is a terminal; plain marks, as `git diff --word-diff` writes them, where there is none."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def word(self, word: Word) -> str:
        if not word.style:
            return word.text
        if self._colour:
            return f"{STYLES[word.style]}{word.text}{RESET}"
        return f"[-{word.text}-]" if word.style == "gone" else f"{{+{word.text}+}}"

    def width(self, word: Word) -> int:
        return columns(word.text) + (4 if word.style and not self._colour else 0)

    def dim(self, text: str) -> str:
        return f"{STYLES['dim']}{text}{RESET}" if self._colour else text

    def bold(self, text: str, style: str = "bold") -> str:
        return f"{STYLES[style]}{text}{RESET}" if self._colour else text


def _segment(segment: Mapping[str, Any], width: int, paint: Paint) -> Iterator[str]:
    style = "review" if segment["status"] in ("review", "failed") else "bold"
    yield paint.bold(f"[{segment['number']}] {segment['kind']}, {segment['status']}", style)
    if segment["source"]:
        for line in _wrap([Word(character) for character in printable(segment["source"])], width - 4, paint, glue=""):
            yield paint.dim(f"  {line}")
    before, after = word_diff(printable(segment["draft"]), printable(segment["text"]))
    column = (width - 5) // 2
    left = _wrap(before, column, paint)
    right = _wrap(after, column, paint)
    for a, b in zip_longest(left, right, fillvalue=""):
        yield f"  {a}{' ' * max(0, column - columns(_bare(a)))} │ {b}"
    yield paint.dim(f"  ← {segment['reason']}")


def word_diff(before: str, after: str) -> tuple[list[Word], list[Word]]:
    """The words of both texts, those that differ marked.

    >>> word_diff("He come home.", "He came home.")[1]
    [Word(text='He', style=''), Word(text='came', style='new'), Word(text='home.', style='')]
    """
    a, b = before.split(), after.split()
    left: list[Word] = []
    right: list[Word] = []
    for what, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        changed = what != "equal"
        left += [Word(word, "gone" if changed else "") for word in a[a0:a1]]
        right += [Word(word, "new" if changed else "") for word in b[b0:b1]]
    return left, right


def _wrap(words: Sequence[Word], width: int, paint: Paint, glue: str = " ") -> list[str]:
    lines, line, used = [], "", 0
    for word in words:
        wide = paint.width(word)
        if line and used + len(glue) + wide > width:
            lines.append(line)
            line, used = "", 0
        if line:
            line, used = line + glue, used + len(glue)
        line, used = line + paint.word(word), used + wide
    return [*lines, line] if line else lines


def _bare(text: str) -> str:
    for code in (*STYLES.values(), RESET):
        text = text.replace(code, "")
    return text
