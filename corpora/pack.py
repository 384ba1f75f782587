"""Turn sentence tables into packed token shards that `models/train.py` reads.

    python corpora/pack.py --pieces INIT --out PACKED --evaluation eval/wmt20.zh eval/wmt20.ref.en ... \
        --zh-triples zh-en.triples.train.tsv.zst --xx-triples xx-en.triples.tsv.zst --pairs zh-en.pairs.tsv.zst \
        --own corpora/general/general.tsv corpora/general/polished.tsv

Each row goes through FILTERS, in order; the first fault drops it, and the manifest counts the rows that each filter
dropped. What is left is tokenized once. A group is a folder of shards `<group>-<number>.npz`, each with `tokens` (the
source, draft and reference of each example, one after the other), `lengths` (examples x 3) and `edits` (word edit rate
of the draft). Which job an example is for, and how often it is seen, is the recipe's business, not the shard's.
"""

import argparse
import hashlib
import io
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sentencepiece
import zstandard
from rapidfuzz.distance import Levenshtein
from sentencepiece import sentencepiece_model_pb2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from corpora.nearness import Nearness
from corpora.renumber import renumbered
from corpora.roughen import roughen
from postedit.hints import hints
from postedit.spelling import spellings, spelt

NGRAM = 8  # tokens in a row that a training text may not share with an evaluation set
MAX_WORDS = 130  # of a reference; the longest joined examples
MAX_TOKENS = 400  # of source and draft together: the position table has 512 rows
MAX_EDIT_RATE = 0.85  # over it, the reference is another text; the recipe is stricter for each job
SHARD = 100_000  # examples a shard
# An engine that translates better than the rough ones, and whose outputs may be learned from (its models are MPL-2.0).
# A reference is freely worded; this engine stays near the source, so that a small model can follow it.
TEACHER = "bergamot-base"
PUPILS = ("argos", "opusmt", "nllb", "bergamot-tiny")
TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]|[^\W\d_a-z]+")
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
LETTER = re.compile(r"[^\W\d_]")

# Where text may come from. What is missing here is left out: sentences of unclear or non-commercial origin (Alpaca,
# dictionaries, captions, dialogues, textbooks), and benchmarks that people measure on (NTREX, TICO-19, XQuAD, PUD).
# corpora/README.md says what is known about each.
LICENSED = (
    "mozilla", "wmt", "mlqe-pe", "mlqe_pe_wiki", "tw_moj_laws", "exchen0_newscomm10k", "wmt21_24_enzh_refs",
    "wmt_enzh_newstest2019_2020", "tatoeba_cmn", "python_docs_zh_cn", "huggingface_course", "opensource_guide",
    "plurality_book", "un_sdg_translations", "guocong_wccec_news", "lctt_talk_news", "lctt_tech", "xitu_gold_miner",
    "general",
)  # fmt: skip

# Of pairs, what is news or as general as news; of the others, which are laws and programming, NEAR of the examples are
# chosen for the nearness of their English to the news of the triples.
NEWS = (
    "exchen0_newscomm10k", "guocong_wccec_news", "lctt_talk_news", "mlqe_pe_wiki", "plurality_book", "tatoeba_cmn",
    "un_sdg_translations", "wmt21_24_enzh_refs", "wmt_enzh_newstest2019_2020",
)  # fmt: skip
NEAR = 0.3

TOLD = 0.8  # share of a source's hints that are written into it
RENUMBERED = 5  # times that a pair which counts in 万 or 亿 is seen with other numbers
FINES = ("罚", "台币", "港币")  # laws are full of them, and they would be most of these pairs


@dataclass(frozen=True, slots=True)
class Example:
    """One row: what was translated, a rough translation of it or nothing, a good translation."""

    source: str
    draft: str
    reference: str
    origin: str


Filter = Callable[[Example], bool]  # True where the example has the fault that the filter is named for


