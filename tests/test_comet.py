"""COMET lives in another environment: what is asked of it, and what is said when it is not there."""

import sys
from pathlib import Path

import pytest

from postedit.comet import WORKER, comet, find_python
from postedit.errors import ModelError

# A stand-in environment: it is started like the real one and speaks the same protocol, with lengths for scores.
STAND_IN = """\
#!{python}
import json, sys
assert sys.argv[1].endswith("comet_worker.py"), sys.argv
question = json.load(sys.stdin)
print("a library chatters", file=sys.stderr)
segments = [len(row["mt"]) / (len(row["ref"]) if "ref" in row else len(row["src"])) for row in question["rows"]]
answer = {{"system": sum(segments) / len(segments), "segments": segments, "version": "9.9 " + question["model"]}}
{ending}
"""


def stand_in(folder: Path, ending: str = "json.dump(answer, sys.stdout)") -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "python"
    program.write_text(STAND_IN.format(python=sys.executable, ending=ending), encoding="utf-8")
    program.chmod(0o755)
    return {"POSTEDIT_COMET_PYTHON": str(program)}


def test_scores_come_back_from_the_other_python(tmp_path: Path) -> None:
    result = comet(["ab", "abcd"], ["abcd", "abcd"], ["他", "她"], environment=stand_in(tmp_path))
    assert result.value == 0.75
    assert result.segments == (0.5, 1.0)
    assert result.signature == "model:Unbabel/wmt22-comet-da|nrefs:1|version:9.9 Unbabel/wmt22-comet-da"
    assert result.to_dict()["n"] == 2


def test_without_references_none_are_sent(tmp_path: Path) -> None:
    result = comet(["ab"], None, ["一二三四"], model="/some/where.ckpt", environment=stand_in(tmp_path))
    assert result.segments == (0.5,)
    assert "nrefs:0" in result.signature


def test_any_text_reaches_the_other_python(tmp_path: Path) -> None:
    text = "“quote” \u2028 \x00 \U0001f600 </script>"
    assert comet([text], [text], ["源"], environment=stand_in(tmp_path)).segments == (1.0,)


def test_the_environment_is_looked_for_where_the_error_says_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        find_python({"XDG_DATA_HOME": str(tmp_path)})
    assert f"python3 -m venv {tmp_path}/postedit/comet" in str(caught.value)
    assert "pip install 'unbabel-comet" in str(caught.value)
    stand_in(tmp_path / "postedit" / "comet" / "bin")
    assert find_python({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "postedit" / "comet" / "bin" / "python"


def test_a_named_python_that_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(ModelError, match="POSTEDIT_COMET_PYTHON is /no/such"):
        find_python({"POSTEDIT_COMET_PYTHON": "/no/such"})


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        ("sys.exit('the checkpoint is damaged')", "the checkpoint is damaged"),
        ("sys.exit(3)", "a library chatters"),
        ("print('scores follow')", "did not answer in JSON"),
        ("print('[1]')", "not in the words"),
        ("print('{}')", "not in the words"),
        ("answer['segments'].pop(); json.dump(answer, sys.stdout)", "scored 1 of 2"),
    ],
)
def test_a_failing_environment_is_reported_in_one_sentence(tmp_path: Path, ending: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        comet(["ab", "cd"], ["ab", "cd"], ["一", "二"], environment=stand_in(tmp_path, ending))


def test_a_python_without_comet_says_what_it_lacks() -> None:
    with pytest.raises(ModelError, match="No module named 'comet'"):
        comet(["ab"], ["ab"], ["一"], environment={"POSTEDIT_COMET_PYTHON": sys.executable})


def test_the_worker_lies_beside_the_module() -> None:
    assert WORKER.is_file()
