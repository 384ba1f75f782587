"""Put the markup of a segment back into its rewritten text, where its place is certain."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from postedit.article import Segment

_TOKEN = re.compile(r"\w+|\W")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A stretch that both texts share: `size` characters from `here` in the old one and from `there` in the new."""

    here: int
    there: int
    size: int


def lay(segment: Segment, text: str) -> str | None:
    """The rewritten text with the segment's marks in it, or None where a mark has lost its place.

    >>> from postedit.article import Mark
    >>> bold = Segment("A **bg** dog ran.", 0, marks=(Mark(2, 4), Mark(6, 8)))
    >>> lay(bold, "A big dog ran."), lay(bold, "Then it ran.")
    ('A **big** dog ran.', None)

    A mark keeps its place when a word beside it was kept. A soft line break among rewritten words is the space that it
    stood for; any other mark there has no place, and the rewrite cannot be used.
    """
    if text == segment.text:
        return segment.draft
    kept = _kept(segment.text, text)
    pieces: list[str] = []
    at, removed, last_mark = 0, 0, 0
    for mark in segment.marks:
        here = mark.start - removed  # where the mark stands in segment.text
        removed += mark.end - mark.start - len(mark.stands_for)
        place = _place(segment.text, here, len(mark.stands_for), kept, len(text))
        if place is None and mark.stands_for:
            continue
        if place is None or place < at or (place == at and pieces and here > last_mark):
            return None
        pieces += [text[at:place], segment.draft[mark.start : mark.end]]
        at, last_mark = place + len(mark.stands_for), here + len(mark.stands_for)
    return "".join([*pieces, text[at:]])


def _kept(old: str, new: str) -> list[_Kept]:
    """What the texts share, word by word. A lone space or comma between rewritten words is chance, and left out."""
    here, there = _TOKEN.findall(old), _TOKEN.findall(new)
    kept, old_at, new_at = [], 0, 0
    for operation, a, b, c, d in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        shared, size = "".join(here[a:b]), sum(map(len, here[a:b]))
        at_an_end = (a == c == 0) or (b == len(here) and d == len(there))
        if operation == "equal" and (at_an_end or _WORD.search(shared)):
            kept.append(_Kept(old_at, new_at, size))
        old_at, new_at = old_at + size, new_at + sum(map(len, there[c:d]))
    return kept


def _place(text: str, at: int, width: int, kept: list[_Kept], end: int) -> int | None:
    """Where in the new text the place `at` of the old one is: after an insertion for a mark that opens, else before."""
    if width:
        inside = (k for k in kept if k.here <= at and at + width <= k.here + k.size)
        return next((k.there + at - k.here for k in inside), None)
    left = next((k.there + at - k.here for k in kept if k.here < at <= k.here + k.size), 0 if at == 0 else None)
    right = next((k.there + at - k.here for k in kept if k.here <= at < k.here + k.size), None)
    if at == len(text):
        right = end
    before, after = text[max(0, at - 1) : at], text[at : at + 1]
    opens = not _WORD.match(before) and bool(_WORD.match(after))
    first, second = (right, left) if opens else (left, right)
    return second if first is None else first
