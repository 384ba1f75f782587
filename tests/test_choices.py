"""The draft stays unless something harmless is better; every choice gives its reason, and every refusal too."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Article, Candidate, Choice, Defect, Mark, Origin, Segment, Severity, Status
from postedit.candidates import TOO_LONG, propose
from postedit.choices import choose
from postedit.defects import inspect
from postedit.errors import ModelError
from postedit.facts import contradicted, missed
from postedit.gate import Gate
from postedit.knowledge import with_terms
from postedit.repairs import repair
from postedit.translator import FakeTranslator

if TYPE_CHECKING:
    from postedit.judge import Judge

GATE = Gate(margin=0.2, max_edit_rate=0.5)
DRAFT = Candidate("On 1 June he come home .", Origin.DRAFT, score=-1.5)
REPAIR = Candidate("On 1 June he come home.", Origin.REPAIR, score=-1.2, steps=("close up spaces",))
POLISH = Candidate("On 1 June he came home.", Origin.POLISH, score=-0.7)


def chosen(*candidates: Candidate, defects: tuple[Defect, ...] = (), gate: Gate = GATE) -> Choice:
    return choose(Segment(candidates[0].text, 0), candidates, defects, gate)


def reasons(choice: Choice) -> dict[str, str]:
    return {rejected.candidate.text: rejected.reason for rejected in choice.passed_over}


def test_alone_the_draft_is_kept() -> None:
    choice = chosen(DRAFT)
    assert (choice.chosen, choice.status, choice.passed_over) == (DRAFT, Status.KEPT, ())
    assert choice.reason == "kept: nothing better was proposed"


def test_a_harmless_repair_needs_no_score() -> None:
    choice = chosen(replace(DRAFT, score=None), replace(REPAIR, score=None))
    assert (choice.chosen.text, choice.status) == (REPAIR.text, Status.EDITED)
    assert choice.reason == "repaired: close up spaces"
    assert reasons(choice) == {DRAFT.text: "the repair is better"}


def test_a_repair_that_changes_a_number_is_refused() -> None:
    wrong = replace(REPAIR, text="On 7 June he come home.")
    choice = chosen(DRAFT, wrong)
    assert choice.status is Status.KEPT
    assert choice.reason == "kept: the repair changes a number: 1 → 7"


def test_a_repair_may_drop_a_doubled_clause_and_its_negation() -> None:
    draft = Candidate("It did not rain in the big city, and did not rain in the big city at all.", Origin.DRAFT)
    shorter = Candidate("It did not rain in the big city at all.", Origin.REPAIR, steps=("drop repeated phrases",))
    assert chosen(draft, shorter).chosen is shorter


def test_a_rewrite_beats_the_repair_and_both_are_told() -> None:
    choice = chosen(DRAFT, REPAIR, POLISH)
    assert choice.chosen is POLISH
    assert choice.reason == (
        "repaired: close up spaces; polish: predicted to gain (+0.50 a token over the repair, 0.20 needed)"
    )
    assert [rejected.candidate for rejected in choice.passed_over] == [DRAFT, REPAIR]


def test_a_rewrite_is_checked_against_the_repair_not_against_what_was_repaired() -> None:
    draft = replace(DRAFT, text="He come home,")
    repair = replace(REPAIR, text="He come home.", steps=("end a sentence",))
    assert chosen(draft, repair, replace(POLISH, text="He came home.")).chosen.text == "He came home."


def test_a_rewrite_must_win_by_the_margin() -> None:
    choice = chosen(DRAFT, REPAIR, replace(POLISH, score=-1.1))
    assert choice.chosen is REPAIR
    assert reasons(choice)[POLISH.text] == "is not predicted to gain enough: +0.10 a token, 0.20 needed"


def test_the_margin_itself_is_enough() -> None:
    gate = Gate(margin=0.5, max_edit_rate=0.5)
    assert chosen(replace(DRAFT, text=REPAIR.text), replace(POLISH, score=-1.0), gate=gate).chosen.origin == "polish"


def test_the_best_of_two_rewrites_wins() -> None:
    other = Candidate("On 1 June he comes home.", Origin.POST_EDIT, score=-0.6)
    for row in ((DRAFT, REPAIR, POLISH, other), (DRAFT, REPAIR, other, POLISH)):
        choice = chosen(*row)
        assert choice.chosen is other
        assert reasons(choice)[POLISH.text] == "another rewrite is predicted to gain more"


@pytest.mark.parametrize(("better", "right"), [(1.9, True), (2.1, False)])
def test_a_weighed_rewrite_with_all_numbers_of_the_source_stands_before_another(better: float, right: bool) -> None:
    draft = Candidate("The corn yields 500 pounds.", Origin.DRAFT, quality=0.0)
    rewrites = [
        Candidate("The maize yields 5,000 pounds.", Origin.POST_EDIT, quality=2.0),
        Candidate("The maize gives a yield of 500 pounds.", Origin.POST_EDIT, quality=2.0 + better),
    ]
    gate = Gate(judge=cast("Judge", object()), least_gain=1.0)
    choice = choose(Segment(draft.text, 0, source="玉米亩产达到5000斤。"), [draft, *rewrites], [], gate)
    assert choice.chosen is rewrites[0 if right else 1]
    assert ("says more of the source's numbers" in reasons(choice).get(rewrites[1].text, "")) is right


def test_numbers_that_need_not_be_said_are_not_missed() -> None:
    segment = Segment("The two met.", 0, source="两国领导人在四川千方百计谈了13家医院，13家。")
    some = ["The leaders spoke in every way of 13 hospitals in Sichuan.", "The two leaders spoke of 3 hospitals."]
    assert missed(segment, some) == [0, 1]


@pytest.mark.parametrize(
    ("text", "source", "reason"),
    [
        ("It has 3 hospitals.", "医院13家。", "changes a number: "),
        ("It cost 13 dollars.", "花费13元。", "counts in another currency: "),
        ("Zhang Zhi Minh spoke.", "张志明讲话。", "misspells a person: "),
        ("He flew to Sining.", "他飞往西宁。", "misspells a name: "),
        ("Liao Da Shan spoke.", "廖大山讲话。廖大山走了。", "misspells a person: "),
        ("It has 13 hospitals.", "医院13家。", ""),
    ],
)
def test_what_the_source_has_otherwise_wants_a_review(text: str, source: str, reason: str) -> None:
    (segment,) = with_terms(Article("a", text, (), source=source), [Segment(text, 0, source=source)])
    choice = choose(segment, [Candidate(text, Origin.DRAFT)], [], GATE)
    assert choice.status is (Status.REVIEW if reason else Status.KEPT)
    assert reason in choice.reason


def test_code_says_nothing_that_the_source_has_otherwise() -> None:
    marks = (Mark(0, 8, "code"),)
    segment = Segment("`Sining` is a name.", 0, source="西宁是名字。", marks=marks)
    assert [one.name for one in contradicted(segment, "Sining is a name.")] == ["misspells a name"]
    assert contradicted(segment, segment.text) == tuple(
        one for one in inspect(segment) if one.name == "misspells a name"
    )


def test_a_vetoed_rewrite_loses_however_high_its_score() -> None:
    choice = chosen(replace(DRAFT, text=REPAIR.text), replace(POLISH, text="On 1 July he came home.", score=-0.1))
    assert choice.status is Status.KEPT
    assert choice.reason == "kept: the polish changes a number: 6 → 7"


def test_a_rewrite_may_not_change_too_much() -> None:
    draft = Candidate("The town was building new and wide roads.", Origin.DRAFT, score=-2.0)
    other = Candidate("The place is making other and broad streets.", Origin.POLISH, score=-0.1)
    choice = chosen(draft, other)
    assert choice.status is Status.KEPT
    assert reasons(choice)[other.text] == "changes too much: 6 of 9 words, 50% allowed"


def test_one_word_may_always_change() -> None:
    draft, better = Candidate("He come.", Origin.DRAFT, score=-1.0), Candidate("He came.", Origin.POLISH, score=0.0)
    assert chosen(draft, better, gate=Gate(margin=0.2, max_edit_rate=0.0)).chosen is better


def test_without_scores_no_rewrite_is_taken() -> None:
    choice = chosen(replace(DRAFT, text=REPAIR.text, score=None), replace(POLISH, score=None))
    assert choice.reason == "kept: the polish cannot be compared: no model has scored it"


def test_markup_without_a_place_keeps_the_draft() -> None:
    segment = Segment("He was **b**ig.", 0, marks=(Mark(7, 9), Mark(10, 12)))
    row = [Candidate("He was big.", Origin.DRAFT, score=-1.0), Candidate("He was tall.", Origin.POLISH, score=-0.1)]
    choice = choose(segment, row, (), GATE)
    assert choice.reason == "kept: the polish leaves no place for the markup"


def test_a_critical_defect_that_stays_wants_review() -> None:
    defect = Defect("is partly untranslated", "'come'", Severity.CRITICAL, 13, 17)
    assert DRAFT.text[defect.start : defect.end] == "come"
    assert chosen(DRAFT, defects=(defect,)).status is Status.REVIEW
    assert chosen(DRAFT, REPAIR, defects=(defect,)).status is Status.REVIEW
    assert chosen(DRAFT, REPAIR, POLISH, defects=(defect,)).status is Status.EDITED
    assert chosen(DRAFT, defects=(replace(defect, severity=Severity.MAJOR),)).status is Status.KEPT


def test_a_draft_beyond_editing_gives_way_to_what_the_source_supports() -> None:
    defect = Defect("is untranslated", "most of it", Severity.CRITICAL, 0, 9)
    segment = Segment("他在1月回家了。", 0, source="他在1月回家了。")
    row = [
        Candidate(segment.text, Origin.DRAFT, score=-5.0),
        Candidate("He came home in February.", Origin.RETRANSLATE, score=-0.1),
        Candidate("He came home in January.", Origin.RETRANSLATE, score=-0.5),
    ]
    choice = choose(segment, row, (replace(defect, end=len(segment.text)),), GATE)
    assert choice.chosen.text == "He came home in January."
    assert choice.status is Status.EDITED
    assert choose(segment, row, (), GATE).status is Status.KEPT
    unscored = [replace(one, score=None) for one in row]
    assert choose(segment, unscored, choice.defects, GATE).chosen.text == "He came home in January."


def test_a_critical_defect_that_the_repair_mended_asks_for_no_rescue() -> None:
    draft = Candidate("It rained rained rained.", Origin.DRAFT, score=-3.0)
    mended = Candidate("It rained.", Origin.REPAIR, score=-0.5, steps=("drop doubled words",))
    other = Candidate("There was rain.", Origin.RETRANSLATE, score=-0.6)
    defect = Defect("runs in circles", "'rained'", Severity.CRITICAL, 3, 23)
    choice = choose(Segment(draft.text, 0, source="下雨了。"), [draft, mended, other], [defect], GATE)
    assert (choice.chosen, choice.status) == (mended, Status.EDITED)


def test_mended_mojibake_may_spell_a_name_anew() -> None:
    draft, mended = "He met BeyoncÃ© there.", "He met Beyoncé there."
    row = [Candidate(draft, Origin.DRAFT), Candidate(mended, Origin.REPAIR, steps=("mend mojibake",))]
    assert choose(Segment(draft, 0), row, (), GATE).chosen.text == mended


def test_what_could_not_be_asked_has_failed_and_says_why() -> None:
    choice = chosen(replace(DRAFT, steps=(TOO_LONG,)))
    assert (choice.status, choice.reason) == (Status.FAILED, "failed: longer than the model reads")
    assert chosen(replace(DRAFT, steps=(TOO_LONG,)), REPAIR).status is Status.EDITED


def test_no_text_has_failed() -> None:
    choice = chosen(Candidate("", Origin.DRAFT))
    assert (choice.status, choice.reason) == (Status.FAILED, "failed: there is no text")


def test_a_gate_comes_from_a_manifest_and_refuses_what_it_does_not_know() -> None:
    assert Gate.from_manifest({"gate": {"margin": 1, "max_edit_rate": 0.25}}) == Gate(1.0, 0.25)
    assert Gate.from_manifest({}) == Gate()
    with pytest.raises(ModelError, match="the gate has no 'margn'; known are margin, max_edit_rate"):
        Gate.from_manifest({"gate": {"margn": 1}})
    with pytest.raises(ModelError, match="'margin' must be a number, not '1'"):
        Gate.from_manifest(json.loads('{"gate": {"margin": "1"}}'))


@given(st.text(), st.text(), st.floats(-9, 0), st.floats(-9, 0))
@settings(deadline=None)
def test_whatever_is_chosen_was_proposed_and_everything_else_has_a_reason(
    draft: str, text: str, before: float, after: float
) -> None:
    row = [Candidate(draft, Origin.DRAFT, score=before), Candidate(text, Origin.POLISH, score=after)]
    choice = chosen(*row)
    assert choice.chosen in row
    assert choice.reason
    assert [*(rejected.candidate for rejected in choice.passed_over), choice.chosen] in (row, row[::-1])
    assert all(rejected.reason for rejected in choice.passed_over)
    if after < before + GATE.margin:
        assert choice.chosen is row[0]


@given(st.text(min_size=1))
@settings(deadline=None)
def test_a_silent_model_changes_nothing_that_no_repair_changes(draft: str) -> None:
    segment = Segment(draft, 0)
    choice = choose(segment, propose([segment], FakeTranslator({}))[0], (), Gate())
    assert choice.chosen.text in (draft, repair(draft).text)


def test_a_refused_candidate_says_which_check_refused_it() -> None:
    draft, wrong = Candidate("It rose 3%.", Origin.DRAFT, -1.0), Candidate("It rose 4%.", Origin.POLISH, -0.1)
    choice = choose(Segment(draft.text, 0), [draft, wrong], [], Gate())
    assert choice.passed_over[0].check == "numbers"
    assert choose(Segment(draft.text, 0), [draft, wrong], [], Gate(), checks={}).chosen is wrong


def test_an_open_gate_lets_through_what_no_check_objects_to() -> None:
    draft = Candidate("The the harbour it was opened in that year of 2019.", Origin.DRAFT, -0.1)
    worse = Candidate("The harbour was opened in 2019.", Origin.POLISH, -3.0)
    assert choose(Segment(draft.text, 0), [draft, worse], [], Gate(), checks={}).chosen is draft
    assert choose(Segment(draft.text, 0), [draft, worse], [], Gate().opened(), checks={}).chosen is worse


def test_where_the_draft_has_no_score_the_likeliest_rescue_is_taken() -> None:
    draft = Candidate("他一月回家了。", Origin.DRAFT)
    unlikely = Candidate("He home in January.", Origin.POLISH, score=-3.0)
    likely = Candidate("He went home in January.", Origin.RETRANSLATE, score=-0.2)
    untranslated = Defect("untranslated", "", Severity.CRITICAL, 0, 3)
    choice = choose(Segment(draft.text, 0, source=draft.text), [draft, unlikely, likely], [untranslated], Gate())
    assert choice.chosen is likely
