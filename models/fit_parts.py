"""Fit how a model's rewrites are weighed, part by part: the judge's word, and what its other answers bear out.

    python models/fit_parts.py models/NAME zh-en.triples.dev.tsv.zst --write

Drafts of wmt20 by several engines are given to the model, twenty lines an article, and its post-edits and
retranslations are taken apart. Each part is one point: its `weighing.signs`, and what the line gains by it in the mean
of chrF and BLEU. A ridge regression goes through them. How much must be predicted (`least`) is the lowest at which, on
folds that the line did not see, no good engine loses and hardly a reference changes. --write puts both into the
manifest, under "gate". Tune on wmt20 only.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sacrebleu

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models.fit_gate import put_gate, ridge
from models.judge import ARTICLE, Translations, sentence_bleu, sentence_chrf
from postedit import judge, weights
from postedit.article import Origin, Segment
from postedit.candidates import Proposal, proposals
from postedit.estimates import JUDGED, article_mean
from postedit.parts import Part, joined, parts
from postedit.translator import Job, Request, Translator
from postedit.weighing import SIGNS, Answers, Surroundings, signs

SET = "wmt20"
GOOD = ("bergamot-base", "microsoft", "google")  # must not lose
ENGINES = ("argos", "opusmt", "nllb", *GOOD)
CLEAN = "references"  # as drafts that need nothing: not fitted on, for no gain is to be had there
FOLDS = 5
RIDGE = 30.0  # on standardized signs
CLIP = 12.0  # points: a few lines that are another text would pull the line
LEASTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
MOST_LOST, MOST_CLEAN = 0.05, 0.03  # points of a good engine, in the mean of chrF and BLEU; share of the references

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Offer:
    """A line, and the parts that may be put into it."""

    engine: str
    fold: int
    text: str
    reference: str
    apart: Sequence[tuple[Origin, Part]]
    signs: Floats  # parts x `SIGNS`
    gains: Floats  # of each part alone

    def chosen(self, predicted: Floats, least: float) -> str:
        """The text that a gate would leave: the gaining parts of the rewrite that gains most by them."""
        best, text = 0.0, self.text
        for origin in JUDGED:
            taken = [
                (float(gain), part)
                for (kind, part), gain in zip(self.apart, predicted, strict=True)
                if kind is origin and gain > 0
            ]
            total = sum(gain for gain, _ in taken)
            if total >= least and total > best:
                best, text = total, joined(self.text, [part for _, part in taken])
        return text


def readable(translator: Translator, seen: Translations, lines: int) -> list[int]:
    """The first lines of the set, but for those that are too long for the model beside some engine's draft."""
    found = []
    for n, source in enumerate(seen.sources[:lines]):
        texts = [*(side[n] for side in seen.texts.values()), seen.references[ENGINES[0]][n]]
        requests = [Request(Job.POST_EDIT, draft=text, source=source) for text in texts]
        if all(translator.count(one) <= translator.max_tokens for one in requests):
            found.append(n)
    return found


def offers(translator: Translator, reader: judge.Judge, seen: Translations, lines: Sequence[int]) -> Iterator[Offer]:
    """Each engine's drafts, and the references, with what the model would make of them."""
    for engine in (*ENGINES, CLEAN):
        drafts = seen.references[ENGINES[0]] if engine == CLEAN else seen.texts[engine]
        segments = [Segment(drafts[n].strip(), 0, source=seen.sources[n]) for n in lines]
        references = [seen.references[ENGINES[0]][n] for n in lines]
        yield from _offers(engine, segments, proposals(segments, translator, several=True), references, reader)


