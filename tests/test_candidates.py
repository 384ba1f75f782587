"""Every row begins with the draft, holds no wording twice, and is scored by one judge."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Mark, Origin, Segment
from postedit.candidates import TOO_LONG, propose
from postedit.choices import choose
from postedit.gate import Gate
from postedit.markup import lay
from postedit.repairs import Known, Repaired
from postedit.translator import FakeTranslator, Job, Request

ALL_JOBS = (Job.POLISH, Job.POST_EDIT, Job.RETRANSLATE)


def close_up(text: str, known: Known, allowed: object) -> Repaired:
    closed = text.replace(" .", ".").replace("will be", "was" if known.year == 2020 else "will be")
    return Repaired(closed, ("close up spaces",) if closed != text else ())


def leave(text: str, known: Known, allowed: object) -> Repaired:
    return Repaired(text)


class Witness(FakeTranslator):
    """A fake that remembers how it was asked."""

    def __init__(self, outputs: dict[str, str], jobs: Sequence[Job] = (Job.POLISH,), max_tokens: int = 256) -> None:
        super().__init__(outputs, jobs, max_tokens=max_tokens)
        self.translated: list[list[Request]] = []
        self.scored: list[list[Request]] = []

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        self.translated.append(list(requests))
        return super().translate(requests, hypotheses)

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        self.scored.append(list(requests))
        return super().score(requests, outputs)


def origins(row: Sequence[object]) -> list[str]:
    return [str(getattr(candidate, "origin", "")) for candidate in row]


def test_without_a_translator_there_are_draft_and_repair_unscored() -> None:
    clean, debris = propose([Segment("It rains.", 0), Segment("It rains .", 9)], None, repair=close_up)
    assert origins(clean) == ["draft"]
    assert origins(debris) == ["draft", "repair"]
    assert debris[1].steps == ("close up spaces",)
    assert debris[1].score is None


def test_the_model_reads_the_repaired_text_and_its_answer_is_repaired() -> None:
    fake = Witness({"He come.": "He came ."})
    row = propose([Segment("He come .", 0)], fake, repair=close_up)[0]
    assert [candidate.text for candidate in row] == ["He come .", "He come.", "He came."]
    assert row[2].steps == ("close up spaces",)


def test_with_a_source_every_job_that_the_model_can_do_is_asked_once() -> None:
    fake = Witness({"He come.": "He came.", "他来了。": "He is here."}, ALL_JOBS)
    rows = propose([Segment("He come.", 0, source="他来了。"), Segment("It is.", 9)], fake, repair=leave)
    assert origins(rows[0]) == ["draft", "polish", "post-edit"]  # the retranslation is the post-edit's wording
    assert [[request.job for request in call] for call in fake.translated] == [
        [Job.POLISH, Job.POLISH], [Job.POST_EDIT], [Job.RETRANSLATE],
    ]  # fmt: skip
    assert fake.translated[2] == [Request(Job.RETRANSLATE, source="他来了。")]


def test_one_judge_scores_a_row_in_one_call_with_all_that_it_can_read() -> None:
    fake = Witness({"He come.": "He came.", "他来了。": "He is here."}, ALL_JOBS)
    propose([Segment("He come.", 0, source="他来了。")], fake, repair=leave)
    assert fake.scored == [[Request(Job.POST_EDIT, draft="He come.", source="他来了。")] * 3]


def test_a_polishing_judge_reads_the_repaired_text_even_beside_a_source() -> None:
    fake = Witness({"He come.": "He came."})
    propose([Segment("He come .", 0, source="他来了。")], fake, repair=close_up)
    assert set(fake.scored[0]) == {Request(Job.POLISH, draft="He come.")}


def test_a_row_with_nothing_to_compare_is_not_scored() -> None:
    fake = Witness({})
    row = propose([Segment("It is.", 0)], fake, repair=leave)[0]
    assert origins(row) == ["draft"]
    assert fake.scored == []


def test_what_is_longer_than_the_model_reads_is_not_sent_and_says_so() -> None:
    fake = Witness({"It is .": "It was."}, max_tokens=3)
    rows = propose([Segment("one two three four .", 0), Segment("It is .", 30)], fake, repair=close_up)
    assert origins(rows[0]) == ["draft", "repair"]
    assert rows[0][0].steps == (TOO_LONG,)
    assert rows[1][0].steps == ()


def test_a_model_that_cannot_be_asked_for_want_of_a_source_is_not_called_short() -> None:
    row = propose([Segment("It is.", 0)], FakeTranslator({}, [Job.RETRANSLATE]), repair=leave)[0]
    assert row[0].steps == ()


def test_an_answer_keeps_the_quotation_marks_of_the_draft() -> None:
    fake = FakeTranslator({"the “old” towns’ wall": 'the "old" town\'s wall'})
    assert propose([Segment("the “old” towns’ wall", 0)], fake, repair=leave)[0][-1].text == "the “old” town’s wall"


def test_an_answer_has_one_space_between_words() -> None:
    row = propose([Segment("He ask for help.", 0)], FakeTranslator({"He ask for help.": " He asked for  help."}))[0]
    assert row[-1].text == "He asked for help."


def test_markup_is_hidden_from_the_model() -> None:
    fake = Witness({})
    propose([Segment("A **big** dog.", 0, marks=(Mark(2, 4), Mark(7, 9)))], fake, repair=leave)
    assert fake.translated == [[Request(Job.POLISH, draft="A big dog.")]]


@given(st.lists(st.text(max_size=12), max_size=5), st.dictionaries(st.text(max_size=12), st.text(max_size=12)))
@settings(deadline=None)
def test_every_row_begins_with_the_draft_and_repeats_nothing(drafts: list[str], outputs: dict[str, str]) -> None:
    segments = [Segment(draft, 0, source="源") for draft in drafts]
    rows = propose(segments, FakeTranslator(outputs, ALL_JOBS), repair=close_up)
    assert [row[0].text for row in rows] == drafts
    assert all(row[0].origin is Origin.DRAFT for row in rows)
    assert all(len({candidate.text for candidate in row}) == len(row) for row in rows)


def test_a_repair_is_told_when_its_segment_was_written() -> None:
    segments = [Segment("It will be cold.", 0), Segment("It will be warm.", 20)]
    rows = propose(segments, FakeTranslator({}), known=[Known(), Known(2020)], repair=close_up)
    assert [[one.text for one in row] for row in rows] == [
        ["It will be cold."],
        ["It will be warm.", "It was warm."],
    ]


def test_what_is_too_long_to_be_scored_stays_unscored_and_stops_nothing() -> None:
    long = "He came home at last after all."
    fake = FakeTranslator({"He come home.": long, "It is.": "It was."}, max_tokens=4)
    rows = propose([Segment("He come home.", 0), Segment("It is.", 14)], fake, repair=leave)
    assert [(one.text, one.score) for one in rows[0]] == [("He come home.", -1.0), (long, None)]
    assert [one.score for one in rows[1]] == [-1.0, 0.0]
    choice = choose(Segment("He come home.", 0), rows[0], [], Gate().opened(), checks={})
    assert choice.passed_over[0].reason == "cannot be compared: no model has scored it"


def test_a_repair_of_a_draft_or_an_answer_does_not_see_code() -> None:
    code = Segment("Run `a .` now .", 0, marks=(Mark(4, 9, "a ."),))
    rows = propose([code], FakeTranslator({"Run a . now.": "Ran a . now ."}), repair=close_up)
    assert [one.text for one in rows[0]] == ["Run a . now .", "Run a . now.", "Ran a . now."]


def test_a_repair_that_leaves_no_place_for_the_markup_takes_no_other_with_it() -> None:
    draft = "The **the river** rises , he said ."
    segment = Segment(draft, 0, marks=(Mark(4, 6), Mark(15, 17)), markdown=True)
    row = propose([segment], None)[0]
    assert row[-1].text in ("The the river rises, he said.", "The river rises, he said.")
    assert lay(segment, row[-1].text) in ("The **the river** rises, he said.", "The **river** rises, he said.")


def test_a_rewrite_begins_and_counts_as_its_draft_does() -> None:
    draft, source = "It is to open 116 routes .", "将开通116条航线。"
    fake = FakeTranslator({source: "it opens 16 routes."}, [Job.POST_EDIT])
    found = propose([Segment(draft, 0, source=source)], fake)[0]
    assert found[-1].text == "It opens 116 routes."
    assert found[-1].steps == ("take numbers from the draft",)
