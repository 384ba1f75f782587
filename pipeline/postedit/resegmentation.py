"""Cut a hypothesis like its references, where the two were cut into sentences differently.

The cut is the one with the fewest word edits between each piece and its reference, over all ways to cut (Matusov et
al. 2005, "Evaluating machine translation output with automatic sentence segmentation"). No word is added, lost, moved
or cut in two; only line breaks move.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postedit.errors import ArticleError

WITHOUT_SPACES = frozenset({"zh", "ja", "zho", "cmn", "jpn"})
# One character of a script without spaces, or what lies between two of them: a Latin word, a number.
_WIDE = r"\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_CHARACTER = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+")
_WORD = re.compile(r"\S+")
_EDGES = re.compile(r"^\W+|\W+$")
_SENTENCE_END = tuple('.!?…。！？”"»」』')

# How far, in words, the search looks to both sides of the best path so far. Exact up to so many words; beyond, only a
# longer stretch of foreign matter could fool it. 300,000 words take 15 seconds with it, and memory grows with it.
BAND = 3000
_FAR = 1 << 29  # no cost gets there; two of them still fit 32 bits


def resegment(
    hypotheses: Sequence[str], references: Sequence[str | Sequence[str]], *, target_language: str = "en"
) -> tuple[str, ...]:
    """The hypothesis, one piece for each reference.

    >>> resegment(["It rained. The river", "rose."], ["It rained.", "The river rose."])
    ('It rained.', 'The river rose.')

    Words are compared without case and outer punctuation: a lost full stop should not move a boundary. Among equally
    good cuts, one at a line break of the hypothesis wins, then one after the end of a sentence. Chinese and Japanese
    are cut between characters.
    """
    rows = [[item] if isinstance(item, str) else list(item or ()) for item in references]
    if not rows or not all(rows):
        raise ArticleError("resegmenting needs a reference for each segment: None says nothing of where it ends.")
    spaced = target_language.replace("_", "-").split("-")[0].lower() not in WITHOUT_SPACES
    words = _words(hypotheses, _WORD if spaced else _CHARACTER)
    numbers: dict[str, int] = {}
    keys = _numbered([_key(word) for word in words.texts], numbers)
    wanted = [[_numbered(_keys(text, spaced), numbers) for text in row] for row in rows]
    bounds = _bounds(keys, wanted, words.preference)
    glue = " " if spaced else ""
    return tuple(words.join(start, end, glue) for start, end in zip([0, *bounds], bounds, strict=False))


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text, what stood between them, and how gladly one cuts before each (and after the last)."""

    texts: list[str]
    gaps: list[bool]  # whether whitespace stood before the word
    preference: NDArray[np.int32]  # 0 at a line break, 1 after the end of a sentence, 2 elsewhere

    def join(self, start: int, end: int, glue: str) -> str:
        pieces: list[str] = []
        for at in range(start, end):
            # A space stands where one stood; a line break was one too, but not between Chinese characters.
            at_break = self.preference[at] == 0
            pieces += [(glue if at_break else " ") if at > start and self.gaps[at] else "", self.texts[at]]
        return "".join(pieces)


def _words(lines: Sequence[str], pattern: re.Pattern[str]) -> _Words:
    texts: list[str] = []
    gaps: list[bool] = []
    preference: list[int] = []
    for line in lines:
        end = -1  # before the first word of a line
        for found in pattern.finditer(line):
            closed = bool(texts) and texts[-1].endswith(_SENTENCE_END)
            preference.append(0 if end < 0 else 1 if closed else 2)
            gaps.append(end < found.start())
            texts.append(found.group())
            end = found.end()
    return _Words(texts, gaps, np.array([*preference, 0], dtype=np.int32))


def _keys(text: str, spaced: bool) -> Iterator[str]:
    return (_key(found.group()) for found in (_WORD if spaced else _CHARACTER).finditer(text))


def _key(word: str) -> str:
    folded = word.casefold()
    return _EDGES.sub("", folded) or folded


