import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.errors import ArticleError
from postedit.results import read_results
from postedit.side_by_side import show, word_diff


def result(**changes: object) -> dict[str, object]:
    segment = {
        "number": 1,
        "kind": "paragraph",
        "draft": "He come home.",
        "text": "He came home.",
        "status": "edited",
        "origin": "polish",
        "reason": "polish: it gains",
        "source": None,
    }
    furniture = {"start": 20, "end": 25, "text": "Share", "why": "a share button", "dropped": True}
    return {"id": "a", "furniture": [furniture], "segments": [{**segment, **changes}], "counts": {"edited": 1}}


def test_a_pipe_gets_no_escape_codes_and_a_terminal_gets_them() -> None:
    assert "\x1b" not in show(result(), ["edited"], 80, colour=False)
    assert "\x1b[4;32mcame\x1b[0m" in show(result(), ["edited"], 80, colour=True)


def test_reasons_and_furniture_are_shown_and_kept_segments_are_not() -> None:
    shown = show(result(), ["edited"], 80, colour=False)
    assert "← polish: it gains" in shown
    assert "dropped: Share" in shown
    assert "He come" not in show(result(status="kept"), ["edited"], 80, colour=False)


def test_no_line_is_wider_than_asked_for_even_in_chinese() -> None:
    long = result(draft="word " * 60, text="other " * 60, source="河水上涨" * 40)
    for line in show(long, ["edited"], 60, colour=False).split("\n"):
        assert sum(2 if ord(character) > 0x2E80 else 1 for character in line) <= 62


@settings(deadline=None)
@given(st.text(), st.text())
def test_a_word_diff_holds_both_texts_whole(before: str, after: str) -> None:
    left, right = word_diff(before, after)
    assert [word.text for word in left] == before.split()
    assert [word.text for word in right] == after.split()


def test_details_of_one_article_of_many_and_of_lines_are_all_read(tmp_path: Path) -> None:
    one, path = result(), tmp_path / "out.json"
    for content in (json.dumps(one), json.dumps({"articles": [one]}), json.dumps(one) + "\n"):
        path.write_text(content)
        assert list(read_results(path)) == [one]
    path.write_text(json.dumps(one) + "\n" + json.dumps(one) + "\n")
    assert list(read_results(path)) == [one, one]


@pytest.mark.parametrize(
    ("content", "said"), [("{", "no result of clean"), ("[1]", "no segments"), (None, "no such file")]
)
def test_what_is_not_a_result_is_told_so(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "out.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ArticleError, match=said):
        list(read_results(path))
