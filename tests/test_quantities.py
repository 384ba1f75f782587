"""Numbers of two languages compare by value, and every number has its exact place."""

import json
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.numerals import chinese, english
from postedit.quantities import quantities, same_quantities

CASES = json.loads((Path(__file__).parent / "cases" / "quantities.json").read_text(encoding="utf-8"))
WMT20 = Path(__file__).parents[1] / ".." / "shared" / "data" / "eval"
NUMBERS = st.integers(0, 10**13)


def marked(cases: list[dict[str, str]]) -> list[ParameterSet]:
    return [pytest.param(case, id=case["label"], marks=failure(case)) for case in cases]


def failure(case: dict[str, str]) -> list[pytest.MarkDecorator]:
    reason = case.get("known_failure")
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []


def differences(case: dict[str, str]) -> tuple[list[str], list[str]]:
    missing, added = same_quantities(quantities(case["left"]), quantities(case["right"]))
    return [*map(str, missing)], [*map(str, added)]


@pytest.mark.parametrize("case", marked(CASES["same"]))
def test_numbers_that_say_the_same_are_the_same(case: dict[str, str]) -> None:
    assert differences(case) == ([], [])


@pytest.mark.parametrize("case", marked(CASES["different"]))
def test_numbers_that_say_something_else_differ(case: dict[str, str]) -> None:
    assert differences(case) != ([], [])


def test_units_are_recognised() -> None:
    text = "On the 13th of May 2020 at 10 p.m. it cost $5, or 3%; 5日"
    assert [q.unit for q in quantities(text)] == ["ordinal", "month", "year", "hour", "money", "percent", "day"]


def test_weak_numbers_are_owed_only_when_strict() -> None:
    left, right = quantities("three of both teams"), quantities("the teams")
    assert same_quantities(left, right) == ((), ())
    assert [q.value for q in same_quantities(left, right, strict=True)[0]] == [3, 2]


def test_a_month_may_not_be_added_when_strict() -> None:
    left, right = quantities("on the 27th"), quantities("on September 27")
    assert [str(q) for q in same_quantities(left, right, strict=True)[1]] == ["9"]


def test_one_language_alone_can_be_read() -> None:
    assert [str(q) for q in quantities("twenty 三十", "en")] == ["20"]
    assert [str(q) for q in quantities("twenty 三十", "zh")] == ["30"]


@given(st.text())
@settings(deadline=None)
def test_every_number_has_its_place_in_any_text(text: str) -> None:
    at = 0
    for quantity in quantities(text):
        assert at <= quantity.start < quantity.end <= len(text) or quantity.weak
        at = quantity.start


@given(st.text())
@settings(deadline=None)
def test_a_text_has_the_numbers_that_it_has(text: str) -> None:
    assert same_quantities(quantities(text), quantities(text), strict=True) == ((), ())


@given(NUMBERS)
@settings(deadline=None)
def test_grouped_and_plain_and_full_width_digits_are_one_number(number: int) -> None:
    wide = f"{number:,}".translate({code: code + 0xFEE0 for code in (*range(0x30, 0x3A), 0x2C)})
    assert [q.value for q in quantities(f"{number:,} people")] == [number]
    assert [q.value for q in quantities(wide)] == [number]


@given(NUMBERS)
@settings(deadline=None)
def test_what_is_spelled_in_chinese_reads_as_its_value(number: int) -> None:
    assert chinese(spell(number)) == number


def test_a_last_digit_without_its_unit_belongs_to_the_next_lower_one() -> None:
    assert [chinese(one) for one in ("两万五", "三千二", "一百零五", "三百二十")] == [25000, 3200, 105, 320]


def test_number_words_read_as_their_value() -> None:
    assert english(["nineteen", "eighty", "four"]) == 1984
    assert english(["one", "hundred", "twenty", "three", "thousand", "four", "hundred", "six"]) == 123406


def spell(number: int) -> str:
    """The number in Chinese characters, as a schoolbook writes it."""
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    for scale, name in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= scale:
            rest = number % scale
            gap = "零" if rest and rest < scale // 10 else ""
            return spell(number // scale) + name + (gap + spell(rest) if rest else "")
    raise AssertionError(number)


@pytest.mark.skipif(not (WMT20 / "wmt20.zh").exists(), reason="wmt20 is not on this machine")
def test_fewer_than_three_percent_of_human_translations_seem_to_change_a_number() -> None:
    sources, references = (
        (WMT20 / name).read_text(encoding="utf-8").split("\n") for name in ("wmt20.zh", "wmt20.ref.en")
    )
    pairs = [(s, r) for s, r in zip(sources, references, strict=True) if s][::4]
    flagged = [pair for pair in pairs if any(same_quantities(quantities(pair[0], "zh"), quantities(pair[1], "en")))]
    assert len(flagged) < 0.03 * len(pairs)


@given(st.integers(min_value=0, max_value=10**80))
@settings(deadline=None)
def test_a_number_of_any_length_can_be_read_and_told(number: int) -> None:
    [found] = [one for one in quantities(f"It has {number} of them.") if one.start == 7]
    assert str(found).replace(",", "")[:20] == str(number)[:20]
