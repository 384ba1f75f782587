"""Fit the gate of a model that reads the source: what will a rewrite gain, judged by its signals?

    python models/fit_gate.py models/NAME zh-en.triples.dev.tsv.zst --write

Rough drafts of wmt20 by several engines, and its references as drafts that need nothing, are offered to the model. Each
rewrite that no check objects to is one point: its `prediction.features`, and the chrF that it wins over the draft. A
ridge regression goes through them. How much must be predicted (`least`) is picked on folds that the line did not see:
as much chrF as can be won while no good engine loses and hardly a reference changes; so what is told of it is a little
too good, and the eval/ suites say what it is worth elsewhere. --write puts both into the manifest, under "gate". Tune
on wmt20 only.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sacrebleu

from postedit import weights
from postedit.article import Candidate, Segment
from postedit.candidates import propose
from postedit.checks import CHECKS
from postedit.choices import word_edits
from postedit.defects import inspect
from postedit.gate import Gate
from postedit.gate_fitting import SHUT, unobjected
from postedit.prediction import NAMES, Predictor, features
from postedit.suites import text_lines

SET = "wmt20"
ENGINES = ("moz-argos", "moz-opusmt", "moz-nllb", "moz-bergamot-base", "moz-microsoft", "moz-google")
GOOD = ("moz-bergamot-base", "moz-microsoft", "moz-google")  # their drafts must not lose
CLEAN = "references"
FOLDS = 5  # stretches of the set, so that no document is in many
RIDGE = 10.0  # on standardized features; 1 and 100 changed nothing that the folds could tell
SAME = 1e-9  # a feature that varies no more than rounding does
CLIP = 15.0  # points of chrF: a few drafts that are another text would pull the line
LEASTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
MOST_LOST, MOST_CLEAN = 0.05, 0.03  # BLEU of a good engine; share of the references that change

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Draft:
    """A segment that an engine translated, or that a person did."""

    engine: str
    fold: int
    segment: Segment
    reference: str


@dataclass(frozen=True, slots=True)
class Point:
    """A rewrite that may pass."""

    draft: int
    text: str
    features: list[float]
    gain: float
    objections: tuple[str, ...] = ()  # of all checks, also of those that do not count where the source is read


@dataclass(frozen=True, slots=True)
class Offered:
    """All drafts, what stays of each where nothing is let through, and what may take its place."""

    drafts: list[Draft]
    bases: list[str]
    points: list[Point]

    def chosen(self, predicted: Floats, least: float) -> list[str]:
        """The texts that a gate would leave."""
        best: dict[int, tuple[float, str]] = {}
        for point, gain in zip(self.points, predicted.tolist(), strict=True):
            if gain >= least and gain > best.get(point.draft, (float("-inf"), ""))[0]:
                best[point.draft] = (gain, point.text)
        return [best[n][1] if n in best else base for n, base in enumerate(self.bases)]


def read_drafts(path: Path, lines: int) -> Iterator[Draft]:
    """The same source lines for every engine, spread evenly over the set."""
    found: dict[str, dict[str, tuple[str, str]]] = {engine: {} for engine in ENGINES}
    for line in text_lines(path):
        source, draft, reference, origin = line.split("\t")
        name, _, engine = origin.partition(".")
        if name == SET and engine in ENGINES and draft.strip():
            found[engine][source] = (draft.strip(), reference)
    common = [source for source in found[ENGINES[0]] if all(source in found[engine] for engine in ENGINES)]
    count = min(lines, len(common))
    if count < FOLDS:
        missing = ", ".join(engine for engine in ENGINES if not found[engine]) or "no engine, but few lines are in all"
        raise SystemExit(f"{path}: {count} lines of {SET} have a draft by every engine. Missing: {missing}.")
    picked = [common[n * len(common) // count] for n in range(count)]
    for engine in (*ENGINES, CLEAN):
        for n, source in enumerate(picked):
            draft, reference = found[ENGINES[0] if engine == CLEAN else engine][source]
            text = reference if engine == CLEAN else draft
            yield Draft(engine, n * FOLDS // count, Segment(text, 0, source=source), reference)


def offer(drafts: list[Draft], rows: Sequence[Sequence[Candidate]]) -> Offered:
    """Run the checks, and see what each rewrite would win."""
    listening = Gate(predictor=Predictor({}, 0.0)).opened()
    bases, points = [], []
    for n, (draft, row) in enumerate(zip(drafts, rows, strict=True)):
        defects = inspect(draft.segment)
        base, rewrites = unobjected(draft.segment, row, defects, listening)
        bases.append(base.text)
        for one in rewrites:
            if one.signals and base.signals:
                edits, words = word_edits(base.text, one.text)
                gain = _chrf(one.text, draft.reference) - _chrf(base.text, draft.reference)
                steady = replace(draft.segment, draft=base.text)
                objections = tuple(name for name, check in CHECKS.items() if check(steady, one.text))
                told = [*features(base, one, edits / max(1, words)).values()]
                points.append(Point(n, one.text, told, gain, objections))
    return Offered(drafts, bases, points)


def fit(points: Sequence[Point]) -> Floats:
    """Weights of NAMES, by ridge regression on standardized features; the constant is free."""
    x = np.array([point.features for point in points])
    y = np.clip([point.gain for point in points], -CLIP, CLIP)
    return ridge(x, y, RIDGE, NAMES.index("constant"))


def ridge(x: Floats, y: Floats, strength: float | Floats, constant: int) -> Floats:
    """A line from the rows of x to y: each column standardized but for the constant, whose weight is free.

    `strength` holds the weights near nothing: one number for all columns, or one for each.
    """
    mean, spread = x.mean(0), x.std(0)
    spread[spread < SAME] = np.inf
    spread[constant] = np.inf  # its weight is what the others leave
    z = (x - mean) / spread
    held = np.diag(np.broadcast_to(strength, z.shape[1]))
    weighed = np.linalg.solve(z.T @ z + held, z.T @ (y - y.mean())) / spread
    weighed[constant] = y.mean() - mean @ weighed
    return np.asarray(weighed)


def held_out(offered: Offered) -> Floats:
    """Each point's gain, predicted by the line through the other folds."""
    folds = np.array([offered.drafts[point.draft].fold for point in offered.points])
    x = np.array([point.features for point in offered.points])
    predicted = np.zeros(len(folds))
    for fold in range(FOLDS):
        line = fit([point for point, other in zip(offered.points, folds != fold, strict=True) if other])
        predicted[folds == fold] = x[folds == fold] @ line
    return predicted


