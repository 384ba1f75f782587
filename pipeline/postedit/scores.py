"""BLEU, chrF and TER: sacrebleu's numbers, with its signatures, and whether a difference is real.

sacrebleu computes; this module checks what goes in, and keeps value, signature, interval and p-value together, because
a number without its signature is not a result. References meet the text only here: no stage of `clean` sees them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from postedit.errors import ConfigError
from postedit.metrics import LOWER_IS_BETTER, METRICS, Yardstick, yardsticks
from postedit.references import check_references
from postedit.significance import (
    Interval,
    Resampling,
    Statistics,
    bootstrap,
    bootstrap_p,
    interval,
    randomisation_p,
)

SIGNIFICANT = 0.05  # the usual threshold, and sacrebleu's


@dataclass(frozen=True, slots=True)
class Paired:
    """A paired test against the baseline."""

    test: str  # "bootstrap" or "randomisation"
    p_value: float  # sacrebleu's: how often chance makes a *larger* difference
    with_ties: float  # how often it makes one at least as large
    signature: str


@dataclass(frozen=True, slots=True)
class Score:
    """One metric of one system."""

    metric: str  # the key in METRICS
    name: str  # as sacrebleu prints it: "BLEU", "chrF2", "TER"
    value: float
    signature: str
    n: int  # segments scored
    higher_is_better: bool
    interval: Interval | None = None
    baseline: float | None = None  # the baseline's value
    baseline_interval: Interval | None = None
    tests: tuple[Paired, ...] = ()
    detail: str = ""  # BLEU's precisions, brevity penalty and lengths
    length_ratio: float | None = None  # BLEU's: tokens of the hypothesis to tokens of the closest reference
    segments: tuple[float | None, ...] = field(default=(), repr=False)  # a segment each, as `sacrebleu -sl` prints

    @property
    def gain(self) -> float | None:
        """How much better than the baseline; lower is better for TER, so its fall is a gain."""
        if self.baseline is None:
            return None
        return (self.value - self.baseline) * (1 if self.higher_is_better else -1)

    @property
    def significant(self) -> bool:
        """Whether every paired test says that the difference is no accident, ties counted.

        Without ties, as sacrebleu counts, a single changed segment is significant at p = 0.0001: swapping it back and
        forth never makes a larger difference. A tool that changes few segments must not live on that.
        """
        return bool(self.tests) and all(test.with_ties < SIGNIFICANT for test in self.tests)

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "signature": self.signature,
            "n": self.n,
            "higher_is_better": self.higher_is_better,
            "interval": _bounds(self.interval),
            "baseline": self.baseline,
            "baseline_interval": _bounds(self.baseline_interval),
            "gain": self.gain,
            "significant": self.significant,
            "tests": [asdict(test) for test in self.tests],
            "detail": self.detail,
            "length_ratio": self.length_ratio,
        }


def _bounds(given: Interval | None) -> dict[str, float] | None:
    if given is None:
        return None
    return {"mean": given.mean, "half_width": given.half_width, "low": given.low, "high": given.high}


@dataclass(frozen=True, slots=True)
class Scores:
    """Every metric of one system on one set. `scores["bleu"].value` is a number; `print(scores)` shows them all."""

    scores: tuple[Score, ...]
    n: int  # segments scored
    unscored: int = 0  # segments whose reference is None
    notes: tuple[str, ...] = ()

    def __getitem__(self, metric: str) -> Score:
        for score in self.scores:
            if metric in (score.metric, score.name):
                return score
        raise KeyError(metric)

    def __str__(self) -> str:
        from postedit.tables import scores_table

        return scores_table(self)

    def to_dict(self) -> dict[str, Any]:
        """What `to_json` writes, for putting into a bigger document."""
        return {
            "scores": {score.metric: score.to_dict() for score in self.scores},
            "n": self.n,
            "unscored": self.unscored,
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The scores, unrounded, as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)


def score(  # noqa: PLR0913  the keywords are sacrebleu's flags, and a caller gives one or two
    hypotheses: Sequence[str],
    references: Sequence[str | Sequence[str] | None],
    metrics: Sequence[str] = ("bleu", "chrf", "ter"),
    *,
    target_language: str = "en",
    baseline: Sequence[str] | None = None,
    confidence: bool = False,
    seed: int = 12345,
    samples: int = 1000,
) -> Scores:
    """Score hypotheses: the numbers and signatures that the `sacrebleu` command prints.

    >>> print(score(["The cat sat on the mat."], ["The cat sat on a mat."], ["bleu"])["bleu"].signature)
    nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2...

    `references[i]` is a str, a list of str, or None for a segment that is not scored. With a baseline, both paired
    tests are run against it, and intervals come with them.
    """
    resampling = Resampling(samples, seed=seed) if confidence or baseline is not None else None
    systems = {"hypothesis": hypotheses}
    if baseline is not None:
        systems = {"baseline": baseline, **systems}
    return score_systems(systems, references, metrics, target_language=target_language, resampling=resampling)[
        "hypothesis"
    ]


def score_systems(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[str | Sequence[str] | None],
    metrics: Sequence[str] = ("bleu", "chrf", "ter"),
    *,
    target_language: str = "en",
    resampling: Resampling | None = None,
) -> dict[str, Scores]:
    """The scores of several systems; with resampling, all are tested against the first.

    >>> results = score_systems({"a": ["He come."], "b": ["He came."]}, ["He came."], ["chrf"])
    >>> round(results["b"]["chrf"].value)
    100
    """
    _check_metrics(metrics)
    if not systems:
        raise ConfigError("there is no system to score.")
    several = len(systems) > 1
    texts = {}
    for name, given in systems.items():
        texts[name], checked = check_references(
            given, references, f"hypotheses of {name!r}" if several else "hypotheses"
        )
    scored = [index for index, item in enumerate(checked) if item is not None]
    rows = [item for item in checked if item is not None]
    streams = [[row[k] if k < len(row) else None for row in rows] for k in range(max(len(row) for row in rows))]
    measures, notes = yardsticks(dict.fromkeys(metrics), streams, target_language)
    results: dict[str, list[Score]] = {name: [] for name in texts}
    for yardstick in measures:
        measured = _measure(yardstick, {name: [given[i] for i in scored] for name, given in texts.items()})
        for name, result in _scores(yardstick, measured, resampling).items():
            spread: list[float | None] = [None] * len(checked)
            for at, value in zip(scored, result.pop("segments"), strict=True):
                spread[at] = value
            results[name].append(Score(**result, segments=tuple(spread)))
    return {
        name: Scores(tuple(found), len(scored), len(checked) - len(scored), notes) for name, found in results.items()
    }


def _check_metrics(metrics: Sequence[str]) -> None:
    if isinstance(metrics, str):
        raise ConfigError(f"metrics is one string. Pass a list: [{metrics!r}].")
    unknown = [metric for metric in metrics if metric not in METRICS]
    if unknown or not metrics:
        known = ", ".join(METRICS)
        raise ConfigError(
            f"unknown metric {unknown[0]!r}: choose from {known}." if unknown else f"name one of {known}."
        )


def _measure(yardstick: Yardstick, texts: Mapping[str, list[str]]) -> dict[str, Statistics]:
    """Statistics of every system. What two systems have in common, most of it after a careful edit, is counted once."""
    measured: dict[str, Statistics] = {}
    known: dict[tuple[int, str], list[float]] = {}
    for name, given in texts.items():
        measured[name] = yardstick.statistics(given, known)
        if len(texts) > 1:
            known.update(zip(enumerate(given), measured[name], strict=True))
    return measured


def _scores(
    yardstick: Yardstick, measured: Mapping[str, Statistics], resampling: Resampling | None
) -> dict[str, dict[str, Any]]:
    totals = {name: yardstick.total(statistics) for name, statistics in measured.items()}
    drawn = {}
    if resampling is not None:
        drawn = {name: bootstrap(rows, yardstick.compute, resampling) for name, rows in measured.items()}
    first = next(iter(measured))
    results: dict[str, dict[str, Any]] = {}
    for name, total in totals.items():
        results[name] = {
            "metric": yardstick.metric,
            "name": total.name,
            "value": float(total.score),
            "signature": yardstick.signature(),
            "n": len(measured[name]),
            "higher_is_better": yardstick.metric not in LOWER_IS_BETTER,
            "detail": getattr(total, "_verbose", ""),
            "length_ratio": float(total.ratio) if hasattr(total, "ratio") else None,
            "segments": [yardstick.compute_sentence(row) for row in measured[name]],
        }
        if resampling is None:
            continue
        by_bootstrap = yardstick.signature(bs=resampling.samples, seed=resampling.seed)
        results[name] |= {"interval": interval(drawn[name]), "signature": by_bootstrap}
        if name == first:
            continue
        by_coins = yardstick.signature(ar=resampling.trials, seed=resampling.seed)
        difference = abs(float(total.score) - float(totals[first].score))
        p = bootstrap_p(drawn[name], drawn[first], difference)
        q = randomisation_p((measured[name], measured[first]), yardstick.compute, difference, resampling)
        results[name] |= {
            "baseline": float(totals[first].score),
            "baseline_interval": interval(drawn[first]),
            "tests": (Paired("bootstrap", *p, by_bootstrap), Paired("randomisation", *q, by_coins)),
        }
    return results
