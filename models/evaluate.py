"""Score an exported model against doing nothing, engine by engine.

    python models/evaluate.py models/bridge-v1 zh-en.triples.dev.tsv.zst --drafts wmt20.moz-argos wmt20.moz-google

For each job and each engine's drafts: BLEU and chrF of the drafts, of the model's outputs, and of the outputs
with the draft kept where the model loops or changes the length too much. This is the model alone; the pipeline's gate
does better. Tune on wmt20 only.
"""

import argparse
import io
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import sacrebleu
import sentencepiece
import zstandard

BOS, EOS = "<s>", "</s>"


@dataclass(frozen=True, slots=True)
class Row:
    source: str
    draft: str
    reference: str


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a model said, and how fast."""

    texts: list[str]
    tokens_per_second: float


def read_rows(path: Path, drafts: str, lines: int) -> list[Row]:
    """The rows of one engine, spread evenly over its set."""
    rows = [Row(*row[:3]) for row in _table(path) if row[3] == drafts]
    return [rows[i * len(rows) // lines] for i in range(lines)] if lines < len(rows) else rows


@dataclass(frozen=True, slots=True)
class Model:
    """An exported model, loaded."""

    translator: Any
    pieces: Any

    @classmethod
    def load(cls, folder: Path, compute_type: str = "int8", threads: int = 2) -> "Model":
        weights = str(folder / "weights")
        translator = ctranslate2.Translator(weights, compute_type=compute_type, intra_threads=threads, inter_threads=1)
        return cls(translator, sentencepiece.SentencePieceProcessor(model_file=f"{weights}/sentencepiece.model"))

    def inputs(self, job: str, rows: Sequence[Row]) -> list[list[str]]:
        inputs = []
        for row in rows:
            source = [*self.pieces.encode(row.source, out_type=str), EOS] if job != "polish" else []
            draft = [*self.pieces.encode(row.draft, out_type=str), EOS] if job != "retranslate" else []
            inputs.append([BOS, *source, *draft][:510])
        return inputs

    def score(self, job: str, rows: Sequence[Row], texts: Sequence[str]) -> list[float]:
        """Mean log-probability a token of each text as the answer: higher is better."""
        targets = [self.pieces.encode(text, out_type=str)[:400] for text in texts]
        results = self.translator.score_batch(self.inputs(job, rows), targets, max_batch_size=2048, batch_type="tokens")
        return [sum(result.log_probs) / max(1, len(result.log_probs)) for result in results]


def run(model: Model, job: str, rows: Sequence[Row], beam: int = 1) -> Outputs:
    """The best outputs for one job."""
    translator, pieces, inputs = model.translator, model.pieces, model.inputs(job, rows)
    began = time.monotonic()
    results = translator.translate_batch(inputs, beam_size=beam, max_batch_size=2048, batch_type="tokens",
                                         max_input_length=0, max_decoding_length=250)  # fmt: skip
    seconds = time.monotonic() - began
    said = [result.hypotheses[0] for result in results]
    return Outputs([pieces.decode(tokens) for tokens in said], sum(map(len, said)) / seconds)


def loops(text: str, draft: str) -> bool:
    """Whether three words in a row come at least twice more often than in the draft.

    >>> loops("he came home and he came home and he came home", "he came home"), loops("he came home", "he came home")
    (True, False)
    """
    return bool(text.split()) and _repeats(text) >= _repeats(draft) + 2


def kept_where_broken(rows: Sequence[Row], texts: Sequence[str]) -> list[str]:
    """The outputs, with the draft where an output loops or is far shorter or longer than it."""
    return [
        row.draft if loops(text, row.draft) or not 0.7 <= (len(text) + 5) / (len(row.draft) + 5) <= 1.4 else text
        for row, text in zip(rows, texts, strict=True)
    ]


def scores(texts: Sequence[str], rows: Sequence[Row]) -> dict[str, float]:
    """BLEU (13a) and chrF against the references."""
    references = [[row.reference for row in rows]]
    return {
        "bleu": round(sacrebleu.corpus_bleu(texts, references).score, 2),
        "chrf": round(sacrebleu.corpus_chrf(texts, references).score, 2),
    }


def evaluate(rows: Sequence[Row], outputs: Outputs) -> dict[str, Any]:
    """Everything that is said of one job on one engine's drafts."""
    kept = kept_where_broken(rows, outputs.texts)
    return {
        "draft": scores([row.draft for row in rows], rows),
        "raw": scores(outputs.texts, rows),
        "kept": scores(kept, rows),
        "untouched": round(sum(t == r.draft for t, r in zip(outputs.texts, rows, strict=True)) / len(rows), 3),
        "looping": round(sum(loops(t, r.draft) for t, r in zip(outputs.texts, rows, strict=True)) / len(rows), 3),
        "broken": round(
            sum(k == r.draft != t for k, t, r in zip(kept, outputs.texts, rows, strict=True)) / len(rows), 3
        ),
        "tokens_per_second": round(outputs.tokens_per_second),
    }


