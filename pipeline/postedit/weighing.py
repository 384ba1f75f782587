"""Weigh a model's rewrites: the judge's word, and how like the model's other answers each one is.

A model that is unsure says something else each time. What is like all that it says, with the draft before it and
without, is likelier right: that is minimum Bayes risk decoding (Kumar and Byrne, NAACL 2004), with chrF as its utility
(Freitag et al., TACL 2022). What a judge without a reference adds is quality-aware decoding (Fernandes et al., NAACL
2022). A sentence alone tells little of whether its article is rough at all, so that is asked first, of all sentences
together (`Roughness`). How much each sign counts was fitted on drafts with references, for one model
(models/fit_weighing.py), and stands in its manifest, under "gate".
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite, log
from typing import TYPE_CHECKING, Any

from postedit.article import Candidate, Origin, Segment
from postedit.candidates import NOT_ROUGH, Proposal
from postedit.choices import passes
from postedit.errors import ModelError
from postedit.estimates import BASES, IN_PART, JUDGED, MOST, base_of, judgeable, qualities
from postedit.parts import permitted
from postedit.tells import sounds_rough
from postedit.translator import Job

if TYPE_CHECKING:
    from postedit.judge import Judge

# What speaks for a rewrite: by how many points the judge likes it better than the draft; how much liker it is to the
# model's post-edits, and to its retranslations, than the draft is; how like it is to the draft, all in chrF, of 0 to 1;
# the logarithm of how many letters it has for one of the draft, and how far from none that is; how likely the
# model finds the draft as a post-edit of itself and as a translation, in log-probability a token; whether it is a
# retranslation, which owes the draft nothing.
SIGNS = (
    "judged", "like post-edits", "like retranslations", "like the draft", "longer", "length off", "kept", "translated",
    "is a retranslation", "constant",
)  # fmt: skip

MOST_JUDGED = 15.0  # points that the judge's word counts at most
OFFERED = 12  # rewrites of a segment that are left to choose from, the best first: alike, they share faults, too

# What tells of a sentence whether its draft is rough: how likely the model finds it as a post-edit of itself, and as a
# translation of its source, in log-probability a token (free translations are unlikely, but need no mending, which the
# first tells); by how many points the judge likes the model's own post-edit better, and how like the draft that is.
# How much the draft's English alone sounds like rough engines' (`tells`) comes last.
SENTENCE_SIGNS = ("kept", "translated", "judged", "like the draft", "sounds rough", "constant")

# Sentences that every article is taken to have beside its own, of which nothing is known: one alone says little.
UNSEEN = 5


@dataclass(frozen=True, slots=True)
class Roughness:
    """Points of chrF that a sentence of an article is predicted to gain, on average, by what its sentences tell.

    Each line says how many, and the least of them counts. What English sounds like is learned from news: so one line
    does not listen, and where the model and the judge alone see nothing to gain, nothing is done.

    >>> nothing = dict.fromkeys(SENTENCE_SIGNS, 0.0)
    >>> lines = {**nothing, "kept": -2.0}, {**nothing, "kept": -1.0, "sounds rough": 5.0}
    >>> rough = Roughness(lines, {**nothing, "kept": -0.5}, least=1.5)
    >>> rough.gain([]), rough.gain([{**nothing, "kept": -1.5, "sounds rough": 0.6}] * 5)
    (0.5, 2.0)
    """

    lines: Sequence[Mapping[str, float]]  # weights of `SENTENCE_SIGNS`, by name
    usual: Mapping[str, float]  # the signs of a sentence of which nothing is known
    least: float  # an article that is predicted to gain less is left as it is

    @classmethod
    def from_manifest(cls, said: Any) -> "Roughness":
        """What stands in a manifest under "article"; KeyError, TypeError or ValueError for what is none."""
        usual, *lines = ({name: float(one[name]) for name in SENTENCE_SIGNS} for one in (said["usual"], *said["lines"]))
        return cls(lines, usual, float(said["least"]))

    def gain(self, sentences: Sequence[Mapping[str, float]]) -> float:
        """Points of chrF."""
        known = article_signs(sentences, self.usual)
        return min(sum(weight * known[name] for name, weight in line.items()) for line in self.lines)


def article_signs(sentences: Sequence[Mapping[str, float]], usual: Mapping[str, float]) -> dict[str, float]:
    """The mean of each sign, as if there had been `UNSEEN` usual sentences more."""
    count = len(sentences) + UNSEEN
    return {name: (sum(one[name] for one in sentences) + UNSEEN * usual[name]) / count for name in SENTENCE_SIGNS}


def sentence_signs(
    kept: float | None, translated: float | None, judged: float, like_the_draft: float, rough: float
) -> dict[str, float] | None:
    """What a sentence tells of its article, by name; None where the model did not say enough."""
    if kept is None or translated is None or not isfinite(kept) or not isfinite(translated):
        return None
    judged = max(-MOST, min(MOST, judged))
    return dict(zip(SENTENCE_SIGNS, (kept, translated, judged, like_the_draft, rough, 1.0), strict=True))


@dataclass(frozen=True, slots=True)
class Weighing:
    """From signs to the points that a rewrite is predicted to gain: a line that ships in a model's manifest."""

    weights: Mapping[str, float]  # of `SIGNS`, by name
    least: float  # points that a rewrite must be predicted to gain
    article: Roughness | None = None  # where there is one, only rough articles are rewritten

    @classmethod
    def from_manifest(cls, said: Any) -> "Weighing":
        """The weighing that a manifest describes; ModelError for what is none.

        >>> Weighing.from_manifest({"least": 1.0, "weights": {}})
        Traceback (most recent call last):
            ...
        postedit.errors.ModelError: manifest: the gate's weighing cannot be read (KeyError: 'judged').
        """
        try:
            rough = Roughness.from_manifest(said["article"]) if said.get("article") else None
            return cls({name: float(said["weights"][name]) for name in SIGNS}, float(said["least"]), rough)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            told = f"{type(error).__name__}: {error}"
            raise ModelError(f"manifest: the gate's weighing cannot be read ({told}).") from error

    def is_rough(self, sentences: Sequence[Mapping[str, float]]) -> bool:
        """Whether an article is to be rewritten, by what its sentences tell."""
        return self.article is None or self.article.gain(sentences) >= self.article.least

    @property
    def digest(self) -> str:
        """For the run signature: another line chooses other texts."""
        said: list[Any] = sorted(self.weights.items())
        if self.article:
            said += [
                *map(sorted, map(dict.items, map(dict, (*self.article.lines, self.article.usual)))),
                self.article.least,
            ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]

    def gain(self, signs: Mapping[str, float]) -> float:
        """Points of chrF."""
        return sum(weight * signs[name] for name, weight in self.weights.items())


