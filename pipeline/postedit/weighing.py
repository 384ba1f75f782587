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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite, log
from typing import TYPE_CHECKING, Any

from postedit.article import Candidate, Origin, Segment
from postedit.candidates import NOT_ROUGH, Proposal
from postedit.choices import passes
from postedit.errors import ModelError
from postedit.estimates import BASES, IN_PART, JUDGED, Place, base_of, judgeable, qualities
from postedit.parts import permitted
from postedit.roughness import Roughness, sentence_signs
from postedit.spelling import lacked, spelt
from postedit.tells import sounds_rough

if TYPE_CHECKING:
    from postedit.judge import Judge

# What speaks for a rewrite: by how many points the judge likes it better than the draft; how much liker it is to the
# model's post-edits, and to its retranslations, than the draft is; how like it is to the draft, all in chrF, of 0 to 1;
# the logarithm of how many letters it has for one of the draft, and how far from none that is; how likely the
# model finds the draft as a post-edit of itself and as a translation, in log-probability a token; whether it is a
# retranslation, which owes the draft nothing; how much rougher its English sounds than the draft's (`tells`); how many
# more of the source's names and rare words it says, as far as their English is known (`hints`).
SIGNS = (
    "judged", "like post-edits", "like retranslations", "like the draft", "longer", "length off", "kept", "translated",
    "is a retranslation", "sounds rougher", "names said", "words said", "constant",
)  # fmt: skip

MOST_JUDGED = 15.0  # points that the judge's word counts at most
OFFERED = 12  # rewrites of a segment that are left to choose from, the best first: alike, they share faults, too


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

    def why_left(self, sentences: Sequence[Mapping[str, float]]) -> str | None:
        """Why an article is left as it is, by what its sentences tell; None where it is rough."""
        if self.article is None or (gain := self.article.gain(sentences)) >= self.article.least:
            return None
        return f"{NOT_ROUGH}, by what all its sentences tell: {gain:+.2f} points, {self.article.least:.2f} needed"

    @property
    def digest(self) -> str:
        """For the run signature: another line chooses other texts."""
        said: list[Any] = sorted(self.weights.items())
        if self.article:
            ways = [[sorted(line.items()) for line in way] for way in self.article.ways]
            said += [ways, sorted(self.article.usual.items()), self.article.least]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]

    def gain(self, signs: Mapping[str, float]) -> float:
        """Points of chrF."""
        return sum(weight * signs[name] for name, weight in self.weights.items())


def signs(
    base: Candidate, rewrites: Sequence[Candidate], found: Proposal, judged: Sequence[float]
) -> list[list[float]]:
    """The `SIGNS` of rewrites of a base; `judged` in the judge's points. Nothing where the model did not say enough.

    >>> base, other = Candidate("He come.", Origin.DRAFT, score=-2.0), Candidate("He came.", Origin.POST_EDIT)
    >>> said = [Candidate("He comes.", Origin.POST_EDIT), Candidate("He came now.", Origin.RETRANSLATE)]
    >>> told = dict(zip(SIGNS, signs(base, [other], Proposal((base, other, *said), -1.5), [2.0])[0]))
    >>> told["like retranslations"] > told["like post-edits"], told["judged"], told["kept"], told["translated"]
    (True, 2.0, -2.0, -1.5)
    """
    kept, translated = base.score, found.translated
    if kept is None or translated is None or not isfinite(kept) or not isfinite(translated):
        return []
    texts = [base.text, *(one.text for one in rewrites)]
    said_as = {origin: [one.text for one in found.candidates if one.origin is origin] for origin in JUDGED}
    post_edits, retranslations = (likeness(texts, said_as[one]) for one in (Origin.POST_EDIT, Origin.RETRANSLATE))
    drafts = likeness(texts, [base.text])
    rough = [sounds_rough(text) for text in texts]
    named, words = (
        [sum(one.is_in(text) for one in some) for text in texts] for some in (found.hints.names, found.hints.words)
    )
    rows = []
    for n, (one, points) in enumerate(zip(rewrites, judged, strict=True), 1):
        longer = log((1 + len(one.text)) / (1 + len(base.text)))
        like = (post_edits[n] - post_edits[0], retranslations[n] - retranslations[0], drafts[n])
        said = (max(-MOST_JUDGED, min(MOST_JUDGED, points)), *like, longer, abs(longer), kept, translated)
        told = (float(named[n] - named[0]), float(words[n] - words[0]))
        rows.append([*said, float(one.origin is Origin.RETRANSLATE), rough[n] - rough[0], *told, 1.0])
    return rows


def likeness(texts: Sequence[str], others: Sequence[str]) -> list[float]:
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


def with_permitted(segment: Segment, found: Proposal, origins: frozenset[Origin] = JUDGED) -> Proposal:
    """The proposal, and behind each rewrite of these `origins` that a check refuses what is left without the place.

    >>> draft, better = Candidate("On 1 June he come home.", Origin.DRAFT), "On 7 June he came home."
    >>> found = Proposal((draft, Candidate(better, Origin.POST_EDIT)))
    >>> some = with_permitted(Segment(draft.text, 0, source="六月一日他回家了。"), found)
    >>> [one.text for one in some.candidates[1:]]
    ['On 7 June he came home.', 'On 1 June he came home.']
    """
    base = found.candidates[base_of(found.candidates)]
    known = {one.text for one in found.candidates}
    row = list[Candidate]()
    for one in found.candidates:
        row.append(one)
        allows = partial(passes, segment, base, polished=one.origin is Origin.POLISH)
        if one.origin not in origins or allows(one.text) or not (rest := permitted(base.text, one.text, allows)):
            continue
        if rest not in known:
            known.add(rest)
            row.append(Candidate(rest, one.origin, steps=(*one.steps, IN_PART)))
    return replace(found, candidates=tuple(row))