def measure(offered: Offered, texts: Sequence[str]) -> dict[str, Any]:
    """BLEU and chrF by engine, before and after, and what share of the drafts changed."""
    found = {}
    for engine in (*ENGINES, CLEAN):
        places = [n for n, draft in enumerate(offered.drafts) if draft.engine == engine]
        references = [[offered.drafts[n].reference for n in places]]
        before, after = [offered.bases[n] for n in places], [texts[n] for n in places]
        found[engine] = {
            "bleu": [round(sacrebleu.corpus_bleu(one, references).score, 2) for one in (before, after)],
            "chrf": [round(sacrebleu.corpus_chrf(one, references).score, 2) for one in (before, after)],
            "changed": round(sum(a != b for a, b in zip(before, after, strict=True)) / len(places), 3),
        }
    return found


def choose_least(offered: Offered, predicted: Floats) -> tuple[float | None, dict[str, Any]]:
    """The threshold that wins most chrF among those that do no harm, and what each that was tried does."""
    best, most, tried = None, 0.0, {}
    for least in LEASTS:
        found = tried[f"{least:g}"] = measure(offered, offered.chosen(predicted, least))
        lost = max(found[engine]["bleu"][0] - found[engine]["bleu"][1] for engine in GOOD)
        won = sum(found[engine]["chrf"][1] - found[engine]["chrf"][0] for engine in ENGINES)
        if won > most and lost <= MOST_LOST and found[CLEAN]["changed"] <= MOST_CLEAN:
            best, most = least, won
    return best, tried


def objections(offered: Offered, predicted: Floats, least: float) -> dict[str, dict[str, float]]:
    """What each check would have refused of what is let through, and what that gained."""
    texts = offered.chosen(predicted, least)
    passing = [point for point in offered.points if texts[point.draft] == point.text]
    found = {name: [point.gain for point in passing if name in point.objections] for name in CHECKS}
    found["no check"] = [point.gain for point in passing if not point.objections]
    return {
        name: {"rewrites": len(one), "mean gain": round(float(np.mean(one)), 2)} for name, one in found.items() if one
    }


def _chrf(text: str, reference: str) -> float:
    return float(sacrebleu.sentence_chrf(text, [reference]).score)


def fit_parser(description: str) -> argparse.ArgumentParser:
    """What every fit of a part of a model's gate is asked for; how many lines it reads is its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", type=Path, help="a model's folder, with manifest.json")
    parser.add_argument("triples", type=Path, help="source, draft, reference, set.engine; .zst or not")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put what was found into the model's manifest")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    parser = fit_parser("Fit the gate of a model that reads the source.")
    parser.add_argument("--lines", type=int, default=400, help="of wmt20, for each engine")
    options = parser.parse_args(arguments)
    translator = weights.load(str(options.model), threads=options.threads, offline=True)
    drafts = [*read_drafts(options.triples, options.lines)]
    offered = offer(drafts, propose([draft.segment for draft in drafts], translator, signals=True))
    predicted = held_out(offered)
    least, tried = choose_least(offered, predicted)
    gains = np.array([point.gain for point in offered.points])
    told: dict[str, Any] = {
        "set": SET,
        "lines": len({draft.segment.source for draft in drafts}),
        "points": len(gains),
        "correlation, held out": round(float(np.corrcoef(predicted, gains)[0, 1]), 3),
        "least": least,
        "checks that would object": {} if least is None else objections(offered, predicted, least),
    }
    print(json.dumps(told | {"held out": tried}, indent=1))
    if least is None:
        raise SystemExit("no threshold wins chrF and lets the good engines and the references be; nothing is written")
    if options.write:
        write(options.model / "manifest.json", fit(offered.points), least, told | {"held out": tried[f"{least:g}"]})
    return 0


def write(path: Path, line: Floats, least: float, told: dict[str, Any]) -> None:
    """Put the gate into a manifest. What comes without a source or signals is left alone, unless it says otherwise."""
    weights = dict(zip(NAMES, (round(float(value), 5) for value in line), strict=True))
    shut = {"margin": SHUT.margin, "max_edit_rate": SHUT.max_edit_rate}
    learned = {"predictor": {"least": least, "weights": weights, "fitted": told}}
    put_gate(path, learned, usual=shut)


def put_gate(path: Path, learned: dict[str, Any], usual: dict[str, Any]) -> None:
    """Put what was learned under a manifest's gate, and what is usual where it says nothing; never half a file."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["gate"] = usual | manifest.get("gate", {}) | learned
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    raise SystemExit(main())
