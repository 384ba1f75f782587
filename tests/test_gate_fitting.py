"""The gate that is fitted to a new model: as open as it surely gains, shut where it does not, and soon found."""

import json
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postedit import gate_fitting
from postedit.article import Candidate, Choice, Origin, Segment
from postedit.choices import choose
from postedit.defects import inspect
from postedit.gate import Gate
from postedit.gate_fitting import EDIT_RATES, MARGINS, SHUT, Proposal
from postedit.training_pairs import Pair
from postedit.translator import FakeTranslator

WORDS = ["city", "opened", "new", "library", "may", "people", "came", "see", "old", "books", "river", "farm", "village"]
GATES = [Gate(margin, edit_rate) for edit_rate in EDIT_RATES for margin in MARGINS]


def fitted(rewrite: Callable[[str], str], respell: Callable[[str], str] = str) -> Gate:
    """The gate for a model, given drafts that end in "badly", where "very well indeed" is right."""
    drafts = [f"{word} people came to the old place and sang badly" for word in WORDS]
    pairs = [Pair(draft.replace("badly", "very well indeed"), draft) for draft in drafts]
    outputs = {pair.draft: rewrite(pair.draft) for pair in pairs}
    outputs |= {pair.reference: respell(pair.reference) for pair in pairs}
    return gate_fitting.fit(FakeTranslator(outputs), pairs)


def mend(draft: str) -> str:
    return draft.replace("badly", "very well indeed")


def harm(draft: str) -> str:
    return draft.replace("people came to the old", "persons went by an old")


def test_a_gate_opens_as_far_as_what_gains_and_stays_shut_to_what_loses() -> None:
    assert fitted(mend) == Gate(0.5, 0.4)
    assert fitted(harm) == fitted(str) == SHUT
    assert fitted(mend, respell=harm) == SHUT
    assert fitted(lambda draft: draft.replace("came", "went")) == SHUT  # one word, which any other gate lets through


def test_what_is_shut_lets_not_even_a_word_through_and_can_be_written_down() -> None:
    draft, other = Candidate("He came home.", Origin.DRAFT, -90.0), Candidate("He went home.", Origin.POLISH, -0.001)
    segment = Segment(draft.text, 0)
    assert choose(segment, [draft, other], [], Gate(0.5, 0.03)).chosen is other
    assert choose(segment, [draft, other], [], SHUT).chosen is draft
    assert Gate.from_manifest({"gate": json.loads(json.dumps(SHUT.numbers, allow_nan=False))}) == SHUT


def test_the_checks_run_no_more_often_than_twice_a_proposal(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(*arguments: object) -> Choice:
        asked.append(arguments)
        return choose(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(gate_fitting, "choose", counted)
    assert fitted(mend) == Gate(0.5, 0.4)
    assert len(asked) <= 2 * 2 * len(WORDS)


TEXTS = (
    "He come home in May 2019 .", "He came home in May 2019.", "He came home in May 2018.", "He came back in May 2019.",
    "Home he came, in the May of 2019.", "", "他回家了", "He came home in May 2019 in May 2019 in May 2019.",
    "He come home in May 2019.", "They came home in May 2019.",
)  # fmt: skip
SCORES = st.none() | st.sampled_from([-2.0, -1.5, -1.5, -1.4, -0.9, -0.1, math.nan])


@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(list(Origin)[1:]), SCORES), max_size=5),
    st.sampled_from(TEXTS),
    SCORES,
    st.none() | st.just("他2019年5月回家了。"),
)
def test_a_weighed_proposal_chooses_what_clean_would_choose(
    others: list[tuple[str, Origin, float | None]], draft: str, score: float | None, source: str | None
) -> None:
    segment = Segment(draft, 0, source=source)
    row = (Candidate(draft, Origin.DRAFT, score), *(Candidate(text, origin, n) for text, origin, n in others))
    one = Proposal(segment, row, tuple(inspect(segment)), "")
    weighed = gate_fitting._weigh(one)
    for gate in [*GATES, SHUT]:
        assert weighed.chosen(gate) == one.chosen(gate)