def signs(
    base: Candidate, rewrites: Sequence[Candidate], found: Proposal, judged: Sequence[float]
) -> list[list[float]]:
    """The `SIGNS` of rewrites of a base; `judged` in the judge's points. Nothing where the model did not say enough.

    >>> base, other = Candidate("He come.", Origin.DRAFT, score=-2.0), Candidate("He came.", Origin.POST_EDIT)
    >>> said = {Job.POST_EDIT: ["He came.", "He comes."], Job.RETRANSLATE: ["He came home.", "He came."]}
    >>> told = dict(zip(SIGNS, signs(base, [other], Proposal((base, other), said, -1.5), [2.0])[0]))
    >>> told["like retranslations"] > told["like post-edits"], told["judged"], told["kept"], told["translated"]
    (True, 2.0, -2.0, -1.5)
    """
    kept, translated = base.score, found.translated
    if kept is None or translated is None or not isfinite(kept) or not isfinite(translated):
        return []
    texts = [base.text, *(one.text for one in rewrites)]
    post_edits, retranslations = (_likeness(texts, found.answers.get(job, ())) for job in _LIKENED)
    drafts = _likeness(texts, [base.text])
    rows = []
    for n, (one, points) in enumerate(zip(rewrites, judged, strict=True), 1):
        longer = log((1 + len(one.text)) / (1 + len(base.text)))
        like = (post_edits[n] - post_edits[0], retranslations[n] - retranslations[0], drafts[n])
        liked = max(-MOST_JUDGED, min(MOST_JUDGED, points))
        rows.append([liked, *like, longer, abs(longer), kept, translated, float(one.origin is Origin.RETRANSLATE), 1.0])
    return rows


_LIKENED = (Job.POST_EDIT, Job.RETRANSLATE)


def _likeness(texts: Sequence[str], others: Sequence[str]) -> list[float]:
    """The mean chrF of each text with all others that are not the same, of 0 to 1; 1 where there is none."""
    import fastchrf

    if not others:
        return [1.0] * len(texts)
    table = fastchrf.pairwise_chrf([[*texts]], [[*others]])[0]
    means = []
    for text, row in zip(texts, table, strict=True):
        told = [value / 100 for value, other in zip(row, others, strict=True) if other != text]
        means.append(sum(told) / len(told) if told else 1.0)
    return means


