"""How sure must the model be? Sweep the gate over wmt20's rough drafts, and report what the chosen gate does.

    python eval/margin.py ../shared/data --model default
    python eval/margin.py ../shared/data --model default --set wmt21 --margin 0.15 --max-edit-rate 0.1

This is about margins; a gate that learned from signals is models/fit_gate.py's business, and is left out here. The
first command sweeps, measures the margin that the model ships with, and writes eval/results/margin.json; what the
sweep finds best goes under "gate" in the model's manifest. The second only measures a gate, on a set that nothing was
tuned on. Answers of the model are remembered in the cache folder, so that a second run takes seconds.
"""

import argparse
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postedit import weights
from postedit.article import Candidate, Choice, Origin, Segment
from postedit.candidates import propose
from postedit.checks import CHECKS
from postedit.choices import choose, word_edits
from postedit.gate import Gate
from postedit.suites import text_lines
from postedit.translator import Request, Translator

ENGINES = ("moz-argos", "moz-opusmt", "moz-nllb", "moz-bergamot-base", "moz-google", "moz-microsoft")
CLEAN = "references"  # the references themselves as drafts: nothing there should change
MARGINS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)  # log-probability a token
TOTALS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 10.0)  # log-odds of the whole sentence
EDIT_RATES = (0.03, 0.05, 0.1, 0.15, 0.2, 0.4)
OPEN = Gate(margin=float("-inf"), max_edit_rate=float("inf"))


