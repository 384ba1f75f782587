"""What a rewrite will gain, predicted from its signals: a line through what gained on drafts with references.

Quality estimation by a linear model over few features, as QuEst began (Specia et al., ACL 2013); what is predicted is
not how good a text is but how much better than the one that it would take the place of.
"""

import hashlib
import json
import math
from collections.abc import Mapping
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
        known = features(base, rewrite, edit_rate)
        return sum(weight * known[name] for name, weight in self.weights.items())


def features(base: Candidate, rewrite: Candidate, edit_rate: float) -> dict[str, float]:
    """What the line goes through, by name. `edit_rate` is the share of the base's words that changed, 1 at most.

    >>> base = Candidate("He come.", Origin.DRAFT, signals=dict.fromkeys(SIGNALS, -2.0))
    >>> rewrite = Candidate("He came.", Origin.POST_EDIT, signals=dict.fromkeys(SIGNALS, -1.5))
    >>> known = features(base, rewrite, 0.5)
    >>> [known[name] for name in ("polish gained", "polish before", "polish gained x edits", "edits")]
    [0.5, -2.0, 0.25, 0.5]
    """
    edits = min(1.0, edit_rate)  # of a heading in other words more can change than there were
    known: dict[str, float] = {}
    for name in SIGNALS:
        before, gained = base.signals[name], rewrite.signals[name] - base.signals[name]
        known |= {f"{name} gained": gained, f"{name} before": before}
        known |= {f"{name} gained x edits": edits * gained, f"{name} before x edits": edits * before}
    known["edits"] = edits
    known["length"] = min(LONGEST, len(rewrite.text.split()) / max(1, len(base.text.split())))
    known["is a polish"] = float(rewrite.origin is Origin.POLISH)
    known["is a retranslation"] = float(rewrite.origin is Origin.RETRANSLATE)
    known["constant"] = 1.0
    return known


LONGEST = 2.0  # of the base's words; longer is no more telling
_BLANK = Candidate("", Origin.DRAFT, signals=dict.fromkeys(SIGNALS, 0.0))
NAMES = tuple(features(_BLANK, _BLANK, 0.0))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
