"""A terminal is told what takes long, a pipe nothing, and lines fit."""

import io
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postedit import Cleaner, batch, terminal
from postedit.cli import main
from postedit.places import Job
from postedit.terminal import columns, printable, progress, told, wrapped


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def put_up(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A screen that shows at once what takes long. No fixture: pytest puts its own there between set-up and test."""
    shown = Screen()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(terminal, "PATIENCE", 0.02)
    monkeypatch.setenv("COLUMNS", "60")
    return shown


def test_what_takes_long_is_told_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = put_up(monkeypatch)
    with progress("scoring"):
        time.sleep(0.1)
    assert screen.getvalue() == "\rscoring: 0 s \r\x1b[K"


def test_what_is_quick_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = put_up(monkeypatch)
    monkeypatch.setattr(terminal, "PATIENCE", 60)
    with progress("scoring"):
        pass
    assert screen.getvalue() == ""


def test_a_pipe_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = put_up(monkeypatch)
    monkeypatch.setattr(screen, "isatty", lambda: False)
    with progress("scoring"):
        time.sleep(0.1)
    assert screen.getvalue() == ""


def test_a_long_name_stays_on_one_line_and_steers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = put_up(monkeypatch)
    with progress("cleaning \x1b[31m" + "x" * 500):
        time.sleep(0.1)
    line = screen.getvalue().removesuffix("\r\x1b[K")
    assert "\x1b" not in line
    assert 20 < len(line) < 60


def test_each_thing_is_told_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = put_up(monkeypatch)

    def slow() -> Iterator[int]:
        for number in range(2):
            time.sleep(0.1)
            yield number

    assert list(told(slow(), lambda at: f"run {at + 1}")) == [0, 1]
    assert "run 1: 0 s" in screen.getvalue()
    assert "run 2: 0 s" in screen.getvalue()


def test_cleaning_tells_which_article_takes_long_unless_it_is_to_be_quiet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    screen = put_up(monkeypatch)
    article = tmp_path / "long.txt"
    article.write_text("It rained all day in the old town by the river.\n" * 4, encoding="utf-8")
    quick = batch.run

    def slow(cleaner: Cleaner, jobs: Sequence[Job], *, resume: bool) -> Iterator[batch.Outcome]:
        time.sleep(0.1)
        yield from quick(cleaner, jobs, resume=resume)

    monkeypatch.setattr(batch, "run", slow)
    arguments = ["clean", str(article), "-o", str(article.with_name("out.txt")), "--model", "none"]
    assert main([*arguments, "--quiet"]) == 0
    assert screen.getvalue() == ""
    assert main([*arguments, "--resume"]) == 0
    assert "cleaning long.txt: 0 s" in screen.getvalue()


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_wrapped_text_fits_and_is_whole(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns(line) <= width or " " not in line.strip() for line in lines if line.isascii())
    assert "\x1b" not in printable(text)
