"""Turn a checkpoint into a folder that `postedit` loads: CTranslate2 weights, the sentencepiece model, a manifest.

    python models/export.py CHECKPOINT OUT --jobs polish post-edit --source-languages zh --licence "..."

The checkpoint is what `train.py` writes and what `save_pretrained` writes: `config.json`, `model.safetensors`,
`sentencepiece.model`. The CTranslate2 specification is filled here, tensor by tensor, and not by CTranslate2's own
converter: that one needs a tokenizer class and three settings that BartConfig no longer has, and it cannot keep the
decoder from pieces that only the encoder reads.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import numpy.typing as npt
from ctranslate2.specs import common_spec, model_spec, transformer_spec
from safetensors.numpy import load_file
from sentencepiece import sentencepiece_model_pb2

from postedit.ct2_weights import NEVER, POSITION_OFFSET

Array = npt.NDArray[Any]

FAMILY = "postedit-bart"
EMBEDDED_LIMIT = 45_000_000  # bytes of weights that a wheel may carry for one model


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What an export reads: the settings, the tensors by their Hugging Face names, the pieces."""

    settings: Mapping[str, Any]
    tensors: Mapping[str, Array]
    pieces: sentencepiece_model_pb2.ModelProto

    @property
    def input_pieces(self) -> int:
        """How many pieces the exported encoder reads; rows above are for other languages and stay behind."""
        return int(self.settings.get("input_pieces", self.settings["vocab_size"]))

    @property
    def table(self) -> Array:
        """The embeddings of the pieces that the encoder reads."""
        return self.tensors["model.shared.weight"][: self.input_pieces]

    @property
    def output_pieces(self) -> int:
        """How many pieces the decoder can say: the first ones."""
        return int(self.settings.get("output_pieces", self.input_pieces))


@dataclass(frozen=True, slots=True)
class Release:
    """What a manifest says about a model beside its files."""

    name: str
    version: str
    jobs: Sequence[str]
    source_languages: Sequence[str]
    licence: str
    made_by: str
    max_input_tokens: int = 256
    max_output_tokens: int = 256
    base: str = ""
    data: str = ""  # digest of the packed data's manifest
    scores: Mapping[str, Any] = field(default_factory=dict)


def read_checkpoint(folder: Path) -> Checkpoint:
    """The checkpoint in a folder, every tensor in float32."""
    pieces = sentencepiece_model_pb2.ModelProto()
    pieces.ParseFromString((folder / "sentencepiece.model").read_bytes())
    tensors = {name: tensor.astype(np.float32) for name, tensor in _tensors(folder / "model.safetensors").items()}
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return Checkpoint(settings, tensors, pieces)


def pruned(pieces: sentencepiece_model_pb2.ModelProto, keep: int) -> sentencepiece_model_pb2.ModelProto:
    """The sentencepiece model without the pieces from `keep` on."""
    shorter = sentencepiece_model_pb2.ModelProto()
    shorter.CopyFrom(pieces)
    del shorter.pieces[keep:]
    shorter.trainer_spec.vocab_size = keep
    return shorter


