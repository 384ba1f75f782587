"""CTranslate2's weights read back into a checkpoint that can be trained on: the inverse of models/export.py.

The model that ships has no other weights than its int8 ones. A row of int8 numbers and its scale give the row back to
within half a step; written to int8 again, they give the very same numbers, for the largest of a row is 127 steps.
"""

import json
import shutil
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from postedit.errors import ModelError
from postedit.translator_ct2 import vocabularies

Array = npt.NDArray[Any]

BINARY_VERSION = 6  # of model.bin; CTranslate2 has written no other since 2020
POSITION_OFFSET = 2  # BART's position tables begin with two rows that nothing reads
NEVER = -1e4  # the logit of what the decoder may not say

# In the order of CTranslate2's own list; numpy has no bfloat16, which is the upper half of a float32.
_TYPES = ("<f4", "<i1", "<i2", "<i4", "<f2", "<u2")
_BFLOAT16 = 5

# What models/export.py writes and what a rebuilt checkpoint so takes for granted, by variable; 3 is GELU.
_OURS = {"pre_norm": 0, "activation": 3, "scale_embeddings": 0}


def read_variables(path: Path) -> dict[str, Array]:
    """Every variable of a `model.bin` by its name, in float32, what was quantized multiplied out.

    Raises ModelError for a file that is cut short, contradicts itself or is of another version.
    """
    try:
        variables = _parse(path.read_bytes())
        return {name: _dequantized(name, variables) for name in variables if not name.endswith("_scale")}
    except (OSError, struct.error, ValueError, LookupError) as error:
        raise ModelError(
            f"{path}: these CTranslate2 weights cannot be read ({error}). Fetch the model again."
        ) from error


