import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.known_names import names_table
from postedit.repairs import DATED_REPAIRS, NOTHING, REPAIRS, SOURCED_REPAIRS, Known, Repaired, repair
from postedit.repairs.calendar import name_months_like_the_source
from postedit.repairs.persons import spell_persons_like_the_source
from postedit.repairs.repetition import drop_repeated_phrases
from postedit.segments import split_sentences

CASES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "repairs.json").read_text(encoding="utf-8")
)

ROUGH_ARTICLE = Path(__file__).parents[2] / "shared" / "rough-article.txt"

MENDS = [
    pytest.param(
        name, case, id=f"{name}: {case['text']}", marks=pytest.mark.xfail(reason=case["known_failure"], strict=True)
    )
    if "known_failure" in case
    else pytest.param(name, case, id=f"{name}: {case['text']}")
    for name, cases in CASES.items()
    for case in cases["mends"]
]
LEAVES = [(name, case) for name, cases in CASES.items() for case in cases["leaves"]]

NAMED = sorted((chinese, name) for chinese, name in names_table().items() if name)

# Pieces that repairs react to, so that random texts are made of trouble.
_WORDS = (
    "the and said In Foshan 2019 will be open best & ; , . . ” “ \" ' ( ) ， 。 （ ５ 》 《 静夜 1. Plan 2 . At The , ,"
)
_NOTATIONS = ("&amp;quot;", "&#39;", "â€™", "etc. Require.", "such as ,", "\u3000", "......", "and the", "www.a.com,b")
DEBRIS = [*_WORDS.split(), *_NOTATIONS]


def fixed(name: str, case: Any) -> str:
    if name in DATED_REPAIRS:
        return DATED_REPAIRS[name](case["text"], case["year"])
    if name in SOURCED_REPAIRS:
        if "months" in case:
            return name_months_like_the_source(case["text"], case["source"], case["months"])
        if "names" in case:
            return spell_persons_like_the_source(case["text"], case["source"], case["names"])
        return SOURCED_REPAIRS[name](case["text"], case["source"])
    return REPAIRS[name](case if isinstance(case, str) else case["text"])


@pytest.mark.parametrize(("name", "case"), MENDS)
def test_a_fault_is_mended(name: str, case: dict[str, Any]) -> None:
    assert fixed(name, case) == case["expected"]


@pytest.mark.parametrize(("name", "case"), LEAVES)
def test_what_is_right_is_left_alone(name: str, case: Any) -> None:
    assert fixed(name, case) == (case if isinstance(case, str) else case["text"])


def test_every_repair_has_cases_of_both_kinds() -> None:
    assert set(CASES) == {*REPAIRS, *DATED_REPAIRS, *SOURCED_REPAIRS}
    for name, cases in CASES.items():
        assert len(cases["mends"]) >= 6, name
        assert len(cases["leaves"]) >= 6, name


@pytest.mark.parametrize("case", [case for _, case in LEAVES if isinstance(case, str)])
def test_the_steps_name_what_changed_the_text(case: str) -> None:
    result = repair(case)
    assert (result.text == case) == (result.steps == ())
    assert set(result.steps) <= set(REPAIRS)


def test_faults_that_hide_behind_one_another_are_all_mended() -> None:
    assert repair("It&#39;s the the plan . , and, , the work.").text == "It's the plan, and, the work."


def test_without_a_year_the_tense_stays() -> None:
    text = "In 2020, five areas will emerge."
    assert repair(text).steps == ()
    assert repair(text, Known(2023)).steps == ("put a past year in the past tense",)


def test_a_text_of_which_nothing_would_be_left_stays() -> None:
    assert repair("&nbsp;") == Repaired("&nbsp;")


def test_a_loop_that_fills_the_text_is_cut_in_good_time() -> None:
    assert drop_repeated_phrases("the old town, " * 400 + "the end") == "the old town, the end"


@given(
    st.one_of(st.text(), st.lists(st.sampled_from(DEBRIS), max_size=14).map(" ".join)),
    st.sampled_from([NOTHING, Known(2023)]),
)
@settings(deadline=None, max_examples=400)
def test_a_repaired_text_needs_no_repair(text: str, known: Known) -> None:
    assert repair(repair(text, known).text, known).steps == ()


_ROUGH_WORDS = (
    "Zhang Zhi Minh Minh, Xu Ji-bin Ji-bin's Choi Shuqian $5 million, $1.5 billion US$ 20 dollars 15,420 76.59 metres "
    "said and over the to 5.75 million 3% 27 January March 27 Zhang芳 明 志强"
)
_SOURCE_WORDS = "张志明 张志强说 徐志滨 崔述强， 500万元 15亿元 20元 1.5万美元 15420元 762.59米 5759万股 3% 在 27日"


