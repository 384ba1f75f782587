"""What a rewrite will gain, predicted from its signals: a line through what gained on drafts with references.

Quality estimation by a linear model over few features, as QuEst began (Specia et al., ACL 2013); what is predicted is
not how good a text is but how much better than the one that it would take the place of.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from postedit.article import Candidate, Origin
from postedit.errors import ModelError
from postedit.signals import SIGNALS


@dataclass(frozen=True, slots=True)
class Predictor:
    """Points of chrF that a rewrite of one segment gains, as far as its signals tell; ships in a model's manifest.

    >>> base = Candidate("He come.", Origin.DRAFT, signals=dict.fromkeys(SIGNALS, 0.5))
    >>> rewrite = Candidate("He came.", Origin.POST_EDIT, signals=dict.fromkeys(SIGNALS, 0.7))
    >>> round(Predictor({"polish gained": 10.0, "constant": -1.5}, 0.2).gain(base, rewrite, 0.5), 3)
    0.5
    """

    weights: Mapping[str, float]  # of `features`, by name
    least: float  # what a rewrite must be predicted to gain

    @classmethod
    def from_manifest(cls, said: Any) -> "Predictor":
        """The predictor that a manifest describes; ModelError for what is none."""
        weights, least = (said.get("weights"), said.get("least")) if isinstance(said, Mapping) else (None, None)
        if not isinstance(weights, Mapping) or least is None or not all(map(_is_number, [least, *weights.values()])):
            raise ModelError("manifest: the gate's predictor needs 'least', a number, and 'weights', numbers by name.")
        unknown = sorted(set(weights) - set(NAMES))
        if unknown:
            raise ModelError(f"manifest: the gate's predictor weighs {unknown[0]!r}; known are {', '.join(NAMES)}.")
        return cls({name: float(value) for name, value in weights.items()}, float(least))

    @property
    def digest(self) -> str:
        """For the run signature: another line chooses other texts."""
        return hashlib.sha256(json.dumps([sorted(self.weights.items()), self.least]).encode()).hexdigest()[:8]

    def gain(self, base: Candidate, rewrite: Candidate, edit_rate: float) -> float | None:
        """None where either has no signals."""
        if not base.signals or not rewrite.signals:
            return None
        known = dict(zip(NAMES, features(base, rewrite, edit_rate), strict=True))
        return sum(weight * known[name] for name, weight in self.weights.items())


def features(base: Candidate, rewrite: Candidate, edit_rate: float) -> list[float]:
    """What the line goes through, in the order of NAMES. `edit_rate` is the share of the base's words that changed."""
    return [*_features(base, rewrite, edit_rate)]


def _features(base: Candidate, rewrite: Candidate, edit_rate: float) -> Iterator[float]:
    for name in SIGNALS:
        before, gained = base.signals[name], rewrite.signals[name] - base.signals[name]
        yield from (gained, before, edit_rate * gained, edit_rate * before)
    yield edit_rate
    yield len(rewrite.text.split()) / max(1, len(base.text.split()))
    yield float(rewrite.origin is Origin.POLISH)
    yield float(rewrite.origin is Origin.RETRANSLATE)
    yield 1.0


NAMES = (
    *(f"{name}{what}" for name in SIGNALS for what in (" gained", " before", " gained x edits", " before x edits")),
    "edits",
    "length",
    "is a polish",
    "is a retranslation",
    "constant",
)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
