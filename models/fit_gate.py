"""Fit the gate of a model that reads the source: what will a rewrite gain, judged by its signals?

    python models/fit_gate.py models/NAME zh-en.triples.dev.tsv.zst --write

Rough drafts of wmt20 by several engines, and its references as drafts that need nothing, are offered to the model. Each
rewrite that no check objects to is one point: its `prediction.features`, and the chrF that it wins over the draft. A
ridge regression goes through them. How much must be predicted (`least`) is chosen on folds that the line did not see:
as much chrF as can be won while no good engine loses and hardly a reference changes. --write puts both into the
manifest, under "gate". Tune on wmt20 only.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sacrebleu

from postedit import weights
from postedit.article import Candidate, Origin, Segment
from postedit.candidates import propose
from postedit.checks import CHECKS
from postedit.choices import Gate, choose, word_edits
from postedit.gate_fitting import SHUT
from postedit.prediction import NAMES, Predictor, features
from postedit.suites import text_lines

ENGINES = ("moz-argos", "moz-opusmt", "moz-nllb", "moz-bergamot-base", "moz-microsoft", "moz-google")
GOOD = ("moz-bergamot-base", "moz-microsoft", "moz-google")  # their drafts must not lose
CLEAN = "references"
FOLDS = 5  # stretches of the set, so that no document is in many
RIDGE = 10.0  # on standardized features; 1 and 100 changed nothing that the folds could tell
CLIP = 15.0  # points of chrF: a few drafts that are another text would pull the line
LEASTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
MOST_LOST, MOST_CLEAN = 0.05, 0.03  # BLEU of a good engine; share of the references that change

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Draft:
    engine: str
    fold: int
    segment: Segment
    reference: str


@dataclass(frozen=True, slots=True)
class Point:
    """A rewrite that no check objects to."""

    draft: int
    text: str
    features: list[float]
    gain: float
    objections: tuple[
        str, ...
    ] = ()  # of checks that only ask what the draft says, and do not count where a source is read


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
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for line in text_lines(path):
        source, draft, reference, origin = line.split("\t")
        name, _, engine = origin.partition(".")
        if name == "wmt20" and engine in ENGINES and draft.strip():
            found[engine][source] = (draft.strip(), reference)
    common = [source for source in found[ENGINES[0]] if all(source in found[engine] for engine in ENGINES)]
    picked = [common[n * len(common) // lines] for n in range(min(lines, len(common)))]
    for engine in (*ENGINES, CLEAN):
        for n, source in enumerate(picked):
            draft, reference = found[ENGINES[0] if engine == CLEAN else engine][source]
            text = reference if engine == CLEAN else draft
            yield Draft(engine, n * FOLDS // len(picked), Segment(text, 0, source=source), reference)


def offer(drafts: list[Draft], rows: Sequence[Sequence[Candidate]]) -> Offered:
    """Run the checks, and see what each rewrite would win."""
    listening = Gate(predictor=Predictor({}, -1.0))  # predicts nothing, and lets through what no check objects to
    bases, points = [], []
    for n, (draft, row) in enumerate(zip(drafts, rows, strict=True)):
        base = choose(draft.segment, row, (), SHUT).chosen
        choice = choose(draft.segment, row, (), listening)
        passed = [choice.chosen, *(one.candidate for one in choice.passed_over if not one.check)]
        bases.append(base.text)
        for one in passed:
            if one.origin not in (Origin.DRAFT, Origin.REPAIR) and one.signals and base.signals:
                edits, words = word_edits(base.text, one.text)
                gain = _chrf(one.text, draft.reference) - _chrf(base.text, draft.reference)
                steady = replace(draft.segment, draft=base.text)
                objections = tuple(name for name, check in CHECKS.items() if check(steady, one.text))
                points.append(Point(n, one.text, features(base, one, edits / max(1, words)), gain, objections))
    return Offered(drafts, bases, points)


def fit(points: Sequence[Point]) -> Floats:
    """Weights of NAMES, by ridge regression on standardized features; the constant is free."""
    x = np.array([point.features for point in points])
    y = np.clip([point.gain for point in points], -CLIP, CLIP)
    mean, spread = x.mean(0), x.std(0)
    spread[spread == 0] = np.inf  # the constant among them: its weight is what the others leave
    z = (x - mean) / spread
    weighed = np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ (y - y.mean())) / spread
    weighed[NAMES.index("constant")] = y.mean() - mean @ weighed
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


def choose_least(offered: Offered, predicted: Floats) -> tuple[float, dict[str, Any]]:
    """The threshold that wins most chrF among those that do no harm, and what each that was tried does."""
    best, most, tried = max(LEASTS), float("-inf"), {}
    for least in LEASTS:
        found = tried[f"{least:g}"] = measure(offered, offered.chosen(predicted, least))
        lost = max(found[engine]["bleu"][0] - found[engine]["bleu"][1] for engine in GOOD)
        won = sum(found[engine]["chrf"][1] - found[engine]["chrf"][0] for engine in ENGINES)
        if won > most and lost <= MOST_LOST and found[CLEAN]["changed"] <= MOST_CLEAN:
            best, most = least, won
    return best, tried


def objections(offered: Offered, predicted: Floats, least: float) -> dict[str, dict[str, float]]:
    """What each check would have refused of what is let through, and what that gained."""
    passing = [point for point, gain in zip(offered.points, predicted, strict=True) if gain >= least]
    found = {name: [point.gain for point in passing if name in point.objections] for name in CHECKS}
    found["no check"] = [point.gain for point in passing if not point.objections]
    return {
        name: {"rewrites": len(one), "mean gain": round(float(np.mean(one)), 2)} for name, one in found.items() if one
    }


def _chrf(text: str, reference: str) -> float:
    return float(sacrebleu.sentence_chrf(text, [reference]).score)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fit the gate of a model that reads the source.")
    parser.add_argument("model", type=Path, help="a model's folder, with manifest.json")
    parser.add_argument("triples", type=Path, help="source, draft, reference, set.engine; .zst or not")
    parser.add_argument("--lines", type=int, default=400, help="of wmt20, for each engine")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the gate into the model's manifest")
    options = parser.parse_args(arguments)
    translator = weights.load(str(options.model), threads=options.threads, offline=True)
    drafts = [*read_drafts(options.triples, options.lines)]
    offered = offer(drafts, propose([draft.segment for draft in drafts], translator, signals=True))
    predicted = held_out(offered)
    least, tried = choose_least(offered, predicted)
    gains = np.array([point.gain for point in offered.points])
    told = {
        "points": len(gains),
        "correlation, held out": round(float(np.corrcoef(predicted, gains)[0, 1]), 3),
        "least": least,
        "checks that would object": objections(offered, predicted, least),
        "held out": tried,
    }
    print(json.dumps(told, indent=1))
    if options.write:
        line = dict(zip(NAMES, (round(float(value), 5) for value in fit(offered.points)), strict=True))
        path = options.model / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["gate"] = manifest.get("gate", {}) | {"predictor": {"least": least, "weights": line}}
        path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
