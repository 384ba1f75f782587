"""Make the judge: an encoder, cut from the warm start, and a line through what it tells of translations.

    python models/warmstart.py POLISHER e5-small-q4.bin INIT --chinese zh.txt --fresh 12 3
    python models/judge.py export INIT models/judge-v1
    python models/judge.py fit models/judge-v1 zh-en.triples.train.tsv.zst zh-en.triples.dev.tsv.zst

The line is fitted on pairs of translations of one source by different engines: the difference of their signs against
the difference of their chrF, on wmt17 and wmt18, gives its weights. How much of a difference is to be believed comes
from wmt19, cut into articles, where one engine's translations are taken apart and each part is put into another's: what
is predicted there is the mean of what the sentence gains in chrF and in BLEU. wmt20 says how much must be predicted
(`least`). Nothing of wmt21 or FLORES is read.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sacrebleu
from ctranslate2.specs import common_spec, transformer_spec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models import export
from postedit.estimates import WORSE, article_mean
from postedit.judge import FAMILY, SIGNS, Judge, Line
from postedit.manifest import read
from postedit.parts import Part, joined, parts
from postedit.suites import text_lines

LAYERS = 7  # of twelve; of 6 to 10 and all together no other tells two weak engines apart better
ENGINES = ("argos", "opusmt", "nllb", "bergamot-base", "google")
GOOD = ("bergamot-base", "microsoft", "google", "Human-B_0")  # must not lose, whoever is offered
WEIGHTS_SETS, BELIEF_SET, LEAST_SET = ("wmt17", "wmt18"), "wmt19", "wmt20"
SOURCES = 2000  # of each set, the first
ARTICLE = 20  # lines in a row that are taken for an article
CLIP = 25.0  # points of chrF: a few lines that are another text would pull the line
RIDGE = 50.0
CLIP_PART = 15.0  # points that a part can gain
LEAST_SOURCES = 240  # of wmt20, for each pair of engines
LEASTS = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
MOST_LOST = 0.01  # points, of a good engine

Floats = npt.NDArray[np.float64]


def export_judge(init: Path, out: Path) -> None:
    """Write the lowest layers of the warm start's encoder, and all that it reads, into `out`."""
    checkpoint = export.read_checkpoint(init)
    spec = transformer_spec.TransformerEncoderModelSpec(
        transformer_spec.TransformerEncoderSpec(
            LAYERS,
            checkpoint.settings["encoder_attention_heads"],
            pre_norm=False,
            activation=common_spec.Activation.GELU,
            layernorm_embedding=True,
        )
    )
    export.fill(spec.encoder, checkpoint.tensors, "model.encoder", checkpoint.table)
    pieces = export.pruned(checkpoint.pieces, checkpoint.input_pieces)
    spec.register_vocabulary([entry.piece for entry in pieces.pieces])
    weights = out / "weights"
    export.save(spec, weights, "int8")
    (weights / "sentencepiece.model").write_bytes(pieces.SerializeToString())
    manifest = {
        "name": out.name,
        "version": "1",
        "family": FAMILY,
        "jobs": [],
        "languages": {"source": ["zh"], "target": "en"},
        "max_input_tokens": 512,
        "licence": "MIT, the weights of its base; its line is fitted on WMT17-20 texts (research use)",
        "base": "intfloat/multilingual-e5-small (MIT)",
        "files": export.files(weights),
        "made_by": f"python models/judge.py export INIT models/{out.name}, then fit, which adds the line",
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


class Translations:
    """One set's sources, and what each engine made of them, line by line."""

    def __init__(self, table: Path, name: str, engines: Sequence[str]) -> None:
        """Read the rows `name.moz-ENGINE` and `name.ENGINE` of a table of source, rough, reference, set.system."""
        systems = {f"{name}.{prefix}{engine}": engine for engine in engines for prefix in ("moz-", "")}
        rows: dict[str, dict[str, tuple[str, str]]] = {}
        for line in text_lines(table):
            source, text, reference, system = line.split("\t")[:4]
            if system in systems:
                rows.setdefault(source, {})[systems[system]] = (text, reference)
        whole = {source: row for source, row in rows.items() if len(row) == len(engines)}
        self.sources = list(whole)[:SOURCES]  # in order, so that articles stay together
        self.texts = {engine: [whole[source][engine][0] for source in self.sources] for engine in engines}
        self.references = {engine: [whole[source][engine][1] for source in self.sources] for engine in engines}

    def chrf(self, engine: str) -> Floats:
        """Of each line."""
        import fastchrf

        texts, references = ([[one] for one in side[engine]] for side in (self.texts, self.references))
        return np.array(fastchrf.pairwise_chrf(texts, references))[:, 0, 0]

    def signs(self, judge: Judge) -> dict[str, Floats]:
        """Lines x `SIGNS`, by engine; a line that the judge cannot read has nothing."""
        texts = [text for engine in self.texts for text in self.texts[engine]]
        rows = judge.signs(self.sources * len(self.texts), texts)
        table = np.array([np.full(len(SIGNS), np.nan) if row is None else row for row in rows])
        return dict(zip(self.texts, np.split(table, len(self.texts)), strict=True))


def fit_weights(signs: Sequence[Floats], chrf: Sequence[Floats]) -> Floats:
    """Points of chrF by sign: ridge regression on the differences between two translations of one source."""
    pairs = list(permutations(range(len(signs)), 2))
    x = np.concatenate([signs[b] - signs[a] for a, b in pairs])
    y = np.concatenate([np.clip(chrf[b] - chrf[a], -CLIP, CLIP) for a, b in pairs])
    whole = ~np.isnan(x).any(1)
    x, y = x[whole], y[whole]
    spread = x.std(0)
    z = x / spread
    return np.asarray(np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ y) / spread)


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of one engine, that of another taken apart, and what the judge sees."""

    text: str
    reference: str
    apart: Sequence[Part]
    signs: Floats  # of the text, of the other's whole, and of the text with each part alone

    @property
    def gains(self) -> Floats:
        """Of each part alone: the mean of what the line gains in chrF and in BLEU."""
        texts = [self.text, *(joined(self.text, [part]) for part in self.apart)]
        scores = [(sentence_chrf(text, self.reference) + sentence_bleu(text, self.reference)) / 2 for text in texts]
        return np.array(scores[1:]) - scores[0]


def sentence_chrf(text: str, reference: str) -> float:
    return float(sacrebleu.sentence_chrf(text, [reference]).score)


def sentence_bleu(text: str, reference: str) -> float:
    return float(sacrebleu.sentence_bleu(text, [reference]).score)


def offers(judge: Judge, seen: Translations, asked: Iterable[tuple[int, str, str]]) -> list[list[Offer]]:
    """For the number of an article, whose drafts and whose translations are offered: its lines."""
    lines: list[tuple[int, int, str, str, Sequence[Part]]] = []
    for number, (article, draft, other) in enumerate(asked):
        for line in range(article * ARTICLE, min((article + 1) * ARTICLE, len(seen.sources))):
            text, there = seen.texts[draft][line], seen.texts[other][line]
            lines.append((number, line, text, seen.references[draft][line], parts(text, there)))
    sources, texts = [], []
    for _, line, text, _, apart in lines:
        wordings = [text, joined(text, apart), *(joined(text, [part]) for part in apart)]
        texts += wordings
        sources += [seen.sources[line]] * len(wordings)
    rows = iter(np.full(len(SIGNS), np.nan) if row is None else row for row in judge.signs(sources, texts))
    found: list[list[Offer]] = []
    for number, _, text, reference, apart in lines:
        found += [[]] if number == len(found) else []
        found[number].append(Offer(text, reference, apart, np.array([next(rows) for _ in range(len(apart) + 2)])))
    return found


def seen_gains(article: Sequence[Offer], weights: Floats, worse: float) -> tuple[list[Floats], float]:
    """What the judge finds the parts of each line better by, and what `estimates` makes of the whole article."""
    qualities = [offer.signs @ weights for offer in article]
    differences = [float(one[1] - one[0]) for one in qualities]
    return [one[2:] - one[0] for one in qualities], article_mean(
        [one for one in differences if math.isfinite(one)], worse
    )


def fit_belief(read: Sequence[Sequence[Offer]], weights: Floats) -> tuple[float, float]:
    """How much of a difference to believe: of the part's own, and of its article's mean."""
    x, y = [], []
    for article in read:
        found, mean = seen_gains(article, weights, 0.0)
        for differences, offer in zip(found, article, strict=True):
            x.append(np.stack([differences, np.full(len(differences), mean)], 1))
            y.append(np.clip(offer.gains, -CLIP_PART, CLIP_PART))
    inputs, gains = np.concatenate(x), np.concatenate(y)
    whole = ~np.isnan(inputs).any(1)
    own, article_weight = np.linalg.lstsq(inputs[whole], gains[whole], rcond=None)[0]
    return float(own), float(article_weight)


def taken(read: Sequence[Sequence[Offer]], line: Line) -> dict[str, dict[str, float]]:
    """What drafts gain in chrF and BLEU from the parts that are predicted to gain, and to gain `least` together."""
    weights = np.array([line.weights[name] for name in SIGNS])
    flat: list[tuple[Offer, Floats]] = []
    for article in read:
        found, mean = seen_gains(article, weights, WORSE)
        gains = [np.nan_to_num(line.own * one + line.article * mean, nan=-np.inf) for one in found]
        flat += zip(article, gains, strict=True)
    references = [[offer.reference for offer, _ in flat]]
    before = [offer.text for offer, _ in flat]
    by_least = {}
    for least in LEASTS:
        chosen = [
            [part for part, gain in zip(offer.apart, gains, strict=True) if gain > 0]
            if gains[gains > 0].sum() >= least
            else []
            for offer, gains in flat
        ]
        after = [joined(offer.text, some) for (offer, _), some in zip(flat, chosen, strict=True)]
        by_least[f"{least:g}"] = {
            "taken": sum(map(bool, chosen)) / len(chosen),
            "chrf": sacrebleu.corpus_chrf(after, references).score - sacrebleu.corpus_chrf(before, references).score,
            "bleu": sacrebleu.corpus_bleu(after, references).score - sacrebleu.corpus_bleu(before, references).score,
        }
    return {least: {name: round(value, 3) for name, value in one.items()} for least, one in by_least.items()}


def choose_least(found: dict[str, Any]) -> float:
    """The lowest threshold at which no engine loses of what is predicted, the mean of chrF and BLEU; the highest, where
    none is."""
    lost = {
        least: max(-(one[f"{least:g}"]["chrf"] + one[f"{least:g}"]["bleu"]) / 2 for one in found.values())
        for least in LEASTS
    }
    return next((least for least in LEASTS if lost[least] <= MOST_LOST), LEASTS[-1])


def fit_judge(folder: Path, train: Path, dev: Path) -> dict[str, Any]:
    """Fit the line of the judge in a folder, write it into its manifest, and tell what good engines lose on wmt20."""
    judge = Judge(read(folder), Line(dict.fromkeys(SIGNS, 0.0), 1.0, 0.0, 0.0))
    seen = [Translations(train, name, ENGINES) for name in WEIGHTS_SETS]
    told = [one.signs(judge) for one in seen]
    signs = [np.concatenate([one[engine] for one in told]) for engine in ENGINES]
    chrf = [np.concatenate([one.chrf(engine) for one in seen]) for engine in ENGINES]
    weights = fit_weights(signs, chrf)

    held = Translations(train, BELIEF_SET, ENGINES)
    pairs = cycle(permutations(ENGINES, 2))
    asked = [(article, *next(pairs)) for article in range(len(held.sources) // ARTICLE)]
    own, article = fit_belief(offers(judge, held, asked), weights)
    line = Line(dict(zip(SIGNS, weights.tolist(), strict=True)), own, article, 0.0)

    tuned = Translations(dev, LEAST_SET, (*ENGINES, "microsoft", "Human-B_0"))
    found = {}
    for draft, other in product(GOOD, ENGINES):
        if draft != other:
            asked = [(article, draft, other) for article in range(LEAST_SOURCES // ARTICLE)]
            found[f"{draft} < {other}"] = taken(offers(judge, tuned, asked), line)
            print(f"{draft} < {other}: {found[f'{draft} < {other}']}", file=sys.stderr, flush=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["line"] = {
        "weights": {name: round(weight, 4) for name, weight in line.weights.items()},
        "own": round(own, 4), "article": round(article, 4), "least": choose_least(found),
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return {"line": manifest["line"], LEAST_SET: found}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the judge of translations.")
    commands = parser.add_subparsers(dest="command", required=True)
    exporting = commands.add_parser("export", help="the warm start's encoder, as the judge reads it")
    exporting.add_argument("init", type=Path)
    exporting.add_argument("out", type=Path)
    fitting = commands.add_parser("fit", help="the line, on triples; into the manifest")
    fitting.add_argument("folder", type=Path)
    fitting.add_argument("train", type=Path, help="zh-en.triples.train.tsv.zst")
    fitting.add_argument("dev", type=Path, help="zh-en.triples.dev.tsv.zst")
    options = parser.parse_args(arguments)
    if options.command == "export":
        export_judge(options.init, options.out)
    else:
        print(json.dumps(fit_judge(options.folder, options.train, options.dev), indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