@dataclass(frozen=True, slots=True)
class Overlap:
    """Whether a text repeats an evaluation set: all of a line, or eight tokens in a row of one."""

    lines: frozenset[str]
    ngrams: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Overlap":
        lines: set[str] = set()
        ngrams: set[tuple[str, ...]] = set()
        for text in texts:
            lines.add(squeezed(text))
            ngrams.update(_ngrams(text))
        return cls(frozenset(lines - {""}), frozenset(ngrams))

    def __call__(self, example: Example) -> bool:
        return any(self.holds(text) for text in (example.source, example.draft, example.reference) if text)

    def holds(self, text: str) -> bool:
        """Whether one text repeats the set.

        >>> Overlap.of(["Hello, world!"]).holds("hello world")
        True
        """
        return squeezed(text) in self.lines or any(ngram in self.ngrams for ngram in _ngrams(text))


@dataclass(slots=True)
class NearDuplicate:
    """Whether an example differs from an earlier one in nothing but case, spaces and punctuation."""

    seen: set[bytes]

    def __call__(self, example: Example) -> bool:
        key = hashlib.blake2b(
            "\t".join(map(squeezed, (example.source, example.draft, example.reference))).encode(), digest_size=8
        ).digest()
        known = key in self.seen
        self.seen.add(key)
        return known


def unlicensed(example: Example) -> bool:
    """The origin is not on the list.

    >>> unlicensed(Example("你好", "", "Hi", "carbonz0_alpaca")), unlicensed(Example("你好", "Hi", "Hi", "wmt18.argos"))
    (True, False)
    """
    return re.split(r"[|.]", example.origin)[0].rstrip("0123456789") not in LICENSED and example.origin not in LICENSED


def wrong_language(example: Example) -> bool:
    """The reference or the draft is not mostly in Latin letters, or a Chinese source not mostly Chinese.

    >>> wrong_language(Example("Hello there", "", "Hello there", "zh")), wrong_language(Example("", "", "你好", "zh"))
    (True, True)
    """
    for text in filter(None, (example.draft, example.reference)):
        if len(LATIN.findall(text)) < 0.8 * len(LETTER.findall(text)):
            return True
    if "|" in example.origin or not example.source:  # triples of other languages name it: "mozilla|de-en|..."
        return False
    return len(HAN.findall(example.source)) < 0.4 * len(LETTER.findall(example.source)) or not HAN.search(
        example.source
    )


def wrong_length(example: Example) -> bool:
    """A side is empty or too long, or one is far longer than the other.

    >>> wrong_length(Example("", "", "", "x")), wrong_length(Example("", "Yes, I do.", "Yes, I do.", "x"))
    (True, False)
    """
    words = len(example.reference.split())
    if not 1 <= words <= MAX_WORDS or len(example.source) > 1200:
        return True
    if example.draft and not 0.5 <= (len(example.draft) + 5) / (len(example.reference) + 5) <= 2:
        return True
    han = len(HAN.findall(example.source))
    return han >= 8 and "|" not in example.origin and not 0.3 <= words / han <= 1.6


def rewritten(example: Example) -> bool:
    """The reference is another text, not a mended draft: it would teach to change what is good.

    >>> rewritten(Example("", "He came in.", "The door opened.", "x"))
    True
    >>> rewritten(Example("", "He come.", "He came.", "x"))
    False
    """
    return bool(example.draft) and edit_rate(example.draft, example.reference) > MAX_EDIT_RATE


def edit_rate(draft: str, reference: str) -> float:
    """Words to insert, drop or replace, as a share of the reference's words.

    >>> edit_rate("He come home", "He came home again")
    0.5
    """
    words = reference.split()
    return float(Levenshtein.distance(draft.split(), words) / max(1, len(words)))


def squeezed(text: str) -> str:
    """Only letters and digits, in lower case.

    >>> squeezed("It's 5 %.")
    'its5'
    """
    return "".join(filter(str.isalnum, text.lower()))


def filters(evaluation: Iterable[str]) -> dict[str, Filter]:
    """What every example must pass, in this order: cheap ones first, the one that remembers last."""
    return {
        "unlicensed": unlicensed,
        "wrong_length": wrong_length,
        "wrong_language": wrong_language,
        "rewritten": rewritten,
        "overlap": Overlap.of(evaluation),
        "near_duplicate": NearDuplicate(set()),
    }


