"""Finding, trusting and loading models."""

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from postedit import checkpoint, processor, weights
from postedit.commands_models import summary
from postedit.errors import ConfigError, ModelError
from postedit.gate import Gate
from postedit.translator import Job, Request
from tests.checkpoints import BUILDERS

pytestmark = pytest.mark.filterwarnings("ignore")  # transformers, torch and ctranslate2 about each other

CUT = """
import socket
def cut(*arguments, **settings):
    raise AssertionError("the network was asked for")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = cut
"""


def _manifest(**file: Any) -> str:
    """A manifest of one file of which these facts are wrong."""
    files = {"model.bin": {"sha256": "ab" * 32, "bytes": 1} | file}
    return json.dumps({"name": "x", "jobs": ["polish"], "family": "postedit-bart", "files": files})


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped model's folder, to be spoilt."""
    shipped = next(one for one in weights.models() if one.name == weights.DEFAULT)
    folder = tmp_path / "models" / weights.DEFAULT
    shutil.copytree(shipped.weights.parent, folder)
    return folder


def test_the_shipped_model_is_listed_and_described() -> None:
    shipped = {one.name: one for one in weights.models()}
    line = summary(shipped[weights.DEFAULT])
    assert line.startswith(f"{weights.DEFAULT} (default): polish")
    assert "MB" in line


def test_default_name_and_folder_are_the_same_model(copy: Path) -> None:
    assert weights.load(threads=1).name == weights.load(weights.DEFAULT, threads=1).name
    assert weights.load(str(copy), threads=1).name == weights.load(threads=1).name


def test_float32_is_another_precision_of_the_same_model() -> None:
    exact = weights.load(threads=1, compute_type="float32")
    assert exact.name == weights.load(threads=1, compute_type="int8").name.replace("int8", "float32")
    assert exact.translate([Request(Job.POLISH, draft="It rains.")], 1) == [["It rains."]]


@pytest.mark.parametrize(
    ("exactly", "device", "precision"), [(True, "cpu", "int8"), (False, "cpu", "float32"), (False, "cuda", "int8")]
)
def test_where_int8_overflows_the_model_computes_in_float32(
    exactly: bool, device: str, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "sums_int8_exactly", lambda: exactly)
    monkeypatch.setattr(weights, "device_of", lambda _: device)
    assert weights.load(device="cpu", threads=1).name.endswith(f"|ct2:{precision}")


def test_a_precision_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "sums_int8_exactly", lambda: False)
    assert weights.load(threads=1, compute_type="int8").name.endswith("|ct2:int8")


def test_a_wheel_has_all_that_ships_under_its_name() -> None:
    settings = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    included = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {f"models/{one.name}": f"postedit/_weights/{one.name}" for one in weights.shipped()}


def test_a_candidate_is_as_it_was_written_and_neither_shipped_nor_the_default() -> None:
    candidates = sorted((Path(__file__).parent.parent / "models" / "candidates").glob("*/manifest.json"))
    for one in candidates:
        described = json.loads(one.read_text(encoding="utf-8"))
        for name, file in described["files"].items():
            assert hashlib.sha256((one.parent / "weights" / name).read_bytes()).hexdigest() == file["sha256"]
        recipe = (one.parent / "recipe.toml").read_bytes()
        assert hashlib.sha256(recipe).hexdigest() == described["recipe_sha256"]
        assert one.parent.name not in {found.name for found in weights.shipped()}
        translator = weights.load(str(one.parent), threads=1, offline=True)
        assert translator.jobs == set(Job)
        assert translator.name.startswith(one.parent.name + "@")


def test_weights_are_found_where_a_wheel_puts_them(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "_weights"
    shutil.copytree(copy / "weights", wheel / weights.DEFAULT)
    shutil.copy(copy / "manifest.json", wheel / weights.DEFAULT)
    monkeypatch.setattr(weights, "HOMES", (tmp_path / "nowhere", wheel))
    assert weights.load(threads=1).jobs == set(Job)
    assert [one.name for one in weights.models()] == [weights.DEFAULT]


def test_missing_weights_name_both_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "HOMES", (tmp_path / "tree", tmp_path / "wheel"))
    with pytest.raises(ModelError) as caught:
        weights.load()
    assert str(tmp_path / "tree" / weights.DEFAULT) in str(caught.value)
    assert str(tmp_path / "wheel" / weights.DEFAULT) in str(caught.value)


def test_one_changed_byte_is_noticed(copy: Path) -> None:
    path = copy / "weights" / "model.bin"
    spoilt = bytearray(path.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    path.write_bytes(spoilt)
    with pytest.raises(ModelError, match=r"model\.bin: damaged: its sha256 begins"):
        weights.load(str(copy))


def test_a_file_that_is_cut_short_is_noticed(copy: Path) -> None:
    path = copy / "weights" / "sentencepiece.model"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"sentencepiece\.model: damaged: 1000 bytes"):
        weights.load(str(copy))


