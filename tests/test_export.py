"""What is exported says what the checkpoint says."""

import hashlib
import json
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BartConfig, BartForConditionalGeneration

from models import export, tiny
from postedit.ct2_weights import read_variables
from postedit.translator_ct2 import vocabularies

TEXTS = ["the city opened a new library in may", "many people came to see old books there", "城市图书馆开放了"] * 9
RELEASE = export.Release("tiny", "1", ["polish"], ["zh"], "none", "a test")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "checkpoint", TEXTS, seed=3)


def outputs(folder: Path, rows: list[list[str]]) -> list[list[str]]:
    """Greedy output of the exported model, and its pieces by id."""
    translator = ctranslate2.Translator(str(folder), compute_type="float32", intra_threads=1)
    results = translator.translate_batch(rows, beam_size=1, max_decoding_length=12, min_decoding_length=12)
    return [result.hypotheses[0] for result in results]


def test_float32_export_says_what_the_checkpoint_says(checkpoint: Path, tmp_path: Path) -> None:
    read = export.read_checkpoint(checkpoint)
    export.save(export.specification(read), tmp_path / "ct2", None)
    pieces = [entry.piece for entry in read.pieces.pieces]
    rows = [[0, *((7 * n + 3 * i * i) % 36 + 4 for i in range(3 + n)), 2] for n in range(20)]
    model = BartForConditionalGeneration(BartConfig(**json.loads((checkpoint / "config.json").read_text()))).eval()
    model.load_state_dict(load_file(checkpoint / "model.safetensors"), strict=False)
    expected = []
    for row in rows:
        said = model.generate(
            input_ids=torch.tensor([row]), do_sample=False, num_beams=1, max_new_tokens=12, min_new_tokens=12
        )
        expected.append([pieces[i] for i in said[0, 1:].tolist()])
    assert outputs(tmp_path / "ct2", [[pieces[i] for i in row] for row in rows]) == expected
    assert len({tuple(row) for row in expected}) > 3


def test_the_manifest_has_the_digest_of_every_file(checkpoint: Path, tmp_path: Path) -> None:
    (checkpoint / "recipe.toml").write_text("seed = 1\n")
    manifest = export.export(checkpoint, tmp_path / "tiny", RELEASE)
    assert json.loads((tmp_path / "tiny" / "manifest.json").read_text()) == manifest
    weights = tmp_path / "tiny" / "weights"
    assert {path.name for path in weights.iterdir()} == manifest["files"].keys()
    for name, file in manifest["files"].items():
        assert file == {
            "sha256": hashlib.sha256((weights / name).read_bytes()).hexdigest(),
            "bytes": (weights / name).stat().st_size,
        }
    assert {"model.bin", "sentencepiece.model", "config.json"} <= manifest["files"].keys()
    assert manifest["recipe_sha256"] == export.digest(tmp_path / "tiny" / "recipe.toml")
    assert manifest["jobs"] == ["polish"]


def test_pieces_of_other_languages_stay_behind_and_the_decoder_says_english_only(
    checkpoint: Path, tmp_path: Path
) -> None:
    settings = json.loads((checkpoint / "config.json").read_text())
    total = settings["vocab_size"]
    settings |= {"input_pieces": total - 10, "output_pieces": total - 25}
    (checkpoint / "config.json").write_text(json.dumps(settings))
    export.export(checkpoint, tmp_path / "cut", RELEASE, None)
    weights = tmp_path / "cut" / "weights"
    reads, says = vocabularies(weights)
    assert (len(reads), len(says)) == (total - 10, total - 25)
    assert len(export.read_checkpoint(checkpoint).pieces.pieces) == total
    pieces = [entry.piece for entry in export.read_checkpoint(checkpoint).pieces.pieces]
    rows = [[pieces[0], *pieces[4:12], pieces[2]]]
    assert set(outputs(weights, rows)[0]) <= set(pieces[: total - 25])


def test_quantizing_a_table_of_several_blocks_scales_each_row_once(checkpoint: Path, tmp_path: Path) -> None:
    settings = json.loads((checkpoint / "config.json").read_text())
    settings["output_pieces"] = settings["vocab_size"] - 25
    (checkpoint / "config.json").write_text(json.dumps(settings))
    read = export.read_checkpoint(checkpoint)
    export.save(export.specification(read), tmp_path / "int8", "int8")
    written = read_variables(tmp_path / "int8" / "model.bin")
    for name in ("encoder/embeddings_0", "decoder/embeddings", "decoder/projection"):
        rows = written[f"{name}/weight"]
        assert np.abs(rows - read.tensors["model.shared.weight"]).max() <= np.abs(rows).max() / 200


def test_a_checkpoint_of_another_family_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    settings = json.loads((checkpoint / "config.json").read_text()) | {"activation_function": "relu"}
    (checkpoint / "config.json").write_text(json.dumps(settings))
    with pytest.raises(SystemExit, match="activation_function is 'relu'"):
        export.export(checkpoint, tmp_path / "out", RELEASE)
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_bfloat16_tensors_are_read(checkpoint: Path) -> None:
    tensors = {name: tensor.bfloat16() for name, tensor in load_file(checkpoint / "model.safetensors").items()}
    save_file(tensors, checkpoint / "model.safetensors")
    read = export.read_checkpoint(checkpoint).tensors
    assert {str(tensor.dtype) for tensor in read.values()} == {"float32"}
