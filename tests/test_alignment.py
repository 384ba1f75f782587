"""Alignment: each segment finds the sentences that it was made from, and nothing is lost on the way."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.alignment import align
from postedit.article import Article, Block, Mark, Segment
from postedit.clues import clues
from postedit.errors import ArticleError
from postedit.segments import segment

CASES = json.loads((Path(__file__).parent / "cases" / "alignment.json").read_text("utf-8"))
LEXICON = Path(__file__).parent.parent / "pipeline" / "postedit" / "lexicon_zh_en.tsv"


def _case(case: dict[str, Any]) -> ParameterSet:
    marks = [pytest.mark.xfail(reason=case["known_failure"])] if "known_failure" in case else []
    return pytest.param(case, id=case["label"], marks=marks)


def _lay_out(paragraphs: Sequence[str]) -> tuple[str, tuple[Block, ...]]:
    text, blocks = "", []
    for paragraph in paragraphs:
        text += "\n\n" * bool(text)
        blocks.append(Block(len(text), len(text) + len(paragraph)))
        text += paragraph
    return text, tuple(blocks)


def _article(draft: Sequence[str], source: Sequence[str]) -> Article:
    return Article("a1", *_lay_out(draft), *_lay_out(source))


def _aligned(draft: Sequence[str], source: Sequence[str]) -> tuple[Segment, ...]:
    article = _article(draft, source)
    return align(segment(article), article)


@pytest.mark.parametrize("case", [_case(case) for case in CASES])
def test_segments_find_their_source(case: dict[str, Any]) -> None:
    found = [[one.draft, one.source] for one in _aligned(case["draft"], case["source"])]
    assert found == case["pairs"]


ENGLISH = st.sampled_from(
    [
        "China grew by 5%.",
        "He came in May!",
        "Who knows?",
        "The U.S. Army left 20 towns, and more.",
        "It is so.",
        "\u2028",
    ]
)
CHINESE = st.sampled_from(
    ["中国增长了5%。", "他五月来了！", "谁知道？", "美军离开20座城市等等。", "就是这样。", "\u3000"]
)


@settings(deadline=None)
@given(
    st.lists(st.lists(ENGLISH | st.text(max_size=9), max_size=5).map(" ".join), max_size=5),
    st.lists(st.lists(CHINESE | st.text(max_size=9), max_size=5).map("".join), max_size=5),
)
def test_aligning_loses_no_segment_and_keeps_spans_exact(draft: list[str], source: list[str]) -> None:
    article = _article(draft, source)
    before = segment(article)
    try:
        after = align(before, article)
    except ArticleError:
        return
    for one in after:
        assert article.draft[one.start : one.end] == one.draft
        inside = [old for old in before if one.start <= old.start and old.end <= one.end]
        assert inside
        assert {old.block for old in inside} == {one.block}
        assert (one.start, one.end) == (inside[0].start, inside[-1].end)
    assert sum(sum(a.start <= b.start < a.end for b in before) for a in after) == len(before)
    told = "".join("".join((one.source or "").split()) for one in after)
    assert _is_in_order(told, "".join((article.source or "").split()))


def _is_in_order(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(character in rest for character in part)


def test_without_a_source_nothing_changes() -> None:
    article = Article("a1", "One. Two.", (Block(0, 9),))
    segments = segment(article)
    assert align(segments, article) == segments


def test_an_empty_source_leaves_every_segment_alone() -> None:
    article = Article("a1", "One. Two.", (Block(0, 9),), "", ())
    assert [one.source for one in align(segment(article), article)] == [None, None]


def test_a_source_without_blocks_is_read_as_one_text() -> None:
    article = Article("a1", "China grew by 5%.", (Block(0, 17),), "中国增长了5%。")
    assert [one.source for one in align(segment(article), article)] == ["中国增长了5%。"]


def test_segments_that_are_joined_keep_the_markup_between_and_in_them() -> None:
    draft = "Police **investigate** an *accident.*\n*It* happened at 9:30 near the bridge."
    places = [(7, 9, ""), (20, 22, ""), (26, 27, ""), (36, 37, ""), (37, 38, " "), (38, 39, ""), (41, 42, "")]
    block = Block(0, len(draft), marks=tuple(Mark(*place) for place in places))
    source = "警方调查一起9时30分在桥边发生的事故。"
    article = Article("a1", draft, (block,), source, (Block(0, len(source)),))
    assert len(segment(article)) == 2
    (one,) = align(segment(article), article)
    assert (one.draft, one.source) == (draft, source)
    assert one.text == "Police investigate an accident. It happened at 9:30 near the bridge."


def test_markup_of_the_source_is_not_part_of_a_source() -> None:
    source = "**中国**增长了5%。"
    blocks = (Block(0, len(source), marks=(Mark(0, 2), Mark(4, 6))),)
    article = Article("a1", "China grew by 5%.", (Block(0, 17),), source, blocks)
    assert [one.source for one in align(segment(article), article)] == ["中国增长了5%。"]


UNRELATED = [
    "昨晚的足球比赛以3比1结束。",
    "教练对球员非常满意。",
    "主场球迷唱到半夜。",
    "下一场比赛在周五举行。",
    "门将受了轻伤。",
    "他要休息两周。",
    "俱乐部正在寻找新的前锋。",
    "票价不会上涨。",
]
DRAFT = [
    "The price of coal rose by 12% in 2021.",
    "Factories in Shandong had to close for a month.",
    "The government wants to build 40 wind farms.",
    "A loan of 5 billion yuan was approved in September.",
    "Experts doubt that the energy will be enough.",
    "Farmers near the river fear for their land.",
    "The bank declined to comment.",
    "A survey of the environment is to follow.",
]


def test_a_source_of_another_article_is_refused() -> None:
    with pytest.raises(
        ArticleError, match=r"only \d of 8 segments find a counterpart in its 8 sentences. Check --source"
    ):
        _aligned(DRAFT, UNRELATED)


def test_a_long_monotonous_text_is_aligned_from_beginning_to_end() -> None:
    aligned = _aligned(["It rains."] * 700, ["下雨了。"] * 700)
    assert [one.source for one in aligned] == ["下雨了。"] * 700


def test_one_sentence_against_a_long_source_comes_through() -> None:
    source = [f"第{n}天下雨了。" for n in range(2, 600)]
    aligned = _aligned(["On day 347 it rained."], source)
    assert [one.source for one in aligned] == ["第347天下雨了。"]


def test_blocks_of_the_source_are_left_as_they_are() -> None:
    article = _article(["China grew by 5%."], ["中国增长了5%。"])
    assert align(segment(article), article) == (replace(segment(article)[0], source="中国增长了5%。"),)


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("二〇二二年十月", "October 2022"),
        ("１３４亿元", "13.4 billion yuan"),
        ("谁？", "Who?"),
        ("习近平主席", "President Xi"),
        ("“好”", '"good"'),
    ],
)
def test_a_translation_shares_its_clues(chinese: str, english: str) -> None:
    assert clues(chinese) <= clues(english)


def test_a_word_stands_for_one_idea_in_the_lexicon() -> None:
    rows = [row.split("\t") for row in LEXICON.read_text("utf-8").rstrip("\n").split("\n") if not row.startswith("#")]
    words = [word for chinese, _ in rows for word in chinese.split()]
    assert len(words) == len(set(words))
    assert all(english.replace("*", "").replace(" ", "").isascii() for _, english in rows)
