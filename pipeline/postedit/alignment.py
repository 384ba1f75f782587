"""Stage 3: find the source sentences that each segment was made from.

What it promises: order is kept (no crossing links), a segment never grows over the edge of its block, and what finds
no counterpart has `source=None`; sentences may be lost or added on either side. It needs no model: clues are the
numbers, Latin words, a lexicon of frequent words, the marks at the end, the lengths, and where paragraphs begin.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, log

from postedit.article import Article, Block, Segment
from postedit.clues import clues
from postedit.errors import ArticleError
from postedit.segments import segment

# The numbers below were swept, one after the other and twice around, for strict F1 on the rough wmt20 documents of
# eval/alignment.py (moz-argos and moz-google drafts); nothing was tuned on wmt21 or flores.
_ENGLISH_PER_CHINESE = 3.6  # English characters, without spaces, that one Chinese character becomes
_SPREAD = 0.2  # standard deviation of the logarithm of the length ratio of long sentences
_SHORT = 25.0  # a sentence of so few characters has twice that variance
_MATCHED, _UNMATCHED = 1.0, 0.35  # what a clue on both sides is worth, and what one on one side costs
_PARAGRAPH = 0.7  # paragraphs that begin together; the cost where only one does
_ACROSS = 4.0  # the cost of source sentences of two paragraphs in one
_RAREST = 3.0  # the most that one clue is worth
_ONE_SIDED = 0.6  # of a clue's weight where it stands in one of the two texts only; matters in the shortest articles
_BAND = 6  # how far from the anchors links are looked for, in sentences
_RARE = 8  # a clue that stands in more sentences makes no anchor
_ANCHOR = 3.0  # what two sentences must share to be one
_FEWEST = 4  # with fewer sentences nothing can be said about whether they belong together
_LARGEST_GAP = 10_000  # cells between two anchors; a larger gap is searched along its diagonal
# The cost of each kind of link: source sentences, draft sentences.
_MOVES = {(1, 0): 3.0, (0, 1): 2.7, (1, 1): 0.0, (1, 2): 3.3, (2, 1): 3.3, (1, 3): 6.5, (3, 1): 6.5, (2, 2): 8.0}

_SPACE = re.compile(r"\s+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def align(segments: Sequence[Segment], article: Article) -> tuple[Segment, ...]:
    """Give each segment the source sentences that it was made from.

    >>> from postedit.article import Block
    >>> from postedit.segments import segment
    >>> draft = "China grew by 5%. He likes to read long books in bed. It was the month of May."
    >>> source = "中国增长了5%。当时是五月份。"
    >>> article = Article("a1", draft, (Block(0, len(draft)),), source, (Block(0, len(source)),))
    >>> for one in align(segment(article), article):
    ...     print(one.draft, one.source)
    China grew by 5%. 中国增长了5%。
    He likes to read long books in bed. None
    It was the month of May. 当时是五月份。

    Segments of one block that were made from one sentence become one segment, because only together they can be
    compared with it: so align first and `segments.cut` to a model's length afterwards. An article without a source is
    left as it is. Raises ArticleError if hardly a segment finds a counterpart.
    """
    if article.source is None or not segments:
        return tuple(segments)
    blocks = article.source_blocks or (Block(0, len(article.source)),)
    originals = segment(Article(article.id, article.source, blocks))
    source, draft = _read(originals), _read(segments)
    weights = _weights(source, draft)
    links = _links(article, source, draft, weights)
    given = article.given
    sides = originals, [replace(one, draft=given[one.start : one.end]) for one in originals] if given else originals
    return tuple(one for link in links for one in _linked(link, segments, sides, article))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What is compared of a sentence."""

    block: int
    size: float  # in English characters
    clues: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Link:
    """Source sentences and the draft sentences made from them; one of the two may be empty."""

    source: range
    draft: range


def _read(segments: Sequence[Segment]) -> list[_Sentence]:
    return [_Sentence(s.block, _size(s.text), clues(s.text)) for s in segments]


def _size(text: str) -> float:
    chinese = len(_CHINESE.findall(text))
    return len(_SPACE.sub("", text)) + chinese * (_ENGLISH_PER_CHINESE - 1)


