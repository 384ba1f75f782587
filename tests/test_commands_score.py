"""`score`, `compare` and `report` as a user types them."""

import argparse
import io
import json
import sys
from pathlib import Path

import pytest

from postedit.commands_report import add_report_parser
from postedit.commands_score import METRIC_NAMES, add_compare_parser, add_score_parser, read_lines
from postedit.errors import ArticleError, ConfigError, ModelError, OutputError
from postedit.metrics import METRICS
from postedit.scores import score

REFERENCES = [f"On day {number} the ferry carried {number * 7} people home." for number in range(30)]
ROUGH = [text.replace("carried", "has carry") for text in REFERENCES]
CLEAN = [text if number % 3 else rough for number, (text, rough) in enumerate(zip(REFERENCES, ROUGH, strict=True))]


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    for add in (add_score_parser, add_compare_parser, add_report_parser):
        add(commands)
    arguments = parser.parse_args([str(word) for word in words])
    code: int = arguments.run(arguments)
    return code


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    for name, lines in {"ref": REFERENCES, "rough": ROUGH, "clean": CLEAN}.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return tmp_path


def test_the_usage_puts_the_text_before_the_references_which_take_all_that_follows(
    texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run("score", "-r", texts / "ref", texts / "clean")
    assert "postedit score HYP -r REF..." in capsys.readouterr().err


def test_score_prints_a_table_with_signatures(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("score", texts / "clean", "-r", texts / "ref", "--baseline", texts / "rough") == 0
    printed = capsys.readouterr()
    assert "↑ better" in printed.out
    assert "BLEU|nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp" in printed.out
    assert "\x1b" not in printed.out
    assert printed.err == ""


def test_score_as_json_is_what_the_library_says(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(
        "score",
        texts / "clean",
        "-r",
        texts / "ref",
        "-m",
        "bleu",
        "--format",
        "json",
        "--confidence",
        "--samples",
        "50",
    )
    expected = score(CLEAN, REFERENCES, ["bleu"], confidence=True, samples=50)
    assert json.loads(capsys.readouterr().out) == json.loads(expected.to_json())


def test_several_references_are_several_files(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("score", texts / "clean", "-r", texts / "ref", texts / "rough", "-m", "chrf", "--format", "markdown")
    printed = capsys.readouterr().out
    assert "nrefs:2" in printed
    assert "| chrF2  | 100.0 |" in printed


def test_standard_input_is_a_dash(
    texts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((texts / "ref").read_bytes())))
    run("score", "-", "-r", texts / "ref", "-m", "ter")
    assert "TER (lower is better)    0.0" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="once only"):
        run("score", "-", "-r", "-")


def test_lines_end_at_newlines_only(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("\ufeffone\u2028still\x0bone\x85\r\n\ntwo\rthree".encode())
    assert read_lines(str(tmp_path / "a")) == ["one\u2028still\x0bone\x85", "", "two\rthree"]


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "empty"), (b"caf\xe9\n", "not UTF-8"), (None, "cannot be read")]
)
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "a").write_bytes(content)
    with pytest.raises(ArticleError, match=rf"/a: .*{message}"):
        read_lines(str(tmp_path / "a"))


def test_different_line_counts_name_the_file_and_the_line(texts: Path) -> None:
    (texts / "short").write_text("\n".join(CLEAN[:10] + CLEAN[11:]), encoding="utf-8")
    with pytest.raises(ArticleError, match=r"29 lines in .*short and 30 references: line 11 of the references"):
        run("score", texts / "short", "-r", texts / "ref")
    with pytest.raises(ArticleError, match=r"references go line by line, but .*: line 11 of the lines in .*ref seems"):
        run("score", texts / "clean", "-r", texts / "ref", texts / "short")
    with pytest.raises(ArticleError, match=r"short has 29 lines and .*ref has 30: the source goes line by line"):
        run("score", texts / "clean", "-r", texts / "ref", "-s", texts / "short")