def kept(examples: Iterable[Example], checks: dict[str, Filter], dropped: Counter[str]) -> Iterator[Example]:
    """The examples without a fault; `dropped` counts the others."""
    for example in examples:
        fault = next((name for name, check in checks.items() if check(example)), None)
        if fault is None:
            yield example
        else:
            dropped[fault] += 1


def joined(examples: Sequence[Example], rng: random.Random) -> Iterator[Example]:
    """Two or three neighbours of one document as one example: long sentences are where a small model loops.

    Tables keep the order of the documents, so neighbours of one origin are mostly neighbours in the text.
    """
    at = 0
    while at < len(examples):
        group = [e for e in examples[at : at + rng.choice((2, 3))] if e.origin == examples[at].origin]
        at += len(group)
        space = "" if HAN.search(group[0].source) else " "
        source = space.join(example.source for example in group)
        draft = " ".join(example.draft for example in group).strip()
        reference = " ".join(example.reference for example in group)
        if len(group) > 1 and len(reference.split()) <= MAX_WORDS - 10:
            yield Example(source, draft, reference, group[0].origin)


def bridged(examples: Iterable[Example]) -> Iterator[Example]:
    """Rough drafts with the better engine's output as their reference, where it is nearer to the true reference.

    >>> human = "Stocks fell hard on Monday."
    >>> weak = Example("周一股市大跌。", "Monday stock market big fall.", human, "wmt18.moz-argos")
    >>> strong = Example("周一股市大跌。", "Stocks fell sharply on Monday.", human, "wmt18.moz-bergamot-base")
    >>> [(e.draft, e.reference) for e in bridged([weak, strong])]
    [('Monday stock market big fall.', 'Stocks fell sharply on Monday.')]
    """
    examples = list(examples)
    taught = {e.source: e.draft for e in examples if _engine(e) == TEACHER}
    for example in examples:
        better = taught.get(example.source)
        if better and _engine(example) in PUPILS:
            gain = edit_rate(example.draft, example.reference) - edit_rate(better, example.reference)
            if gain > 0.1:
                yield replace(example, reference=better)


def near_news(pairs: Sequence[Example], news: Collection[str]) -> dict[str, list[Example]]:
    """The pairs that are news, and of the others the share that is nearest to the English news given.

    The second is in the order of the table, so that neighbours stay neighbours.
    """
    others = [pair for pair in pairs if pair.origin not in NEWS] if news else []
    near = Nearness.of(news, (pair.reference for pair in others))
    scores = [near(pair.reference) for pair in others]
    least = sorted(scores, reverse=True)[: int(NEAR * len(scores))][-1:]
    return {
        "pairs-news": [pair for pair in pairs if pair.origin in NEWS],
        "pairs-near": [pair for pair, score in zip(others, scores, strict=True) if least and score >= least[0]],
    }


def roughened(examples: Iterable[Example], rng: random.Random) -> Iterator[Example]:
    """The references, damaged, as drafts of themselves."""
    for example in examples:
        draft = roughen(example.reference, rng, faults=rng.choice((1, 1, 2, 3)))
        if draft != example.reference:
            yield replace(example, draft=draft)


def counting(examples: Iterable[Example], rng: random.Random) -> Iterator[Example]:
    """Pairs that count in 万 or 亿, each as it is and with other numbers; without drafts, which would have the old."""
    seen = set[str]()
    for example in examples:
        counts = any(scale in example.source for scale in "万亿") and not any(one in example.source for one in FINES)
        if counts and example.source not in seen:
            seen.add(example.source)
            others = [renumbered(example.source, example.reference, rng) for _ in range(RENUMBERED)]
            if None not in others:
                yield replace(example, draft="")
            yield from (Example(one[0], "", one[1], example.origin) for one in others if one)


def without_far_drafts(examples: Iterable[Example]) -> Iterator[Example]:
    """Pairs whose one draft is another text than the reference still teach to translate.

    >>> [one.draft for one in without_far_drafts([Example("他进来了。", "He come in.", "The door opened.", "general")])]
    ['']
    """
    for example in examples:
        yield replace(example, draft="") if example.source and rewritten(example) else example


