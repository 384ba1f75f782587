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
from math import isfinite
from typing import TYPE_CHECKING

from postedit.article import Candidate, Origin, Segment
from postedit.choices import passes
from postedit.parts import Part, joined, linked, parts
from postedit.translator import Job
from postedit.weighing import MOST, Answers, Surroundings, sentence_signs, signs

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

# A rewrite reads better as it was written than in part. So it is taken whole where that is predicted to gain at least
# this share of what its gaining parts alone would.
WHOLE = 0.6

# A retranslation owes the draft nothing, and what is predicted of its many parts adds up its errors, too: by a model's
# own weighing it must be so many points better than a post-edit. On 200 lines of wmt20 that no line saw it won argos
# 1.5 BLEU with this, and 1.3 without.
FREE = 2.0

Row = tuple[Candidate, ...]
Place = tuple[int, ...]  # number of a segment, and of a candidate of its row, and of a part of that


def estimated(
    articles: Sequence[int],
    segments: Sequence[Segment],
    rows: Sequence[Row],
    judge: "Judge",
    answers: Sequence[Mapping[Job, Sequence[str]]] = (),
    translated: Sequence[float | None] = (),
) -> list[Row]:
    """The rows with what each rewrite is predicted to gain, and behind each the text with its gaining parts alone.

    `articles` numbers each segment's. What is told of an article does not depend on the articles beside it. `answers`
    is all that the model said of each, by job, and `translated` what it gives its draft as a translation, where the
    judge has the model's own weighing.
    """
    bases = [_base(row) for row in rows]
    wholes: dict[Place, str] = {
        (n, at): row[at].text
        for n, (segment, row) in enumerate(zip(segments, rows, strict=True))
        if segment.source and any(one.origin in JUDGED for one in row)
        for at in range(len(row))
        if row[at].origin in JUDGED or at == bases[n]
    }
    raw = _qualities(judge, segments, wholes)
    means = _means(articles, rows, raw)

    apart = {
        (n, at): parts(rows[n][bases[n]].text, text)
        for (n, at), text in wholes.items()
        if at != bases[n] and raw[n, at] is not None and raw[n, bases[n]] is not None
    }
    alone = _qualities(
        judge,
        segments,
        {
            (n, at, k): joined(rows[n][bases[n]].text, [part])
            for (n, at), found in apart.items()
            for k, part in enumerate(found)
        },
    )

    drafts = _drafts(articles, [row[at] for row, at in zip(rows, bases, strict=True)])
    told = [
        Answers(row[at].text, said) for row, at, said in zip(rows, bases, answers or [{} for _ in rows], strict=True)
    ]

    def gain(n: int, at: int, k: int, part: Part) -> float:
        before, after = raw[n, bases[n]], alone[n, at, k]
        if before is None or after is None:
            return float("-inf")
        origin = rows[n][at].origin
        judged, around = after - before, Surroundings(means[articles[n], origin], drafts[articles[n]])
        if judge.weighing:
            return judge.weighing.gain(signs(part, origin, told[n], judged, around))
        return judge.line.own * judged + judge.line.article * around.rewrites

    smooth = _smooth(articles, rows, raw, judge, translated)
    known: list[dict[int, list[tuple[float, Part]]]] = [{} for _ in rows]
    for (n, at), found in apart.items():
        most = 0.0 if articles[n] in smooth else float("inf")
        known[n][at] = [(min(most, gain(n, at, k, part)), part) for k, part in enumerate(found)]
    return [
        _with_gains(segment, row, one, judge.weighing.least if judge.weighing else None) if one else row
        for segment, row, one in zip(segments, rows, known, strict=True)
    ]


