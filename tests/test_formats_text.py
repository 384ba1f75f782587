"""Plain text: paragraphs, bullets and wrapped lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Block, Kind, Mark, Segment
from postedit.formats import parse

CASES = json.loads((Path(__file__).parent / "cases" / "text.json").read_text(encoding="utf-8"))
PAGES = st.text() | st.lists(st.sampled_from([case["page"] for case in CASES]) | st.text()).map("\n".join)


def seen(page: str, block: Block) -> str:
    marks = tuple(Mark(mark.start - block.start, mark.end - block.start, mark.stands_for) for mark in block.marks)
    return Segment(page[block.start : block.end], block.start, marks=marks).text


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_a_page_is_cut_into_the_paragraphs_of_its_case(case: dict[str, Any]) -> None:
    page = case["page"]
    assert [seen(page, block) for block in parse(page, "text", "a1").blocks] == case["blocks"]


def test_a_bullet_makes_an_item_and_a_rule_is_verbatim() -> None:
    blocks = parse("- one\ntwo\n***\n", "text", "a1").blocks
    assert [block.kind for block in blocks] == [Kind.ITEM, Kind.PARAGRAPH, Kind.VERBATIM]


@settings(deadline=None)
@given(PAGES)
def test_every_word_of_any_text_lies_in_a_block_or_is_a_number_before_one(page: str) -> None:
    article = parse(page, "text", "a1")
    assert article.draft == page
    at = 0
    outside = ""
    for block in article.blocks:
        assert at <= block.start < block.end
        assert page[block.start : block.end].strip() == page[block.start : block.end]
        outside += page[at : block.start]
        at = block.start
        for mark in block.marks:
            assert at < mark.start < mark.end < block.end
            assert not page[mark.start : mark.end].strip()
            at = mark.end
        at = block.end
    outside += page[at:]
    assert not any(len(word) > 5 for word in outside.split())