def told(examples: Iterable[Example], rng: random.Random) -> Iterator[Example]:
    """What the pipeline would write into a Chinese source in English, written there where the reference says it.

    So copying is learned, and how to translate around it; most of the hints, for a source may have what no table has.

    >>> some = [Example("赣州市有农民工120万人。", "", "Ganzhou has 1.2 million migrant workers.", "zh")] * 5
    >>> max((one.source for one in told(some, random.Random(1))), key=len)
    'Ganzhou 市有 migrant worker 1.2 million 人。'
    """
    for example in examples:
        found = hints(example.source, spellings(example.source)).every
        said = [one for one in found if one.is_in(example.reference) and rng.random() < TOLD]
        if said:
            yield replace(example, source=spelt(example.source, said))


def read_table(path: Path) -> Iterator[list[str]]:
    """The rows of a tab-separated table, compressed (.zst) or not."""
    with path.open("rb") as raw:
        stream = zstandard.ZstdDecompressor().stream_reader(raw) if path.suffix == ".zst" else raw
        with io.TextIOWrapper(stream, encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield line.rstrip("\n").split("\t")


def triples(path: Path) -> Iterator[Example]:
    for source, draft, reference, origin in read_table(path):
        yield Example(source.strip(), draft.strip(), reference.strip(), origin)


def pairs(path: Path) -> Iterator[Example]:
    for source, reference, origin, _score in read_table(path):
        yield Example(source.strip(), "", reference.strip(), origin)


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Pieces by language block: English text gets English ids only, so that the decoder can say each of them."""

    english: Any
    chinese: Any
    every: Any

    @classmethod
    def of(cls, folder: Path) -> "Tokenizer":
        """From a checkpoint's `sentencepiece.model`, and the block sizes in its `config.json`."""
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString((folder / "sentencepiece.model").read_bytes())
        total = len(model.pieces)
        every = _processor(model, total)
        chinese = _processor(model, settings.get("input_pieces", total))
        return cls(_processor(model, settings.get("output_pieces", total)), chinese, every)

    def ids(self, example: Example) -> list[list[int]]:
        source = self.every if "|" in example.origin else self.chinese
        return [
            source.encode(example.source) if example.source else [],
            self.english.encode(example.draft) if example.draft else [],
            _encode_often(self.english, example.reference),
        ]


def pack(group: str, examples: Iterable[Example], tokenizer: Tokenizer, out: Path) -> list[dict[str, Any]]:
    """Write the shards of a group and give back what the manifest says about each."""
    out.mkdir(parents=True, exist_ok=True)
    stream = iter(examples)
    entries: list[dict[str, Any]] = []
    while part := list(islice(stream, SHARD)):
        path = out / f"{group}-{len(entries):03d}.npz"
        entries.append({"group": group, "file": path.name, **_write_shard(path, part, tokenizer)})
        print(f"{path.name}: {entries[-1]['examples']} examples", file=sys.stderr, flush=True)
    return entries


def write_manifest(out: Path, shards: Sequence[dict[str, Any]], dropped: dict[str, Counter[str]], pieces: Path) -> None:
    """`manifest.json`: what was kept, what was dropped and why, and the digest of everything."""
    manifest = {
        "format": "postedit-packed-1",
        "pieces_sha256": hashlib.sha256((pieces / "sentencepiece.model").read_bytes()).hexdigest(),
        "examples": {
            g: sum(s["examples"] for s in shards if s["group"] == g) for g in sorted({s["group"] for s in shards})
        },
        "dropped": {table: dict(sorted(counts.items())) for table, counts in dropped.items()},
        "shards": list(shards),
    }
    partial = out / "manifest.json.partial"
    partial.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    partial.replace(out / "manifest.json")


def _engine(example: Example) -> str:
    """ "argos" of "wmt18.moz-argos", "google" of "mozilla|de-en|wmt08|google|news-test2008"."""
    fields = example.origin.split("|")
    return fields[3] if len(fields) > 3 else fields[0].partition(".moz-")[2]


def _write_shard(path: Path, examples: Sequence[Example], tokenizer: Tokenizer) -> dict[str, Any]:
    tokens, lengths, edits = [], [], []
    for example in examples:
        parts = tokenizer.ids(example)
        if len(parts[0]) + len(parts[1]) > MAX_TOKENS or not parts[2] or len(parts[2]) > MAX_TOKENS // 2:
            continue
        tokens += [token for part in parts for token in part]
        lengths.append([len(part) for part in parts])
        edits.append(edit_rate(example.draft, example.reference) if example.draft else 0.0)
    width = np.uint16 if max(tokens, default=0) < 2**16 else np.uint32
    arrays: dict[str, npt.NDArray[Any]] = {
        "tokens": np.asarray(tokens, width),
        "lengths": np.asarray(lengths, np.uint16).reshape(-1, 3),
        "edits": np.asarray(edits, np.float16),
    }
    partial = path.with_suffix(".partial")
    with partial.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)
    partial.replace(path)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"examples": len(lengths), "tokens": len(tokens), "sha256": sha256}


