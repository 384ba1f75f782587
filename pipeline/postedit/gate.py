"""When a rewrite is let through: how much it must be predicted to gain, and who predicts it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from postedit.errors import ModelError
from postedit.prediction import Predictor

if TYPE_CHECKING:
    from postedit.judge import Judge
    from postedit.polishing import Polishing


@dataclass(frozen=True, slots=True)
class Gate:
    """When a model's rewrite is let through. Each model ships its own numbers, under "gate" in its manifest.

    >>> Gate.from_manifest({"name": "mine", "gate": {"margin": 0.3}})
    Gate(margin=0.3, max_edit_rate=0.1, predictor=None, judge=None, least_gain=inf, polishing=None)
    """

    # How much better than the best wording so far the model must find a rewrite, in log-probability a token. Swept for
    # polish-v0 on wmt20 from 0 to 0.5, over 3,000 drafts of six engines: no margin wins chrF with it. At 0.1 one
    # rewrite gains for ten that lose; at 0.15 two are left, one each way. The margin over the whole sentence sorts no
    # better, nor does a regression on the kinds of edits. eval/margin.py sweeps again for another model.
    margin: float = 0.15

    # How much of a sentence a rewrite may change: words put in, left out or replaced, of the words that it has; a
    # single word may always change. From the same sweep, at margin 0: rewrites of up to a tenth that passed every
    # check lost 0.7 chrF each, those of a tenth to a fifth 3.9.
    max_edit_rate: float = 0.1

    # Where there is a source and the model gave every signal, this alone says what a rewrite is worth; margin and edit
    # rate are for the others. Fitted by models/fit_gate.py.
    predictor: Predictor | None = None

    # Where a rewrite was made with the source and no predictor knows its maker, the judge that ships says what it is
    # worth, and `least_gain` is how many points it must be predicted to gain. No manifest names these.
    judge: "Judge | None" = None
    least_gain: float = float("inf")

    # Where there is no source, an article sounds rough and its polishes together gain, this alone says what each is
    # worth. Fitted by models/fit_polishing.py.
    polishing: "Polishing | None" = None

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "Gate":
        """The gate that a model's manifest asks for; what it does not name stays at the default."""
        from postedit.polishing import Polishing

        numbers = dict(manifest.get("gate", {}))
        predictor = numbers.pop("predictor", None)
        polishing = numbers.pop("polishing", None)
        numbers.pop("weighing", None)  # the judge's business (`cleaner.judged`)
        known = {"margin", "max_edit_rate", "predictor", "polishing"}
        for name, value in numbers.items():
            if name not in known:
                raise ModelError(f"manifest: the gate has no {name!r}; known are {', '.join(sorted(known))}.")
            if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
                raise ModelError(f"manifest: the gate's {name!r} must be a number, not {value!r}.")
        learned = None if predictor is None else Predictor.from_manifest(predictor)
        usual = cls()
        margin, rate = numbers.get("margin", usual.margin), numbers.get("max_edit_rate", usual.max_edit_rate)
        weighed = None if polishing is None else Polishing.from_manifest(polishing)
        return cls(float(margin), float(rate), learned, polishing=weighed)

    @property
    def numbers(self) -> dict[str, float]:
        """Margin and edit rate, as a manifest names them."""
        return {"margin": self.margin, "max_edit_rate": self.max_edit_rate}

    def opened(self) -> "Gate":
        """The gate that lets everything through that no check objects to: it shows what this one is worth."""
        learned = self.predictor and replace(self.predictor, least=float("-inf"))
        polishing = self.polishing and replace(self.polishing, least=float("-inf"))
        return Gate(float("-inf"), float("inf"), learned, self.judge, float("-inf"), polishing)
