"""What a model says again and again is likelier right: parts are weighed by the model's other answers, too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import fit_parts
from postedit import Cleaner, FakeTranslator, judge, weights
from postedit.article import Candidate, Origin, Segment
from postedit.candidates import proposals
from postedit.choices import Gate
from postedit.cleaner import judged
from postedit.config import Config
from postedit.errors import ModelError
from postedit.estimates import JUDGED, estimated, gaining
from postedit.parts import parts
from postedit.signals import POOL
from postedit.translator import Job, Request
from postedit.weighing import SENTENCE_SIGNS, SIGNS, Answers, Roughness, Surroundings, Weighing, signs

SOURCE = "昨天这座城市下了大雨，许多街道被淹。"
DRAFT = "Yesterday the town fell a big rain and many streets are flooded."
ANSWER = "Yesterday the city fell a heavy rain and many streets were flooded."
OTHERS = (ANSWER, "Yesterday the city fell a big rain and many streets are flooded.", DRAFT)
PLAIN = dict.fromkeys(SIGNS, 0.0)
ROOT = Path(__file__).resolve().parent.parent
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
    assert found.translated == -1.0  # what a fake gives what it would not say
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


def drafts(engine: str, dice: np.random.Generator, *, kept: float = -0.5, right: bool = True) -> list[fit_parts.Offer]:
    """Where a part gains 3 points if most answers have it and loses 2 if not; where it is not `right` it loses."""
    made = []
    for n in range(60):
        said: Mapping[str, float] = PLAIN | {"agreed": float(dice.random() > 0.5), "constant": 1.0}
        old, new = "He come home with two big dogs.", "He came home with two big dogs."
        better = said["agreed"] and right
        row = np.array([[*said.values()]]) + dice.normal(0, 0.01, (1, len(SIGNS)))
        told = dict(zip(SENTENCE_SIGNS, (kept + dice.normal(0, 0.02), -2.0, -0.1, 0.0, 1.0), strict=True))
        apart = [(Origin.POST_EDIT, parts(old, new)[0])]
        worth = np.array([3.0 if better else -2.0])
        made.append(fit_parts.Offer(engine, n // 6, old, new if better else old, apart, row, worth, told))
    return made


def test_the_fit_finds_what_tells_and_a_threshold_that_does_no_harm() -> None:
    dice = np.random.default_rng(1)
    read = [one for engine in (*fit_parts.ENGINES, fit_parts.CLEAN) for one in drafts(engine, dice)]
    harmed = fit_parts.fitted(read)
    assert 4 < harmed["weights"]["agreed"] < 5  # 5, drawn towards nothing
    assert harmed["fitted"]["correlation, held out"] > 0.9
    assert harmed["fitted"]["held out"]["0.5, article 0"]["argos"]["bleu"] > 10
    # Nothing tells the references from what is rough: half of them change until no part is predicted to gain enough.
    assert harmed["least"] == 3.0


def test_an_article_that_needs_nothing_is_told_from_rough_ones(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    rough = [engine for engine in fit_parts.ENGINES if engine not in fit_parts.GOOD]
    read = [one for engine in rough for one in drafts(engine, dice, kept=-0.8)]
    for engine in (*fit_parts.GOOD, fit_parts.CLEAN):
        read += drafts(engine, dice, kept=-0.3, right=False)
    found = fit_parts.fitted(read)
    assert found["least"] < 2
    assert found["article"]["weights"]["kept"] < -5
    assert found["fitted"]["held out"]["0.5, article 0"]["references"]["changed"] <= 0.03
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"gate": {"margin": 0.2}}), encoding="utf-8")
    fit_parts.write(path, found)
    gate = json.loads(path.read_text(encoding="utf-8"))["gate"]
    assert Gate.from_manifest({"gate": gate}).margin == 0.2
    weighing = Weighing.from_manifest(gate["parts"])
    assert weighing.least == found["least"]
    assert weighing.article is not None
    assert weighing.article.gain([read[0].told or {}] * 20) > weighing.article.least
    assert weighing.article.gain([read[-1].told or {}] * 20) < weighing.article.least
    assert gate["parts"]["fitted"]["held out"]["argos"]["bleu"] > 10


def test_only_a_rough_article_is_rewritten() -> None:
    nothing = dict.fromkeys(SENTENCE_SIGNS, 0.0)
    rough = Roughness({**nothing, "kept": -1.0}, usual={**nothing, "kept": -0.5}, least=0.8)
    weighing = Weighing(PLAIN | {"constant": 2.0}, least=1.0, article=rough)
    reader = judge.load(FOLDER, threads=1, weighing=weighing)

    def told(*scores: float) -> list[tuple[Candidate, ...]]:
        rows = [
            (Candidate(DRAFT, Origin.DRAFT, score=one), Candidate(ANSWER, Origin.POST_EDIT, score=-0.1))
            for one in scores
        ]
        segments = [Segment(DRAFT, 100 * n, source=SOURCE) for n in range(len(rows))]
        return estimated([0] * len(rows), segments, rows, reader, [{}] * len(rows), [-2.0] * len(rows))

    assert [row[1].quality for row in told(*[-1.5] * 5)] == [pytest.approx(6.0)] * 5  # three parts
    assert [row[1].quality for row in told(*[-1.0] * 5)] == [0.0] * 5
    assert [row[1].quality for row in told(-1.5)] == [0.0]  # alone, it tells too little
    assert weighing.digest != replace(weighing, article=None).digest


def test_sentences_that_one_engine_drafted_tell_together_that_they_are_rough() -> None:
    lines = (ROOT / "corpora" / "rough-news" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    paragraphs = [paragraph for line in lines[:2] for paragraph in json.loads(line)["paragraphs"]]
    sentences = [one for paragraph in paragraphs for one in paragraph["sentences"]][:12]
    records = [(one["drafts"]["early"], one["zh"]) for one in sentences]

    def rewritten(cleaner: Cleaner) -> int:
        found = cleaner.pipe(records, batch_size=len(records))
        return sum(one.chosen.origin in JUDGED for edited in found for one in edited.choices)

    alone, together = Cleaner(), Cleaner(together=True)
    assert rewritten(together) > rewritten(alone) + 3
    assert together.signature == f"{alone.signature}|together"


def test_a_word_that_moves_is_taken_whole_or_left() -> None:
    text, moved = "On Monday a new town hall opened here.", "A new town hall opened here on Monday."
    first, last = parts(text, moved)
    assert gaining(text, [(-2.0, first), (3.0, last)], lambda _: True) == (text[:-1] + " on Monday.", 3.0)
    assert gaining(text, [(-2.0, first), (3.0, last)], lambda _: True, least=0.5) == (moved, 1.0)
    assert gaining(text, [(-4.0, first), (3.0, last)], lambda _: True, least=0.5) == (text, 0.0)


def test_a_rewrite_that_gains_nearly_as_much_is_taken_whole() -> None:
    old, new = "The old town is far away.", "The old city is far off."
    one, other = parts(old, new)
    assert gaining(old, [(3.0, one), (-1.0, other)], lambda _: True, least=1.0) == (new, 2.0)
    assert gaining(old, [(3.0, one), (-2.0, other)], lambda _: True, least=1.0) == ("The old city is far away.", 3.0)
    assert gaining(old, [(3.0, one), (-1.0, other)], lambda _: True) == ("The old city is far away.", 3.0)
    refused = gaining(old, [(3.0, one), (-1.0, other)], lambda text: "off" not in text, least=1.0)
    assert refused == ("The old city is far away.", 3.0)
