"""Fit how a model's rewrites are weighed, part by part: the judge's word, and what its other answers bear out.

    python models/fit_parts.py models/NAME zh-en.triples.dev.tsv.zst --write

Drafts of wmt20 by several engines are given to the model, twenty lines an article, and its post-edits and
retranslations are taken apart. Each part is one point: its `weighing.signs`, and what the line gains by it in the mean
of chrF and BLEU. A ridge regression goes through them. A second one goes through the articles: their
`weighing.article_signs`, and what their lines gain by the parts that the first finds good. How much both must predict
(`least` of a rewrite and of an article) is what wins most for rough engines where, on folds that the lines did not see,
no good engine loses and hardly a reference changes. --write puts all into the manifest, under "gate". Tune on wmt20
only.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
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
from postedit.estimates import FREE, JUDGED, article_mean, gaining
from postedit.parts import Part, joined, parts
from postedit.translator import Job, Request, Translator
from postedit.weighing import (
    SENTENCE_SIGNS,
    SIGNS,
    Answers,
    Surroundings,
    article_signs,
    sentence_signs,
    signs,
)

SET = "wmt20"
GOOD = ("bergamot-base", "microsoft", "google")  # must not lose
ENGINES = ("argos", "opusmt", "nllb", *GOOD)
CLEAN = "references"  # as drafts that need nothing: not fitted on, for no gain is to be had there
FOLDS = 5
APART = 5  # lines between what is read whole and what is spread
RIDGE = 30.0  # on standardized signs
CLIP = 12.0  # points: a few lines that are another text would pull the line
CLIP_ARTICLE = 4.0
LEASTS = (0.5, 1.0, 2.0, 3.0)
LEAST_ARTICLES = (0.0, 0.3, 0.6, 1.0)
# Points of a good engine, in the mean of chrF and BLEU. Some of microsoft's drafts lack most of their text: to mend
# them wins chrF, and loses BLEU whatever is put in.
MOST_LOST = 0.15
MOST_CLEAN, MOST_ALONE = 0.03, 0.05  # share of the references, in articles of `ARTICLE` lines and of one

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Offer:
    """A line, and the parts that may be put into it."""

    engine: str
    article: int  # of its engine
    text: str
    reference: str
    apart: Sequence[tuple[Origin, Part]]
    signs: Floats  # parts x `SIGNS`
    gains: Floats  # of each part alone
    told: Mapping[str, float] | None  # `sentence_signs`

    @property
    def fold(self) -> int:
        return self.article % FOLDS

    def chosen(self, predicted: Floats, least: float) -> str:
        """The text that a gate would leave: the gaining parts of the rewrite that gains most by them."""
        best, text = 0.0, self.text
        for origin in JUDGED:
            known = [
                (float(gain), part) for (kind, part), gain in zip(self.apart, predicted, strict=True) if kind is origin
            ]
            found, total = gaining(self.text, known, lambda _: True, least)
            total -= FREE if origin is Origin.RETRANSLATE else 0.0
            if total >= least and total > best:
                best, text = total, found
        return text

    def gain(self, predicted: Floats) -> float:
        """Points that the line gains by the parts that are predicted to gain, between `CLIP` and its opposite."""
        before, after = (
            (sentence_chrf(one, self.reference) + sentence_bleu(one, self.reference)) / 2
            for one in (self.text, self.chosen(predicted, LEASTS[0]))
        )
        return float(np.clip(after - before, -CLIP, CLIP))


def readable(translator: Translator, seen: Translations, first: int, spread: int) -> list[int]:
    """The first lines of the set, whole documents, and as many more as `spread` says, far from each other.

    Those that are too long for the model beside some engine's draft are left out.
    """
    found = []
    for n, source in enumerate(seen.sources):
        texts = [*(side[n] for side in seen.texts.values()), seen.references[ENGINES[0]][n]]
        requests = [Request(Job.POST_EDIT, draft=text, source=source) for text in texts]
        if all(translator.count(one) <= translator.max_tokens for one in requests):
            found.append(n)
    rest = [n for n in found if n >= first + APART]
    return [n for n in found if n < first] + rest[:: max(1, len(rest) // max(1, spread))][:spread]


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
            scores = {two.text: two.score for two in found[n].candidates}
            edit = rewrites[n].get(Origin.POST_EDIT, bases[n])
            liked = float(qualities[n][[bases[n], *rewrites[n].values()].index(edit)] - qualities[n][0])
            sentence = sentence_signs(
                scores.get(bases[n]), scores.get(edit), found[n].translated, liked if math.isfinite(liked) else 0.0
            )
            rows = [
                [*signs(part, origin, answers, float(value - qualities[n][0]), around[origin]).values()]
                for (origin, part), value in zip(apart[n], qualities[n][first:], strict=True)
            ]
            whole = [at for at, row in enumerate(rows) if math.isfinite(sum(row))]
            kept = [apart[n][at] for at in whole]
            table = np.array([rows[at] for at in whole]).reshape(-1, len(SIGNS))
            gains = _gains(bases[n], [part for _, part in kept], references[n])
            yield Offer(engine, n // ARTICLE, bases[n], references[n], kept, table, gains, sentence)


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


Articles = Mapping[tuple[str, int], Sequence[int]]  # engine and article to the numbers of its offers


def articles(read: Sequence[Offer], *, alone: bool = False) -> Articles:
    """The offers of each article; `alone`, each offer is one."""
    found: dict[tuple[str, int], list[int]] = {}
    for n, offer in enumerate(read):
        found.setdefault((offer.engine, n if alone else offer.article), []).append(n)
    return found


@dataclass(frozen=True, slots=True)
class Rough:
    """What an article's sentences tell of what it gains."""

    usual: Mapping[str, float]
    lines: Sequence[Floats]  # one a fold, from the others; the last from all

    @classmethod
    def fit(cls, read: Sequence[Offer], predicted: Sequence[Floats]) -> "Rough":
        """From articles of all engines, the references too: what good drafts have no need of must be told apart."""
        whole = articles(read)
        told = {key: [one for n in some if (one := read[n].told)] for key, some in whole.items()}
        good = [one for (engine, _), some in told.items() if engine in (*GOOD, CLEAN) for one in some]
        usual = {name: float(np.mean([one[name] for one in good])) for name in SENTENCE_SIGNS}
        x = np.array([[*article_signs(told[key], usual).values()] for key in whole])
        y = np.array([np.mean([read[n].gain(predicted[n]) for n in some]) for some in whole.values()])
        y = np.clip(y, -CLIP_ARTICLE, CLIP_ARTICLE)
        folds, constant = np.array([article % FOLDS for _, article in whole]), SENTENCE_SIGNS.index("constant")
        lines = [ridge(x[folds != fold], y[folds != fold], 1.0, constant) for fold in range(FOLDS)]
        return cls(usual, [*lines, ridge(x, y, 1.0, constant)])

    def held_out(self, read: Sequence[Offer], *, alone: bool = False) -> list[float]:
        """What the line through the other folds predicts of each offer's article."""
        predicted = [0.0] * len(read)
        for some in articles(read, alone=alone).values():
            known = article_signs([one for n in some if (one := read[n].told)], self.usual)
            for n in some:
                predicted[n] = float(np.array([*known.values()]) @ self.lines[read[n].fold])
        return predicted