def _offers(
    engine: str, segments: Sequence[Segment], found: Sequence[Proposal], references: Sequence[str], reader: judge.Judge
) -> Iterator[Offer]:
    bases = [max(one.candidates, key=lambda two: two.origin is Origin.REPAIR).text for one in found]
    rewrites = [{two.origin: two.text for two in one.candidates if two.origin in JUDGED} for one in found]
    apart = [
        [(origin, part) for origin, text in some.items() for part in parts(base, text)]
        for base, some in zip(bases, rewrites, strict=True)
    ]
    texts = [
        [base, *some.values(), *(joined(base, [part]) for _, part in several)]
        for base, some, several in zip(bases, rewrites, apart, strict=True)
    ]
    sources = [segment.source or "" for segment, some in zip(segments, texts, strict=True) for _ in some]
    said = iter(reader.qualities(sources, [text for some in texts for text in some]))
    qualities = [np.array([math.nan if (one := next(said)) is None else one for _ in some]) for some in texts]
    for at in range(0, len(bases), ARTICLE):
        article = range(at, min(at + ARTICLE, len(bases)))
        means = {}
        for origin in JUDGED:
            here = [(n, 1 + [*rewrites[n]].index(origin)) for n in article if origin in rewrites[n]]
            told = [float(qualities[n][place] - qualities[n][0]) for n, place in here]
            means[origin] = article_mean([one for one in told if math.isfinite(one)])
        likely = [two.score for n in article for two in found[n].candidates if two.text == bases[n]]
        drafts = float(np.mean([one for one in likely if one is not None and math.isfinite(one)] or [0.0]))
        around = {origin: Surroundings(mean, drafts) for origin, mean in means.items()}
        for n in article:
            answers, first = Answers(bases[n], found[n].answers), 1 + len(rewrites[n])
            rows = [
                [*signs(part, origin, answers, float(value - qualities[n][0]), around[origin]).values()]
                for (origin, part), value in zip(apart[n], qualities[n][first:], strict=True)
            ]
            whole = [at for at, row in enumerate(rows) if math.isfinite(sum(row))]
            kept = [apart[n][at] for at in whole]
            table = np.array([rows[at] for at in whole]).reshape(-1, len(SIGNS))
            gains = _gains(bases[n], [part for _, part in kept], references[n])
            yield Offer(engine, n // ARTICLE % FOLDS, bases[n], references[n], kept, table, gains)


def _gains(text: str, found: Sequence[Part], reference: str) -> Floats:
    texts = [text, *(joined(text, [part]) for part in found)]
    scores = np.array([(sentence_chrf(one, reference) + sentence_bleu(one, reference)) / 2 for one in texts])
    return np.asarray(scores[1:] - scores[0])


def fit(read: Sequence[Offer]) -> Floats:
    """Weights of `SIGNS`, by ridge regression on standardized signs; the constant is free."""
    rough = [offer for offer in read if offer.engine != CLEAN]
    x = np.concatenate([offer.signs for offer in rough])
    y = np.clip(np.concatenate([offer.gains for offer in rough]), -CLIP, CLIP)
    return ridge(x, y, RIDGE, SIGNS.index("constant"))


def held_out(read: Sequence[Offer]) -> list[Floats]:
    """What the line through the other folds predicts of the parts of each."""
    lines = [fit([offer for offer in read if offer.fold != fold]) for fold in range(FOLDS)]
    return [offer.signs @ lines[offer.fold] for offer in read]


def measure(read: Sequence[Offer], predicted: Sequence[Floats], least: float) -> dict[str, dict[str, float]]:
    """By engine: what is gained in BLEU and chrF, and what share of the lines changes."""
    found = {}
    for engine in (*ENGINES, CLEAN):
        mine = [(offer, gains) for offer, gains in zip(read, predicted, strict=True) if offer.engine == engine]
        before = [offer.text for offer, _ in mine]
        after = [offer.chosen(gains, least) for offer, gains in mine]
        references = [[offer.reference for offer, _ in mine]]
        found[engine] = {
            "bleu": sacrebleu.corpus_bleu(after, references).score - sacrebleu.corpus_bleu(before, references).score,
            "chrf": sacrebleu.corpus_chrf(after, references).score - sacrebleu.corpus_chrf(before, references).score,
            "changed": sum(a != b for a, b in zip(before, after, strict=True)) / len(mine),
        }
    return {engine: {name: round(value, 3) for name, value in one.items()} for engine, one in found.items()}


def harmless(found: dict[str, dict[str, float]]) -> bool:
    """Whether no good engine loses and hardly a reference changes."""
    lost = max(-(found[engine]["bleu"] + found[engine]["chrf"]) / 2 for engine in GOOD)
    return lost <= MOST_LOST and found[CLEAN]["changed"] <= MOST_CLEAN


def fitted(read: Sequence[Offer]) -> dict[str, Any]:
    """The weights, the threshold, and what each threshold does to drafts that the line did not see."""
    predicted = held_out(read)
    tried = {least: measure(read, predicted, least) for least in LEASTS}
    gains = np.concatenate([offer.gains for offer in read if offer.engine != CLEAN])
    told = np.concatenate([one for one, offer in zip(predicted, read, strict=True) if offer.engine != CLEAN])
    return {
        "weights": {name: round(float(value), 5) for name, value in zip(SIGNS, fit(read), strict=True)},
        "least": next((least for least in LEASTS if harmless(tried[least])), None),
        "fitted": {
            "set": SET,
            "lines": sum(offer.engine == CLEAN for offer in read),
            "parts": len(gains),
            "correlation, held out": round(float(np.corrcoef(told, gains)[0, 1]), 3),
            "held out": {f"{least:g}": found for least, found in tried.items()},
        },
    }


def write(path: Path, found: dict[str, Any]) -> None:
    """Put the weighing into a manifest, with what its threshold did to drafts that the line did not see."""
    held = found["fitted"]["held out"][f"{found['least']:g}"]
    put_gate(path, {"parts": {**found, "fitted": {**found["fitted"], "held out": held}}}, usual={})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fit how the parts of a model's rewrites are weighed.")
    parser.add_argument("model", type=Path, help="a model's folder, with manifest.json")
    parser.add_argument("triples", type=Path, help="source, draft, reference, set.engine; .zst or not")
    parser.add_argument("--lines", type=int, default=240, help="of wmt20, for each engine")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the weighing into the model's manifest")
    options = parser.parse_args(arguments)
    translator = weights.load(str(options.model), threads=options.threads, offline=True)
    folder = next(one.weights.parent for one in weights.shipped() if one.name == weights.JUDGE)
    seen = Translations(options.triples, SET, ENGINES)
    lines = readable(translator, seen, options.lines)
    found = fitted([*offers(translator, judge.load(folder, threads=options.threads), seen, lines)])
    print(json.dumps(found, indent=1))
    if found["least"] is None:
        raise SystemExit("no threshold lets the good engines and the references be; nothing is written")
    if options.write:
        write(options.model / "manifest.json", found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
