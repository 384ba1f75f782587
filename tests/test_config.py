from pathlib import Path

import pytest

from postedit.config import Config
from postedit.errors import ConfigError


def test_all_problems_are_told_at_once_with_hints() -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_mapping({"modle": "x", "threads": True, "margin": "high", "zzz": 1}, where="mine.toml")
    lines = str(caught.value).split("\n")
    assert lines[0] == "mine.toml:"
    assert "  unknown setting 'modle'; did you mean 'model'?" in lines
    assert "  threads must be int, not True" in lines
    assert "  margin must be a number, not 'high'" in lines
    assert any(line.startswith("  unknown setting 'zzz'; known are model, ") for line in lines)


@pytest.mark.parametrize("bad", [{"hypotheses": 0}, {"threads": -1}, {"device": "tpu"}])
def test_a_value_out_of_range_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(bad))):
        Config.from_mapping(bad)


def test_a_whole_number_is_a_fine_margin() -> None:
    assert Config.from_mapping({"margin": 1}).margin == 1


def test_a_settings_file_is_read_and_overridden(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('model = "none"\nhypotheses = 3\n')
    assert Config.from_file(path, hypotheses=2) == Config(model="none", hypotheses=2)


@pytest.mark.parametrize(("content", "said"), [("model = ", "not TOML"), (None, "cannot read")])
def test_a_bad_settings_file_is_told_by_name(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=said) as caught:
        Config.from_file(path)
    assert str(path) in str(caught.value)
