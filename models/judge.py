"""Make the judge: an encoder with a head, and how much of what they tell of translations is to be believed.

    python models/train_judge.py CHECKPOINT zh-en.triples.train.tsv.zst xx-en.triples.tsv.zst --out RUN
    python models/judge.py export RUN models/judge-v2
    python models/judge.py fit models/judge-v2 zh-en.triples.dev.tsv.zst

How much of a difference is to be believed comes from wmt20, cut into articles, where one engine's translations are
taken apart and each part is put into another's: what is predicted there is the mean of what the sentence gains in chrF
and in BLEU. Other lines of wmt20 say how much must be predicted (`least`). Nothing of wmt21 or FLORES is read.
"""

import argparse
import json
import math
import shutil
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
from safetensors.numpy import save

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models import export
from postedit.estimates import WORSE, article_mean
from postedit.judge import FAMILY, HEAD, Judge, Line
from postedit.manifest import read
from postedit.parts import Part, joined, parts
from postedit.suites import text_lines

ENGINES = ("argos", "opusmt", "nllb", "bergamot-base", "google")
GOOD = ("bergamot-base", "microsoft", "google", "Human-B_0")  # must not lose, whoever is offered
SET = "wmt20"
ARTICLE = 20  # lines in a row that are taken for an article
CLIP_PART = 15.0  # points that a part can gain
LEAST_SOURCES = 240  # the first, for each pair of engines; the rest is for belief
LEASTS = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
MOST_LOST = 0.03  # points, of a good engine: on so few lines less is two or three words

Floats = npt.NDArray[np.float64]


def export_judge(run: Path, out: Path) -> None:
    """Write the encoder of a trained judge, its head and all that it reads into `out`."""
    checkpoint = export.read_checkpoint(run)
    spec = transformer_spec.TransformerEncoderModelSpec(
        transformer_spec.TransformerEncoderSpec(
            checkpoint.settings["encoder_layers"],
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
    shutil.rmtree(weights, ignore_errors=True)
    export.save(spec, weights, "int8")
    (weights / "sentencepiece.model").write_bytes(pieces.SerializeToString())
    head = {
        name.removeprefix("head."): tensor for name, tensor in checkpoint.tensors.items() if name.startswith("head.")
    }
    (weights / HEAD).write_bytes(save(head))
    manifest = {
        "name": out.name,
        "version": "2",
        "family": FAMILY,
        "jobs": [],
        "languages": {"source": ["zh"], "target": "en"},
        "max_input_tokens": 512,
        "licence": "MIT, the weights of its base; trained on WMT and other texts (research use)",
        "base": "intfloat/multilingual-e5-small (MIT), by way of tri-v5",
        "files": export.files(weights),
        "made_by": f"python models/train_judge.py, python models/judge.py export RUN models/{out.name}, then fit",
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


class Translations:
    """One set's sources, and what each engine made of them, line by line."""

    def __init__(self, table: Path, name: str, engines: Sequence[str]) -> None:
        """Read the rows `name.moz-ENGINE` and `name.ENGINE` of a table of source, rough, reference, set.system.

        Only the sources that all engines have translated, in order, so that articles stay together.
        """
        systems = {f"{name}.{prefix}{engine}": engine for engine in engines for prefix in ("moz-", "")}
        rows: dict[str, dict[str, tuple[str, str]]] = {}
        for line in text_lines(table):
            source, text, reference, system = line.split("\t")[:4]
            if system in systems:
                rows.setdefault(source, {})[systems[system]] = (text, reference)
        whole = {source: row for source, row in rows.items() if len(row) == len(engines)}
        self.sources = list(whole)
        self.texts = {engine: [whole[source][engine][0] for source in self.sources] for engine in engines}
        self.references = {engine: [whole[source][engine][1] for source in self.sources] for engine in engines}


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of one engine, that of another taken apart, and what the judge sees."""

    text: str
    reference: str
    apart: Sequence[Part]
    qualities: Floats  # of the text, of the other's whole, and of the text with each part alone

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
    said = iter(math.nan if one is None else one for one in judge.qualities(sources, texts))
    found: list[list[Offer]] = []
    for number, _, text, reference, apart in lines:
        found += [[]] if number == len(found) else []
        found[number].append(Offer(text, reference, apart, np.array([next(said) for _ in range(len(apart) + 2)])))
    return found


def seen_gains(article: Sequence[Offer], worse: float) -> tuple[list[Floats], float]:
    """What the judge finds the parts of each line better by, and what `estimates` makes of the whole article."""
    differences = [float(offer.qualities[1] - offer.qualities[0]) for offer in article]
    return [offer.qualities[2:] - offer.qualities[0] for offer in article], article_mean(
        [one for one in differences if math.isfinite(one)], worse
    )


def fit_belief(read: Sequence[Sequence[Offer]]) -> tuple[float, float]:
    """How much of a difference to believe: of the part's own, and of its article's mean."""
    x, y = [], []
    for article in read:
        found, mean = seen_gains(article, 0.0)
        for differences, offer in zip(found, article, strict=True):
            x.append(np.stack([differences, np.full(len(differences), mean)], 1))
            y.append(np.clip(offer.gains, -CLIP_PART, CLIP_PART))
    inputs, gains = np.concatenate(x), np.concatenate(y)
    whole = ~np.isnan(inputs).any(1)
    own, article_weight = np.linalg.lstsq(inputs[whole], gains[whole], rcond=None)[0]
    return float(own), float(article_weight)


def taken(read: Sequence[Sequence[Offer]], line: Line) -> dict[str, dict[str, float]]:
    """What drafts gain in chrF and BLEU from the parts that are predicted to gain, and to gain `least` together."""
    flat: list[tuple[Offer, Floats]] = []
    for article in read:
        found, mean = seen_gains(article, WORSE)
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


def fit_judge(folder: Path, dev: Path) -> dict[str, Any]:
    """Fit the line of the judge in a folder, write it into its manifest, and tell what good engines lose on wmt20."""
    judge = Judge(read(folder), Line(1.0, 0.0, 0.0))
    seen = Translations(dev, SET, (*ENGINES, "microsoft", "Human-B_0"))
    articles = range(LEAST_SOURCES // ARTICLE), range(LEAST_SOURCES // ARTICLE, len(seen.sources) // ARTICLE)
    pairs = cycle(permutations(ENGINES, 2))
    own, article = fit_belief(offers(judge, seen, [(number, *next(pairs)) for number in articles[1]]))
    line = Line(own, article, 0.0)
    found = {}
    for draft, other in product(GOOD, ENGINES):
        if draft != other:
            name = f"{draft} < {other}"
            found[name] = taken(offers(judge, seen, [(number, draft, other) for number in articles[0]]), line)
            print(f"{name}: {found[name]}", file=sys.stderr, flush=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["line"] = {"own": round(own, 4), "article": round(article, 4), "least": choose_least(found)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return {"line": manifest["line"], SET: found}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the judge of translations.")
    commands = parser.add_subparsers(dest="command", required=True)
    exporting = commands.add_parser("export", help="what train_judge.py made, as the judge reads it")
    exporting.add_argument("run", type=Path)
    exporting.add_argument("out", type=Path)
    fitting = commands.add_parser("fit", help="the line, on triples; into the manifest")
    fitting.add_argument("folder", type=Path)
    fitting.add_argument("dev", type=Path, help="zh-en.triples.dev.tsv.zst")
    options = parser.parse_args(arguments)
    if options.command == "export":
        export_judge(options.run, options.out)
    else:
        print(json.dumps(fit_judge(options.folder, options.dev), indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
