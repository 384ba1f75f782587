"""The mean of two checkpoints loads, is what it says, and refuses what has none."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from models import mean, tiny

TEXTS = ["the city opened a new library in may", "many people came to see old books there"]


def test_the_mean_lies_where_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (tiny.write(tmp_path / str(seed), TEXTS, seed, pieces=40) for seed in (1, 2))
    (second / "recipe.toml").write_text("seed = 2\n", encoding="utf-8")
    assert mean.main([str(first), str(second), str(tmp_path / "mean"), "--share", "0.75"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "mean")
    found, one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("mean", "1", "2"))
    for name, tensor in found.items():
        torch.testing.assert_close(tensor, 0.25 * one[name] + 0.75 * other[name])
    assert (tmp_path / "mean" / "recipe.toml").read_text(encoding="utf-8") == "seed = 2\n"


def test_checkpoints_that_have_no_mean_are_refused(tmp_path: Path) -> None:
    first, other = (
        tiny.write(tmp_path / name, texts, pieces=40)
        for name, texts in (("1", TEXTS), ("2", ["zebras and quilts fix jovial wax"]))
    )
    with pytest.raises(SystemExit, match="different pieces"):
        mean.mean(first, other, tmp_path / "mean", 0.5)
    (other / "sentencepiece.model").write_bytes((first / "sentencepiece.model").read_bytes())
    with pytest.raises(SystemExit, match="not of one shape"):
        mean.mean(first, other, tmp_path / "mean", 0.5)
    with pytest.raises(SystemExit, match="between 0 and 1"):
        mean.main([str(first), str(first), str(tmp_path / "mean"), "--share", "7"])
    assert not (tmp_path / "mean").exists()
