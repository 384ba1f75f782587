"""`postedit train` as a user runs it: from the model that ships, on a fault of their own, to a model that mends it."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models import export, tiny
from postedit import ct2_weights, weights
from postedit.cli import main
from postedit.translator import Job, Request

pytestmark = pytest.mark.filterwarnings("ignore")  # transformers, torch and ctranslate2 about each other

WHO = ("The mayor", "A farmer", "The old teacher", "Her brother", "The company", "A young doctor", "The council")
DID = ("opened", "visited", "repaired", "described", "sold", "found", "painted", "inspected")
WHAT = ("a new library", "the stone bridge", "two small boats", "the rice fields", "an empty house", "a long road")
WHEN = ("in spring", "last year", "before the rain", "on Monday", "in May", "after lunch", "with great care")

# The program as `python -m postedit` starts it. A shell that starts the tests in the background has them, and all that
# they start, ignore ctrl-c.
HEEDS_CTRL_C = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from postedit.cli import main
sys.exit(main())
"""


def rows(count: int) -> list[tuple[str, str]]:
    """Drafts with a fault that the model that ships does not know, and what they should be."""
    dice, made = random.Random(3), set[tuple[str, str]]()
    while len(made) < count:
        who, did, what, when = (dice.choice(words) for words in (WHO, DID, WHAT, WHEN))
        rough = f"{who} {did} {what} , {when} , according to the reports."
        made.add((rough, f"According to reports, {who[0].lower()}{who[1:]} {did} {what} {when}."))
    return sorted(made)


def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": str(Path(weights.__file__).parents[1]),
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.tsv"
    path.write_text("".join(f"{draft}\t{reference}\n" for draft, reference in rows(200)), encoding="utf-8")
    return path


def test_a_fault_of_the_users_own_is_learned_and_clean_mends_it(mine: Path, tmp_path: Path) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "postedit", *arguments],
            capture_output=True, text=True, check=False, env=environment(tmp_path),
        )  # fmt: skip

    out = tmp_path / "my-model"
    options = ["--epochs", "1", "--threads", "1", "--held-out", "60", "--offline"]
    done = command("train", "--pairs", str(mine), "-o", str(out), *options)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "140 to train on, 30 to stop by, 30 to report on" in done.stderr
    assert "\r" not in done.stderr  # no bar where nobody looks
    assert "`postedit clean` will give is the row 'clean, trained'" in done.stdout
    assert "too few" not in done.stdout
    training = json.loads((out / "training.json").read_text(encoding="utf-8"))
    systems = training["scores"]["systems"]
    for metric in ("chrf", "bleu"):
        gained = training["scores"]["answers_over_base"]["scores"][metric]
        assert gained["significant"]
        assert gained["gain"] > 5
        assert gained["signature"] in done.stdout
        cleaned = systems["clean, trained"]["scores"][metric]
        assert cleaned["significant"]
        assert cleaned["gain"] > 5

    rough = tmp_path / "rough.txt"
    rough.write_text("A young doctor sold the stone bridge , in spring , according to the reports.\n")
    cleaned_text = command("clean", str(rough), "--model", str(out), "--quiet", "--offline").stdout
    assert cleaned_text != rough.read_text()
    assert "according to the reports" not in cleaned_text
    listed = command("models", str(out))
    assert listed.returncode == 0
    assert listed.stdout.startswith("my-model: polish; 157 MB; weights: MIT base;")
    assert "; from tri-v6@" in listed.stdout
    assert f"; fine-tuned on {mine}, whose licence is not known here" in listed.stdout
    assert "checked by sha256" in listed.stdout