def gated(model: Model, job: str, rows: Sequence[Row], texts: Sequence[str], margin: float) -> list[str]:
    """The outputs that the model itself finds better than the draft by `margin`, and the draft elsewhere."""
    kept = kept_where_broken(rows, texts)
    drafts = [row.draft for row in rows]
    gains = zip(model.score(job, rows, kept), model.score(job, rows, drafts), strict=True)
    return [text if new - old > margin else draft for text, draft, (new, old) in zip(kept, drafts, gains, strict=True)]


def _repeats(text: str) -> int:
    words = text.lower().split()
    return max(Counter(zip(words, words[1:], words[2:], strict=False)).values(), default=0)


def _table(path: Path) -> Iterator[list[str]]:
    with path.open("rb") as raw:
        stream = zstandard.ZstdDecompressor().stream_reader(raw) if path.suffix == ".zst" else raw
        for line in io.TextIOWrapper(stream, encoding="utf-8", newline="\n"):
            yield line.rstrip("\n").split("\t")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score an exported model against doing nothing.")
    parser.add_argument("model", type=Path)
    parser.add_argument("triples", type=Path, help="source, draft, reference, set.engine; .zst or not")
    parser.add_argument(
        "--drafts", nargs="+", default=[f"wmt20.moz-{e}" for e in ("argos", "opusmt", "nllb", "google")]
    )
    parser.add_argument("--jobs", nargs="+", default=["polish", "post-edit"])
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--beam", type=int, default=1, help="1 is greedy")
    parser.add_argument("--compute-type", default="int8")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--margins", type=float, nargs="*", default=[], help="also: keep the draft unless so much better"
    )
    parser.add_argument("--show", type=int, default=0, help="print so many changed segments")
    options = parser.parse_args(arguments)
    model = Model.load(options.model, options.compute_type, options.threads)
    for drafts in options.drafts:
        rows = read_rows(options.triples, drafts, options.lines)
        for job in options.jobs:
            outputs = run(model, job, rows, options.beam)
            print(
                json.dumps({"drafts": drafts, "job": job, "beam": options.beam, **evaluate(rows, outputs)}), flush=True
            )
            for margin in options.margins:
                texts = gated(model, job, rows, outputs.texts, margin)
                unchanged = sum(text == row.draft for text, row in zip(texts, rows, strict=True)) / len(rows)
                print(
                    json.dumps({"margin": margin, **scores(texts, rows), "untouched": round(unchanged, 3)}), flush=True
                )
            changed = [(r, t) for r, t in zip(rows, outputs.texts, strict=True) if r.draft != t]
            for row, text in changed[: options.show]:
                print(f"  S {row.source}\n  D {row.draft}\n  O {text}\n  R {row.reference}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
