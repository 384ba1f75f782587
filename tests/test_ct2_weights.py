"""What is read back from an exported model is the model."""

import json
import struct
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from models import export, tiny
from postedit import ct2_weights, weights
from postedit.errors import ModelError
from postedit.families import PieceCodec

TEXTS = ["the city opened a new library in may", "many people came to see old books there", "城市图书馆开放了"] * 9
RELEASE = export.Release("tiny", "1", ["polish"], ["zh"], "none", "a test")
DRAFTS = (
    "On 1 June the city opened a new library , many people came .",
    "He say the river has rise by 3 meters since the coronary outbreak.",
    "Farmers in the village of the south are plant rice early this year",
)


def greedy(folder: Path, rows: list[list[str]], **settings: int) -> list[list[str]]:
    translator = ctranslate2.Translator(str(folder), compute_type="int8", intra_threads=1)
    results = translator.translate_batch(rows, beam_size=1, max_decoding_length=40, **settings)
    return [result.hypotheses[0] for result in results]


@pytest.fixture(params=[0, 25], ids=["one table", "a decoder that says fewer pieces"])
def exported(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A tiny model in int8."""
    checkpoint = tiny.write(tmp_path / "checkpoint", TEXTS, seed=3)
    settings = json.loads((checkpoint / "config.json").read_text())
    settings["output_pieces"] = settings["vocab_size"] - request.param
    (checkpoint / "config.json").write_text(json.dumps(settings))
    export.export(checkpoint, tmp_path / "first", RELEASE)
    return tmp_path / "first" / "weights"


def test_a_tiny_model_exported_read_back_and_exported_again_says_the_same(exported: Path, tmp_path: Path) -> None:
    rebuilt = ct2_weights.rebuild(exported, tmp_path / "rebuilt")
    export.export(rebuilt, tmp_path / "second", RELEASE)
    pieces = [entry.piece for entry in export.read_checkpoint(rebuilt).pieces.pieces]
    rows = [[pieces[0], *(pieces[(7 * n + 3 * i * i) % 36 + 4] for i in range(3 + n)), pieces[2]] for n in range(20)]
    said = greedy(exported, rows, min_decoding_length=12)
    assert greedy(tmp_path / "second" / "weights", rows, min_decoding_length=12) == said
    assert len({tuple(row) for row in said}) > 3
    for name in ("config.json", "sentencepiece.model"):
        assert (tmp_path / "second" / "weights" / name).read_bytes() == (exported / name).read_bytes()


def test_the_shipped_model_read_back_and_exported_again_says_the_same(tmp_path: Path) -> None:
    shipped = next(one for one in weights.models() if one.name == weights.DEFAULT).weights
    rebuilt = ct2_weights.rebuild(shipped, tmp_path / "rebuilt")
    export.export(rebuilt, tmp_path / "second", RELEASE)
    codec = PieceCodec(shipped / "sentencepiece.model")
    pieces = [entry.piece for entry in export.read_checkpoint(rebuilt).pieces.pieces]
    rows = [["<s>", *(pieces[id_] for id_ in codec.target(draft)), "</s>"] for draft in DRAFTS]
    said = greedy(shipped, rows)
    assert greedy(tmp_path / "second" / "weights", rows) == said
    assert all(len(row) > 5 for row in said)


def test_int8_numbers_come_back_to_within_half_a_step_and_then_stay(exported: Path, tmp_path: Path) -> None:
    rebuilt = ct2_weights.rebuild(exported, tmp_path / "rebuilt")
    once = export.read_checkpoint(rebuilt).tensors
    for name, tensor in export.read_checkpoint(tmp_path / "checkpoint").tensors.items():
        rows = slice(ct2_weights.POSITION_OFFSET if "embed_positions" in name else 0, None)
        step = np.abs(tensor).max() / 127
        assert np.abs(once[name] - tensor)[rows].max() <= step / 2 + 1e-6, name
    export.export(rebuilt, tmp_path / "second", RELEASE)
    again = ct2_weights.read_variables(tmp_path / "second" / "weights" / "model.bin")
    for name, values in ct2_weights.read_variables(exported / "model.bin").items():
        assert np.allclose(again[name], values, rtol=1e-6, atol=0), name


@pytest.mark.parametrize("quantization", [None, "int16", "float16", "bfloat16", "int8_bfloat16"])
def test_other_precisions_are_read_too(quantization: str | None, tmp_path: Path) -> None:
    read = export.read_checkpoint(tiny.write(tmp_path / "checkpoint", TEXTS, seed=3))
    export.save(export.specification(read), tmp_path / "ct2", quantization)
    table = ct2_weights.read_variables(tmp_path / "ct2" / "model.bin")["encoder/embeddings_0/weight"]
    exact = read.tensors["model.shared.weight"]
    assert np.abs(table - exact).max() <= np.abs(exact).max() * (0 if quantization is None else 0.01)


@pytest.mark.parametrize("size", [0, 3, 1000, 10_000])
def test_a_file_that_is_cut_short_is_an_error_of_ours(size: int, exported: Path, tmp_path: Path) -> None:
    path = exported / "model.bin"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ModelError, match=r"model\.bin: these CTranslate2 weights cannot be read"):
        ct2_weights.rebuild(exported, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def written(path: Path, scales: int, named: str) -> Path:
    """A file of one matrix of two rows in int8, its scales, and another name for what is `named`."""

    def text(words: str) -> bytes:
        return struct.pack("<H", len(words) + 1) + words.encode() + b"\0"

    head = struct.pack("<I", 6) + text("TransformerSpec") + struct.pack("<II", 1, 2)
    matrix = text("a/weight") + struct.pack("<BIIBI", 2, 2, 3, 1, 6) + bytes(range(6))
    scale = text("a/weight_scale") + struct.pack("<BIBI", 1, scales, 0, 4 * scales) + struct.pack("<f", 2.0) * scales
    path.write_bytes(head + matrix + scale + struct.pack("<I", 1) + text("b/weight") + text(named))
    return path


def test_weights_that_contradict_themselves_are_an_error_of_ours(tmp_path: Path) -> None:
    right = ct2_weights.read_variables(written(tmp_path / "model.bin", 2, "a/weight"))
    assert right["b/weight"].tolist() == [[0.0, 0.5, 1.0], [1.5, 2.0, 2.5]]
    for scales, named in ((2, "c/weight"), (3, "a/weight"), (1, "a/weight")):
        with pytest.raises(ModelError, match=r"model\.bin: these CTranslate2 weights cannot be read"):
            ct2_weights.read_variables(written(tmp_path / "model.bin", scales, named))


def test_another_family_cannot_be_rebuilt(tmp_path: Path) -> None:
    read = export.read_checkpoint(tiny.write(tmp_path / "checkpoint", TEXTS))
    spec = export.specification(read)
    spec.encoder.pre_norm = spec.decoder.pre_norm = True
    export.save(spec, tmp_path / "ct2", "int8")
    with pytest.raises(ModelError, match=r"encoder/pre_norm is 1, not 0.*Name the checkpoint"):
        ct2_weights.rebuild(tmp_path / "ct2", tmp_path / "out")
