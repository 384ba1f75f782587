"""Make the judge: an encoder, cut from the warm start, and a line through what it tells of translations.

    python models/warmstart.py POLISHER e5-small-q4.bin INIT --chinese zh.txt --fresh 12 3
    python models/judge.py export INIT models/judge-v1
    python models/judge.py fit models/judge-v1 zh-en.triples.train.tsv.zst zh-en.triples.dev.tsv.zst

The line is fitted on pairs of translations of one source by different engines: the difference of their signs against
the difference of their chrF. wmt17 and wmt18 give its weights; wmt19, cut into articles, how much of a difference is
to be believed; wmt20 how much must be predicted (`least`). Nothing of wmt21 or FLORES is read.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import permutations
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
from postedit.suites import text_lines

LAYERS = 7  # of twelve; of 6 to 10 and all together no other tells two weak engines apart better
ENGINES = ("argos", "opusmt", "nllb", "bergamot-base", "google")
GOOD = ("bergamot-base", "microsoft", "google", "Human-B_0")  # must not lose, whoever is offered
WEIGHTS_SETS, BELIEF_SET, LEAST_SET = ("wmt17", "wmt18"), "wmt19", "wmt20"
SOURCES = 2000  # of each set, the first
ARTICLE = 20  # lines in a row that are taken for an article
CLIP = 25.0  # points of chrF: a few lines that are another text would pull the line
RIDGE = 50.0
LEASTS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)
MOST_LOST = 0.1  # points of chrF or BLEU, of a good engine

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

    def bleu_gained(self, draft: str, other: str, taken: npt.NDArray[np.bool_]) -> float:
        """What BLEU gains where another engine's lines take the place of a draft's."""
        both = zip(self.texts[draft], self.texts[other], taken, strict=True)
        texts = [there if take else here for here, there, take in both]
        before, after = (
            sacrebleu.corpus_bleu(one, [self.references[draft]]).score for one in (self.texts[draft], texts)
        )
        return after - before

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


def articles(differences: Floats, worse: float = WORSE) -> Floats:
    """For each line, what `estimates` makes of its article; lines that could not be read count nothing."""
    means = np.empty_like(differences)
    for at in range(0, len(differences), ARTICLE):
        part = differences[at : at + ARTICLE]
        means[at : at + ARTICLE] = article_mean(part[np.isfinite(part)].tolist(), worse)
    return means


def fit_belief(qualities: Sequence[Floats], chrf: Sequence[Floats]) -> tuple[float, float]:
    """How much of a difference to believe: of the line's own, and of its article's mean."""
    x, y = [], []
    for a, b in permutations(range(len(qualities)), 2):
        differences = qualities[b] - qualities[a]
        x.append(np.stack([differences, articles(differences, 0.0)], 1))
        y.append(np.clip(chrf[b] - chrf[a], -CLIP, CLIP))
    inputs, gains = np.concatenate(x), np.concatenate(y)
    whole = ~np.isnan(inputs).any(1)
    own, article = np.linalg.lstsq(inputs[whole], gains[whole], rcond=None)[0]
    return float(own), float(article)


def offered(tuned: Translations, qualities: dict[str, Floats], line: Line) -> dict[str, Any]:
    """What drafts gain when another engine is offered, by `least`: mean chrF of a line, and BLEU of the good ones."""
    chrf = {engine: tuned.chrf(engine) for engine in tuned.texts}
    found: dict[str, Any] = {}
    for draft, other in permutations(qualities, 2):
        if other in ENGINES:
            differences = qualities[other] - qualities[draft]
            gains = np.nan_to_num(line.own * differences + line.article * articles(differences), nan=-np.inf)
            by_least = found[f"{draft} < {other}"] = {}
            for least in LEASTS:
                taken = gains >= least
                by_least[f"{least:g}"] = {
                    "taken": round(float(np.mean(taken)), 3),
                    "chrf": round(float(np.mean((chrf[other] - chrf[draft]) * taken)), 2),
                    **({"bleu": round(tuned.bleu_gained(draft, other, taken), 2)} if draft in GOOD else {}),
                }
    return found


def choose_least(found: dict[str, Any]) -> float:
    """The lowest threshold at which no good engine loses; the highest, where none is."""
    good = [by_least for pair, by_least in found.items() if pair.partition(" < ")[0] in GOOD]
    lost = {least: max(-one[f"{least:g}"][metric] for one in good for metric in ("chrf", "bleu")) for least in LEASTS}
    return next((least for least in LEASTS if lost[least] <= MOST_LOST), LEASTS[-1])


def fit_judge(folder: Path, train: Path, dev: Path) -> dict[str, Any]:
    """Fit the line of the judge in a folder, write it into its manifest, and tell what it does on wmt20."""
    judge = Judge(read(folder), Line(dict.fromkeys(SIGNS, 0.0), 1.0, 0.0, 0.0))
    seen = [Translations(train, name, ENGINES) for name in WEIGHTS_SETS]
    told = [one.signs(judge) for one in seen]
    signs = [np.concatenate([one[engine] for one in told]) for engine in ENGINES]
    chrf = [np.concatenate([one.chrf(engine) for one in seen]) for engine in ENGINES]
    weights = fit_weights(signs, chrf)

    held = Translations(train, BELIEF_SET, ENGINES)
    qualities = {engine: signs @ weights for engine, signs in held.signs(judge).items()}
    own, article = fit_belief([*qualities.values()], [held.chrf(engine) for engine in qualities])
    line = Line(dict(zip(SIGNS, weights.tolist(), strict=True)), own, article, 0.0)

    tuned = Translations(dev, LEAST_SET, (*ENGINES, "microsoft", "Human-B_0"))
    qualities = {engine: signs @ weights for engine, signs in tuned.signs(judge).items()}
    found = offered(tuned, qualities, line)
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