def weighed(
    articles: Sequence[int],
    segments: Sequence[Segment],
    found: Sequence[Proposal],
    further: Callable[[Sequence[int]], Sequence[Proposal]],
    judge: "Judge",
    weighing: Weighing,
) -> list[tuple[Candidate, ...]]:
    """The candidates of each segment with what its rewrites are predicted to gain, the best first behind the others.

    `articles` numbers each segment's. What is told of an article does not depend on the articles beside it. The judge
    reads first what tells whether an article is rough, and all that the model says only where it is: where it is not,
    no rewrite gains anything. `further` gives the proposals for some segments, by number, with the translations of
    their sources, which are worth the model's time in rough articles alone.
    """
    read = in_letters(segments, found)
    texts = judgeable(read, [one.candidates for one in found])
    telling = [{base_of(one.candidates), _edited(one.candidates)} for one in found]
    said = _said(judge, read, {place: text for place, text in texts.items() if place[1] in telling[place[0]]})

    def judged(n: int, one: Proposal) -> Judged:
        return Judged(one, [said.get((n, some.text)) for some in one.candidates])

    sentences = [judged(n, one).sentence for n, one in enumerate(found)]
    told: dict[int, list[dict[str, float]]] = {}
    for article, sentence in zip(articles, sentences, strict=True):
        told.setdefault(article, []).extend([sentence] if sentence else [])
    left = {article: why for article, some in told.items() if (why := weighing.why_left(some))}

    worth = [n for n in range(len(found)) if articles[n] not in left]
    offered = {n: with_permitted(segments[n], one) for n, one in zip(worth, further(worth), strict=True)}
    texts = judgeable(read, [offered[n].candidates if n in offered else () for n in range(len(found))])
    said |= _said(judge, read, {place: text for place, text in texts.items() if (place[0], text) not in said})
    return [
        judged(n, offered[n]).row(weighing)
        if n in offered
        else _left(one.candidates if sentences[n] else _others(one.candidates), left[articles[n]])
        for n, one in enumerate(found)
    ]


def in_letters(segments: Sequence[Segment], found: Sequence[Proposal]) -> list[Segment]:
    """The segments as the judge reads them: names of a source whose English is known are in Latin letters.

    >>> from postedit.hints import hints
    >>> from postedit.spelling import spellings
    >>> found = Proposal((), hints=hints("在赣州", spellings("在赣州")))
    >>> [one.source for one in in_letters([Segment("", 0, source="在赣州")], [found])]
    ['在 Ganzhou']
    """
    return [
        replace(segment, source=spelt(segment.source, one.hints.names), terms=())
        if segment.source and one.hints.names
        else segment
        for segment, one in zip(segments, found, strict=True)
    ]


def _said(
    judge: "Judge", segments: Sequence[Segment], texts: Mapping[Place, str]
) -> dict[tuple[int, str], float | None]:
    """What the judge says of texts, by the number of the segment and the text."""
    return {(place[0], texts[place]): value for place, value in qualities(judge, segments, texts).items()}


def _edited(row: Sequence[Candidate]) -> int:
    """The place of the best post-edit that changes something, or of the base."""
    return next((at for at, one in enumerate(row) if one.origin is Origin.POST_EDIT), base_of(row))


def _others(row: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates that the judge knows nothing about."""
    return tuple(one for one in row if one.origin not in JUDGED)


def _beside(row: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The same beside rewrites that have qualities: a base gains nothing over itself."""
    return tuple(replace(one, quality=0.0) if one.origin in BASES else one for one in _others(row))


def _left(row: tuple[Candidate, ...], why: str) -> tuple[Candidate, ...]:
    """The candidates where the article is not rough: no rewrite gains anything, and the steps say why."""
    rewrites = [replace(one, quality=0.0, steps=(*one.steps, why)) for one in row if one.origin in JUDGED]
    if not rewrites:
        return row
    draft, *others = _beside(row)
    return (replace(draft, steps=(*draft.steps, why)), *others, *rewrites[:OFFERED])


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
        edited = _edited(row)
        like = 1.0 if edited == base else likeness([row[edited].text], [row[base].text])[0]
        rough, lacking = sounds_rough(row[base].text), lacked(self.proposal.hints.names, row[base].text)
        kept, translated = row[base].score, self.proposal.translated
        return sentence_signs(kept, translated, self.judged(edited) or 0.0, like, rough, lacking)

    @property
    def rewrites(self) -> tuple[list[Candidate], list[list[float]]]:
        """What the judge has judged, and the `SIGNS` of each; nothing where the model did not say enough."""
        row = self.proposal.candidates
        told = {at: self.judged(at) for at, one in enumerate(row) if one.origin in JUDGED}
        known = {at: points for at, points in told.items() if points is not None}
        offered = [row[at] for at in known]
        found = signs(row[base_of(row)], offered, self.proposal, [*known.values()])
        return (offered, found) if found else ([], [])

    def row(self, weighing: Weighing) -> tuple[Candidate, ...]:
        """The candidates with qualities: none of a base, of each rewrite what it is predicted to gain."""
        known = [
            replace(one, quality=weighing.gain(dict(zip(SIGNS, told, strict=True))))
            for one, told in zip(*self.rewrites, strict=True)
        ]
        others = _beside(self.proposal.candidates) if known else _others(self.proposal.candidates)
        return (*others, *sorted(known, key=lambda one: -(one.quality or 0.0))[:OFFERED])