def test_blank_lines_between_paragraphs_are_no_segments(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, lines in {"ref": REFERENCES, "rough": ROUGH, "clean": CLEAN}.items():
        (texts / f"{name}.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    run("score", texts / "clean", "-r", texts / "ref", "-f", "json")
    straight = json.loads(capsys.readouterr().out)
    run("score", texts / "clean.txt", "-r", texts / "ref.txt", "--align-refs", "-f", "json")
    assert json.loads(capsys.readouterr().out) == straight
    run("score", texts / "clean.txt", "-r", texts / "ref.txt", "--align-refs", "-s", texts / "ref.txt", "-f", "json")
    assert json.loads(capsys.readouterr().out)["n"] == 59  # a source goes line by line with the references
    run("compare", texts / "rough.txt", texts / "clean.txt", "-r", texts / "ref.txt", "--align-refs")
    assert "\n30 segments\n" in capsys.readouterr().out


def test_align_refs_recuts_the_text_and_says_so(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (texts / "joined").write_text(" ".join(CLEAN), encoding="utf-8")
    run("score", texts / "joined", "-r", texts / "ref", "--align-refs", "--format", "json")
    recut = json.loads(capsys.readouterr().out)
    run("score", texts / "clean", "-r", texts / "ref", "--align-refs", "--format", "json")
    straight = json.loads(capsys.readouterr().out)
    assert recut["scores"] == straight["scores"]
    assert "1 lines recut to 30 references" in recut["notes"][0]
    assert straight["notes"] == []


def test_comet_needs_a_source_and_its_own_environment(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="-s FILE"):
        run("score", texts / "clean", "-r", texts / "ref", "--comet")
    with pytest.raises(ConfigError, match="add --comet"):
        run("score", texts / "clean", "-r", texts / "ref", "--comet-model", "x")
    monkeypatch.setenv("XDG_DATA_HOME", str(texts))
    monkeypatch.delenv("POSTEDIT_COMET_PYTHON", raising=False)
    with pytest.raises(ModelError, match="python3 -m venv"):  # before the text is even read
        run("score", texts / "none", "-r", texts / "ref", "-s", texts / "rough", "--comet", "-m", "bleu")


def test_a_wrong_number_is_wrong_usage_and_not_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in ((("--seed", "-1"), "must be 0 or more"), (("--samples", "0"), "must be 1 or more")):
        with pytest.raises(SystemExit):
            run("score", "h", "-r", "r", *words)
        assert message in capsys.readouterr().err


def test_compare_prints_systems_and_the_segments_that_differ(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare", texts / "rough", texts / "clean", "-r", texts / "ref", "-m", "chrf") == 0
    printed = capsys.readouterr().out
    assert "66.7%" in printed
    assert printed.count("\nsegment ") == 20
    run("compare", texts / "rough", texts / "clean", "-r", texts / "ref", "-m", "chrf", "--format", "json")
    assert len(json.loads(capsys.readouterr().out)["systems"]) == 2
    with pytest.raises(ConfigError, match="two texts or more"):
        run("compare", texts / "rough", "-r", texts / "ref")


def test_report_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    segment = {"number": 1, "draft": "He come.", "text": "He came.", "status": "edited"}
    (tmp_path / "out.json").write_text(json.dumps({"id": "a", "segments": [segment]}), encoding="utf-8")
    assert run("report", tmp_path / "out.json", "-o", tmp_path / "report.html") == 0
    assert "<ins>came</ins>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
    with pytest.raises(OutputError, match="is not a folder"):
        run("report", tmp_path / "out.json", "-o", tmp_path / "out.json" / "report.html")
    with pytest.raises(OutputError, match="is the result itself"):
        run("report", tmp_path / "out.json", "-o", tmp_path / "out.json")
    with pytest.raises(ArticleError, match="cannot be read"):
        run("report", tmp_path / "nothing.json")


def test_the_metrics_that_can_be_named_are_those_there_are() -> None:
    assert set(METRIC_NAMES) == set(METRICS)
