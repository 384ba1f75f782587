"""Weigh what a model makes of drafts without a source: how like its other answers, and how like the draft, each is.

Without a source little tells a polish that mends from one that only changes. What a model says again and again is
likelier right: minimum Bayes risk decoding (Kumar and Byrne, NAACL 2004), with chrF as its utility (Freitag et al.,
TACL 2022). Of good drafts it changes as many words, all for nothing, so an article is asked first whether it sounds
rough (`tells`): a sentence alone says little of that, twenty say nearly all. How much each sign counts was fitted on
drafts with references, for one model (models/fit_polishing.py), and stands in its manifest, under "gate".
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log
from typing import Any

from postedit.article import Candidate, Origin, Segment
from postedit.candidates import Proposal
from postedit.choices import passes, replaced, word_edits
from postedit.errors import ModelError
from postedit.estimates import BASES, base_of
from postedit.roughness import UNSEEN
from postedit.tells import sounds_rough
from postedit.weighing import likeness, with_permitted

# What speaks for a polish: how much liker it is to the other polishes than the draft is (1 is said of one that has no
# others: the model is sure of it), and how like to the draft, in chrF, of 0 to 1; the logarithm of how many letters it
# has for one of the draft, and how far from none that is; how much rougher its English sounds than the draft's; the
# share of the draft's words that it changes, 1 at most.
POLISH_SIGNS = ("like polishes", "like the draft", "longer", "length off", "sounds rougher", "edits", "constant")


@dataclass(frozen=True, slots=True)
class Polishing:
    """From signs to the points that a polish is predicted to gain: a line that ships in a model's manifest.

    >>> polishing = Polishing({**dict.fromkeys(POLISH_SIGNS, 0.0), "like polishes": 10.0}, least=0.5)
    >>> polishing.gain({**dict.fromkeys(POLISH_SIGNS, 1.0), "like polishes": 0.25}, {})
    2.5
    """

    weights: Mapping[str, float]  # of `POLISH_SIGNS`, by name
    least: float  # points that a polish must be predicted to gain
    usual: float = 0.0  # how rough a sentence sounds of which nothing is known,
    rough: float = 0.0  # and an article, on average, whose polishes are weighed
    article: float = 0.0  # points that the sentences of such an article must be predicted to gain, on average
    # Points for each time that a word is put in (+) or taken out (-).
    words: Mapping[str, float] = field(default_factory=dict[str, float])

    @classmethod
    def from_manifest(cls, said: Any) -> "Polishing":
        """The polishing that a manifest describes; ModelError for what is none.

        >>> Polishing.from_manifest({"least": 1.0})
        Traceback (most recent call last):
            ...
        postedit.errors.ModelError: manifest: the gate's polishing cannot be read (KeyError: 'weights').
        """
        try:
            numbers = {name: float(said["weights"][name]) for name in POLISH_SIGNS}
            words = {name: float(points) for name, points in said.get("words", {}).items()}
            least, usual, rough, article = (float(said[name]) for name in ("least", "usual", "rough", "article"))
            return cls(numbers, least, usual, rough, article, words)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            told = f"{type(error).__name__}: {error}"
            raise ModelError(f"manifest: the gate's polishing cannot be read ({told}).") from error

    @property
    def digest(self) -> str:
        """For the run signature: another line chooses other texts."""
        said = [*sorted(self.weights.items()), self.least, self.usual, self.rough, self.article]
        said += sorted(self.words.items())
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]

    def gain(self, signs: Mapping[str, float], swapped: Mapping[str, int]) -> float:
        """Points of chrF: by the `POLISH_SIGNS`, and by the words that were `swapped`."""
        told = sum(weight * signs[name] for name, weight in self.weights.items())
        return told + sum(self.words.get(word, 0.0) * count for word, count in swapped.items())

    def sound(self, sentences: Sequence[float]) -> float:
        """How rough an article sounds, by what its sentences do (`tells`), as if `UNSEEN` usual ones stood beside them.

        >>> polishing = Polishing({}, 0.0, usual=-0.1)
        >>> polishing.sound([]), polishing.sound([0.5] * 5)
        (-0.1, 0.2)
        """
        return (sum(sentences) + UNSEEN * self.usual) / (len(sentences) + UNSEEN)

    @staticmethod
    def together(best: Sequence[float]) -> float:
        """What a sentence gains on average, by the best of each, as if `UNSEEN` had gained nothing.

        >>> Polishing.together([0.5] * 15), Polishing.together([-2.0])
        (0.375, 0.0)
        """
        return sum(max(0.0, one) for one in best) / (len(best) + UNSEEN)


def rough_without_source(articles: Sequence[int], segments: Sequence[Segment], polishing: Polishing) -> frozenset[int]:
    """The numbers of the segments without a source in articles that sound rough; `articles` numbers each segment's."""
    told = defaultdict[int, list[int]](list)
    for n, (article, segment) in enumerate(zip(articles, segments, strict=True)):
        if not segment.source:
            told[article].append(n)
    return frozenset(
        n
        for some in told.values()
        if polishing.sound([sounds_rough(segments[n].text) for n in some]) >= polishing.rough
        for n in some
    )


