"""Put the markup of a segment back into its rewritten text, where its place is certain, and keep code out of reach."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from postedit.article import Mark, Segment

_TOKEN = re.compile(r"\w+|\W")
_WORD = re.compile(r"\w")

# difflib keeps the longest stretches whole, as a reader does, but of a loop of 1,000 words it thinks for minutes.
_LONG = 300

# What Markdown would read as markup; at the beginning, what would make a list, a heading or a link's target of it.
_MARKUP = re.compile(r"[<*_`\[|]|&(?=#?\w+;)")
_BEGINS_MARKUP = re.compile(r"(?:[-+*>]|#{1,6}|\d{1,9}[.)])(?:\s|$)|\[[^\]]*\]:")
# What repairs would make markup of: they narrow wide characters and decode entities.
_NEAR_MARKUP = re.compile(r"[＊［］]|[&＆] ?#? ?\w+ ?;")
_QUOTES = frozenset("\"'“”‘’")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A stretch that both texts share: `size` characters from `here` in the old one and from `there` in the new."""

    here: int
    there: int
    size: int
    is_sure: bool  # a lone space or comma between rewritten words is chance


def lay(segment: Segment, text: str) -> str | None:
    """The rewritten text with the segment's marks in it, or None where a mark has lost its place.

    >>> from postedit.article import Mark
    >>> bold = Segment("A **bg** dog ran.", 0, marks=(Mark(2, 4), Mark(6, 8)))
    >>> lay(bold, "A big dog ran."), lay(bold, "Then it ran.")
    ('A **big** dog ran.', None)

    A mark keeps its place when a word beside it was kept, one that stands for code or a character when that was. A
    soft line break among rewritten words is the space that it stood for; any other mark there has no place, and the
    rewrite cannot be used.
    """
    if text == segment.text:
        return segment.draft
    if not segment.marks:
        return text
    shared = _shared(segment.text, text)
    kept = [one for one in shared if one.is_sure]
    pieces: list[str] = []
    at, removed, last_mark = 0, 0, 0
    for mark in segment.marks:
        here = mark.start - removed  # where the mark stands in segment.text
        removed += mark.end - mark.start - len(mark.stands_for)
        # An entity is one way to write its character: it may stand wherever that character does.
        known = shared if segment.draft[mark.start] == "&" else kept
        place = _place(segment.text, here, len(mark.stands_for), known, len(text))
        if place is None and mark.stands_for.isspace():
            continue
        if place is None or place < at or (place == at and pieces and here > last_mark):
            return None
        pieces += [text[at:place], segment.draft[mark.start : mark.end]]
        at, last_mark = place + len(mark.stands_for), here + len(mark.stands_for)
    return "".join([*pieces, text[at:]])


def shown(marks: Iterable[Mark]) -> Iterator[tuple[Mark, int, int]]:
    """Each mark, with where in the text what it stands for begins and ends.

    >>> [(start, end) for _, start, end in shown((Mark(4, 9, "a b"), Mark(12, 14), Mark(20, 21, " ")))]
    [(4, 7), (10, 10), (16, 17)]
    """
    hidden = 0
    for mark in marks:
        here = mark.start - hidden
        hidden += mark.end - mark.start - len(mark.stands_for)
        yield mark, here, here + len(mark.stands_for)


def brings_in_markup(segment: Segment, text: str) -> str | None:
    """What Markdown would read as markup in the rewritten text and not in the draft.

    >>> brings_in_markup(Segment("Read ＊this＊.", 0, markdown=True), "Read *this*.")
    '*'
    """
    if not segment.markdown:
        return None
    before, after = segment.text, text
    begins = _BEGINS_MARKUP.match(after)
    if begins and not _BEGINS_MARKUP.match(before):
        return begins[0]
    return next(
        (one for one in dict.fromkeys(_MARKUP.findall(after)) if _counts(one, after) > _counts(one, before)), None
    )


def _counts(mark: str, text: str) -> int:
    return _MARKUP.findall(text).count(mark)


@dataclass(frozen=True, slots=True)
class Shielded:
    """A text in which a word that means nothing stands for every stretch that no repair may touch.

    >>> code = Segment("Run `echo the the end` now .", 0, marks=(Mark(4, 22, "echo the the end"),))
    >>> shielded = shield(code, code.text)
    >>> shielded.text, shielded.restore("Run code-qaaa now.")
    ('Run code-qaaa now .', 'Run echo the the end now.')
    """

    text: str
    stem: str = ""
    stretches: tuple[str, ...] = ()

    def restore(self, text: str) -> str:
        """The text with the stretches back in their places."""
        for number, stretch in enumerate(self.stretches):
            text = text.replace(self.stem + _letters(number), stretch)
        return text


def shield(segment: Segment, text: str) -> Shielded:
    """The segment's text, or a rewrite of it, without code, entities and what Markdown might take for markup.

    Quotation marks stay: to see them, repairs need not know how the file writes them. The words differ, for repairs
    drop what stands twice, and have a hyphen, for repairs ask whether a word has letters only.
    """
    if not segment.marks and not segment.markdown:
        return Shielded(text)
    stem = "code-q"
    while stem in text:
        stem += "q"
    pieces: list[str] = []
    stretches: list[str] = []
    at = 0
    for start, end in sorted(_untouchable(segment, text), key=lambda span: (span[0], -span[1])):
        if start >= at:
            pieces += [text[at:start], stem + _letters(len(stretches))]
            stretches.append(text[start:end])
            at = end
    return Shielded("".join([*pieces, text[at:]]), stem, tuple(stretches))


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + number // size % 26) for size in (676, 26, 1))


def _untouchable(segment: Segment, text: str) -> Iterator[tuple[int, int]]:
    """From where to where: in the segment's own text where its marks stand, in a rewrite wherever their words do."""
    for mark, start, end in shown(segment.marks):
        words = mark.stands_for
        if not words.strip() or (words in _QUOTES and segment.draft[mark.start] == "&"):
            continue
        if text == segment.text:
            yield start, end
        else:
            alone = rf"(?<!\w){re.escape(words)}(?!\w)" if _WORD.search(words) else re.escape(words)
            yield from (found.span() for found in re.finditer(alone, text))
    if segment.markdown:
        yield from (found.span() for found in _NEAR_MARKUP.finditer(text))


def _shared(old: str, new: str) -> list[_Kept]:
    """What the texts share, word by word."""
    here, there = _TOKEN.findall(old), _TOKEN.findall(new)
    shared, old_at, new_at = [], 0, 0
    for operation, a, b, c, d in _operations(here, there):
        words, size = "".join(here[a:b]), sum(map(len, here[a:b]))
        at_an_end = (a == c == 0) or (b == len(here) and d == len(there))
        if operation == "equal":
            shared.append(_Kept(old_at, new_at, size, at_an_end or bool(_WORD.search(words))))
        old_at, new_at = old_at + size, new_at + sum(map(len, there[c:d]))
    return shared


def _operations(here: Sequence[str], there: Sequence[str]) -> Iterable[tuple[str, int, int, int, int]]:
    """What makes the words `there` of the words `here`."""
    if max(len(here), len(there)) <= _LONG:
        return SequenceMatcher(None, here, there, autojunk=False).get_opcodes()
    from rapidfuzz.distance import Indel

    found = Indel.opcodes(here, there)
    return [(one.tag, one.src_start, one.src_end, one.dest_start, one.dest_end) for one in found]


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