def with_permitted(segment: Segment, found: Proposal) -> Proposal:
    """The proposal, and behind each rewrite that a check refuses what is left of it without the place refused.

    Among the model's answers it takes the place of what it was taken from, so that it is not liked for being like it.

    >>> draft, better = Candidate("On 1 June he come home.", Origin.DRAFT), "On 7 June he came home."
    >>> found = Proposal((draft, Candidate(better, Origin.POST_EDIT)), {Job.POST_EDIT: [better]})
    >>> some = with_permitted(Segment(draft.text, 0, source="六月一日他回家了。"), found)
    >>> [one.text for one in some.candidates[1:]], some.answers[Job.POST_EDIT]
    (['On 7 June he came home.', 'On 1 June he came home.'], ['On 1 June he came home.'])
    """
    base = found.candidates[base_of(found.candidates)]
    allows = partial(passes, segment, base)
    known = {one.text for one in found.candidates}
    row, instead = list[Candidate](), dict[str, str]()
    for one in found.candidates:
        row.append(one)
        if one.origin not in JUDGED or allows(one.text) or not (rest := permitted(base.text, one.text, allows)):
            continue
        instead[one.text] = rest
        if rest not in known:
            known.add(rest)
            row.append(Candidate(rest, one.origin, steps=(*one.steps, IN_PART)))
    answers = {job: [instead.get(text, text) for text in some] for job, some in found.answers.items()}
    return Proposal(tuple(row), answers, found.translated)


def weighed(
    articles: Sequence[int], segments: Sequence[Segment], found: Sequence[Proposal], judge: "Judge", weighing: Weighing
) -> list[tuple[Candidate, ...]]:
    """The candidates of each segment with what its rewrites are predicted to gain, the best first behind the others.

    `articles` numbers each segment's. What is told of an article does not depend on the articles beside it. Where an
    article is not rough no rewrite gains anything.
    """
    found = [with_permitted(*some) for some in zip(segments, found, strict=True)]
    said = qualities(judge, segments, judgeable(segments, [some.candidates for some in found]))
    read = [Judged(some, [said.get((n, at)) for at in range(len(some.candidates))]) for n, some in enumerate(found)]
    told: dict[int, list[dict[str, float]]] = {}
    for article, one in zip(articles, read, strict=True):
        sentence = one.sentence
        told.setdefault(article, []).extend([sentence] if sentence else [])
    rough = {article for article, some in told.items() if weighing.is_rough(some)}
    return [one.row(weighing, rough=article in rough) for article, one in zip(articles, read, strict=True)]


@dataclass(frozen=True)
class Judged:
    """What may be made of a segment, and what the judge says of each candidate; None of what it was not asked."""

    proposal: Proposal
    said: Sequence[float | None]

    def judged(self, at: int) -> float | None:
        """By how much the judge likes a candidate better than the base."""
        before, after = self.said[base_of(self.proposal.candidates)], self.said[at]
        return None if before is None or after is None else after - before

    @property
    def sentence(self) -> dict[str, float] | None:
        """What it tells of its article: `sentence_signs`, of the best post-edit that changes something."""
        row = self.proposal.candidates
        base = base_of(row)
        edited = next((at for at, one in enumerate(row) if one.origin is Origin.POST_EDIT), base)
        like = 1.0 if edited == base else _likeness([row[edited].text], [row[base].text])[0]
        rough = sounds_rough(row[base].text)
        return sentence_signs(row[base].score, self.proposal.translated, self.judged(edited) or 0.0, like, rough)

    @property
    def rewrites(self) -> tuple[list[Candidate], list[list[float]]]:
        """What the judge has judged, and the `SIGNS` of each; nothing where the model did not say enough."""
        row = self.proposal.candidates
        told = {at: self.judged(at) for at, one in enumerate(row) if one.origin in JUDGED}
        known = {at: points for at, points in told.items() if points is not None}
        offered = [row[at] for at in known]
        found = signs(row[base_of(row)], offered, self.proposal, [*known.values()])
        return (offered, found) if found else ([], [])

    def row(self, weighing: Weighing, *, rough: bool) -> tuple[Candidate, ...]:
        """The candidates with qualities: none of a base, of each rewrite what it is predicted to gain."""
        known = []
        for one, told in zip(*self.rewrites, strict=True):
            gain = weighing.gain(dict(zip(SIGNS, told, strict=True)))
            known.append(replace(one, quality=gain if rough else min(0.0, gain)))
        others = [one for one in self.proposal.candidates if one.origin not in JUDGED]
        if known:
            others = [replace(one, quality=0.0) if one.origin in BASES else one for one in others]
        if known and not rough:
            others[0] = replace(others[0], steps=(*others[0].steps, NOT_ROUGH))
        return (*others, *sorted(known, key=lambda one: -(one.quality or 0.0))[:OFFERED])
