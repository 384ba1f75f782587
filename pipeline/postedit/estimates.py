"""Estimate: what would each part of a rewrite gain, judged by the source alone?

A rewrite is taken apart (`parts`), and the judge holds the draft with one part of it against the draft without. It
tells the wordings of one place apart, but not well enough to trust it with every place; over an article its errors
even out. So what it finds a part better by is believed to a degree (`Line.own`), and what it finds the rewrites of the
article better by, on average, too (`Line.article`): of a weak engine that is offered for a good draft so little passes,
however much the judge likes a single part of it. A model that was studied brings a weighing of its own (`weighing`).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from postedit.article import Candidate, Origin, Segment
from postedit.choices import passes
from postedit.parts import Part, joined, parts

if TYPE_CHECKING:
    from postedit.judge import Judge

# Rewrites that the judge knows about. A polish changes a word here and there, too little for it to see.
JUDGED = frozenset({Origin.POST_EDIT, Origin.RETRANSLATE})

# What they would take the place of.
BASES = frozenset({Origin.DRAFT, Origin.REPAIR})

# Stands among the steps of a text that has only some parts of a rewrite.
IN_PART = "in part"

# A sentence alone says little of its article, twenty say much. Without doubt, one sentence alone, whose own difference
# is all that is known of its article, changed 5 % of google's for worse wordings.
UNSEEN = 10
WORSE = 1.5  # points of chrF

MOST = 10.0  # points of the judge: a sentence that is garbage says nothing of the others

Row = tuple[Candidate, ...]
Place = tuple[int, ...]  # number of a segment, and of a candidate of its row, and of a part of that


def estimated(articles: Sequence[int], segments: Sequence[Segment], rows: Sequence[Row], judge: "Judge") -> list[Row]:
    """The rows with what each rewrite is predicted to gain, and behind each the text with its gaining parts alone.

    `articles` numbers each segment's. What is told of an article does not depend on the articles beside it.
    """
    bases = [base_of(row) for row in rows]
    wholes = judgeable(segments, rows)
    raw = qualities(judge, segments, wholes)
    means = _means(articles, rows, raw)

    apart = {
        (n, at): parts(rows[n][bases[n]].text, text)
        for (n, at), text in wholes.items()
        if at != bases[n] and raw[n, at] is not None and raw[n, bases[n]] is not None
    }
    alone = qualities(
        judge,
        segments,
        {
            (n, at, k): joined(rows[n][bases[n]].text, [part])
            for (n, at), found in apart.items()
            for k, part in enumerate(found)
        },
    )

    def gain(n: int, at: int, k: int) -> float:
        before, after = raw[n, bases[n]], alone[n, at, k]
        if before is None or after is None:
            return float("-inf")
        return judge.line.own * (after - before) + judge.line.article * means[articles[n], rows[n][at].origin]

    known: list[dict[int, list[tuple[float, Part]]]] = [{} for _ in rows]
    for (n, at), found in apart.items():
        known[n][at] = [(gain(n, at, k), part) for k, part in enumerate(found)]
    return [_with_gains(*some) if some[2] else some[1] for some in zip(segments, rows, known, strict=True)]


def judgeable(segments: Sequence[Segment], rows: Sequence[Row]) -> dict[Place, str]:
    """The texts that the judge is asked about, by the numbers of segment and candidate.

    Where there are a source and rewrites, these are they, and what they would take the place of.
    """
    return {
        (n, at): one.text
        for n, (segment, row) in enumerate(zip(segments, rows, strict=True))
        if segment.source and any(one.origin in JUDGED for one in row)
        for at, one in enumerate(row)
        if one.origin in JUDGED or at == base_of(row)
    }


def qualities(judge: "Judge", segments: Sequence[Segment], texts: Mapping[Place, str]) -> dict[Place, float | None]:
    """What the judge says of texts, each at a place that begins with the number of its segment."""
    found = judge.qualities([segments[place[0]].source or "" for place in texts], [*texts.values()])
    return dict(zip(texts, found, strict=True))


def _with_gains(segment: Segment, row: Row, known: Mapping[int, Sequence[tuple[float, Part]]]) -> Row:
    """The row with qualities: the draft's is none, a rewrite's all that its parts gain and lose."""
    base = row[base_of(row)]
    found: dict[str, Candidate] = {}
    for at, one in enumerate(row):
        if at in known:
            found.setdefault(one.text, replace(one, quality=sum(gain for gain, _ in known[at])))
            text, gain = _gaining(base.text, known[at], partial(passes, segment, base))
            if text != base.text:
                steps = tuple(dict.fromkeys((*one.steps, IN_PART)))
                found.setdefault(text, Candidate(text, one.origin, steps=steps, quality=gain))
        else:
            found.setdefault(one.text, replace(one, quality=0.0) if one.origin in BASES else one)
    return tuple(found.values())


def _gaining(text: str, apart: Sequence[tuple[float, Part]], passing: Callable[[str], bool]) -> tuple[str, float]:
    """The text with the parts that gain, the best first, as long as it passes; and what they gain together."""
    taken: list[Part] = []
    total = 0.0
    for gain, part in sorted(apart, key=lambda one: -one[0]):
        if gain > 0 and passing(joined(text, [*taken, part])):
            taken, total = [*taken, part], total + gain
    return joined(text, taken), total


def _means(
    articles: Sequence[int], rows: Sequence[Row], raw: Mapping[Place, float | None]
) -> dict[tuple[int, Origin], float]:
    """By article and kind of rewrite: how much better the judge finds them than what they would take the place of."""
    differences: dict[tuple[int, Origin], dict[int, float]] = defaultdict(dict)
    for (n, at), value in raw.items():
        base = raw[n, base_of(rows[n])]
        if rows[n][at].origin in JUDGED and value is not None and base is not None:
            differences[articles[n], rows[n][at].origin].setdefault(n, value - base)  # the best hypothesis comes first
    return {key: article_mean([*values.values()]) for key, values in differences.items()}


def article_mean(differences: Sequence[float], worse: float = WORSE) -> float:
    """The mean of an article's differences, as if `UNSEEN` sentences more had been `worse`: who sees little doubts.

    A few sentences that are garbage say nothing of the others: no difference counts more than `MOST`.

    >>> article_mean([3.0], worse=1.0), article_mean([3.0] * 20, worse=1.0), article_mean([90.0], worse=0.0)
    (-0.63..., 1.66..., 0.90...)
    """
    seen = sum(max(-MOST, min(MOST, one)) for one in differences)
    return (seen - worse * UNSEEN) / (len(differences) + UNSEEN)


def base_of(row: Sequence[Candidate]) -> int:
    """The place of the repaired draft, or of the draft."""
    return max(at for at, one in enumerate(row) if one.origin in BASES)