def _ngrams(text: str) -> Iterator[tuple[str, ...]]:
    tokens = TOKEN.findall(text.lower())
    for at in range(len(tokens) - NGRAM + 1):
        yield tuple(tokens[at : at + NGRAM])


def _processor(model: sentencepiece_model_pb2.ModelProto, size: int) -> Any:
    part = sentencepiece_model_pb2.ModelProto()
    part.CopyFrom(model)
    del part.pieces[size:]
    return sentencepiece.SentencePieceProcessor(model_proto=part.SerializeToString())


@lru_cache(maxsize=300_000)
def _encode_often(processor: Any, text: str) -> list[int]:
    """References come once for each engine that translated their source."""
    return list(processor.encode(text))


def evaluation_lines(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        with path.open(encoding="utf-8", newline="\n") as lines:
            yield from (line.rstrip("\n") for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Turn sentence tables into packed token shards.")
    parser.add_argument(
        "--pieces", type=Path, required=True, help="a checkpoint: its sentencepiece.model and config.json"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--evaluation", type=Path, nargs="+", required=True, help="texts that must not be trained on")
    parser.add_argument(
        "--zh-triples", type=Path, nargs="*", default=[], help="Chinese source, draft, reference, origin"
    )
    parser.add_argument("--xx-triples", type=Path, nargs="*", default=[], help="the same from other languages")
    parser.add_argument("--pairs", type=Path, nargs="*", default=[], help="Chinese source, reference, origin, score")
    parser.add_argument("--own", type=Path, nargs="*", default=[], help="as triples, a group by the file's name")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    tokenizer, checks = Tokenizer.of(options.pieces), filters(evaluation_lines(options.evaluation))
    rng = random.Random(options.seed)  # noqa: S311
    dropped: dict[str, Counter[str]] = {}
    shards: list[dict[str, Any]] = []
    news: set[str] = set()
    own = {path.stem: [path] for path in options.own}
    tables = {"zh": options.zh_triples, "xx": options.xx_triples, **own, "pairs": options.pairs}
    for kind, paths in tables.items():
        counts = dropped.setdefault(kind, Counter())
        rows = [row for path in paths for row in (pairs(path) if kind == "pairs" else triples(path))]
        rows = [*without_far_drafts(rows)] if kind in own else rows
        examples = list(kept(rows, checks, counts))
        clean = {example.reference: example for example in examples if len(example.reference.split()) > 4}.values()
        groups: dict[str, Iterable[Example]] = {
            kind: examples,
            f"{kind}-long": joined(examples, rng),
            f"{kind}-rough": roughened(clean, rng),
            f"{kind}-bridge": kept(bridged(rows), checks, dropped.setdefault(f"{kind}-bridge", Counter())),
        }
        if kind != "xx":
            groups[f"{kind}-numbers"] = counting(examples, rng)
        hinted = examples
        if kind == "pairs":
            near = near_news(examples, news)
            groups |= near
            hinted = [one for members in near.values() for one in members]
        elif kind in ("zh", "xx"):
            news |= {example.reference for example in examples}
        if kind != "xx":
            groups[f"{kind}-told"] = told(hinted, rng)
        for group, members in groups.items():
            shards += pack(group, members, tokenizer, options.out)
    write_manifest(options.out, shards, dropped, options.pieces)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