def rebuild(weights: Path, out: Path, loosen: int | None = None) -> Path:
    """Write the model of one of our exported `weights/` folders to `out` as a BART checkpoint in float32.

    With a seed to `loosen` by, each weight is moved within the step that it was rounded to: somewhere there it was
    before. Fine-tuning moves most weights by less than half a step, and from the steps themselves they would be rounded
    back in int8: 2 epochs on 140 pairs lowered the loss to 0.01 in float32 and to 0.32 in int8; loosened, to 0.01 in
    both, from a start that is worse by 0.01.
    """
    from safetensors.numpy import save_file

    variables = read_variables(weights / "model.bin")
    _refuse_others(weights, variables)
    reads, says = vocabularies(weights)
    table = variables["encoder/embeddings_0/weight"]
    if not np.array_equal(variables["decoder/embeddings/weight"], table):
        raise ModelError(f"{weights}: encoder and decoder have tables of their own; no model of ours does. {_INSTEAD}")
    out.mkdir(parents=True, exist_ok=True)
    tensors = {"model.shared.weight": table, "final_logits_bias": np.zeros((1, len(table)), np.float32)}
    for side in ("encoder", "decoder"):
        tensors |= _side(side, variables)
    if loosen is not None:
        tensors = _loosened(tensors, np.random.default_rng(loosen))
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, out / "model.safetensors")
    settings = _settings(weights, variables, reads) | {"input_pieces": len(reads), "output_pieces": len(says)}
    (out / "config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    shutil.copyfile(weights / "sentencepiece.model", out / "sentencepiece.model")
    return out


_INSTEAD = "Name the checkpoint that it was converted from."


def _parse(content: bytes) -> dict[str, Array]:
    """A version, a name, a revision; then names, shapes, types and numbers; then names for what was written already."""
    at = 0

    def number(form: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from(f"<{form}", content, at)
        at += struct.calcsize(f"<{form}")
        return int(value)

    def text() -> str:
        nonlocal at
        length = number("H")
        at += length
        return content[at - length : at - 1].decode("utf-8")

    version, name, _ = number("I"), text(), number("I")
    if (version, name) != (BINARY_VERSION, "TransformerSpec"):
        raise ValueError(f"a {name} of version {version}, not a TransformerSpec of version {BINARY_VERSION}")
    variables: dict[str, Array] = {}
    for _ in range(number("I")):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        kind, size = number("B"), number("I")
        values = np.frombuffer(content, _TYPES[kind], size // np.dtype(_TYPES[kind]).itemsize, at)
        if kind == _BFLOAT16:
            values = (values.astype(np.uint32) << 16).view(np.float32)
        variables[name] = values.reshape(shape)
        at += size
    for _ in range(number("I")):
        alias, named = text(), text()
        variables[alias] = variables[named]
        if f"{named}_scale" in variables:
            variables[f"{alias}_scale"] = variables[f"{named}_scale"]
    return variables


def _dequantized(name: str, variables: Mapping[str, Array]) -> Array:
    values = variables[name].astype(np.float32)
    scale = variables.get(f"{name}_scale")
    if scale is None:
        return values
    if scale.ndim and scale.shape != values.shape[:1]:
        raise ValueError(f"{name} has the shape {values.shape} and scales of the shape {scale.shape}")
    return values / (scale[:, None] if scale.ndim else scale)  # int8 has a scale a row, int16 one in all


def _loosened(tensors: Mapping[str, Array], dice: np.random.Generator) -> dict[str, Array]:
    """The tensors, those off the steps of int8 where they lie on them: a row's largest number is 127 steps."""
    loosened = dict(tensors)
    for name, tensor in sorted(tensors.items()):
        if tensor.ndim == 2 and tensor.any():
            step = np.maximum(np.abs(tensor).max(1, keepdims=True), np.float32(1e-12)) / 127
            places = tensor / step
            if np.abs(places - np.rint(places)).max() < 1e-2:
                loosened[name] = tensor + step * dice.uniform(-0.5, 0.5, tensor.shape).astype(np.float32)
    return loosened


def _refuse_others(weights: Path, variables: Mapping[str, Array]) -> None:
    wrong = [
        f"{side}/{name} is {int(variables[f'{side}/{name}'])}, not {value}"
        for side in ("encoder", "decoder")
        for name, value in _OURS.items()
        if variables.get(f"{side}/{name}") != value
    ]
    biased = np.setdiff1d(variables.get("decoder/projection/bias", np.zeros(1)), (0, NEVER)).any()
    if wrong or "encoder/layernorm_embedding/gamma" not in variables or biased:
        reason = "; ".join(wrong) or "its norms or its last layer are others"
        raise ModelError(f"{weights}: only models of the family postedit-bart can be rebuilt ({reason}). {_INSTEAD}")


def _settings(weights: Path, variables: Mapping[str, Array], reads: list[str]) -> dict[str, Any]:
    """config.json, of what the weights show and what their own config names."""
    said = json.loads((weights / "config.json").read_text(encoding="utf-8"))
    ids = {token: reads.index(said[token]) for token in ("bos_token", "eos_token", "decoder_start_token")}
    settings: dict[str, Any] = {
        "model_type": "bart",
        "architectures": ["BartForConditionalGeneration"],
        "vocab_size": len(reads),
        "d_model": variables["encoder/embeddings_0/weight"].shape[1],
        "max_position_embeddings": len(variables["encoder/position_encodings/encodings"]),
        "activation_function": "gelu",
        "scale_embedding": False,
        "dropout": 0.1,  # BART's own; weights do not show it
        "pad_token_id": reads.index("<pad>"),
        "forced_eos_token_id": None,
        "forced_bos_token_id": None,
        **{f"{token}_id": id_ for token, id_ in ids.items()},
    }
    for side in ("encoder", "decoder"):
        settings[f"{side}_layers"] = _layers(side, variables)
        settings[f"{side}_attention_heads"] = int(variables[f"{side}/num_heads"])
        settings[f"{side}_ffn_dim"] = len(variables[f"{side}/layer_0/ffn/linear_0/bias"])
    return settings


def _layers(side: str, variables: Mapping[str, Array]) -> int:
    return sum(name.startswith(f"{side}/layer_") and name.endswith("/ffn/linear_0/bias") for name in variables)


def _side(side: str, variables: Mapping[str, Array]) -> dict[str, Array]:
    """The tensors of the encoder or the decoder, by their Hugging Face names."""
    positions = variables[f"{side}/position_encodings/encodings"]
    nothing = np.zeros((POSITION_OFFSET, positions.shape[1]), np.float32)
    tensors = {f"model.{side}.embed_positions.weight": np.concatenate([nothing, positions])}
    tensors |= _norm(variables, f"{side}/layernorm_embedding", f"model.{side}.layernorm_embedding")
    for layer in range(_layers(side, variables)):
        here, there = f"{side}/layer_{layer}", f"model.{side}.layers.{layer}"
        tensors |= _attention(variables, f"{here}/self_attention", f"{there}.self_attn")
        if f"{here}/attention/linear_0/weight" in variables:
            tensors |= _attention(variables, f"{here}/attention", f"{there}.encoder_attn")
        for number, name in enumerate(("fc1", "fc2")):
            tensors |= _linear(variables, f"{here}/ffn/linear_{number}", [f"{there}.{name}"])
        tensors |= _norm(variables, f"{here}/ffn/layer_norm", f"{there}.final_layer_norm")
    return tensors


def _attention(variables: Mapping[str, Array], here: str, there: str) -> dict[str, Array]:
    """Query, key and value lie in one matrix in self-attention; in cross-attention the query lies apart."""
    names = [f"{there}.{letter}_proj" for letter in "qkv"]
    tensors = _norm(variables, f"{here}/layer_norm", f"{there}_layer_norm")
    last = 2 if f"{here}/linear_2/weight" in variables else 1
    together = [names] if last == 1 else [names[:1], names[1:]]
    for number, some in enumerate([*together, [f"{there}.out_proj"]]):
        tensors |= _linear(variables, f"{here}/linear_{number}", some)
    return tensors


def _linear(variables: Mapping[str, Array], here: str, names: list[str]) -> dict[str, Array]:
    weights = np.split(variables[f"{here}/weight"], len(names))
    biases = np.split(variables[f"{here}/bias"], len(names))
    return {f"{name}.weight": weight for name, weight in zip(names, weights, strict=True)} | {
        f"{name}.bias": bias for name, bias in zip(names, biases, strict=True)
    }


def _norm(variables: Mapping[str, Array], here: str, there: str) -> dict[str, Array]:
    return {f"{there}.weight": variables[f"{here}/gamma"], f"{there}.bias": variables[f"{here}/beta"]}