def weighed_polishes(
    articles: Sequence[int],
    segments: Sequence[Segment],
    rows: Sequence[tuple[Candidate, ...]],
    polishing: Polishing,
    rough: Collection[int],
) -> list[tuple[Candidate, ...]]:
    """The candidates of each segment; of those in `rough` articles, with what each polish is predicted to gain.

    Behind a polish that a check refuses stands what is left of it without the place refused. Where all polishes of an
    article together gain too little, only those that the model has scored are left, and the gate's margin decides:
    essays and stories sound rough, too, to who learned from news, but their polishes gain nothing.
    """
    found = {n: _weighed(segments[n], rows[n], polishing) for n in sorted(rough)}
    best = defaultdict[int, list[float]](list)
    for n, row in found.items():
        best[articles[n]].append(_best(segments[n], row))
    gaining = {article for article, gains in best.items() if polishing.together(gains) >= polishing.article}
    return [
        row if n not in rough else found[n] if articles[n] in gaining else _scored(row) for n, row in enumerate(rows)
    ]


def _weighed(segment: Segment, row: tuple[Candidate, ...], polishing: Polishing) -> tuple[Candidate, ...]:
    row, told = offered_polishes(segment, row)
    base = row[base_of(row)].text
    polishes = [one.text for one in row if one.origin is Origin.POLISH]
    gains = iter([polishing.gain(*one) for one in zip(told, (swapped(base, text) for text in polishes), strict=True)])
    bases = dict.fromkeys(BASES, 0.0)
    return tuple(
        replace(one, quality=next(gains) if one.origin is Origin.POLISH else bases.get(one.origin, one.quality))
        for one in row
    )


def _best(segment: Segment, row: Sequence[Candidate]) -> float:
    """What the best polish that no check objects to is predicted to gain; nothing where there is none."""
    known = sorted((one for one in row if one.origin is Origin.POLISH), key=lambda one: -(one.quality or 0.0))
    base = row[base_of(row)]
    return next((one.quality or 0.0 for one in known if passes(segment, base, one.text, polished=True)), 0.0)


def _scored(row: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(one for one in row if one.origin is not Origin.POLISH or one.score is not None)


def offered_polishes(
    segment: Segment, row: tuple[Candidate, ...]
) -> tuple[tuple[Candidate, ...], list[dict[str, float]]]:
    """The candidates with what is left of refused polishes, and the `POLISH_SIGNS` of each polish among them."""
    said = [one.text for one in row if one.origin is Origin.POLISH]
    row = with_permitted(segment, Proposal(row), frozenset({Origin.POLISH})).candidates
    return row, polish_signs(row[base_of(row)].text, [one.text for one in row if one.origin is Origin.POLISH], said)


def polish_signs(base: str, polishes: Sequence[str], said: Sequence[str]) -> list[dict[str, float]]:
    """The `POLISH_SIGNS` of each polish of a text, by name, beside all that the model `said`.

    >>> one, other = polish_signs("He come home.", some := ["He came home.", "He came back home."], some)
    >>> one["edits"], other["edits"], one["like the draft"] > other["like the draft"]
    (0.25, 0.5, True)
    """
    texts = [base, *polishes]
    alike, drafts, rough = likeness(texts, said), likeness(texts, [base]), [*map(sounds_rough, texts)]
    rows = []
    for n, text in enumerate(polishes, 1):
        longer = log((1 + len(text)) / (1 + len(base)))
        edits, words = word_edits(base, text)
        like = (alike[n] - alike[0], drafts[n])
        told = (*like, longer, abs(longer), rough[n] - rough[0], min(1.0, edits / max(1, words)), 1.0)
        rows.append(dict(zip(POLISH_SIGNS, told, strict=True)))
    return rows


def swapped(base: str, polish: str) -> Counter[str]:
    """How often each word, in lower case, was put in (+) or taken out (-).

    >>> sorted(swapped("On 1 June he come.", "On June 1 he came.").items())
    [('+came', 1), ('+june', 1), ('-come', 1), ('-june', 1)]
    """
    found = Counter[str]()
    for out, put in replaced(base.lower(), polish.lower()):
        found.update(f"-{word}" for word in out)
        found.update(f"+{word}" for word in put)
    return found
