"""Systems side by side: who is better, where, and by how much."""

import json

import pytest

from postedit.comparison import SHOWN, compare
from postedit.errors import ArticleError
from postedit.scores import score
from postedit.significance import Resampling
from postedit.tables import comparison_table

REFERENCES = [f"On day {number} the ferry carried {number * 7} people to island {number % 5}." for number in range(40)]
ROUGH = [text.replace("carried", "has carry").replace("island", "the isle") for text in REFERENCES]
BETTER = [text if number % 4 else rough for number, (text, rough) in enumerate(zip(REFERENCES, ROUGH, strict=True))]
WORSE = [rough if number % 2 else rough[:12] for number, rough in enumerate(ROUGH)]
FEW = Resampling(samples=200, trials=500)


def test_shares_of_better_equal_and_worse_segments_are_counted_against_the_first() -> None:
    held = compare({"rough": ROUGH, "better": BETTER, "worse": WORSE}, REFERENCES, ["chrf"], resampling=FEW)
    assert (held["rough"].better, held["rough"].equal, held["rough"].worse) == (0, 1, 0)
    assert (held["better"].better, held["better"].equal, held["better"].worse) == (0.75, 0.25, 0)
    assert (held["worse"].better, held["worse"].equal, held["worse"].worse) == (0, 0.5, 0.5)


def test_scores_and_tests_are_those_of_score() -> None:
    held = compare({"rough": ROUGH, "better": BETTER}, REFERENCES, ["bleu", "ter"])
    alone = score(BETTER, REFERENCES, ["bleu", "ter"], baseline=ROUGH)
    assert held["better"].scores == alone
    assert [one.metric for one in held["rough"].scores.scores] == ["bleu", "ter"]


def test_the_length_ratio_is_bleus() -> None:
    held = compare({"rough": ROUGH, "worse": WORSE}, REFERENCES, ["chrf"], resampling=FEW)
    assert f"ratio = {held['worse'].length_ratio:.3f}" in score(WORSE, REFERENCES, ["bleu"])["bleu"].detail
    assert held["worse"].length_ratio < 0.8 < held["rough"].length_ratio


def test_the_segments_that_differ_most_come_first() -> None:
    held = compare({"rough": ROUGH, "better": BETTER, "worse": WORSE}, REFERENCES, ["chrf"], resampling=FEW)
    assert len(held.differing) == SHOWN
    spreads = [difference.spread for difference in held.differing]
    assert spreads == sorted(spreads, reverse=True)
    widest = held.differing[0]
    assert widest.index % 4 == 2  # where one system has all of it and one has twelve letters
    assert widest.outputs == {
        "rough": ROUGH[widest.index],
        "better": BETTER[widest.index],
        "worse": WORSE[widest.index],
    }
    assert widest.scores["better"] == 100


def test_segments_on_which_all_agree_do_not_differ() -> None:
    held = compare({"a": ROUGH, "b": [*ROUGH[:-1], REFERENCES[-1]]}, REFERENCES, ["chrf"], resampling=FEW)
    assert [difference.index for difference in held.differing] == [len(ROUGH) - 1]


def test_a_segment_without_reference_is_left_out() -> None:
    held = compare({"a": ROUGH[:4], "b": REFERENCES[:4]}, [None, *REFERENCES[1:4]], ["chrf"], resampling=FEW)
    assert held["b"].better == 1
    assert {difference.index for difference in held.differing} == {1, 2, 3}


def test_the_table_has_an_arrow_where_the_difference_is_real() -> None:
    held = compare({"rough": ROUGH, "better": BETTER, "worse": WORSE}, REFERENCES, ["chrf"], resampling=FEW)
    rows = {line.split("  ")[0]: line for line in comparison_table(held).split("\n")[:4]}
    assert "↑ better" in rows["better"]
    assert "↓ worse" in rows["worse"]
    assert "better" not in rows["rough"]
    assert "\x1b" not in str(held)
    assert "\x1b[32m↑ better" in comparison_table(held, colour=True)
    assert comparison_table(held, "markdown").startswith("| system | ")


def test_columns_of_numbers_end_in_the_same_place() -> None:
    held = compare({"a very long name": ROUGH, "b": WORSE}, REFERENCES, resampling=FEW)
    header, first, second = comparison_table(held).split("\n")[:3]
    assert len(first.split("  ")[0]) == len("a very long name")
    at = header.index("length ratio") + len("length ratio")
    assert first[at - 1].isdigit()
    assert second[at - 1].isdigit()


def test_texts_fit_a_screen_stay_whole_in_a_pipe_and_steer_no_terminal() -> None:
    evil = "\x1b]0;owned\x07" + "a long word and another " * 12
    held = compare({"rough": ["It rained.", "It snowed."], "evil": [evil, "It snowed."]},
                   ["It rained.", "It snowed."], ["chrf"], resampling=FEW)  # fmt: skip
    for screen in (60, None):
        printed = comparison_table(held, screen=screen)
        assert "\x1b" not in printed
        assert "�]0;owned�a long word" in " ".join(printed.split())
        texts = printed.partition("segment 1")[2].split("\n")
        assert (max(map(len, texts)) <= 60) == (screen == 60)
    assert "\n         reference  It rained.\n" in comparison_table(held)


def test_markdown_keeps_its_lists_and_its_cells() -> None:
    systems = {"a|b": ["He come *home*.", "x"], "c": ["He came home.", "x"]}
    page = comparison_table(compare(systems, ["He came home.", "x"], ["chrf"], resampling=FEW), "markdown")
    lines = page.split("\n")
    assert {line.replace(r"\|", "").count("|") for line in lines if line.startswith("|")} == {7}
    assert "- segment 1: He came home." in lines
    assert any(line.startswith("  - ") and r"a\|b: He come \*home\*." in line for line in lines)
    assert all(not line or line.startswith(("|", "- ", "  - ")) for line in lines)


def test_what_a_reader_should_know_is_said() -> None:
    held = compare({"a": ["x y", "z"], "b": ["x", "z"]}, ["x", None], ["chrf"], target_language="ja", resampling=FEW)
    assert "1 segment; 1 without a reference, not scored" in str(held)
    assert held.to_dict()["notes"] == list(held.notes) == list(held["a"].scores.notes)
    assert all(note in str(held) for note in held.notes)


def test_a_comparison_survives_json() -> None:
    read = json.loads(compare({"a": ROUGH, "b": BETTER}, REFERENCES, ["chrf"], resampling=FEW).to_json())
    assert read["systems"]["b"]["better"] == 0.75
    assert len(read["differing"]) == SHOWN
    assert read["systems"]["b"]["scores"]["chrf"]["tests"][0]["test"] == "bootstrap"


def test_a_system_of_another_length_is_named() -> None:
    with pytest.raises(ArticleError, match="39 hypotheses of 'b'"):
        compare({"a": ROUGH, "b": BETTER[1:]}, REFERENCES)
