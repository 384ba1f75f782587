"""A trained model's folder takes its name at the end, and nothing that a user has is lost for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from postedit.errors import OutputError
from postedit.trained_folder import UNFINISHED, appearing


def filled(folder: Path, text: str = "old") -> Path:
    """A folder as a training leaves it."""
    folder.mkdir(parents=True)
    (folder / "training.json").write_text(text)
    return folder


def train(out: Path, text: str = "new", *, force: bool = True, meanwhile: Callable[[], object] = str) -> None:
    with appearing(out, force=force) as partial:
        (partial / "training.json").write_text(text)
        meanwhile()


def test_the_folder_is_there_at_the_end_with_nothing_beside_it_or_in_it(tmp_path: Path) -> None:
    for text in ("first", "second"):
        train(tmp_path / "m", text)
        assert [path.name for path in tmp_path.iterdir()] == ["m"]
        assert [(path.name, path.read_text()) for path in (tmp_path / "m").iterdir()] == [("training.json", text)]


@pytest.mark.parametrize("name", ["m.partial", "m.replaced"])
def test_what_a_killed_run_left_is_cleared_and_what_is_the_users_refused_before_the_training(
    name: str, tmp_path: Path
) -> None:
    filled(tmp_path / "m")
    theirs = tmp_path / name
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("three years")
    with pytest.raises(OutputError, match=rf"{name}: it stands where training writes.*Move it away"):
        train(tmp_path / "m", meanwhile=lambda: pytest.fail("it was trained"))
    assert (theirs / "thesis.txt").read_text() == "three years"
    assert (tmp_path / "m" / "training.json").read_text() == "old"
    (theirs / UNFINISHED).touch()
    train(tmp_path / "m")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    assert (tmp_path / "m" / "training.json").read_text() == "new"


@pytest.mark.parametrize("name", ["m", "m.partial", "m.replaced"])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_refused_before_the_training(name: str, there: bool, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other" / "disk"
    if there:
        (filled(elsewhere) / UNFINISHED).touch()
    (tmp_path / name).symlink_to(elsewhere)
    with pytest.raises(OutputError, match=rf"{name}: (a link|it stands where)"):
        train(tmp_path / "m", meanwhile=lambda: pytest.fail("it was trained"))
    assert (tmp_path / name).is_symlink()
    assert elsewhere.exists() == there


@pytest.mark.parametrize("out", [".", ".."])
def test_a_folder_without_a_name_is_refused(out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(filled(filled(tmp_path / "a") / "b"))
    with pytest.raises(OutputError, match="no name of a folder"):
        train(Path(out))


def test_where_the_last_renaming_fails_the_new_model_stays_and_the_next_run_leaves_it(tmp_path: Path) -> None:
    out = tmp_path / "m"
    with pytest.raises(OutputError, match=r"m: the new model cannot take this name .*whole, and stays in .*m\.partial"):
        train(out, "hours", meanwhile=lambda: filled(out, "another's"))
    assert (out / "training.json").read_text() == "another's"
    with pytest.raises(OutputError, match=r"m\.partial: it stands"):
        train(out)
    assert [(path.name, path.read_text()) for path in (tmp_path / "m.partial").iterdir()] == [
        ("training.json", "hours")
    ]


def test_where_it_cannot_be_set_aside_both_models_stay(tmp_path: Path) -> None:
    out = filled(tmp_path / "m")
    with pytest.raises(OutputError, match=r"stays in .*m\.partial"):
        train(out, "hours", meanwhile=lambda: filled(tmp_path / "m.replaced"))
    assert (out / "training.json").read_text() == "old"
    assert (tmp_path / "m.partial" / "training.json").read_text() == "hours"


def test_what_goes_wrong_inside_is_not_told_as_a_fault_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        train(tmp_path / "m", meanwhile=(tmp_path / "nowhere").read_text)
    assert list(tmp_path.iterdir()) == []


def test_where_only_the_new_name_fails_the_old_model_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.replace

    def refusing(path: Path, target: Path) -> Path:
        if path.name == "m.partial":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", refusing)
    out = filled(tmp_path / "m")
    with pytest.raises(OutputError, match=r"\(Permission denied\)\. It is whole, and stays in .*m\.partial"):
        train(out, "hours")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m", "m.partial"]
    assert (out / "training.json").read_text() == "old"