@dataclass(frozen=True, slots=True)
class Draft:
    engine: str
    half: int  # sentences of one document lie together, so that halves share no document but perhaps one
    segment: Segment
    reference: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A rewrite that passed every check, and what became of chrF."""

    draft: Draft
    margin: float
    total: float
    edit_rate: float
    gain: float


class Remembered:
    """A translator whose answers are kept on disk, by model, request and output."""

    def __init__(self, translator: Translator, path: Path) -> None:
        self._translator = translator
        self._answers = sqlite3.connect(path)
        self._answers.execute("create table if not exists answers (question text primary key, answer text)")
        self.name, self.jobs, self.max_tokens = translator.name, translator.jobs, translator.max_tokens

    def count(self, request: Request) -> int:
        return self._translator.count(request)

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        questions = [self._question(one, hypotheses) for one in requests]
        return self._ask(
            questions, lambda picked: self._translator.translate([requests[n] for n in picked], hypotheses)
        )

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        questions = [self._question(one, output) for one, output in zip(requests, outputs, strict=True)]
        return self._ask(
            questions,
            lambda picked: self._translator.score([requests[n] for n in picked], [outputs[n] for n in picked]),
        )

    def _question(self, request: Request, asked: int | str) -> str:
        return json.dumps([self.name, request.job, request.draft, request.source, asked])

    def _ask(self, questions: Sequence[str], answer: Callable[[list[int]], Sequence[Any]]) -> list[Any]:
        first = {question: n for n, question in reversed([*enumerate(questions)])}
        known = "select answer from answers where question = ?"
        missing = [n for question, n in first.items() if not self._answers.execute(known, (question,)).fetchone()]
        for at in range(0, len(missing), 256):
            picked = missing[at : at + 256]
            pairs = [(questions[n], json.dumps(one)) for n, one in zip(picked, answer(picked), strict=True)]
            self._answers.executemany("insert into answers values (?, ?)", pairs)
            self._answers.commit()
        return [json.loads(self._answers.execute(known, (question,)).fetchone()[0]) for question in questions]


def main() -> None:
    arguments = _arguments()
    model = weights.load(arguments.model, offline=True)
    translator = Remembered(model, arguments.cache / "answers.sqlite")
    drafts = [*_drafts(arguments.data, arguments.set, arguments.sentences, with_source=arguments.with_source)]
    rows = propose([draft.segment for draft in drafts], translator)
    report: dict[str, Any] = {"model": translator.name, "set": arguments.set, "sentences": arguments.sentences}
    if arguments.margin is None:
        rewrites = [one for draft, row in zip(drafts, rows, strict=True) if (one := _rewrite(draft, row))]
        report |= _sweep(rewrites) | {"refused": _refused(drafts, rows)}
    gate = weights.gate_of(model) if arguments.margin is None else Gate(arguments.margin, arguments.max_edit_rate)
    report["gate"] = {"margin": gate.margin, "max_edit_rate": gate.max_edit_rate}
    report["engines"] = {
        engine: _measure([pair for pair in zip(drafts, rows, strict=True) if pair[0].engine == engine], gate)
        for engine in (*ENGINES, CLEAN)
    }
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(report["engines"], indent=1))
    print("gate", report["gate"], "best", report.get("best", "not swept"), "->", arguments.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with zh-en.triples.dev.tsv.zst")
    parser.add_argument("--model", default="default")
    parser.add_argument("--set", default="wmt20", choices=("wmt20", "wmt21"))
    parser.add_argument("--sentences", type=int, default=500, help="how many of each engine, spread over the whole set")
    parser.add_argument("--with-source", action="store_true", help="let the model read the source too, where it can")
    parser.add_argument("--margin", type=float, help="measure this gate instead of sweeping")
    parser.add_argument("--max-edit-rate", type=float, default=Gate().max_edit_rate)
    parser.add_argument("--cache", type=Path, default=Path(".cache"), help="where the model's answers are remembered")
    parser.add_argument("--out", type=Path, default=Path("eval/results/margin.json"))
    arguments = parser.parse_args()
    if arguments.set != "wmt20" and arguments.margin is None:
        parser.error("only wmt20 is for tuning: name the gate to measure with --margin")
    arguments.cache.mkdir(parents=True, exist_ok=True)
    return arguments


def _drafts(data: Path, name: str, sentences: int, *, with_source: bool) -> Iterator[Draft]:
    found: dict[str, list[list[str]]] = defaultdict(list)
    for line in text_lines(data / "zh-en.triples.dev.tsv.zst"):
        set_, _, engine = line.rpartition("\t")[2].partition(".")
        if set_ == name and engine in ENGINES:
            found[engine].append(line.split("\t")[:3])
    found[CLEAN] = [[source, reference, reference] for source, _, reference in found[ENGINES[0]]]
    for engine, triples in found.items():
        step = max(1, len(triples) // sentences)
        for n, (source, draft, reference) in enumerate(triples[::step][:sentences]):
            segment = Segment(draft.strip(), 0, source=source if with_source else None)
            if segment.draft:
                yield Draft(engine, int(n >= sentences // 2), segment, reference)


def _rewrite(draft: Draft, row: Sequence[Candidate]) -> Rewrite | None:
    """What an open gate lets through, over the repaired draft."""
    chosen = choose(draft.segment, row, (), OPEN).chosen
    base = _base(draft.segment, row).chosen
    if chosen.origin in (Origin.DRAFT, Origin.REPAIR) or chosen.score is None or base.score is None:
        return None
    edits, words = word_edits(base.text, chosen.text)
    margin = chosen.score - base.score
    gain = _chrf(chosen.text, draft.reference) - _chrf(base.text, draft.reference)
    total = chosen.score * len(chosen.text.split()) - base.score * len(base.text.split())
    return Rewrite(draft, margin, total, edits / max(1, words), gain)


def _base(segment: Segment, row: Sequence[Candidate]) -> Choice:
    return choose(segment, [one for one in row if one.origin in (Origin.DRAFT, Origin.REPAIR)], (), OPEN)


def _chrf(text: str, reference: str) -> float:
    import fastchrf

    return float(fastchrf.pairwise_chrf([[text]], [[reference]])[0][0][0])


def _sweep(rewrites: Sequence[Rewrite]) -> dict[str, Any]:
    """Both ways to put the margin, at every edit rate; the gate that one half of the documents picks, on the other."""
    rough = [one for one in rewrites if one.draft.engine != CLEAN]
    grid = [
        {"margin a": unit, "margin": margin, "max_edit_rate": rate} | _outcome(_passing(rough, unit, margin, rate))
        for unit, margins in (("token", MARGINS), ("sentence", TOTALS))
        for margin in margins
        for rate in EDIT_RATES
    ]
    halves = []
    for half in (0, 1):
        margin, rate = _best([one for one in rough if one.draft.half == half])
        held_out = [one for one in rough if one.draft.half != half]
        halves.append({"margin": margin, "max_edit_rate": rate} | _outcome(_passing(held_out, "token", margin, rate)))
    margin, rate = _best(rough)
    return {
        "best": {"margin": margin, "max_edit_rate": rate},
        "tuned on one half, told on the other": halves,
        "grid": grid,
    }


def _passing(rewrites: Sequence[Rewrite], unit: str, margin: float, rate: float) -> list[Rewrite]:
    return [
        one for one in rewrites if (one.margin if unit == "token" else one.total) >= margin and one.edit_rate <= rate
    ]


def _best(rewrites: Sequence[Rewrite]) -> tuple[float, float]:
    """The gate with the most chrF won in all, among those that make at least two better for each one worse.

    Where none wins anything it is the tightest one, which is as good as shut.
    """
    best, most = (max(MARGINS), min(EDIT_RATES)), 0.0
    for margin in MARGINS:
        for rate in EDIT_RATES:
            outcome = _outcome(_passing(rewrites, "token", margin, rate))
            if outcome["won"] > most and outcome["better"] >= 2 * outcome["worse"]:
                best, most = (margin, rate), outcome["won"]
    return best


def _outcome(rewrites: Sequence[Rewrite]) -> dict[str, Any]:
    gains = [one.gain for one in rewrites]
    return {
        "changed": len(gains),
        "better": sum(gain > 0.05 for gain in gains),
        "worse": sum(gain < -0.05 for gain in gains),
        "won": round(sum(gains), 1),
    }


def _refused(drafts: Sequence[Draft], rows: Sequence[Sequence[Candidate]]) -> dict[str, dict[str, float]]:
    """For each check, how many rewrites of rough drafts it refuses, and what chrF they would have won or lost."""
    gains: dict[str, list[float]] = defaultdict(list)
    for draft, row in zip(drafts, rows, strict=True):
        base = _base(draft.segment, row).chosen.text
        for one in row:
            if draft.engine != CLEAN and one.origin not in (Origin.DRAFT, Origin.REPAIR):
                steady = Segment(base, 0, source=draft.segment.source)
                gain = _chrf(one.text, draft.reference) - _chrf(base, draft.reference)
                for name, check in CHECKS.items():
                    if check(steady, one.text):
                        gains[name].append(gain)
    return {name: {"refused": len(one), "mean gain": round(sum(one) / len(one), 2)} for name, one in gains.items()}


def _measure(pairs: Sequence[tuple[Draft, Sequence[Candidate]]], gate: Gate) -> dict[str, Any]:
    """BLEU and chrF of drafts, repaired drafts, ungated and gated rewrites; how many the gate changes, and how well."""
    import sacrebleu

    references = [[draft.reference for draft, _ in pairs]]
    bases = [_base(draft.segment, row).chosen.text for draft, row in pairs]
    gated = [choose(draft.segment, row, (), gate).chosen.text for draft, row in pairs]
    texts = {
        "draft": [draft.segment.text for draft, _ in pairs],
        "repaired": bases,
        "ungated": [next((c.text for c in row[::-1] if c.origin is not Origin.DRAFT), row[0].text) for _, row in pairs],
        "gated": gated,
    }
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    scores: dict[str, Any] = {
        name: {
            "bleu": round(bleu.corpus_score(lines, references).score, 2),
            "chrf": round(chrf.corpus_score(lines, references).score, 2),
        }
        for name, lines in texts.items()
    }
    for name, before, after in (("repairs", texts["draft"], bases), ("model", bases, gated)):
        gains = [
            _chrf(new, draft.reference) - _chrf(old, draft.reference)
            for (draft, _), old, new in zip(pairs, before, after, strict=True)
            if old != new
        ]
        scores[name] = {
            "changed": len(gains),
            "better": sum(gain > 0.05 for gain in gains),
            "worse": sum(gain < -0.05 for gain in gains),
        }
    return scores | {"of": len(pairs), "signatures": [str(bleu.get_signature()), str(chrf.get_signature())]}


if __name__ == "__main__":
    main()
