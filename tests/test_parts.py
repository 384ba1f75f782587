"""Parts of a rewrite: each can be taken or left, and nothing else moves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postedit.parts import joined, parts, permitted

WORDS = st.lists(st.sampled_from(["the", "cat", "sat", "on", "a", "mat,", "down.", "“Yes”", "中国"]), max_size=12)
SPACES = st.sampled_from([" ", "  ", "\t"])


@given(WORDS, WORDS)
def test_all_parts_make_the_rewrite_and_none_the_text(here: list[str], there: list[str]) -> None:
    text, rewrite = " ".join(here), " ".join(there)
    found = parts(text, rewrite)
    assert joined(text, found).split() == there
    assert joined(text, found) == joined(text, found).strip() or not there or not here
    assert joined(text, []) == text
    assert bool(found) == (here != there)


@given(WORDS, WORDS, SPACES)
def test_parts_stand_in_order_and_apart(here: list[str], there: list[str], space: str) -> None:
    text = space.join(here)
    found = parts(text, " ".join(there))
    assert all(0 <= one.start <= one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(WORDS, WORDS, st.sets(st.integers(0, 5)))
def test_what_is_not_taken_stays_to_the_byte(here: list[str], there: list[str], numbers: set[int]) -> None:
    text, rewrite = "  ".join(here), " ".join(there)
    found = parts(text, rewrite)
    taken = [part for n, part in enumerate(found) if n in numbers]
    at, kept = 0, ""
    for part in taken:
        kept += text[at : part.start] + part.text
        at = part.end
    assert joined(text, taken) == kept + text[at:]


@pytest.mark.parametrize(
    ("text", "rewrite", "expected"),
    [
        ("He left", "He left early.", ["He left early."]),
        ("He left early today, again", "He left today, again", ["He left today, again"]),
        ("Soon he left", "he left", ["he left"]),
        ("he left", "Soon he left", ["Soon he left"]),
        ("he left soon", "he left", ["he left"]),
        ("a b c d e", "x b c d y", ["x b c d e", "a b c d y"]),
        ("a b c", "x b y", ["x b y"]),
    ],
)
def test_each_part_alone(text: str, rewrite: str, expected: list[str]) -> None:
    assert [joined(text, [part]) for part in parts(text, rewrite)] == expected


@pytest.mark.parametrize(
    ("refused", "left"),
    [
        ("7", "On 1 June last year she and her dog came home."),  # one part alone
        ("she", "On 7 June last year he and her dog came home."),
        ("7 she", "On 1 June last year he and her dog came home."),  # two of three
        ("7 she came", None),
    ],
)
def test_what_is_refused_is_left_out(refused: str, left: str | None) -> None:
    text, rewrite = "On 1 June last year he and her dog come home.", "On 7 June last year she and her dog came home."
    assert permitted(text, rewrite, lambda one: not set(refused.split()) & set(one.split())) == left


def test_the_smallest_part_that_will_do_is_left_out() -> None:
    text, rewrite = "On 1 June last year he and her dog come home.", "On 7 June last year she and her dog came home."
    assert permitted(text, rewrite, lambda one: not {"7", "she"} <= set(one.split())) == rewrite.replace("7", "1")
    text, rewrite = "On 1 June last year he and her dog come home.", "On 117 June last year I and her dog came home."
    assert permitted(text, rewrite, lambda one: not {"117", "I"} <= set(one.split())) == rewrite.replace("I", "he")


@given(WORDS, WORDS, st.integers(0, 99))
def test_what_is_permitted_passes(here: list[str], there: list[str], seed: int) -> None:
    text = " ".join(here)

    def passes(one: str) -> bool:
        return hash((one, seed)) % 3 > 0

    found = permitted(text, " ".join(there), passes)
    assert found is None or (passes(found) and found != text)