def _numbered(keys: Sequence[str] | Iterator[str], numbers: dict[str, int]) -> NDArray[np.int32]:
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int32)


def _bounds(
    keys: NDArray[np.int32], wanted: Sequence[Sequence[NDArray[np.int32]]], preference: NDArray[np.int32]
) -> list[int]:
    """Where each piece ends. Forward: the cost of every prefix. Backward: which cut earned that cost."""
    size = len(keys)
    reach = BAND
    fronts = _fronts(keys, wanted, reach)
    while fronts[-1].cost(size) >= _FAR:  # the band ended short of the end
        reach *= 4
        fronts = _fronts(keys, wanted, reach)
    ends = [size]
    for row, before, after in reversed(list(zip(wanted, fronts[:-1], fronts[1:], strict=True))):
        ends.append(_start(keys[: ends[-1]], row, before, after.cost(ends[-1]), preference))
    return ends[-2::-1]


def _fronts(keys: NDArray[np.int32], wanted: Sequence[Sequence[NDArray[np.int32]]], reach: int) -> list["_Front"]:
    fronts = [_Front(0, np.zeros(1, dtype=np.int32))]
    for row in wanted:
        last = fronts[-1]
        centre = last.low + int(np.argmin(last.costs)) + max(len(words) for words in row)
        low = max(last.low, min(centre - reach, last.high))
        fronts.append(_advance(keys, row, last, (low, max(last.high, min(len(keys), centre + reach)))))
    return fronts


@dataclass(frozen=True, slots=True)
class _Front:
    """The fewest edits for the references so far, for the hypothesis up to word `low`, `low + 1`, …"""

    low: int
    costs: NDArray[np.int32]

    @property
    def high(self) -> int:
        return self.low + len(self.costs) - 1

    def cost(self, at: int) -> int:
        return int(self.costs[at - self.low]) if self.low <= at <= self.high else _FAR


def _advance(keys: NDArray[np.int32], row: Sequence[NDArray[np.int32]], front: _Front, band: tuple[int, int]) -> _Front:
    """Read one more reference: Levenshtein's rows, begun not at 0 but at what the words before have cost."""
    low, high = band
    begun = np.full(high - front.low + 1, _FAR, dtype=np.int32)
    begun[: len(front.costs)] = front.costs
    read = [_read(keys[front.low : high], words, begun) for words in row]
    return _Front(low, np.minimum.reduce(read)[low - front.low :])


def _read(keys: NDArray[np.int32], words: NDArray[np.int32], begun: NDArray[np.int32]) -> NDArray[np.int32]:
    steps = np.arange(len(begun), dtype=np.int32)
    # Words of the hypothesis that no reference word answers: each costs one, wherever they stand.
    costs = np.minimum.accumulate(begun - steps) + steps
    for word in words:
        fresh = costs + 1
        np.minimum(fresh[1:], costs[:-1] + (keys != word), out=fresh[1:])
        costs = np.minimum.accumulate(fresh - steps) + steps
    return costs


def _start(
    keys: NDArray[np.int32],
    row: Sequence[NDArray[np.int32]],
    front: _Front,
    cost: int,
    preference: NDArray[np.int32],
) -> int:
    """Where the last piece of these words begins, given what the words cost: the gladdest cut of those that fit."""
    end = len(keys)
    # Most pieces are not much longer than their reference; where none of those cuts earns the cost, try all.
    for span in (2 * max(len(words) for words in row) + 50, end):
        low, last = max(front.low, end - span), min(end, front.high)
        if low > last:
            continue
        backwards = keys[low:][::-1]
        begun = np.full(len(backwards) + 1, _FAR, dtype=np.int32)
        begun[0] = 0
        own = np.minimum.reduce([_read(backwards, words[::-1], begun) for words in row])[::-1]
        costs = own[: last - low + 1] + front.costs[low - front.low : last - front.low + 1]
        if (fits := np.flatnonzero(costs == cost) + low).size:
            return int(fits[np.argmin(preference[fits])])
    raise AssertionError(f"no cut before word {end} costs {cost}")