def _weights(source: Sequence[_Sentence], draft: Sequence[_Sentence]) -> dict[str, float]:
    """How much each clue tells: the rarer the more. One on a single side counts where it should have come through."""
    left = Counter(clue for sentence in source for clue in sentence.clues)
    right = Counter(clue for sentence in draft for clue in sentence.clues)
    total = max(len(source), len(draft), 30)
    weights = {}
    for clue in left.keys() | right.keys():
        weight = min(_RAREST, log(total / max(left[clue], right[clue])))
        if left[clue] and right[clue]:
            weights[clue] = weight
        elif clue[0].isdigit() or (left[clue] and _CHINESE.match(clue)):
            weights[clue] = weight * _ONE_SIDED
    return weights


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Up to three neighbouring sentences as one."""

    clues: frozenset[str]
    weight: float  # of all its clues
    size: float
    begins: bool  # at the beginning of a block
    across: bool  # more than one block


def _stretches(sentences: Sequence[_Sentence], length: int, weights: Mapping[str, float]) -> list[_Stretch]:
    found = []
    for at in range(len(sentences) - length + 1):
        some = sentences[at : at + length]
        clues = frozenset(clue for one in some for clue in one.clues if clue in weights)
        begins = at == 0 or sentences[at - 1].block != some[0].block
        size = sum(one.size for one in some)
        found.append(
            _Stretch(clues, sum(map(weights.__getitem__, clues)), size, begins, some[0].block != some[-1].block)
        )
    return found


def _links(
    article: Article, source: Sequence[_Sentence], draft: Sequence[_Sentence], weights: Mapping[str, float]
) -> list[_Link]:
    """The best chain of links from the beginning to the end of both sides, looked for near the anchors."""
    left = {length: _stretches(source, length, weights) for length in (1, 2, 3)}
    right = {length: _stretches(draft, length, weights) for length in (1, 2, 3)}
    moves = _moves(left, right, weights)
    links, met, i, j = [], 0, len(source), len(draft)
    while i or j:
        a, b = moves[i, j]
        i, j = i - a, j - b
        links.append(_Link(range(i, i + a), range(j, j + b)))
        met += b if a and b and _shared(left[a][i], right[b][j], weights) > 0 else 0
    _check_related(article, left[1], right[1], met)
    return links[::-1]


def _moves(
    left: Mapping[int, Sequence[_Stretch]], right: Mapping[int, Sequence[_Stretch]], weights: Mapping[str, float]
) -> dict[tuple[int, int], tuple[int, int]]:
    """For each pair of places, how many sentences of either side the best chain that leads there takes last."""
    corridor = _corridor(left[1], right[1], weights)
    best: list[dict[int, float]] = [{} for _ in corridor]
    moves: dict[tuple[int, int], tuple[int, int]] = {}
    best[0][0] = 0.0
    for i, places in enumerate(corridor):
        for j in places:
            for (a, b), cost in _MOVES.items():
                before = best[i - a].get(j - b) if i >= a and j >= b else None
                if before is None:
                    continue
                gain = (_gain(left[a][i - a], right[b][j - b], weights) if a and b else 0.0) - cost
                if before + gain > best[i].get(j, -inf):
                    best[i][j] = before + gain
                    moves[i, j] = a, b
    return moves


def _gain(source: _Stretch, draft: _Stretch, weights: Mapping[str, float]) -> float:
    """How much better a link is than nothing known about either side."""
    if draft.across:
        return -inf
    ratio = log((draft.size + 1) / (source.size + 1))
    variance = 2 * _SPREAD**2 * (1 + _SHORT / (min(source.size, draft.size) + 1))
    paragraph = -_PARAGRAPH if source.begins != draft.begins else _PARAGRAPH * source.begins
    return _shared(source, draft, weights) - ratio**2 / variance + paragraph - _ACROSS * source.across


def _shared(source: _Stretch, draft: _Stretch, weights: Mapping[str, float]) -> float:
    """How much more the clues on both sides weigh than those on one."""
    matched = sum(map(weights.__getitem__, source.clues & draft.clues))
    return _MATCHED * matched - _UNMATCHED * (source.weight + draft.weight - 2 * matched)


def _corridor(source: Sequence[_Stretch], draft: Sequence[_Stretch], weights: Mapping[str, float]) -> list[range]:
    """For every place in the source, the places in the draft that are considered: near the anchors and between them."""
    anchors = [(-1, -1), *_anchors(source, draft, weights), (len(source), len(draft))]
    corridor: list[range] = []
    for (i, j), (next_i, next_j) in pairwise(anchors):
        slope = (next_j - j) / (next_i - i)
        wide = (next_i - i) * (next_j - j) > _LARGEST_GAP
        for row in range(i + 1, next_i + 1):
            middle = j + (row - i) * slope
            reach = max(50.0, 2 * slope)
            low, high = (middle - reach, middle + reach) if wide else (j, next_j)
            corridor.append(range(max(0, int(low) - _BAND), min(len(draft), int(high) + _BAND) + 1))
    return corridor


def _anchors(
    source: Sequence[_Stretch], draft: Sequence[_Stretch], weights: Mapping[str, float]
) -> list[tuple[int, int]]:
    """Pairs of sentences that share rare clues: the heaviest chain of them in which order is kept."""
    where = defaultdict(list)
    for j, sentence in enumerate(draft):
        for clue in sentence.clues:
            where[clue].append(j)
    rare = {clue for clue, places in where.items() if len(places) <= _RARE}
    pairs: list[tuple[int, int, float]] = []
    for i, sentence in enumerate(source):
        shared: dict[int, float] = defaultdict(float)
        for clue in sentence.clues & rare:
            for j in where[clue]:
                shared[j] += weights[clue]
        best = sorted(shared, key=shared.__getitem__)[-3:]
        pairs += [(i, j, shared[j]) for j in sorted(best, reverse=True) if shared[j] >= _ANCHOR]
    return _heaviest_chain(pairs)


def _heaviest_chain(pairs: Sequence[tuple[int, int, float]]) -> list[tuple[int, int]]:
    """The pairs of most weight in all whose both places ascend; they come by first place, the second descending.

    >>> _heaviest_chain([(0, 4, 3.0), (0, 0, 2.0), (1, 1, 2.0), (2, 2, 1.0)])
    [(0, 0), (1, 1), (2, 2)]
    """
    ends: list[int] = []  # the second places of the chains worth going on with, ascending, as are their weights
    chains: list[tuple[float, int]] = []  # weight and last pair of the chain that ends there
    before: list[int] = []
    for number, (_, j, weight) in enumerate(pairs):
        at = bisect_left(ends, j)
        total = weight + (chains[at - 1][0] if at else 0.0)
        before.append(chains[at - 1][1] if at else -1)
        last = at
        while last < len(ends) and chains[last][0] <= total:
            last += 1
        if last > at or at == len(ends) or ends[at] != j:
            ends[at:last] = [j]
            chains[at:last] = [(total, number)]
    chain, number = [], chains[-1][1] if chains else -1
    while number >= 0:
        chain.append(pairs[number][:2])
        number = before[number]
    return chain[::-1]


def _check_related(article: Article, source: Sequence[_Stretch], draft: Sequence[_Stretch], met: int) -> None:
    """`met` counts the draft segments that share more with their counterpart than sets them apart.

    The bound is a third of what there is to meet, less in short texts: it refuses none of 10,000 wmt20 documents of
    4 to 20 lines with their own source, and 17 of 25 of 5 lines, 25 of 25 of 20 lines with that of another.
    """
    telling = sum(sentence.weight > 0 for sentence in source)
    expected = min(telling, len(draft))
    if expected >= _FEWEST and met <= (expected - _FEWEST + 1) / 3:
        raise ArticleError(
            f"article {article.id!r}: the source does not seem to be the text this draft was made from: only {met} of "
            f"{len(draft)} segments find a counterpart in its {len(source)} sentences. Check --source."
        )


Sides = tuple[Sequence[Segment], Sequence[Segment]]  # the source's sentences as they are read and as they were given


def _linked(link: _Link, segments: Sequence[Segment], sides: Sides, article: Article) -> list[Segment]:
    """The segments of a link with their source: one that spans them all, or themselves where they have none."""
    some = [segments[at] for at in link.draft]
    if not some or not link.source:
        return some
    text, original = (_together([side[at].text for at in link.source]) for side in sides)
    given = None if original == text else original
    if len(some) == 1:
        return [replace(some[0], source=text, given=given)]
    start, end = some[0].start, some[-1].end
    inside = (mark for mark in article.blocks[some[0].block].marks if start < mark.end and mark.start < end)
    marks = tuple(replace(mark, start=mark.start - start, end=mark.end - start) for mark in inside)
    return [replace(some[0], draft=article.draft[start:end], start=start, source=text, given=given, marks=marks)]


def _together(sentences: Sequence[str]) -> str:
    text = ""
    for one in sentences:
        text += (" " if text and text[-1].isascii() else "") + one
    return text
