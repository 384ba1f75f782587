"""Markdown: what a reader sees, at its exact place, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Kind, Segment
from postedit.formats import parse

CASES = json.loads((Path(__file__).parent / "cases" / "markdown.json").read_text(encoding="utf-8"))

# Text that is dense in markup finds more than text of any characters does.
MARKED = st.text(alphabet="ab *_`[]()<>!#-+=~|\\\n\r\t>.1:&;\u3000你。\"'$/{}", max_size=80)
PAGES = MARKED | st.text() | st.lists(st.sampled_from([case["page"] for case in CASES]) | MARKED).map("\n".join)


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
