"""The command as a user runs it: real files, the shipped model, exit codes, one sentence for each thing that fails."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from postedit.article import Article
from postedit.cleaner import Cleaner
from postedit.cli import main
from postedit.edited import Edited

ROUGH = "The river rises . It  will be be fine.\n\nNo comments:\n\nPost a Comment\n"
CLEANED = "The river rises. It  will be fine.\n"


def command(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "postedit", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture
def rough(tmp_path: Path) -> Path:
    path = tmp_path / "rough.txt"
    path.write_text(ROUGH)
    return path


def test_text_goes_to_stdout_and_everything_else_to_stderr(rough: Path) -> None:
    done = command("clean", str(rough), "--model", "none")
    assert (done.returncode, done.stdout.decode()) == (0, CLEANED)
    assert "2 edited" in done.stderr.decode()
    assert command("clean", str(rough), "--model", "none", "--quiet").stderr == b""


def test_a_dash_is_standard_input() -> None:
    assert command("clean", "-", "--model", "none", stdin=ROUGH.encode()).stdout.decode() == CLEANED


def test_an_output_file_gets_every_decision_beside_it(rough: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out.txt"
    assert main(["clean", str(rough), "-o", str(out), "--model", "none", "--quiet"]) == 0
    details = json.loads((out.parent / "out.txt.json").read_text())
    assert out.read_text() == CLEANED
    assert details["signature"].startswith("postedit|v:")
    assert details["text"] == CLEANED
    for segment in details["segments"]:
        assert ROUGH[segment["start"] : segment["end"]] == segment["draft"]
        assert segment["reason"]
        assert segment["candidates"][0]["origin"] == "draft"
    assert [block["text"] for block in details["furniture"]] == ["No comments:", "Post a Comment"]
    assert [path.name for path in sorted(out.parent.iterdir())] == ["out.txt", "out.txt.json"]


def test_many_inputs_go_to_a_folder_and_can_be_taken_up_again(
    rough: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.md"
    other.write_text("# The **river** rises .\n")
    arguments = ["clean", str(rough), str(other), "-o", str(tmp_path / "out"), "--model", "none"]
    assert main(arguments) == 0
    assert (tmp_path / "out" / "rough.txt").read_text() == CLEANED
    assert (tmp_path / "out" / "other.md").read_text() == "# The **river** rises.\n"
    other.write_text("# The **lake** rises .\n")
    capsys.readouterr()
    assert main([*arguments, "--resume"]) == 0
    said = capsys.readouterr().err
    assert "rough.txt: done before" in said
    assert "other.md: 1 edited" in said
    assert (tmp_path / "out" / "other.md").read_text() == "# The **lake** rises.\n"


def test_a_long_file_of_records_goes_on_where_it_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out, whole = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "whole.jsonl"))
    records = [{"id": str(n), "draft": f"The river {n} rises ."} for n in range(40)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    arguments = ["clean", str(path), "--model", "none", "-o"]
    assert main([*arguments, str(whole)]) == 0
    asked, clean = list[int](), Cleaner.clean_articles

    def interrupted(cleaner: Cleaner, articles: list[Article]) -> list[Edited]:
        asked.append(int(articles[0].id))
        if len(asked) in (3, 5):
            raise KeyboardInterrupt
        return clean(cleaner, articles)

    monkeypatch.setattr(Cleaner, "clean_articles", interrupted)
    assert main([*arguments, str(out)]) == 130
    assert "is kept in" in capsys.readouterr().err
    assert [one.name for one in tmp_path.glob("out*")] == ["out.jsonl.unfinished"]
    kept = tmp_path / "out.jsonl.unfinished"
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(lines[:-1]) + lines[-1][:40])  # the disk was full
    asked.append(0)
    assert main([*arguments, str(out), "--resume", "--threads", "1"]) == 130
    assert kept.read_text() == "".join(lines[:17])
    assert main([*arguments, str(out), "--resume"]) == 0
    assert asked == [0, 16, 32, 0, 16, 16, 32]
    assert out.read_bytes() == whole.read_bytes()
    told = [json.loads((tmp_path / f"{name}.jsonl.json").read_text()) for name in ("out", "whole")]
    assert told[0] == told[1]
    assert not kept.exists()


def test_what_is_kept_is_no_input(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl.unfinished"
    path.write_text('{"id": "a", "draft": "River ."}\n')
    done = command("clean", str(path), "--model", "none", "-o", str(tmp_path / "out.jsonl"), "--input-format", "jsonl")
    assert done.returncode == 1
    assert b"is an input, and would be overwritten" in done.stderr


def test_another_run_does_not_go_on_from_what_is_kept(tmp_path: Path) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text("".join(json.dumps({"id": str(n), "draft": f"River {n} rises ."}) + "\n" for n in range(20)))
    kept = tmp_path / "out.jsonl.unfinished"
    kept.write_text('{"signature": "another"}\n' + '[{"id": "0", "text": "Wrong."}, null]\n' * 16)
    assert main(["clean", str(path), "--model", "none", "-o", str(out), "--resume"]) == 0
    assert "Wrong" not in out.read_text()
    assert not kept.exists()


def test_json_and_jsonl_hold_the_decisions_themselves(rough: Path) -> None:
    whole = json.loads(command("clean", str(rough), "--model", "none", "--format", "json").stdout)
    line = json.loads(command("clean", str(rough), "--model", "none", "--format", "jsonl").stdout)
    assert whole == line
    assert whole["segments"][0]["text"] == "The river rises."


def test_records_come_out_in_order_with_what_we_do_not_know_untouched(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    records: list[dict[str, Any]] = [
        {"id": "b", "draft": "It rains .", "text": "mine", "reference": "It is raining."},
        {"id": "a", "draft": "", "n": [1, {"x": None}]},
        {"draft": "Fine.", "source": "好。"},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    out = [json.loads(line) for line in command("clean", str(path), "--model", "none").stdout.decode().split("\n")[:-1]]
    assert [record["cleaned"] for record in out] == ["It rains.", "", "Fine."]
    assert all(given.items() <= record.items() for given, record in zip(records, out, strict=True))


def test_the_encoding_that_came_in_goes_out(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-8-sig"):
        path, out = tmp_path / "in.txt", tmp_path / "out.txt"
        path.write_bytes("The café is open .\r\n".encode(encoding))
        assert main(["clean", str(path), "-o", str(out), "--model", "none", "--quiet"]) == 0
        assert out.read_bytes() == "The café is open.\r\n".encode(encoding)


def test_show_tells_what_was_changed_and_why(rough: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["clean", str(rough), "-o", str(tmp_path / "out.txt"), "--model", "none", "--quiet"])
    assert main(["show", str(tmp_path / "out.txt.json"), "--width", "80"]) == 0
    shown = capsys.readouterr().out
    assert "[-rises-]" in shown
    assert "← repaired: " in shown
    assert "dropped: No comments:" in shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no text"),
        (b" \n\n", "no text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "binary"),
        (b"caf\xe9 \xff\xfe\xfd la", "--encoding"),
    ],
)
def test_a_file_that_is_no_article_gets_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(content)
    done = command("clean", str(path), "-o", str(tmp_path / "out.txt"))
    assert done.returncode == 1
    message = done.stderr.decode()
    assert said in message
    assert str(path) in message
    assert "Traceback" not in message
    assert not (tmp_path / "out.txt").exists()


def test_paths_that_cannot_work_get_one_sentence(rough: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "notes.json").write_text("It rains .")
    os.mkfifo(tmp_path / "pipe")
    bad = [
        (["clean", str(rough), "--source", str(rough), "-o", str(rough)], "is an input"),
        (["clean", str(tmp_path / "notes.json"), "-o", str(tmp_path / "notes")], "is an input"),
        (["clean", str(rough), "-o", str(tmp_path / "pipe")], "no ordinary file"),
        (["clean", "-", "-"], "only once"),
        (["clean", str(rough), str(rough), "--format", "json"], "--format jsonl"),
        (["clean", str(rough), "--margin", "nan"], "nan"),
        (["clean", str(tmp_path / "nowhere.txt")], "no such file"),
        (["clean", str(tmp_path / "folder")], "folder"),
        (["clean", str(rough), "--source", str(tmp_path / "nowhere.txt")], "no such file"),
        (["clean", str(rough), "-o", str(rough)], "is an input"),
        (["clean", str(rough), "-o", str(tmp_path / "file" / "out.txt")], "is a file, not a folder"),
        (["clean", str(rough), str(rough), "-o", str(tmp_path / "file")], "folder"),
        (["clean", str(rough), str(rough), "-o", str(tmp_path / "folder")], "would both be written"),
        (["clean", str(rough), str(rough), "--source", str(rough)], "one input"),
        (["clean", str(rough), "--model", "no-such-model", "--offline"], "no-such-model"),
        (["clean", str(rough), "--hypotheses", "0"], "hypotheses"),
        (["clean", str(rough), "--config", str(tmp_path / "nowhere.toml")], "--config"),
        (["show", str(tmp_path / "nowhere.json")], "no such file"),
    ]
    for arguments, said in bad:
        done = command(*arguments)
        message = done.stderr.decode()
        assert done.returncode in (1, 2), arguments
        assert said in message, message
        assert "Traceback" not in message


def test_wrong_usage_is_exit_code_two(rough: Path) -> None:
    assert command("clean", str(rough), "--hypotheses", "0").returncode == 2
    assert command("clean", str(rough), str(rough), "--source", str(rough)).returncode == 2
    assert command("clean").returncode == 2
    assert command("clean", str(rough), "--no-such-option").returncode == 2
    assert b"did you mean --source?" in command("clean", str(rough), "--sauce", "x").stderr


def test_a_source_that_is_another_text_is_refused(tmp_path: Path) -> None:
    corpora = Path(__file__).parent.parent / "corpora"
    other = json.loads((corpora / "rough-news" / "articles.jsonl").read_text(encoding="utf-8").split("\n")[0])
    source = tmp_path / "source.txt"
    source.write_text("\n".join("".join(one["zh"] for one in part["sentences"]) for part in other["paragraphs"]))
    done = command("clean", str(corpora / "demo" / "rough.txt"), "--source", str(source), "--model", "none")
    assert done.returncode == 1
    assert "--source" in done.stderr.decode()


def test_what_still_wants_a_person_is_exit_code_three(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text("The new harbour 将于明年三月正式开工建设并投入使用。\n")
    done = command("clean", str(path), "--model", "none")
    assert done.returncode == 3
    assert "1 review" in done.stderr.decode()


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or os.name == "nt", reason="POSIX signals")
def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path) -> None:
    inputs = []
    for number in range(400):
        path = tmp_path / f"in{number}.txt"
        path.write_text("The the river rises . " * 200)
        inputs.append(str(path))
    out = tmp_path / "out"
    # A shell that runs the tests in the background has SIGINT ignored, and children inherit that.
    heard = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from postedit.cli import main; raise SystemExit(main(sys.argv[1:]))"
    )
    arguments = ["clean", *inputs, "-o", str(out), "--model", "none"]
    process = subprocess.Popen([sys.executable, "-c", heard, *arguments], stderr=subprocess.PIPE)
    while not out.is_dir() or len(list(out.iterdir())) < 4:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted" in said
    assert b"Traceback" not in said
    made = {path.name for path in out.iterdir()}
    assert 0 < len(made) < 800
    assert not any(name.endswith(".partial") for name in made)
    assert all(f"{name}.json" in made for name in made if not name.endswith(".json"))


def test_every_command_is_in_the_readme() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    helped = command("--help").stdout.decode()
    commands = [line.split()[0] for line in helped.partition("commands:")[2].split("\n") if line.startswith("    ")]
    assert "clean" in commands
    for name in commands:
        assert f"postedit {name}" in readme, name


def test_a_result_is_made_again_when_it_was_changed_or_only_half_of_it_is_there(rough: Path, tmp_path: Path) -> None:
    out, details = tmp_path / "out.txt", tmp_path / "out.txt.json"
    arguments = ["clean", str(rough), "-o", str(out), "--model", "none", "--resume"]
    assert b"done before" not in command(*arguments).stderr
    assert b"done before (2 edited)" in command(*arguments).stderr
    out.write_text("changed by hand")
    assert b"done before" not in command(*arguments).stderr
    assert out.read_text() == CLEANED
    assert b"done before" not in command(*arguments, "--input-format", "markdown").stderr
    details.write_text("[]")
    assert b"done before" not in command(*arguments).stderr


def test_one_input_that_fails_stops_no_other(rough: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"caf\xe9 \xff\xfe\xfd la")
    done = command("clean", str(bad), str(rough), "-o", str(tmp_path / "out"), "--model", "none")
    assert done.returncode == 1
    assert b"bad.txt" in done.stderr
    assert (tmp_path / "out" / "rough.txt").read_text() == CLEANED
    assert not (tmp_path / "out" / "bad.txt").exists()


def test_a_record_with_the_source_of_another_text_is_cleaned_without_it(tmp_path: Path) -> None:
    demo = (Path(__file__).parent.parent / "corpora" / "demo" / "rough.txt").read_text(encoding="utf-8")
    foreign = "小猫坐在窗台上。雪花落下来了。它很高兴。后来天黑了。灯亮了起来。妈妈回家了。我们吃了晚饭。大家都睡了。"
    path = tmp_path / "in.jsonl"
    records = [{"id": "a", "draft": "It rains ."}, {"id": "b", "draft": demo, "source": foreign}]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    done = command("clean", str(path), "--model", "none")
    first, second = [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]
    assert done.returncode == 3
    assert first["cleaned"] == "It rains."
    assert "source" in second["warning"]
    assert "line 2" in done.stderr.decode()
    assert second["cleaned"] != demo


def test_inputs_may_be_pipes(rough: Path) -> None:
    line = f"{sys.executable} -m postedit clean <(cat {rough}) --model none --quiet"
    assert subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout.decode() == CLEANED


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_standard_output_is_one_sentence(rough: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "postedit", "clean", str(rough), "--model", "none", "--quiet"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr.decode().count("\n") == 1
    assert "full" in process.stderr.decode()


def test_a_link_stays_a_link_and_rights_stay_as_they_were(rough: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    assert main(["clean", str(rough), "-o", str(link), "--model", "none", "--quiet"]) == 0
    assert link.is_symlink()
    assert target.read_text() == CLEANED
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_steers_a_terminal_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.txt"
    path.write_text("The the river \x1b[2J rises .")
    main(["clean", str(path), "-o", str(tmp_path / "out.txt"), "--model", "none", "--quiet"])
    main(["show", str(tmp_path / "out.txt.json"), "--colour", "never"])
    assert "\x1b" not in capsys.readouterr().out


def test_sentences_for_which_the_source_has_nothing_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rough.txt").write_text("It rains in May.\n\nThe road is open.\n\nWe met.\n", encoding="utf-8")
    (tmp_path / "zh.txt").write_text("五月下雨。\n", encoding="utf-8")
    given = [str(tmp_path / "rough.txt"), "--source", str(tmp_path / "zh.txt"), "-o", str(tmp_path / "out.txt")]
    assert main(["clean", *given, "--model", "none"]) == 0
    assert "3 kept; 2 without a source" in capsys.readouterr().err