def test_a_missing_file_is_noticed(copy: Path) -> None:
    (copy / "weights" / "shared_vocabulary.json").unlink()
    with pytest.raises(ModelError, match=r"shared_vocabulary\.json: this file of model 'tri-v6' is missing"):
        weights.load(str(copy))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"name": "x"}', _manifest(bytes="1"), _manifest(bytes=True), _manifest(sha256=5)]
)
def test_a_broken_manifest_is_an_error_of_ours(copy: Path, text: str) -> None:
    (copy / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json: this manifest cannot be read"):
        weights.load(str(copy))


@pytest.mark.parametrize("name", ["nothing", "./nothing/here/at/all", "a b", ""])
def test_an_unknown_name_lists_what_ships(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=r"Shipped are .*tri-v6|neither manifest\.json nor config\.json"):
        weights.load(name, offline=True)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"neither manifest\.json nor config\.json"),
        ({"config.json": "{"}, r"config\.json: cannot be read"),
        ({"config.json": "[]"}, r"/config\.json: cannot be read .*no JSON object"),
        (
            {"config.json": "{}", "generation_config.json": "[]"},
            r"generation_config\.json: cannot be read .*no JSON obj",
        ),
        ({"config.json": '{"model_type": "bart"}'}, r"no \*\.safetensors"),
        ({"config.json": '{"model_type": "bart"}', "pytorch_model.bin": "x"}, "only in pytorch_model.bin.*safetensors"),
        ({"config.json": '{"model_type": "gpt2"}', "model.safetensors": "x"}, "type 'gpt2' is not known"),
        ({"config.json": '{"model_type": "t5"}', "model.safetensors": "x"}, "no tokenizer beside the weights"),
        ({"config.json": '{"model_type": "t5"}', "model.safetensors": "x", "vocab.json": "x"}, "damaged|tokenizer"),
        ({"config.json": "{}", "model.bin": "x"}, "without its tokenizer"),
    ],
)
def test_a_folder_that_cannot_be_loaded_says_why(files: dict[str, str], message: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        weights.load(str(tmp_path), offline=True)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlanguage: en\nlicense: mit\n---\n# Model\n", "mit"),
        ('---\nlicense: "cc-by-4.0"\nlanguage:\n- en\n---\n', "cc-by-4.0"),
        ("---\nlanguage: en\n---\n# Model\nThe training data has\nlicense: proprietary-do-not-use\n", ""),
        ("---\n---\nlicense: mit\n", ""),
        ("# Model\nlicense: mit\n", ""),
    ],
)
def test_a_licence_is_read_in_the_front_matter_only(card: str, licence: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert checkpoint.licence_in(tmp_path) == licence


@pytest.mark.parametrize("settings", [{"engine": "onnx"}, {"compute_type": "int7"}])
def test_a_setting_that_is_unknown_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="must be one of"):
        weights.load(**settings)  # type: ignore[arg-type]


def test_a_hub_id_offline_names_the_cache_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(ModelError) as caught:
        weights.load("owner/model", offline=True)
    assert str(tmp_path / "hub") in str(caught.value)
    assert "Fetch it once" in str(caught.value)


def test_a_plain_ctranslate2_folder_loads_with_its_tokenizer_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    checkpoint = BUILDERS["m2m100"](tmp_path / "m2m100", tmp_path)
    weights.load(str(checkpoint), offline=True, threads=1)
    (folder,) = (tmp_path / "cache" / "postedit" / "ct2").iterdir()
    for path in checkpoint.iterdir():
        if path.suffix != ".safetensors" and path.name not in ("config.json", "generation_config.json"):
            shutil.copy(path, folder)
    assert weights.load(str(folder), offline=True, threads=1).jobs == {Job.RETRANSLATE}


def test_offline_works_with_the_network_cut(tmp_path: Path) -> None:
    checkpoint = BUILDERS["marian"](tmp_path / "marian", tmp_path)
    snapshot = _cached(checkpoint, tmp_path / "hub", "owner/model")
    program = f"""{CUT}
import sys
from postedit import load
from postedit.translator import Job, Request
shipped = load(offline=True)
print(shipped.translate([Request(Job.POLISH, draft="It rains.")], 1))
print("torch" in sys.modules)
for model in ({str(checkpoint)!r}, "owner/model"):
    loaded = load(model, offline=True, threads=1)
    loaded.translate([Request(Job.RETRANSLATE, source="水")], 1)
    print(loaded.name.split("@")[0])
"""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        env={
            "PYTHONPATH": str(Path(weights.__file__).parents[1]),
            "HF_HUB_CACHE": str(snapshot),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "PATH": "",
        },
        check=False,
    )
    assert ran.stderr.count("Error") == 0, ran.stderr
    assert ran.stdout.split("\n")[:4] == ["[['It rains.']]", "False", "marian", "owner/model"]


def _cached(checkpoint: Path, hub: Path, hub_id: str) -> Path:
    """A checkpoint laid out as the hub's cache keeps what was fetched."""
    repository = hub / f"models--{hub_id.replace('/', '--')}"
    commit = "0" * 40
    shutil.copytree(checkpoint, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit, encoding="utf-8")
    return hub


def test_a_gate_comes_from_the_manifest(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps(manifest | {"gate": {"margin": 0.321}}), encoding="utf-8")
    assert weights.gate_of(weights.load(str(copy), threads=1)) == Gate(margin=0.321)


def test_a_slip_in_a_folders_name_does_not_ask_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    with pytest.raises(ModelError, match="no model 'models/polish-vo'"):
        weights.load("models/polish-vo")