def measure(
    read: Sequence[Offer], predicted: Sequence[Floats], rough: Sequence[float], least: float, article: float
) -> dict[str, dict[str, float]]:
    """By engine: what is gained in BLEU and chrF, and what share of the lines changes.

    `rough` is what is predicted of each offer's article, and `article` how much of it is needed.
    """
    found = {}
    for engine in (*ENGINES, CLEAN):
        mine = [n for n, offer in enumerate(read) if offer.engine == engine]
        before = [read[n].text for n in mine]
        after = [read[n].chosen(predicted[n], least) if rough[n] >= article else read[n].text for n in mine]
        references = [[read[n].reference for n in mine]]
        found[engine] = {
            "bleu": sacrebleu.corpus_bleu(after, references).score - sacrebleu.corpus_bleu(before, references).score,
            "chrf": sacrebleu.corpus_chrf(after, references).score - sacrebleu.corpus_chrf(before, references).score,
            "changed": sum(a != b for a, b in zip(before, after, strict=True)) / len(mine),
        }
    return {engine: {name: round(value, 3) for name, value in one.items()} for engine, one in found.items()}


def harmless(found: dict[str, dict[str, float]], alone: dict[str, dict[str, float]]) -> bool:
    """Whether no good engine loses and hardly a reference changes, even where each is an article `alone`."""
    lost = max(-(found[engine]["bleu"] + found[engine]["chrf"]) / 2 for engine in GOOD)
    return lost <= MOST_LOST and found[CLEAN]["changed"] <= MOST_CLEAN and alone[CLEAN]["changed"] <= MOST_ALONE


