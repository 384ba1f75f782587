"""Segments: exact spans, nothing lost, and a boundary only where a sentence ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import PROSE, Article, Block, Kind, Mark, Segment
from postedit.segments import cut, segment, split_sentences

CASES = json.loads((Path(__file__).parent / "cases" / "segments.json").read_text("utf-8"))
# Text that is rich in what the rules look at; plain st.text() seldom writes a sentence.
TEXTS = st.text() | st.text(alphabet=" \n.!?。！？…；,，\"'“”《》（）()[]aBz1中文😀\u3000\u0301US")


def _case(case: dict[str, object]) -> ParameterSet:
    marks = [pytest.mark.xfail(reason=str(case["known_failure"]))] if "known_failure" in case else []
    return pytest.param(case, id=str(case["label"]), marks=marks)


@pytest.mark.parametrize("case", [_case(case) for case in CASES])
def test_sentences_end_where_a_reader_ends_them(case: dict[str, Any]) -> None:
    assert [case["text"][start:end] for start, end in split_sentences(case["text"])] == case["sentences"]


@st.composite
def articles(draw: st.DrawFn) -> Article:
    draft, blocks = "", list[Block]()
    for _ in range(draw(st.integers(0, 3))):
        draft += draw(st.sampled_from(["", "\n\n", "# "]))
        start, marks = len(draft), list[Mark]()
        for _ in range(draw(st.integers(0, 4))):
            draft += draw(TEXTS)
            at, markup = len(draft), draw(st.sampled_from(["", "**", "\n> ", "](http://a.b/)"]))
            draft += markup
            marks.append(Mark(at, len(draft), draw(st.sampled_from(["", " "]))))
        kind = draw(st.sampled_from([Kind.PARAGRAPH, Kind.TITLE, Kind.VERBATIM, Kind.FURNITURE]))
        blocks.append(Block(start, len(draft), kind, marks=tuple(marks)))
    return Article("any", draft, tuple(blocks))


def _check_spans(article: Article, segments: tuple[Segment, ...]) -> None:
    at = 0
    for one in segments:
        block = article.blocks[one.block]
        assert article.draft[one.start : one.end] == one.draft
        assert max(at, block.start) <= one.start < one.end <= block.end
        assert one.text == one.text.strip()
        assert one.text
        markup = {place for mark in block.marks if not mark.stands_for.strip() for place in range(mark.start, mark.end)}
        assert one.start not in markup
        assert one.end - 1 not in markup
        inside = [Mark(m.start + one.start, m.end + one.start, m.stands_for) for m in one.marks]
        assert inside == [m for m in block.marks if one.start < m.end and m.start < one.end]
        at = one.end


def _prose(article: Article) -> list[int]:
    """Where the characters stand that must lie in a segment."""
    return [
        at
        for block in article.blocks
        if block.kind in PROSE
        for at in range(block.start, block.end)
        if not article.draft[at].isspace() and not any(m.start <= at < m.end for m in block.marks)
    ]


@settings(deadline=None)
@given(articles())
def test_segments_are_exact_and_hold_all_prose(article: Article) -> None:
    segments = segment(article)
    _check_spans(article, segments)
    covered = {at for one in segments for at in range(one.start, one.end)}
    assert covered.issuperset(_prose(article))


@settings(deadline=None)
@given(articles(), st.integers(1, 12))
def test_cutting_loses_nothing_and_every_piece_fits(article: Article, limit: int) -> None:
    pieces = cut(segment(article), lambda text: len(text) <= limit)
    _check_spans(article, pieces)
    covered = {at for one in pieces for at in range(one.start, one.end)}
    assert covered.issuperset(_prose(article))
    assert all(len(piece.text) <= limit for piece in pieces)


@settings(deadline=None)
@given(TEXTS)
def test_sentences_hold_every_character_that_is_not_whitespace(text: str) -> None:
    kept = "".join(text[start:end] for start, end in split_sentences(text))
    assert "".join(kept.split()) == "".join(text.split())


def test_only_prose_is_cut() -> None:
    draft = "27 October 2023\n\nA. B."
    article = Article("a1", draft, (Block(0, 15, Kind.DATE), Block(17, 22, Kind.VERBATIM)))
    assert segment(article) == ()


def test_marks_count_from_the_segment_they_lie_in() -> None:
    draft = "One.\n> **Two** is\n> here. **Three.**"
    marks = (Mark(4, 9, " "), Mark(12, 14), Mark(17, 20, " "), Mark(26, 28), Mark(34, 36))
    segments = segment(Article("a1", draft, (Block(0, len(draft), Kind.QUOTE, marks=marks),)))
    assert [(s.start, s.draft, s.text, s.marks) for s in segments] == [
        (0, "One.", "One.", ()),
        (9, "Two** is\n> here.", "Two is here.", (Mark(3, 5), Mark(8, 11, " "))),
        (28, "Three.", "Three.", ()),
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Rain fell, and snow too; wind came, and then ice.", ["Rain fell, and snow too;", "wind came, and then ice."]),
        (
            "Rain fell on the north and wind came from the south",
            ["Rain fell on the north", "and wind came from the south"],
        ),
        ("It cost 1,000,000 yuan, or so they told us.", ["It cost 1,000,000 yuan,", "or so they told us."]),
        ("春天下雨，夏天下雪；秋天刮风，冬天结冰。", ["春天下雨，夏天下雪；", "秋天刮风，冬天结冰。"]),
        ("春天下雨夏天下雪秋天刮风冬天结冰", ["春天下雨夏天下雪", "秋天刮风冬天结冰"]),
        ("x" * 40, ["x" * 20, "x" * 20]),
    ],
)
def test_a_long_segment_is_cut_at_its_strongest_clause_mark(text: str, pieces: list[str]) -> None:
    assert [s.draft for s in cut([Segment(text, 7)], lambda part: len(part) < len(text))] == pieces


def test_a_piece_does_not_claim_the_source_of_the_whole() -> None:
    whole = Segment("Rain fell, wind came.", 0, source="下雨了，刮风了。")
    assert [piece.source for piece in cut([whole], lambda text: len(text) < 15)] == [None, None]
    assert cut([whole], lambda _: True) == (whole,)


def test_a_character_that_does_not_fit_is_left_whole() -> None:
    assert [piece.draft for piece in cut([Segment("ab", 0)], lambda _: False)] == ["a", "b"]


def test_a_whole_file_in_one_line_is_cut_like_its_paragraphs() -> None:
    sentences = ["The mayor came.", "Who knew?", "Mr. Lee left the U.S. Army.", "“Fine!”"] * 250
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


def test_what_is_far_too_long_for_a_sentence_is_cut_without_losing_anything() -> None:
    draft = "the old town, " * 2_000
    pieces = segment(Article("a1", draft, (Block(0, len(draft)),)))
    assert max(len(one.draft) for one in pieces) <= 3_000
    assert all(one.draft.endswith("town,") for one in pieces)
    assert "".join(one.draft for one in pieces).replace(" ", "") == draft.replace(" ", "")


def test_neither_a_sentence_nor_a_piece_ends_inside_of_what_a_mark_stands_for() -> None:
    draft = "`One. Two` is it. So `A. B, C` is it."
    marks = (Mark(0, 10, "One. Two"), Mark(21, 30, "A. B, C"))
    found = segment(Article("a1", draft, (Block(0, len(draft), marks=marks),)))
    assert [(one.draft, one.text) for one in found] == [
        ("`One. Two` is it.", "One. Two is it."),
        ("So `A. B, C` is it.", "So A. B, C is it."),
    ]
    parts = cut(found, lambda text: len(text) < 9)
    assert [one.draft for one in parts] == ["`One. Two`", "is it.", "So", "`A. B, C`", "is it."]