def _smooth(
    articles: Sequence[int],
    rows: Sequence[Row],
    raw: Mapping[Place, float | None],
    judge: "Judge",
    translated: Sequence[float | None],
) -> set[int]:
    """The articles that are not rough enough to be rewritten; none where the weighing does not say."""
    rough = judge.weighing and judge.weighing.article
    if not rough:
        return set()
    told: dict[int, list[dict[str, float]]] = {article: [] for article in articles}
    for n, (article, row) in enumerate(zip(articles, rows, strict=True)):
        base = _base(row)
        edited = next((at for at, one in enumerate(row) if one.origin is Origin.POST_EDIT), base)
        before, after = raw.get((n, base)), raw.get((n, edited))
        judged = 0.0 if before is None or after is None else after - before
        known = sentence_signs(row[base].score, row[edited].score, translated[n] if translated else None, judged)
        if known:
            told[article].append(known)
    return {article for article, sentences in told.items() if rough.gain(sentences) < rough.least}


def _qualities(judge: "Judge", segments: Sequence[Segment], texts: Mapping[Place, str]) -> dict[Place, float | None]:
    """What the judge says of texts, each at a place that begins with the number of its segment."""
    found = judge.qualities([segments[place[0]].source or "" for place in texts], [*texts.values()])
    return dict(zip(texts, found, strict=True))


def _with_gains(
    segment: Segment, row: Row, known: Mapping[int, Sequence[tuple[float, Part]]], least: float | None
) -> Row:
    """The row with qualities: the draft's is none, a rewrite's all that its parts gain and lose.

    `least` is what a rewrite must gain by the model's own weighing, where there is one.
    """
    base = row[_base(row)]
    found: dict[str, Candidate] = {}
    for at, one in enumerate(row):
        if at in known:
            less = FREE if least is not None and one.origin is Origin.RETRANSLATE else 0.0
            found.setdefault(one.text, replace(one, quality=sum(gain for gain, _ in known[at]) - less))
            text, gain = gaining(base.text, known[at], partial(passes, segment, base), least)
            if text != base.text:
                steps = tuple(dict.fromkeys((*one.steps, IN_PART)))
                found.setdefault(text, Candidate(text, one.origin, steps=steps, quality=gain - less))
        else:
            found.setdefault(one.text, replace(one, quality=0.0) if one.origin in BASES else one)
    return tuple(found.values())


def gaining(
    text: str, apart: Sequence[tuple[float, Part]], passing: Callable[[str], bool], least: float | None = None
) -> tuple[str, float]:
    """The text with the parts that gain, the best first, as long as it passes; and what they gain together.

    Where `least` is given, parts between which words move are one, and the whole rewrite is preferred that gains
    nearly as much (`WHOLE`) and no less than that.
    """
    found = [part for _, part in apart]
    groups = [[n] for n in range(len(apart))] if least is None else linked(text, found)
    units = [(sum(apart[n][0] for n in group), [found[n] for n in group]) for group in groups]
    taken: list[Part] = []
    total = 0.0
    for gain, some in sorted(units, key=lambda unit: -unit[0]):
        if gain > 0 and passing(joined(text, taken + some)):
            taken, total = taken + some, total + gain
    whole = sum(gain for gain, _ in units)
    if least is not None and taken and whole >= max(least, WHOLE * total) and passing(joined(text, found)):
        return joined(text, found), whole
    return joined(text, taken), total


def _means(
    articles: Sequence[int], rows: Sequence[Row], raw: Mapping[Place, float | None]
) -> dict[tuple[int, Origin], float]:
    """By article and kind of rewrite: how much better the judge finds them than what they would take the place of."""
    differences: dict[tuple[int, Origin], dict[int, float]] = defaultdict(dict)
    for (n, at), value in raw.items():
        base = raw[n, _base(rows[n])]
        if rows[n][at].origin in JUDGED and value is not None and base is not None:
            differences[articles[n], rows[n][at].origin].setdefault(n, value - base)  # the best hypothesis comes first
    return {key: article_mean([*values.values()]) for key, values in differences.items()}


def _drafts(articles: Sequence[int], bases: Sequence[Candidate]) -> dict[int, float]:
    """By article: what the model gives its drafts a token, on average; 0, as if it were sure, where it gave nothing."""
    scores: dict[int, list[float]] = {article: [] for article in articles}
    for article, base in zip(articles, bases, strict=True):
        if base.score is not None and isfinite(base.score):
            scores[article].append(base.score)
    return {article: sum(found) / max(1, len(found)) for article, found in scores.items()}


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
