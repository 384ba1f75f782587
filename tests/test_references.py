"""One str, a list of str or None a segment: every other shape is refused, with the way out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from postedit.errors import ArticleError
from postedit.scores import score

HYPOTHESES = ["The river rose.", "The mayor left.", "It snowed."]
WRONG: dict[str, tuple[Any, Any, str]] = {
    "one list of references, as sacrebleu takes it": (HYPOTHESES, [HYPOTHESES], r"list\(zip\(\*references\)\)"),
    "two lists of references": (HYPOTHESES, [HYPOTHESES, HYPOTHESES], r"list\(zip\(\*references\)\)"),
    "lists of the wrong length": (HYPOTHESES, [HYPOTHESES[:2]], r"list\(zip\(\*references\)\)"),
    "as many lists as hypotheses": (HYPOTHESES, [HYPOTHESES] * 3, r"list\(zip\(\*references\)\)"),
    "one string of references": (HYPOTHESES, "The river rose.", "one string"),
    "one string of hypotheses": ("The river rose.", ["The river rose."], r"split\('\\n'\)"),
    "bytes": (HYPOTHESES, b"The river", "one string"),
    "one file of hypotheses": (Path("out.txt"), HYPOTHESES, r"hypotheses: this is of type \w*Path. Pass a list"),
    "hypotheses in a dict": (dict.fromkeys(HYPOTHESES, 1), HYPOTHESES, "hypotheses: this is of type dict"),
    "hypotheses in a set, which has no order": (set(HYPOTHESES), HYPOTHESES, "hypotheses: this is of type set"),
    "hypotheses in lists": ([[text] for text in HYPOTHESES], HYPOTHESES, "hypotheses, index 0: this is of type list"),
    "a hypothesis that is None": (["a", None, "c"], HYPOTHESES, "hypotheses, index 1: this is None"),
    "references by id": (HYPOTHESES, {text: text for text in HYPOTHESES}, "references: this is of type dict"),
    "references in a set": (HYPOTHESES, set(HYPOTHESES), "references: this is of type set"),
    "wordings by name": (HYPOTHESES, [{"a": text} for text in HYPOTHESES], r"references\[0\]"),
    "an array of two lists": (HYPOTHESES, np.array([HYPOTHESES, HYPOTHESES]), r"list\(zip\(\*references\)\)"),
    "a reference that is no number": (HYPOTHESES, ["a", float("nan"), "c"], r"references\[1\]"),
    "a number for a reference": (HYPOTHESES, ["a", 3, "c"], r"references\[1\]"),
    "no wording in a reference": (HYPOTHESES, ["a", [], "c"], r"references\[1\]"),
    "None among the wordings": (HYPOTHESES, ["a", ["b", None], "c"], r"references\[1\]"),
    "lists in lists": (HYPOTHESES, [[["a"]], [["b"]], [["c"]]], r"references\[0\]"),
    "no hypothesis": ([], [], "nothing to score"),
    "nothing but None": (HYPOTHESES, [None] * 3, "every reference is None"),
    "no references": (HYPOTHESES, None, "references"),
}


@pytest.mark.parametrize(("hypotheses", "references", "message"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_shape_is_refused_with_the_way_out(hypotheses: Any, references: Any, message: str) -> None:
    with pytest.raises(ArticleError, match=message):
        score(hypotheses, references)


def test_as_many_references_as_segments_are_scored_when_they_are_the_right_way_round() -> None:
    rows = [[text, text.upper(), text.replace("The", "A")] for text in HYPOTHESES]
    assert score(HYPOTHESES, rows, ["chrf"])["chrf"].value == 100


def test_different_counts_say_where_the_lines_part() -> None:
    lines = [f"On day {number} the ferry carried {number * 7} people to island {number % 5}." for number in range(200)]
    with pytest.raises(
        ArticleError, match=r"199 hypotheses and 200 references: line 123 of the references .*'On day 122"
    ):
        score(lines[:122] + lines[123:], lines)
    with pytest.raises(
        ArticleError, match=r"201 hypotheses and 200 references: line 51 of the hypotheses .*'Share this"
    ):
        score([*lines[:50], "Share this page", *lines[50:]], lines)
    with pytest.raises(ArticleError, match="too little in common"):
        score(["Plop fizz.", "Gnu."], lines)


@pytest.mark.parametrize(
    ("baseline", "message"),
    [
        (["a"], "1 hypothesis of 'baseline' and 2 references"),
        ("a", "hypotheses of 'baseline': this is one string"),
        (["a", None], "hypotheses of 'baseline', index 1: this is None"),
    ],
)
def test_a_wrong_baseline_is_refused_by_its_name(baseline: Any, message: str) -> None:
    with pytest.raises(ArticleError, match=message):
        score(["a", "b"], ["a", "b"], baseline=baseline)