def test_int8_keeps_what_was_learned_from_int8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of less than half a step survives in the mean: rounding it back would undo the training."""
    from safetensors.numpy import load_file, save_file

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shipped = next(one for one in weights.models() if one.name == weights.DEFAULT)
    request = Request(Job.POLISH, draft="On 1 June he come home with two friend .")
    exact = ct2_weights.rebuild(shipped.weights, tmp_path / "exact")
    loose = ct2_weights.rebuild(shipped.weights, tmp_path / "loose", loosen=1)
    name = "model.decoder.layers.1.fc2.weight"
    survived = []
    for folder in (exact, loose):
        tensors = load_file(folder / "model.safetensors")
        step = abs(tensors[name]).max(1, keepdims=True) / 127
        moved = tensors[name] + 0.3 * step * (abs(tensors[name]) < 100 * step)
        save_file({**tensors, name: moved}, folder / "model.safetensors")
        rounded_anew = weights.load(str(folder), threads=1, offline=True, compute_type="int8")
        assert rounded_anew.score([request], [request.draft])[0] is not None
        newest = max((tmp_path / "cache" / "postedit" / "ct2").iterdir(), key=lambda path: path.stat().st_mtime)
        rounded = ct2_weights.read_variables(newest / "model.bin")["decoder/layer_1/ffn/linear_1/weight"]
        survived.append(float(((rounded - tensors[name]) / step).mean()))
    assert abs(survived[0]) < 0.01
    assert survived[1] == pytest.approx(0.3, abs=0.02)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("checks", [0, 1])
def test_ctrl_c_keeps_the_best_so_far_or_writes_nothing(checks: int, mine: Path, tmp_path: Path) -> None:
    base, out = tmp_path / "tiny", tmp_path / "my-model"
    checkpoint = tiny.write(tmp_path / "checkpoint", [text for row in rows(200) for text in row], seed=3)
    export.export(checkpoint, base, export.Release("tiny", "1", ["polish"], [], "CC0", "a test"))
    options = ["--from", str(base), "--epochs", "100000", "--patience", "100000", "--learning-rate", "0.002"]
    arguments = ["train", "--pairs", str(mine), "-o", str(out), "--threads", "1", *options]
    with subprocess.Popen(
        [sys.executable, "-c", HEEDS_CTRL_C, *arguments],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment(tmp_path),
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if ("held-out loss" if checks else "to stop by") in line:
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert out.is_dir() == bool(checks)
    assert not list(tmp_path.glob("*.partial"))
    if checks:
        assert weights.load(str(out), threads=1, offline=True).jobs == {Job.POLISH}


def test_the_help_tells_the_defaults_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    from postedit.fine_tuning import Settings

    with pytest.raises(SystemExit):
        main(["train", "--help"])
    helped = " ".join(capsys.readouterr().out.split())
    defaults = Settings()
    told = {
        "at most so many": defaults.epochs,
        "checks without gain": defaults.patience,
        "the highest": f"{defaults.learning_rate:f}".rstrip("0"),
        "the dropout": defaults.seed,
        "of the sources": defaults.source_language,
        "of drafts and references": defaults.target_language,
    }
    for words, value in told.items():
        assert f"{words} (default: {value})" in helped


@pytest.mark.parametrize(
    "wrong",
    [
        (["--pairs", "nowhere.tsv"], 1, "nowhere.tsv: cannot be read"),
        (["--pairs", "mine.tsv", "--from", "no-such-model"], 1, "no model 'no-such-model'"),
        (["--pairs", "mine.tsv", "--epochs", "0"], 2, "epochs must be at least 1"),
        (["--pairs", "mine.tsv", "--source"], 1, "cannot post-edit|no source in it"),
        (["--pairs", "mine.tsv", "--held-out", "500"], 2, "--held-out 500"),
        (["--pairs", "mine.tsv", "-o", "mine.tsv"], 1, "there is something of that name"),
        (["--pairs", "mine.tsv", "-o", "mine.tsv/model"], 1, "cannot be written|not a folder"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_no_folder(
    wrong: tuple[list[str], int, str],
    mine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments, code, said = wrong
    monkeypatch.chdir(tmp_path)
    assert main(["train", "-o", "my-model", *arguments, "--offline"]) == code
    message = capsys.readouterr().err
    assert any(part in message for part in said.split("|")), message
    assert {path.name for path in tmp_path.iterdir()} == {"mine.tsv"}


def test_models_tells_a_damaged_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = next(one for one in weights.models() if one.name == weights.DEFAULT)
    folder = tmp_path / "copy"
    shutil.copytree(shipped.weights.parent, folder)
    assert main(["models", str(folder)]) == 0
    path = folder / "weights" / "sentencepiece.model"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    capsys.readouterr()
    assert main(["models", str(folder)]) == 1
    said = capsys.readouterr()
    assert "DAMAGED" in said.out
    assert "sentencepiece.model: damaged" in said.err


def test_models_tells_a_manifest_that_vouches_for_nothing_and_one_that_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "manifest.json"
    said = {"name": "x", "jobs": ["polish"], "family": "postedit-bart", "files": {}}
    path.write_text(json.dumps(said))
    assert main(["models", str(tmp_path)]) == 0
    assert "not checked" in capsys.readouterr().out
    for wrong in ({"sha256": "ab" * 32, "bytes": "1"}, {"sha256": 5, "bytes": 1}):
        path.write_text(json.dumps(said | {"files": {"model.bin": wrong}}))
        assert main(["models", str(tmp_path)]) == 1
        assert "manifest.json: this manifest cannot be read (TypeError: model.bin:" in capsys.readouterr().err


def test_models_describes_a_checkpoint_that_nothing_vouches_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "marian"}')
    (tmp_path / "model.safetensors").write_bytes(b"x" * 2_000_000)
    assert main(["models", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert ": retranslate; 2 MB; no licence is named" in said
    assert "not checked" in said
    (tmp_path / "README.md").write_text("---\nlanguage:\n- zh\nlicense: cc-by-4.0\n---\n# OPUS\n")
    main(["models", str(tmp_path)])
    assert "; cc-by-4.0" in capsys.readouterr().out
    assert main(["models", str(tmp_path / "nowhere")]) == 1
    assert "no model" in capsys.readouterr().err