def specification(checkpoint: Checkpoint) -> transformer_spec.TransformerSpec:
    """The checkpoint as a CTranslate2 model in float32, not yet quantized."""
    settings, tensors = checkpoint.settings, checkpoint.tensors
    _refuse_unknown(settings)
    spec = transformer_spec.TransformerSpec.from_config(
        (settings["encoder_layers"], settings["decoder_layers"]),
        settings["encoder_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
    )
    # Copies: CTranslate2 quantizes in place, and views of one table would be scaled twice. Equal ones are written once:
    # a table for encoder, decoder and output costs a few products more than a smaller one would, and 6 MB less.
    fill(spec.encoder, tensors, "model.encoder", checkpoint.table.copy())
    fill(spec.decoder, tensors, "model.decoder", checkpoint.table.copy())
    spec.decoder.projection.weight = checkpoint.table.copy()
    pieces = [entry.piece for entry in checkpoint.pieces.pieces]
    spec.register_source_vocabulary(pieces[: checkpoint.input_pieces])
    spec.register_target_vocabulary(pieces[: checkpoint.input_pieces])
    if checkpoint.output_pieces < checkpoint.input_pieces:
        spoken = np.arange(checkpoint.input_pieces) < checkpoint.output_pieces
        spec.decoder.projection.bias = np.where(spoken, 0, NEVER).astype(np.float32)
        spec.config.add_attribute("output_pieces", checkpoint.output_pieces)
    spec.config.bos_token, spec.config.eos_token, spec.config.unk_token = pieces[0], pieces[2], pieces[3]
    spec.config.decoder_start_token = pieces[settings["decoder_start_token_id"]]
    return spec


def save(spec: model_spec.ModelSpec, folder: Path, quantization: str | None) -> None:
    """Write a specification where `ctranslate2.Translator` finds it."""
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def export(checkpoint_folder: Path, out: Path, release: Release, quantization: str | None = "int8") -> dict[str, Any]:
    """Write `weights/` and `manifest.json` into `out`; the manifest that was written comes back.

    `out` is replaced only once everything is there.
    """
    checkpoint = read_checkpoint(checkpoint_folder)
    weights = out / "weights.partial"
    shutil.rmtree(weights, ignore_errors=True)
    save(specification(checkpoint), weights, quantization)
    (weights / "sentencepiece.model").write_bytes(
        pruned(checkpoint.pieces, checkpoint.input_pieces).SerializeToString()
    )
    manifest = _manifest(release, weights, checkpoint_folder)
    shutil.rmtree(out / "weights", ignore_errors=True)
    weights.replace(out / "weights")
    recipe = checkpoint_folder / "recipe.toml"
    if recipe.exists():
        shutil.copyfile(recipe, out / "recipe.toml")
    partial = out / "manifest.json.partial"
    partial.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(out / "manifest.json")
    return manifest


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files(weights: Path) -> dict[str, Any]:
    """What a manifest says of the files in a folder."""
    return {path.name: {"sha256": digest(path), "bytes": path.stat().st_size} for path in sorted(weights.iterdir())}


def _manifest(release: Release, weights: Path, checkpoint_folder: Path) -> dict[str, Any]:
    recipe = checkpoint_folder / "recipe.toml"
    return {
        "name": release.name,
        "version": release.version,
        "family": FAMILY,
        "jobs": list(release.jobs),
        "languages": {"source": list(release.source_languages), "target": "en"},
        "max_input_tokens": release.max_input_tokens,
        "max_output_tokens": release.max_output_tokens,
        "licence": release.licence,
        "base": release.base,
        "recipe_sha256": digest(recipe) if recipe.exists() else None,
        "data_sha256": release.data or None,
        "files": files(weights),
        "scores": dict(release.scores),
        "made_by": release.made_by,
    }


def _tensors(path: Path) -> dict[str, Array]:
    """Every tensor of a safetensors file; bfloat16, which numpy lacks, comes back as float32."""
    try:
        return dict(load_file(path))
    except (TypeError, AttributeError, KeyError):
        import torch
        from safetensors.torch import load_file as load_torch

        return {name: tensor.to(torch.float32).numpy() for name, tensor in load_torch(path).items()}


def _refuse_unknown(settings: Mapping[str, Any]) -> None:
    expected = {"activation_function": "gelu", "scale_embedding": False}
    wrong = [
        f"{key} is {settings.get(key)!r}, not {value!r}"
        for key, value in expected.items()
        if settings.get(key) != value
    ]
    if wrong:
        raise SystemExit(f"this checkpoint is not one of ours: {'; '.join(wrong)}")


def fill(spec: Any, tensors: Mapping[str, Array], name: str, table: Array) -> None:
    """Fill the specification of an encoder or a decoder with the tensors under `name`."""
    spec.scale_embeddings = False
    spec.position_encodings.encodings = tensors[f"{name}.embed_positions.weight"][POSITION_OFFSET:]
    embeddings = spec.embeddings[0] if isinstance(spec.embeddings, list) else spec.embeddings
    embeddings.weight = table
    _norm(spec.layernorm_embedding, tensors, f"{name}.layernorm_embedding")
    for number, layer in enumerate(spec.layer):
        at = f"{name}.layers.{number}"
        _attention(layer.self_attention, tensors, f"{at}.self_attn", fused=3)
        _norm(layer.self_attention.layer_norm, tensors, f"{at}.self_attn_layer_norm")
        if f"{at}.encoder_attn.q_proj.weight" in tensors:
            _attention(layer.attention, tensors, f"{at}.encoder_attn", fused=1)
            _norm(layer.attention.layer_norm, tensors, f"{at}.encoder_attn_layer_norm")
        _linear(layer.ffn.linear_0, tensors, [f"{at}.fc1"])
        _linear(layer.ffn.linear_1, tensors, [f"{at}.fc2"])
        _norm(layer.ffn.layer_norm, tensors, f"{at}.final_layer_norm")


def _attention(spec: Any, tensors: Mapping[str, Array], name: str, fused: int) -> None:
    """Self-attention keeps query, key and value in one matrix (fused=3), cross-attention the query apart (fused=1)."""
    inputs = [f"{name}.{letter}_proj" for letter in "qkv"]
    _linear(spec.linear[0], tensors, inputs[:fused])
    if fused == 1:
        _linear(spec.linear[1], tensors, inputs[1:])
    _linear(spec.linear[-1], tensors, [f"{name}.out_proj"])


def _linear(spec: Any, tensors: Mapping[str, Array], names: Sequence[str]) -> None:
    spec.weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
    spec.bias = np.concatenate([tensors[f"{name}.bias"] for name in names])


def _norm(spec: Any, tensors: Mapping[str, Array], name: str) -> None:
    spec.gamma, spec.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Turn a checkpoint into a folder that postedit loads.")
    parser.add_argument(
        "checkpoint", type=Path, help="a folder with config.json, model.safetensors, sentencepiece.model"
    )
    parser.add_argument("out", type=Path, help="the model's folder; its name is the model's name")
    parser.add_argument("--jobs", nargs="+", required=True, choices=["polish", "post-edit", "retranslate"])
    parser.add_argument("--source-languages", nargs="*", default=[], help="what post-edit and retranslate read: zh")
    parser.add_argument("--licence", required=True, help="licence of the weights, and of what they were trained on")
    parser.add_argument("--release", default="1", help="the version")
    parser.add_argument("--base", default="", help="what the weights started from")
    parser.add_argument("--max-tokens", type=int, default=256, help="longest input and output that is trusted")
    parser.add_argument("--packed", type=Path, help="manifest.json of the packed data that it was trained on")
    parser.add_argument("--scores", type=Path, help="a TOML file of scores to put into the manifest")
    parser.add_argument("--quantization", default="int8", choices=["int8", "float32"])
    chosen = parser.parse_args(arguments)
    release = Release(
        name=chosen.out.name,
        version=chosen.release,
        jobs=chosen.jobs,
        source_languages=chosen.source_languages,
        licence=chosen.licence,
        made_by=f"python models/export.py CHECKPOINT models/{chosen.out.name} --jobs {' '.join(chosen.jobs)}",
        max_input_tokens=chosen.max_tokens,
        max_output_tokens=chosen.max_tokens,
        base=chosen.base,
        data=digest(chosen.packed) if chosen.packed else "",
        scores=tomllib.loads(chosen.scores.read_text(encoding="utf-8")) if chosen.scores else {},
    )
    manifest = export(chosen.checkpoint, chosen.out, release, None if chosen.quantization == "float32" else "int8")
    size = sum(file["bytes"] for file in manifest["files"].values())
    print(f"{chosen.out}: {size / 1e6:.1f} MB, ctranslate2 {ctranslate2.__version__}, {chosen.quantization}")
    if size > EMBEDDED_LIMIT:
        print(f"warning: over the {EMBEDDED_LIMIT / 1e6:.0f} MB that a wheel may carry for one model", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
