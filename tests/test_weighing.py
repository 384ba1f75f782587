"""What a model says again and again is likelier right: parts are weighed by the model's other answers, too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import fit_parts
from postedit import FakeTranslator, judge, weights
from postedit.article import Candidate, Origin, Segment
from postedit.candidates import proposals
from postedit.choices import Gate
from postedit.cleaner import judged
from postedit.config import Config
from postedit.errors import ModelError
from postedit.estimates import estimated
from postedit.parts import parts
from postedit.signals import POOL
from postedit.translator import Job, Request
from postedit.weighing import SIGNS, Answers, Surroundings, Weighing, signs

SOURCE = "昨天这座城市下了大雨，许多街道被淹。"
DRAFT = "Yesterday the town fell a big rain and many streets are flooded."
ANSWER = "Yesterday the city fell a heavy rain and many streets were flooded."
OTHERS = (ANSWER, "Yesterday the city fell a big rain and many streets are flooded.", DRAFT)
PLAIN = dict.fromkeys(SIGNS, 0.0)
FOLDER = next(one for one in weights.shipped() if one.name == weights.JUDGE).weights.parent


def test_only_what_most_answers_say_is_taken() -> None:
    weighing = Weighing(PLAIN | {"agreed": 10.0, "constant": -5.0}, least=0.0)
    reader = judge.load(FOLDER, threads=1, weighing=weighing)
    row = (Candidate(DRAFT, Origin.DRAFT), Candidate(ANSWER, Origin.POST_EDIT))
    said = {Job.POST_EDIT: OTHERS, Job.RETRANSLATE: [ANSWER]}
    draft, whole, in_part = estimated([0], [Segment(DRAFT, 0, source=SOURCE)], [row], reader, [said])[0]
    assert in_part.text == DRAFT.replace("town", "city")
    assert in_part.quality == pytest.approx(10 * 2 / 3 - 5)
    # "heavy" and "were" stand in one answer of three.
    assert whole.quality == pytest.approx(10 * (2 / 3 + 1 / 3 + 1 / 3) - 15)
    assert draft.quality == 0.0


def test_the_signs_count_words_that_retranslations_bear_out() -> None:
    answers = Answers(DRAFT, {Job.POST_EDIT: [ANSWER], Job.RETRANSLATE: ["A heavy rain hit the city.", "Big rain."]})
    heavy = next(part for part in parts(DRAFT, ANSWER) if "heavy" in part.text)
    told = signs(heavy, Origin.RETRANSLATE, answers, judged=1.5, around=Surroundings(-2.0, -1.2))
    assert told == {
        "judged": 1.5, "article": -2.0, "draft": -1.2, "agreed": 1.0, "put in borne out": 0.5, "taken out missed": 0.5,
        "put in": 1.0, "taken out": 1.0, "borne out": 0.0, "is of a post-edit": 0.0, "constant": 1.0,
    }  # fmt: skip
    nobody = signs(heavy, Origin.POST_EDIT, Answers(DRAFT, {}), judged=0.0, around=Surroundings(0.0, 0.0))
    assert nobody["agreed"] == nobody["put in borne out"] == 0.0


def test_the_drafts_of_an_article_are_weighed_together() -> None:
    weighing = Weighing(PLAIN | {"draft": -2.0}, least=0.0)
    reader = judge.load(FOLDER, threads=1, weighing=weighing)

    def gain(*scores: float | None) -> float | None:
        rows = [(Candidate(DRAFT, Origin.DRAFT, score=one), Candidate(ANSWER, Origin.POST_EDIT)) for one in scores]
        segments = [Segment(DRAFT, 100 * n, source=SOURCE) for n in range(len(rows))]
        found = estimated([0] * len(rows), segments, rows, reader, [{}] * len(rows))[0][1].quality
        return None if found is None else found / 3  # parts

    assert gain(-1.0) == pytest.approx(2.0)
    assert gain(-1.0, -2.0) == gain(-1.0, None, -2.0) == pytest.approx(3.0)
    assert gain(None) == gain(float("-inf")) == 0.0


def test_several_answers_are_asked_for_where_they_are_wanted() -> None:
    class Counting(FakeTranslator):
        def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
            return [[f"It came on day {n} ." for n in range(hypotheses)] for _ in requests]

    found = proposals([Segment(DRAFT, 0, source=SOURCE)], Counting({}, tuple(Job)), several=True)[0]
    assert found.answers[Job.RETRANSLATE] == [f"It came on day {n}." for n in range(POOL)]
    assert len(found.answers[Job.POLISH]) == 1
    assert sum(one.origin is Origin.RETRANSLATE for one in found.candidates) <= 1


@pytest.mark.parametrize("said", [None, [], {"weights": PLAIN}, {"least": 1, "weights": {"agreed": 1.0}}])
def test_weights_that_cannot_be_read_are_named(said: Any) -> None:
    with pytest.raises(ModelError, match="weights of the gate's parts"):
        Weighing.from_manifest(said)


def test_a_models_weighing_goes_to_the_judge_with_its_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTranslator({}, [Job.POST_EDIT])
    given = {"parts": {"least": 2.5, "weights": PLAIN | {"agreed": 3.0}}}
    monkeypatch.setattr(weights, "own_gate", lambda _: given)
    gate = judged(weights.gate_of(fake), fake, Config())
    assert gate.judge is not None
    assert gate.judge.weighing == Weighing(PLAIN | {"agreed": 3.0}, 2.5)
    assert gate.least_gain == 2.5
    monkeypatch.setattr(weights, "own_gate", lambda _: {})
    other = judged(Gate(), fake, Config())
    assert other.judge is not None
    assert (other.judge.weighing, other.least_gain) == (None, other.judge.line.least)
    assert other.judge.name != gate.judge.name
    assert judged(gate, fake, Config(margin=0.1)).judge is gate.judge  # what `gated` then takes away


def drafts(engine: str, gain: float, dice: np.random.Generator) -> list[fit_parts.Offer]:
    """Where a part gains if most answers have it, and not otherwise; `gain` is what all gain by."""
    made = []
    for n in range(60):
        said: Mapping[str, float] = PLAIN | {"agreed": float(dice.random() > 0.5), "constant": 1.0}
        part = parts("He come home with two big dogs.", "He came home with two big dogs.")[0]
        reference = "He came home with two big dogs." if said["agreed"] else "He come home with two big dogs."
        row = np.array([[*said.values()]]) + dice.normal(0, 0.01, (1, len(SIGNS)))
        worth = np.array([gain + 5 * said["agreed"]])
        made.append(fit_parts.Offer(engine, n % 5, "He come home with two big dogs.", reference,
                                    [(Origin.POST_EDIT, part)], row, worth))  # fmt: skip
    return made


def test_the_fit_finds_what_tells_and_the_lowest_threshold_that_does_no_harm(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    read = [one for engine in (*fit_parts.ENGINES, fit_parts.CLEAN) for one in drafts(engine, -2.0, dice)]
    harmed = fit_parts.fitted(read)
    assert 4 < harmed["weights"]["agreed"] < 5  # 5, drawn towards nothing
    assert harmed["fitted"]["correlation, held out"] > 0.9
    assert harmed["fitted"]["held out"]["0"]["argos"]["bleu"] > 10
    # Half of the references change until no part is predicted to gain enough.
    assert harmed["least"] >= 2.5

    still = [
        replace(one, signs=one.signs - 3 * np.eye(len(SIGNS))[SIGNS.index("agreed")])
        if one.engine == fit_parts.CLEAN
        else one
        for one in read
    ]
    found = fit_parts.fitted(still)
    assert found["least"] == 0.0
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"gate": {"margin": 0.2}}), encoding="utf-8")
    fit_parts.write(path, found)
    gate = json.loads(path.read_text(encoding="utf-8"))["gate"]
    assert Gate.from_manifest({"gate": gate}).margin == 0.2
    assert Weighing.from_manifest(gate["parts"]).least == 0.0
    assert gate["parts"]["fitted"]["held out"]["argos"]["bleu"] > 10
