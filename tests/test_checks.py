"""Each check refuses what it names and lets everything else through; an unchanged text passes them all."""

import json
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Mark, Segment
from postedit.checks import CHECKS, REPAIRS_MAY

CASES: dict[str, dict[str, list[list[str]]]] = json.loads(
    (Path(__file__).parent / "cases" / "checks.json").read_text(encoding="utf-8")
)


def cases(verdict: str) -> list[ParameterSet]:
    return [
        pytest.param((name, *rest), id=f"{name}: {label}") for name in CASES for label, *rest in CASES[name][verdict]
    ]


def objection(name: str, draft: str, text: str, source: str = "") -> str | None:
    return CHECKS[name](Segment(draft, 0, source=source or None), text)


@pytest.mark.parametrize("case", cases("veto"))
def test_a_check_refuses_what_it_names(case: tuple[str, ...]) -> None:
    assert objection(*case)


@pytest.mark.parametrize("case", cases("pass"))
def test_a_check_lets_everything_else_through(case: tuple[str, ...]) -> None:
    assert objection(*case) is None


def test_every_check_but_markup_has_its_cases() -> None:
    assert CHECKS.keys() - {"markup", "terms"} == CASES.keys()
    assert CHECKS.keys() >= REPAIRS_MAY


def test_a_rewrite_that_leaves_markup_without_its_place_is_refused() -> None:
    bold = Segment("A **big** dog.", 0, marks=(Mark(2, 4), Mark(7, 9)))
    assert CHECKS["markup"](bold, "It ran.") == "leaves no place for the markup"
    assert CHECKS["markup"](bold, "A large dog.") is None


def test_a_reason_names_what_is_wrong() -> None:
    assert objection("numbers", "In 2021, 5 came.", "In 2012, 5 came.") == "changes a number: 2021 → 2012"
    assert objection("names lost", "He met Li Xi.", "He met Li.") == "loses a name: Xi"
    assert objection("negation", "He didn't come.", "He came.") == 'loses a negation: "n\'t"'


@given(st.text(), st.none() | st.text(max_size=20))
@settings(deadline=None)
def test_a_text_never_objects_to_itself(text: str, source: str | None) -> None:
    segment = Segment(text, 0, source=source)
    assert [name for name, check in CHECKS.items() if check(segment, text)] == []


@given(st.text(), st.text())
@settings(deadline=None)
def test_checks_read_any_two_texts(draft: str, text: str) -> None:
    for check in CHECKS.values():
        assert check(Segment(draft, 0), text) != ""
