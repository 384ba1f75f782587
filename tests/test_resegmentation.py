"""A hypothesis is cut like its references at the least word edits, and nothing but line breaks moves."""

import random
import time
from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

import postedit
from postedit import resegmentation as module
from postedit.errors import ArticleError
from postedit.resegmentation import resegment

REFERENCES = ["the cat sat on the mat", "it then fell asleep", "nobody woke it"]

CASES = [
    ("cut alike already", ["a b c", "d e"], ["a b c", "d e"], ["a b c", "d e"]),
    ("one long line", ["a b c d e"], ["a b c", "d e"], ["a b c", "d e"]),
    ("cut too finely", ["a", "b c", "d", "e"], ["a b c", "d e"], ["a b c", "d e"]),
    ("cut elsewhere", ["a b", "c d e"], ["a b c", "d e"], ["a b c", "d e"]),
    ("a word was replaced", ["a x c d e"], ["a b c", "d e"], ["a x c", "d e"]),
    ("a sentence is missing", ["a b c g h i"], ["a b c", "d e f", "g h i"], ["a b c", "", "g h i"]),
    ("nothing at all", [], ["a b", "c"], ["", ""]),
    ("empty lines", ["", "a b", "", "c"], ["a b", "c"], ["a b", "c"]),
    ("an added word stays on its side of the line break", ["a b x", "c d"], ["a b", "c d"], ["a b x", "c d"]),
    ("an added word goes behind the end of a sentence", ["a b. x c d"], ["a b", "c d"], ["a b.", "x c d"]),
    ("case and full stops move nothing", ["It rained the river. Rose"], ["It rained.", "The river rose."],
     ["It rained", "the river. Rose"]),
    ("a word in capitals is the same word", ["a b", "x THE c d"], ["a b the", "c d"], ["a b x THE", "c d"]),
    ("a reference without words takes none", ["a b c"], ["a b", "", "c"], ["a b", "", "c"]),
]  # fmt: skip


@pytest.mark.parametrize(("label", "hypothesis", "references", "pieces"), CASES, ids=[case[0] for case in CASES])
def test_known_cases(label: str, hypothesis: list[str], references: list[str], pieces: list[str]) -> None:
    assert resegment(hypothesis, references) == tuple(pieces)


def test_chinese_is_cut_between_characters() -> None:
    cut = resegment(
        ["河水上涨，桥被关闭。学校", "停课。"], ["河水上涨。", "桥已关闭。", "学校停课。"], target_language="zh"
    )
    assert cut == ("河水上涨，", "桥被关闭。", "学校停课。")


def test_a_latin_word_in_chinese_is_not_cut() -> None:
    cut = resegment(["公司叫 Fine Steel 它很大。"], ["公司叫 Fine", "Steel 它很大。"], target_language="zh-CN")
    assert cut == ("公司叫 Fine", "Steel 它很大。")


def test_the_nearest_of_several_references_decides() -> None:
    cut = resegment(["a b c d e f"], [["x y", "a b c d"], ["e f", "c d e f"]])
    assert cut == ("a b c d", "e f")


def test_a_missing_reference_is_refused() -> None:
    with pytest.raises(ArticleError, match="a reference for each segment"):
        resegment(["a"], ["a", None])  # type: ignore[list-item]


def test_the_way_out_that_a_wrong_count_names_is_one() -> None:
    hypotheses, references = ["a b c d"], ["a b", "c d"]
    with pytest.raises(ArticleError, match=r"postedit\.resegment\(hypotheses, references\)"):
        postedit.score(hypotheses, references)
    assert postedit.score(postedit.resegment(hypotheses, references), references, ["chrf"])["chrf"].value == 100


words = st.lists(st.sampled_from("abc"), max_size=9)


@settings(deadline=None, max_examples=200)
@given(words, st.lists(st.lists(st.sampled_from("abc"), max_size=4), min_size=1, max_size=3))
def test_no_other_cut_has_fewer_edits(hypothesis: list[str], references: list[list[str]]) -> None:
    def edits(pieces: list[list[str]]) -> int:
        return sum(Levenshtein.distance(piece, words) for piece, words in zip(pieces, references, strict=True))

    ours = [piece.split() for piece in resegment([" ".join(hypothesis)], [" ".join(row) for row in references])]
    assert [word for piece in ours for word in piece] == hypothesis
    best = min(
        edits([hypothesis[a:b] for a, b in zip((0, *cuts), (*cuts, len(hypothesis)), strict=True)])
        for cuts in combinations_with_replacement(range(len(hypothesis) + 1), len(references) - 1)
    )
    assert edits(ours) == best


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(max_size=30), max_size=4), st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_no_word_is_lost_or_cut_in_any_text(hypothesis: list[str], references: list[str]) -> None:
    pieces = resegment(hypothesis, references)
    assert len(pieces) == len(references)
    assert " ".join(pieces).split() == " ".join(hypothesis).split()


def test_a_long_text_in_a_narrow_band_is_cut_where_it_was_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    vocabulary = [f"w{number}" for number in range(800)]
    references = [" ".join(chance.choices(vocabulary, k=chance.randint(6, 30))) for _ in range(600)]
    rough = [" ".join(word for word in text.split() if chance.random() > 0.1) for text in references]
    lines = [" ".join(rough[at : at + 3]) for at in range(0, 600, 3)]
    assert sum(a == b for a, b in zip(resegment(lines, references), rough, strict=True)) > 520
    monkeypatch.setattr(module, "BAND", 60)
    started = time.process_time()
    assert sum(a == b for a, b in zip(resegment(lines, references), rough, strict=True)) > 520
    assert time.process_time() - started < 5


def test_a_foreign_stretch_wider_than_the_band_is_still_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BAND", 3)
    references = [f"w{number} x{number} y{number}" for number in range(30)]
    menu = ["menu"] * 40
    pieces = resegment([*references[:10], *menu, *references[10:15], *references[28:]], references)
    assert " ".join(" ".join(pieces).split()) == " ".join(
        [*references[:10], *menu, *references[10:15], *references[28:]]
    )
    assert pieces[:9] == tuple(references[:9])
    assert pieces[29] == references[29]