@given(
    st.lists(st.sampled_from(_ROUGH_WORDS.split()), max_size=14).map(" ".join),
    st.lists(st.sampled_from(_SOURCE_WORDS.split()), max_size=6).map("".join),
)
@settings(deadline=None, max_examples=300)
def test_what_the_source_has_mended_it_need_not_mend_again(text: str, source: str) -> None:
    known = Known(source=source, months=frozenset({9}))
    assert repair(repair(text, known).text, known).steps == ()


@given(st.text(), st.text())
@settings(deadline=None)
def test_any_text_and_any_source_are_read(text: str, source: str) -> None:
    for fix in SOURCED_REPAIRS.values():
        assert fix(fix(text, source), source) == fix(text, source)


@given(st.lists(st.tuples(st.sampled_from(NAMED), st.integers(0, 8), st.sampled_from("aeiklnorz")), max_size=4))
@settings(deadline=None)
def test_names_spelt_anyhow_come_to_rest(some: list[tuple[tuple[str, str], int, str]]) -> None:
    source = "，".join(chinese for (chinese, _), _, _ in some)
    text = ", ".join(name[:at] + letter + name[at + 1 :] for (_, name), at, letter in some)
    mended = repair(text, Known(source=source)).text
    assert repair(mended, Known(source=source)).text == mended


def test_without_a_source_nobody_is_renamed() -> None:
    text = "Zhang Zhi Minh paid $5 million."
    assert repair(text).steps == ()
    assert repair(text, Known(source="张志明支付了500万元。")).steps == (
        "spell persons like the source",
        "count in yuan like the source",
    )


@pytest.mark.skipif(not ROUGH_ARTICLE.exists(), reason="the rough article is not part of the repository")
def test_every_kind_of_fault_of_the_rough_article_is_mended() -> None:
    text = ROUGH_ARTICLE.read_text(encoding="utf-8")
    sentences = [text[start:end] for start, end in split_sentences(text)]
    steps = {step for sentence in sentences for step in repair(sentence, Known(2023)).steps}
    assert steps >= {
        "phrase literal requirements",
        "drop a stop before a comma",
        "join a cut sentence",
        "put a comma before said",
        "drop repeated phrases",
        "drop echoed words",
        "lower stray capitals",
        "put a past year in the past tense",
    }


@given(st.one_of(st.text(), st.lists(st.sampled_from(DEBRIS), max_size=14).map(" ".join)))
@settings(deadline=None, max_examples=200)
def test_a_repair_never_makes_a_text_much_longer(text: str) -> None:
    assert len(repair(text).text) <= 2 * len(text) + 40


@given(
    st.lists(st.sampled_from(["1,356", "2019", "3.5", "the", "plan", ",", ".", "and", "and", "(", "６"]), max_size=12)
)
@settings(deadline=None)
def test_no_number_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    for number in ("1,356", "2019", "3.5"):
        assert (number in text) == (number in repair(text).text)


@pytest.mark.parametrize(
    ("text", "draft", "source", "expected"),
    [
        ("It opens 16 routes.", "It is to open 116 routes.", "开通116条航线。", "It opens 116 routes."),
        ("It rose 60% to 1 billion.", "Up 6% to 100 million.", "增6%至1亿。", "It rose 6% to 100 million."),
        ("Some 100 million people came.", "1 billion people.", "来了10亿人。", "Some 1 billion people came."),
        # The source has another number than the draft: neither is to be trusted.
        ("It opens 16 routes.", "It opens 17 routes.", "开通116条航线。", "It opens 16 routes."),
        # The source has the new one, and the draft had it wrong.
        ("It opens 116 routes.", "It opens 16 routes.", "开通116条航线。", "It opens 116 routes."),
        # Another unit is another thing.
        ("It rose 60%.", "It took 6 days.", "用了6天。", "It rose 60%."),
        # One is new and two are missing.
        ("It has 7.", "It has 5 and 60.", "有5和60。", "It has 7."),
        ("They came.", "They came on the 5th.", "5日来了。", "They came."),
    ],
)
def test_a_rewrite_takes_numbers_from_its_draft_where_the_source_has_them(
    text: str, draft: str, source: str, expected: str
) -> None:
    assert repair(text, Known(source=source, draft=draft)).text == expected


def test_a_draft_takes_no_numbers_from_anywhere_else() -> None:
    mended = repair("It opens 16 routes.", Known(source="开通116条航线。"))
    assert "take numbers from the draft" not in mended.steps
