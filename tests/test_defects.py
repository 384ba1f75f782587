import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Mark, Segment
from postedit.defects import DEFECTS, inspect

CASES: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(
    (Path(__file__).parent / "cases" / "defects.json").read_text(encoding="utf-8")
)
FINDS = [(name, case) for name, cases in CASES.items() for case in cases["finds"]]
PASSES = [(name, case) for name, cases in CASES.items() for case in cases["passes"]]


def segment(case: dict[str, Any]) -> Segment:
    return Segment(case["draft"], 0, source=case.get("source"))


@pytest.mark.parametrize(("name", "case"), FINDS)
def test_a_defect_is_found_with_its_severity_and_its_place(name: str, case: dict[str, Any]) -> None:
    found = [defect for defect in inspect(segment(case), case.get("year")) if defect.name == name]
    assert [str(defect.severity) for defect in found] == [case["severity"]]
    if "at" in case:
        assert case["draft"][found[0].start : found[0].end] == case["at"]


@pytest.mark.parametrize(("name", "case"), PASSES)
def test_what_is_right_is_not_a_defect(name: str, case: dict[str, Any]) -> None:
    assert name not in {defect.name for defect in inspect(segment(case), case.get("year"))}


def test_every_finder_has_a_case() -> None:
    names = {name for case in [case for _, case in FINDS] for name in _finders_of(case)}
    assert names == set(DEFECTS) - {"lacks a term"}


def _finders_of(case: dict[str, Any]) -> set[str]:
    return {name for name, find in DEFECTS.items() if find(segment(case))}


def test_a_good_sentence_with_its_source_has_no_defect() -> None:
    good = Segment(
        "In 2019, the plant in Foshan made 13.4 million cars.", 0, source="2019年，佛山的工厂生产了1340万辆汽车。"
    )
    assert inspect(good, 2023) == ()


def test_markup_is_not_inspected() -> None:
    bold = Segment("He read the **the** plan.", 0, marks=(Mark(12, 14), Mark(17, 19)))
    (defect,) = inspect(bold)
    assert bold.text[defect.start : defect.end] == "the the plan."


@given(st.text(max_size=200), st.none() | st.text(max_size=80), st.sampled_from([None, 2023]))
@settings(deadline=None, max_examples=300)
def test_defects_lie_inside_the_text_and_in_order(draft: str, source: str | None, year: int | None) -> None:
    found = inspect(Segment(draft, 0, source=source), year)
    assert all(0 <= defect.start <= defect.end <= len(draft) for defect in found)
    assert list(found) == sorted(found, key=lambda defect: (defect.start, defect.end))
