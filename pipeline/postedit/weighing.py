"""Weigh the parts of a model's rewrites: the judge's word, and whether the model's other answers bear a part out.

A model that is unsure says something else each time; what it says again and again, and says with the draft before it
and without, is likelier right. That is the thought of minimum Bayes risk decoding (Kumar and Byrne, NAACL 2004), asked
here of each part of a rewrite (`parts`). How much each sign counts was fitted on drafts with references, for one model
(models/fit_parts.py), and stands in its manifest, under "gate".
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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

    @classmethod
    def from_manifest(cls, said: Any) -> "Weighing":
        """The weighing that a manifest describes; ModelError for what is none.

        >>> Weighing.from_manifest({"least": 1.0, "weights": {}})
        Traceback (most recent call last):
            ...
        postedit.errors.ModelError: manifest: the weights of the gate's parts cannot be read (KeyError: 'judged').
        """
        try:
            return cls({name: float(said["weights"][name]) for name in SIGNS}, float(said["least"]))
        except (KeyError, TypeError, ValueError) as error:
            told = f"{type(error).__name__}: {error}"
            raise ModelError(f"manifest: the weights of the gate's parts cannot be read ({told}).") from error

    @property
    def digest(self) -> str:
        """For the run signature: another line chooses other texts."""
        return hashlib.sha256(json.dumps(sorted(self.weights.items())).encode()).hexdigest()[:8]

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