def won(found: dict[str, dict[str, float]]) -> float:
    """What rough engines gain, in the mean of chrF and BLEU."""
    return sum(found[engine]["bleu"] + found[engine]["chrf"] for engine in ENGINES if engine not in GOOD)


def fitted(read: Sequence[Offer]) -> dict[str, Any]:
    """The weights, the threshold, and what each threshold does to drafts that the line did not see."""
    predicted = held_out(read)
    rough = Rough.fit(read, predicted)
    together, apart = rough.held_out(read), rough.held_out(read, alone=True)
    tried = {pair: measure(read, predicted, together, *pair) for pair in product(LEASTS, LEAST_ARTICLES)}
    singly = {pair: measure(read, predicted, apart, *pair) for pair in tried}
    able = [pair for pair in tried if harmless(tried[pair], singly[pair])]
    least, article = max(able, key=lambda pair: won(tried[pair]), default=(None, None))
    gains = np.concatenate([offer.gains for offer in read if offer.engine != CLEAN])
    told = np.concatenate([one for one, offer in zip(predicted, read, strict=True) if offer.engine != CLEAN])
    return {
        "weights": {name: round(float(value), 5) for name, value in zip(SIGNS, fit(read), strict=True)},
        "least": least,
        "article": {
            "weights": dict(zip(SENTENCE_SIGNS, (round(float(one), 5) for one in rough.lines[-1]), strict=True)),
            "usual": {name: round(value, 5) for name, value in rough.usual.items()},
            "least": article,
        },
        "fitted": {
            "set": SET,
            "lines": sum(offer.engine == CLEAN for offer in read),
            "parts": len(gains),
            "correlation, held out": round(float(np.corrcoef(told, gains)[0, 1]), 3),
            "held out": {_named(*pair): found for pair, found in tried.items()},
            "held out, a line an article": {_named(*pair): found for pair, found in singly.items()},
        },
    }


def _named(least: float, article: float) -> str:
    return f"{least:g}, article {article:g}"


def write(path: Path, found: dict[str, Any]) -> None:
    """Put the weighing into a manifest, with what its thresholds did to drafts that the lines did not see."""
    named = _named(found["least"], found["article"]["least"])
    held = {name: one[named] if isinstance(one, dict) else one for name, one in found["fitted"].items()}
    put_gate(path, {"parts": {**found, "fitted": held}}, usual={})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fit how the parts of a model's rewrites are weighed.")
    parser.add_argument("model", type=Path, help="a model's folder, with manifest.json")
    parser.add_argument("triples", type=Path, help="source, draft, reference, set.engine; .zst or not")
    parser.add_argument("--first", type=int, default=220, help="lines of wmt20, for each engine: whole documents")
    parser.add_argument("--spread", type=int, default=200, help="more lines, from all over the set")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the weighing into the model's manifest")
    options = parser.parse_args(arguments)
    translator = weights.load(str(options.model), threads=options.threads, offline=True)
    folder = next(one.weights.parent for one in weights.shipped() if one.name == weights.JUDGE)
    seen = Translations(options.triples, SET, ENGINES)
    lines = readable(translator, seen, options.first, options.spread)
    found = fitted([*offers(translator, judge.load(folder, threads=options.threads), seen, lines)])
    print(json.dumps(found, indent=1))
    if found["least"] is None:
        raise SystemExit("no threshold lets the good engines and the references be; nothing is written")
    if options.write:
        write(options.model / "manifest.json", found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
