"""Markdown: what a reader sees, at its exact place, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Kind, Segment
from postedit.config import Config
from postedit.formats import parse
from postedit.gate import Gate
from postedit.pipeline import clean_articles

CASES = json.loads((Path(__file__).parent / "cases" / "markdown.json").read_text(encoding="utf-8"))

CLEANED = json.loads((Path(__file__).parent / "cases" / "markdown_cleaned.json").read_text(encoding="utf-8"))

# Text that is dense in markup finds more than text of any characters does.
MARKED = st.text(alphabet="ab *_`[]()<>!#-+=~|\\\n\r\t>.1:&;\u3000你。\"'$/{}", max_size=80)
PAGES = MARKED | st.text() | st.lists(st.sampled_from([case["page"] for case in CASES]) | MARKED).map("\n".join)


PIECES = [
    "the",
    "the",
    "and",
    "best",
    "and",
    "best",
    ",",
    ".",
    "*so*",
    "&amp;",
    "&lt;",
    "lt;",
    "＊a＊",
    '"',
    "It",
    "，",
]
CODE = ["`the`", "`a,b`", "`,`", "`&lt;`", "`end.The`", "`＊`"]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_a_page_has_the_blocks_of_its_case(case: dict[str, Any]) -> None:
    page = case["page"]
    found = []
    for block in parse(page, "markdown", "a1").blocks:
        raw = page[block.start : block.end]
        marks = tuple(type(m)(m.start - block.start, m.end - block.start, m.stands_for) for m in block.marks)
        verbatim = block.kind is Kind.VERBATIM
        found.append([block.kind.value, raw, None if verbatim else Segment(raw, block.start, marks=marks).text])
    assert found == case["blocks"]


@settings(deadline=None, max_examples=300)
@given(PAGES)
def test_any_text_can_be_read_and_its_blocks_and_marks_lie_in_order(page: str) -> None:
    article = parse(page, "markdown", "a1")
    assert article.draft == page
    at = 0
    for block in article.blocks:
        assert at <= block.start < block.end <= len(page)
        assert page[block.start : block.end].strip() == page[block.start : block.end]
        at = block.start
        for mark in block.marks:
            assert at <= mark.start < mark.end <= block.end
            at = mark.end
        at = block.end


@settings(deadline=None)
@given(st.lists(st.sampled_from(["word", "**bold**", "`code`", "[a link](x.html)", "你好"]), min_size=1, max_size=9))
def test_line_ends_do_not_change_what_is_read(words: list[str]) -> None:
    unix = parse("\n".join(words) + "\n\n- " + words[0], "markdown", "a1")
    windows = parse(unix.draft.replace("\n", "\r\n"), "markdown", "a1")
    assert [block.kind for block in unix.blocks] == [block.kind for block in windows.blocks]
    assert [len(block.marks) for block in unix.blocks] == [len(block.marks) for block in windows.blocks]


@pytest.mark.parametrize("case", CLEANED, ids=[case["label"] for case in CLEANED])
def test_a_page_is_repaired_outside_of_its_code_and_entities(case: dict[str, Any]) -> None:
    [edited] = clean_articles([parse(case["page"], "markdown", "a1")], None, Gate(), Config())
    assert edited.text == case["cleaned"]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from([*PIECES, *CODE]), min_size=1, max_size=12).map(" ".join))
def test_no_repair_changes_code(page: str) -> None:
    [edited] = clean_articles([parse(page, "markdown", "a1")], None, Gate(), Config())
    assert re.findall("`[^`]+`", edited.text) == re.findall("`[^`]+`", page)
