"""Draft a packed group's sources with a checkpoint of our own: rough translations with good references, where there
were only sources and references.

    python corpora/own_drafts.py CHECKPOINT PACKED GROUP NAME [--examples 200000] [--temperature 0.6]

The answers become the drafts of a new group, NAME, of the same packed folder (and replace it, if it is there). The
checkpoint must not have learned from the group, or its drafts are better than what a stranger's page holds. Every other
example is answered greedily, the others are drawn. After eSCAPE (Negri et al., LREC 2018):
https://aclanthology.org/L18-1004/.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import torch
from rapidfuzz.distance import Levenshtein
from sentencepiece import sentencepiece_model_pb2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models import train

FARTHEST = 0.85  # word edit rate over which a draft is no draft of its reference
MOST = 200  # pieces of a draft: where it is cut, the model looped


def drafted(
    trainee: train.Trainee, sources: Sequence[list[int]], temperature: float, tokens: int = 100_000
) -> list[list[int]]:
    """The model's answer to each source, in pieces, in their order; nothing where it found no end."""
    trainee.model.eval()
    drafts: list[list[int]] = [[] for _ in sources]
    order = sorted(range(len(sources)), key=lambda i: -len(sources[i]))
    half = len(order) // 2
    for part, heat in ((order[::2], 0.0), (order[1::2], temperature)) if half else ((order, 0.0),):
        at = 0
        while at < len(part):
            count = max(1, tokens // (len(sources[part[at]]) + 2))
            chosen, at = part[at : at + count], at + count
            ids = torch.from_numpy(train.padded([train.encoder_input("retranslate", sources[i], []) for i in chosen]))
            answers = train.said(trainee, ids.to(trainee.device), MOST, heat).cpu().numpy()
            for i, row in zip(chosen, answers, strict=True):
                ends = np.flatnonzero(row == train.EOS)
                if len(ends):
                    drafts[i] = row[: ends[0]].tolist()
    return drafts


_ENGLISH: list[Any] = []  # in a process that counts edits, its sentencepiece model


def _read(model: bytes) -> None:
    _ENGLISH.append(sentencepiece.SentencePieceProcessor(model_proto=model))


def _edits(pair: tuple[list[int], list[int]]) -> float:
    draft, words = (_ENGLISH[0].decode(ids).split() for ids in pair)
    return float(Levenshtein.distance(draft, words) / max(1, len(words)))


def edit_rates(drafts: Sequence[list[int]], references: Sequence[list[int]], english: bytes, workers: int) -> list[float]:
    """Words to change in each draft, as a share of its reference's."""
    with ProcessPoolExecutor(workers, initializer=_read, initargs=(english,)) as processes:
        return list(processes.map(_edits, zip(drafts, references, strict=True), chunksize=2000))


def write_group(packed: Path, name: str, rows: Sequence[tuple[list[int], list[int], list[int]]], edits: Any) -> None:
    """One shard, and its line in the manifest."""
    path = packed / f"{name}-000.npz"
    arrays = {
        "tokens": np.asarray([token for row in rows for part in row for token in part], np.uint16),
        "lengths": np.asarray([[len(part) for part in row] for row in rows], np.uint16).reshape(-1, 3),
        "edits": np.asarray(edits, np.float16),
    }
    partial = path.with_suffix(".partial")
    with partial.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)
    partial.replace(path)
    manifest = json.loads((packed / "manifest.json").read_text(encoding="utf-8"))
    manifest["shards"] = [shard for shard in manifest["shards"] if shard["group"] != name]
    entry = {"group": name, "file": path.name, "examples": len(rows), "tokens": len(arrays["tokens"])}
    manifest["shards"].append(entry | {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()})
    manifest["examples"][name] = len(rows)
    partial = packed / "manifest.json.partial"
    partial.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    partial.replace(packed / "manifest.json")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("packed", type=Path)
    parser.add_argument("group", help="a group that the checkpoint has not learned from")
    parser.add_argument("name", help="what the new group is called")
    parser.add_argument("--examples", type=int, default=200_000, help="at most so many, drawn from all of the group")
    parser.add_argument("--temperature", type=float, default=0.6)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(argv)
    began = time.monotonic()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    precision = "bf16" if device.type == "cuda" else "float32"
    recipe = train.Recipe(precision=precision, attention="sdpa")
    trainee = train.Trainee(chosen.checkpoint, recipe, device)
    with torch.no_grad():
        trainee.model.model.shared.weight.copy_(trainee.table)
    torch.manual_seed(0)
    group = train.read_packed(chosen.packed, {chosen.group})[chosen.group]
    able = train.eligible(group, "retranslate", recipe)
    able = np.random.default_rng(0).permutation(able)[: chosen.examples]
    parts = [group.parts(int(example)) for example in np.sort(able)]
    drafts = drafted(trainee, [source for source, _, _ in parts], chosen.temperature)
    print(f"{len(drafts)} drafts after {time.monotonic() - began:.0f} s", flush=True)
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString((chosen.checkpoint / "sentencepiece.model").read_bytes())
    del model.pieces[trainee.output_pieces :]
    edits = edit_rates(drafts, [reference for _, _, reference in parts], model.SerializeToString(), chosen.workers)
    rows = [
        (source, draft, reference)
        for (source, _, reference), draft, rate in zip(parts, drafts, edits, strict=True)
        if draft and rate <= FARTHEST
    ]
    near = [rate for draft, rate in zip(drafts, edits, strict=True) if draft and rate <= FARTHEST]
    write_group(chosen.packed, chosen.name, rows, near)
    print(f"{chosen.name}: {len(rows)} of {len(parts)} examples, {np.mean(near):.2f} edits a word, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
