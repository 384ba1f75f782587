"""Estimate: how good is each wording of an article, judged by its source alone?

A judge tells wordings of one sentence apart, but not well enough to trust it with every sentence; over an article its
errors even out. So what it finds a rewrite better by is believed in part (`Line.own`), and what it finds the rewrites
of the article better by, on average, in part too (`Line.article`): a weak engine that is offered for a good draft so
passes seldom, however much the judge likes a single sentence of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from postedit.article import Candidate, Origin, Segment

if TYPE_CHECKING:
    from postedit.judge import Judge

# Rewrites that the judge knows about. A polish changes a word here and there, too little for it to see.
JUDGED = frozenset({Origin.POST_EDIT, Origin.RETRANSLATE})

# What they would take the place of.
BASES = frozenset({Origin.DRAFT, Origin.REPAIR})

# A sentence alone says little of its article, twenty say much. Without doubt, one sentence alone, whose own difference
# is all that is known of its article, changed 5 % of google's for worse wordings.
UNSEEN = 10
WORSE = 1.5  # points of chrF
MOST = 10.0  # points of chrF

Row = tuple[Candidate, ...]


def estimated(articles: Sequence[int], segments: Sequence[Segment], rows: Sequence[Row], judge: "Judge") -> list[Row]:
    """The rows, with the quality of each candidate where a rewrite is to be judged; `articles` numbers each segment's.

    What is told of an article does not depend on the articles beside it.
    """
    asked = [
        (n, at)
        for n, (segment, row) in enumerate(zip(segments, rows, strict=True))
        if segment.source and any(one.origin in JUDGED for one in row)
        for at in range(len(row))
        if row[at].origin in JUDGED | BASES
    ]
    found = judge.qualities([segments[n].source or "" for n, _ in asked], [rows[n][at].text for n, at in asked])
    raw = dict(zip(asked, found, strict=True))
    means = _means(articles, rows, raw)

    def quality(n: int, at: int) -> float | None:
        value, origin = raw.get((n, at)), rows[n][at].origin
        if value is None:
            return None
        return judge.line.own * value + judge.line.article * means.get((articles[n], origin), 0.0)

    return [
        tuple(replace(one, quality=quality(n, at)) if (n, at) in raw else one for at, one in enumerate(row))
        for n, row in enumerate(rows)
    ]


def _means(
    articles: Sequence[int], rows: Sequence[Row], raw: dict[tuple[int, int], float | None]
) -> dict[tuple[int, Origin], float]:
    """By article and kind of rewrite: how much better the judge finds them than what they would take the place of."""
    differences: dict[tuple[int, Origin], dict[int, float]] = defaultdict(dict)
    for (n, at), value in raw.items():
        base = raw[n, _base(rows[n])]
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


def _base(row: Row) -> int:
    """The place of the repaired draft, or of the draft."""
    return max(at for at, one in enumerate(row) if one.origin in BASES)
