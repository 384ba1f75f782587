"""Weigh the parts of a model's rewrites: the judge's word, and whether the model's other answers bear a part out.

A model that is unsure says something else each time; what it says again and again, and says with the draft before it
and without, is likelier right. That is the thought of minimum Bayes risk decoding (Kumar and Byrne, NAACL 2004), asked
here of each part of a rewrite (`parts`). A part alone tells little of whether its article is rough at all, so that is
asked first, of all its sentences together (`Roughness`). How much each sign counts was fitted on drafts with
references, for one model (models/fit_parts.py), and stands in its manifest, under "gate".
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

from postedit.article import Origin
from postedit.errors import ModelError
from postedit.parts import Part, parts
from postedit.translator import Job

_WORD = re.compile(r"\w+(?:['’-]\w+)*")

# What speaks for a part: by how much the judge likes the text better with it, and the rewrites of the article; how
# likely the model itself finds the article's drafts, in log-probability a token (rough ones are less so); the share of
# the post-edits that have the very same part; of the words that it puts in, and of those that it takes out, the share
# that retranslations have; how many it puts in and takes out, and how many of them the retranslations bear out, less
# how many they would have kept; whether it comes from a post-edit.
SIGNS = (
    "judged", "article", "draft", "agreed", "put in borne out", "taken out missed", "put in", "taken out", "borne out",
    "is of a post-edit", "constant",
)  # fmt: skip


# What tells of a sentence whether its draft is rough, in log-probability a token: how likely the model finds it as a
# post-edit of itself, and as a translation of its source (free translations are unlikely, but need no mending, which
# the first tells); how much likelier its own post-edit; and by how many points the judge likes that better.
SENTENCE_SIGNS = ("kept", "translated", "rewritten", "judged", "constant")

# Sentences that every article is taken to have beside its own, of which nothing is known: one alone says little.
UNSEEN = 10

MOST = 10.0  # points of the judge: a sentence that is garbage says nothing of the others


@dataclass(frozen=True, slots=True)
class Roughness:
    """Points that a sentence of an article is predicted to gain, on average, by what its sentences tell.

    >>> nothing = dict.fromkeys(SENTENCE_SIGNS, 0.0)
    >>> rough = Roughness({**nothing, "kept": -2.0}, {**nothing, "kept": -0.5}, least=1.5)
    >>> rough.gain([]), rough.gain([{**nothing, "kept": -1.5}] * 10)
    (1.0, 2.0)
    """

    weights: Mapping[str, float]  # of `SENTENCE_SIGNS`, by name
    usual: Mapping[str, float]  # the signs of a sentence of which nothing is known
    least: float  # an article that is predicted to gain less is left as it is

    @classmethod
    def from_manifest(cls, said: Any) -> "Roughness":
        """What stands in a manifest under "article"; KeyError, TypeError or ValueError for what is none."""
        weights, usual = ({name: float(said[key][name]) for name in SENTENCE_SIGNS} for key in ("weights", "usual"))
        return cls(weights, usual, float(said["least"]))

    def gain(self, sentences: Sequence[Mapping[str, float]]) -> float:
        """Points, of the mean of chrF and BLEU."""
        known = article_signs(sentences, self.usual)
        return sum(weight * known[name] for name, weight in self.weights.items())


def article_signs(sentences: Sequence[Mapping[str, float]], usual: Mapping[str, float]) -> dict[str, float]:
    """The mean of each sign, as if there had been `UNSEEN` usual sentences more."""
    count = len(sentences) + UNSEEN
    return {name: (sum(one[name] for one in sentences) + UNSEEN * usual[name]) / count for name in SENTENCE_SIGNS}


def sentence_signs(
    base: float | None, rewrite: float | None, translated: float | None, judged: float
) -> dict[str, float] | None:
    """What a sentence tells of its article, by name; None where the model did not say enough.

    `base` and `rewrite` are the scores of the draft and of its post-edit, which is None where it is the draft.
    """
    if base is None or translated is None or not isfinite(base) or not isfinite(translated):
        return None
    rewritten = 0.0 if rewrite is None or not isfinite(rewrite) else base - rewrite
    judged = max(-MOST, min(MOST, judged))
    return dict(zip(SENTENCE_SIGNS, (base, translated, rewritten, judged, 1.0), strict=True))


@dataclass(frozen=True)
class Answers:
    """What a model said of one segment, by job, the best first, beside the text that it was to better."""

    text: str
    said: Mapping[Job, Sequence[str]]

    @cached_property
    def post_edits(self) -> list[frozenset[Part]]:
        """The parts of each post-edit."""
        return [frozenset(parts(self.text, one)) for one in self.said.get(Job.POST_EDIT, ())]

    @cached_property
    def retranslations(self) -> list[frozenset[str]]:
        """The words of each retranslation."""
        return [frozenset(_words(one)) for one in self.said.get(Job.RETRANSLATE, ())]


@dataclass(frozen=True, slots=True)
class Weighing:
    """From signs to the points that a part is predicted to gain: a line that ships in a model's manifest."""

    weights: Mapping[str, float]  # of `SIGNS`, by name
    least: float  # points that a rewrite must be predicted to gain
    article: Roughness | None = None  # where there is one, only rough articles are rewritten

    @classmethod
    def from_manifest(cls, said: Any) -> "Weighing":
        """The weighing that a manifest describes; ModelError for what is none.

        >>> Weighing.from_manifest({"least": 1.0, "weights": {}})
        Traceback (most recent call last):
            ...
        postedit.errors.ModelError: manifest: the weights of the gate's parts cannot be read (KeyError: 'judged').
        """
        try:
            rough = Roughness.from_manifest(said["article"]) if said.get("article") else None
            return cls({name: float(said["weights"][name]) for name in SIGNS}, float(said["least"]), rough)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            told = f"{type(error).__name__}: {error}"
            raise ModelError(f"manifest: the weights of the gate's parts cannot be read ({told}).") from error

    @property
    def digest(self) -> str:
        """For the run signature: another line chooses other texts."""
        said: list[Any] = sorted(self.weights.items())
        if self.article:
            said += [sorted(self.article.weights.items()), sorted(self.article.usual.items()), self.article.least]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]

    def gain(self, signs: Mapping[str, float]) -> float:
        """Points, of the mean of chrF and BLEU."""
        return sum(weight * signs[name] for name, weight in self.weights.items())


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the article that a part is in."""

    rewrites: float  # by how much the judge likes the rewrites better, in its points (`estimates.article_mean`)
    drafts: float  # what the model gives the drafts, in log-probability a token, on average; 0 where it gave nothing


def signs(part: Part, origin: Origin, answers: Answers, judged: float, around: Surroundings) -> dict[str, float]:
    """What speaks for a part, by name; `judged` in the judge's points.

    >>> said = {Job.POST_EDIT: ["He came.", "He come."], Job.RETRANSLATE: ["He came home.", "He went."]}
    >>> told = signs(Part(3, 8, "came."), Origin.POST_EDIT, Answers("He come.", said), 2.0, Surroundings(0.5, -1.2))
    >>> [told[name] for name in ("agreed", "put in borne out", "taken out missed", "borne out")]
    [0.5, 0.5, 0.0, 0.5]
    """
    old, new = (Counter(_words(text)) for text in (answers.text[part.start : part.end], part.text))
    put, taken = [*(new - old).elements()], [*(old - new).elements()]
    there = answers.retranslations
    found_put, found_taken = (
        sum(word in words for words in there for word in some) / max(1, len(there)) for some in (put, taken)
    )
    return {
        "judged": judged,
        "article": around.rewrites,
        "draft": around.drafts,
        "agreed": sum(part in some for some in answers.post_edits) / max(1, len(answers.post_edits)),
        "put in borne out": found_put / max(1, len(put)),
        "taken out missed": found_taken / max(1, len(taken)),
        "put in": float(len(put)),
        "taken out": float(len(taken)),
        "borne out": found_put - found_taken,
        "is of a post-edit": float(origin is Origin.POST_EDIT),
        "constant": 1.0,
    }


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
