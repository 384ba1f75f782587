"""What a model says again and again is likelier right: rewrites are weighed by the model's other answers, too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import fit_weighing
from models.judge import sentence_chrf
from models.offers import CLEAN, ENGINES, FOLDS, GOOD, ROUGH, Offer
from postedit import Cleaner, FakeTranslator, judge, weights
from postedit.article import Candidate, Origin, Segment
from postedit.candidates import NOT_ROUGH, Proposal, proposals, with_retranslations
from postedit.choices import choose
from postedit.cleaner import judged
from postedit.config import Config
from postedit.errors import ModelError
from postedit.estimates import IN_PART, JUDGED
from postedit.gate import Gate
from postedit.hints import Hints
from postedit.roughness import SENTENCE_SIGNS, Roughness
from postedit.signals import POOL
from postedit.spelling import spellings
from postedit.tells import sounds_rough
from postedit.translator import Job, Request
from postedit.weighing import (
    MOST_JUDGED,
    OFFERED,
    SIGNS,
    Weighing,
    signs,
    weighed,
    with_permitted,
)

SOURCE = "昨天这座城市下了大雨，许多街道被淹。"
DRAFT = "Yesterday the town fell a big rain and many streets are flooded."
ANSWER = "Yesterday the city fell a heavy rain and many streets were flooded."
OTHERS = (ANSWER, "Yesterday the city fell a big rain and many streets are flooded.", DRAFT)
PLAIN = dict.fromkeys(SIGNS, 0.0)
ROOT = Path(__file__).resolve().parent.parent
FOLDER = next(one for one in weights.shipped() if one.name == weights.JUDGE).weights.parent


def offered(*answers: tuple[str, Origin], kept: float | None = -1.0, translated: float = -2.0) -> Proposal:
    """A draft and answers to it, each of them said."""
    rewrites = [Candidate(text, origin, score=-0.5) for text, origin in answers]
    return Proposal((Candidate(DRAFT, Origin.DRAFT, score=kept), *rewrites), translated)


def rows(weighing: Weighing, *found: Proposal) -> list[tuple[Candidate, ...]]:
    segments = [Segment(DRAFT, 100 * n, source=SOURCE) for n in range(len(found))]
    said = lambda some: [found[n] for n in some]  # noqa: E731  # the translations are among them
    return weighed([0] * len(found), segments, found, said, judge.load(FOLDER, threads=1), weighing)


POST_EDITS = [(text, Origin.POST_EDIT) for text in OTHERS[:2]]
RETRANSLATION = ("A heavy rain fell on the city yesterday and flooded many streets.", Origin.RETRANSLATE)


def test_what_is_like_the_other_answers_comes_first() -> None:
    found = offered(("It is a dog.", Origin.POST_EDIT), *POST_EDITS, RETRANSLATION)
    draft, *rewrites = rows(Weighing(PLAIN | {"like post-edits": 10.0}, least=0.0), found)[0]
    assert draft.quality == 0.0
    assert [one.text for one in rewrites[:2]] != [found.candidates[1].text, found.candidates[2].text]
    assert rewrites[-1].text == "It is a dog."
    assert [one.quality for one in rewrites] == sorted((one.quality or 0.0 for one in rewrites), reverse=True)


def test_the_signs_of_a_rewrite() -> None:
    found = offered(*POST_EDITS, RETRANSLATION)
    first, second, other = (
        dict(zip(SIGNS, row, strict=True))
        for row in signs(found.candidates[0], found.candidates[1:], found, [1.5, 99.0, -99.0])
    )
    assert (first["judged"], second["judged"], other["judged"]) == (1.5, MOST_JUDGED, -MOST_JUDGED)
    assert (first["kept"], first["translated"], first["constant"]) == (-1.0, -2.0, 1.0)
    assert [one["is a retranslation"] for one in (first, second, other)] == [0.0, 0.0, 1.0]
    # Nothing is liker to itself: of two post-edits each is held against the other.
    alike = sentence_chrf(ANSWER, OTHERS[1]) / 100
    before = (sentence_chrf(DRAFT, ANSWER) + sentence_chrf(DRAFT, OTHERS[1])) / 200
    assert first["like post-edits"] == pytest.approx(alike - before, abs=1e-3)
    assert other["like the draft"] == pytest.approx(sentence_chrf(RETRANSLATION[0], DRAFT) / 100, abs=1e-3)
    assert first["longer"] == pytest.approx(np.log((1 + len(ANSWER)) / (1 + len(DRAFT))))
    assert first["length off"] == abs(first["longer"])
    assert first["sounds rougher"] == sounds_rough(ANSWER) - sounds_rough(DRAFT) != 0


@pytest.mark.parametrize("kept", [None, float("-inf")])
def test_where_the_model_does_not_say_enough_nothing_is_rewritten(kept: float | None) -> None:
    weighing = Weighing(PLAIN | {"constant": 5.0}, least=0.0)
    assert [one.origin for one in rows(weighing, offered(*POST_EDITS, kept=kept))[0]] == [Origin.DRAFT]
    assert len(rows(weighing, offered(*POST_EDITS))[0]) == 3


def test_only_a_few_rewrites_are_left_to_choose_from() -> None:
    many = [(f"{ANSWER} {n}", Origin.POST_EDIT) for n in range(OFFERED + 3)]
    _, *rewrites = rows(Weighing(PLAIN | {"longer": -1.0}, least=0.0), offered(*many))[0]
    assert len(rewrites) == OFFERED


def test_an_answer_that_a_check_refuses_is_offered_without_the_place() -> None:
    wrong = "Yesterday 3,000 cities fell a heavy rain and many streets were flooded."
    found = offered((wrong, Origin.POST_EDIT), POST_EDITS[0])
    _, *rewrites = rows(Weighing(PLAIN | {"longer": 1.0}, least=-9.0), found)[0]
    told = {one.text: one for one in rewrites}
    assert {wrong, ANSWER} < set(told)
    rest = next(one for text, one in told.items() if text not in {wrong, ANSWER})
    assert rest.text == DRAFT.replace("a big rain", "a heavy rain").replace("streets are", "streets were")
    assert IN_PART in rest.steps
    assert rest.quality is not None
    some = with_permitted(Segment(DRAFT, 0, source=SOURCE), found)
    assert [one.text for one in some.candidates] == [DRAFT, wrong, rest.text, ANSWER]
    # Each is held against the two others, what was refused among them.
    first = dict(zip(SIGNS, signs(some.candidates[0], [some.candidates[3]], some, [0.0])[0], strict=True))
    alike = [sentence_chrf(text, other) for text in (ANSWER, DRAFT) for other in (wrong, rest.text)]
    before = (sum(alike[2:]) + sentence_chrf(DRAFT, ANSWER)) / 300
    assert first["like post-edits"] == pytest.approx(sum(alike[:2]) / 200 - before, abs=1e-3)


def test_several_answers_are_asked_for_where_they_are_wanted() -> None:
    class Counting(FakeTranslator):
        def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
            said = "translated" if requests[0].job is Job.RETRANSLATE else "edited"
            return [[f"It was {said} on day {n} ." for n in range(hypotheses)] for _ in requests]

    segments, fake = [Segment(DRAFT, 0, source=SOURCE)], Counting({}, tuple(Job))
    found = proposals(segments, fake, several=True)
    edited, translated = ([f"It was {said} on day {n}." for n in range(POOL)] for said in ("edited", "translated"))
    assert found[0].translated == -1.0  # what a fake gives what it would not say
    assert [one.text for one in found[0].candidates] == [DRAFT, *edited]  # the source says more than a polish would
    assert [one.score is None for one in found[0].candidates] == [False, False, *[True] * (POOL - 1)]
    longer = with_retranslations(segments, found, fake)[0]
    assert longer.candidates[: POOL + 1] == found[0].candidates
    assert [one.text for one in longer.candidates[POOL + 1 :]] == translated
    assert {one.score for one in longer.candidates[POOL + 1 :]} == {None}
    assert longer.translated == found[0].translated
    assert with_retranslations([Segment(DRAFT, 0)], found, fake) == found  # there is nothing to translate


@pytest.mark.parametrize("said", [None, [], {"weights": PLAIN}, {"least": 1, "weights": {"judged": 1.0}}])
def test_weights_that_cannot_be_read_are_named(said: Any) -> None:
    with pytest.raises(ModelError, match="weighing cannot be read"):
        Weighing.from_manifest(said)


@pytest.mark.parametrize("ways", [[], [[]], [[dict.fromkeys(SENTENCE_SIGNS, 1.0)], []]])
def test_an_article_without_lines_is_refused(ways: Any) -> None:
    article = {"ways": ways, "usual": dict.fromkeys(SENTENCE_SIGNS, 0.0), "least": 1.0}
    with pytest.raises(ModelError, match="no lines"):
        Weighing.from_manifest({"least": 1.0, "weights": PLAIN, "article": article})


def test_a_models_weighing_goes_to_the_judge_with_its_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTranslator({}, [Job.POST_EDIT])
    given = {"weighing": {"least": 2.5, "weights": PLAIN | {"judged": 3.0}}}
    monkeypatch.setattr(weights, "own_gate", lambda _: given)
    gate = judged(weights.gate_of(fake), fake, Config())
    assert gate.judge is not None
    assert gate.judge.weighing == Weighing(PLAIN | {"judged": 3.0}, 2.5)
    assert gate.least_gain == 2.5
    monkeypatch.setattr(weights, "own_gate", lambda _: {})
    other = judged(Gate(), fake, Config())
    assert other.judge is not None
    assert (other.judge.weighing, other.least_gain) == (None, other.judge.line.least)
    assert other.judge.name != gate.judge.name
    assert judged(gate, fake, Config(margin=0.1)).judge is gate.judge  # what `gated` then takes away


def drafts(engine: str, dice: np.random.Generator, *, kept: float = -0.5, right: bool = True) -> list[Offer]:
    """Where a rewrite gains 3 points if the judge likes it and loses 2 if not; where it is not `right` it loses."""
    made = []
    for n in range(60):
        said: Mapping[str, float] = PLAIN | {"judged": float(dice.random() > 0.5), "constant": 1.0}
        old, new = "He come home with two big dogs.", "He came home with two big dogs."
        better = said["judged"] and right
        row = np.array([[*said.values()]]) + dice.normal(0, 0.01, (1, len(SIGNS)))
        lacking = -kept + dice.normal(0, 0.02)
        known = (kept + dice.normal(0, 0.02), -2.0, 0.0, 0.8, -kept / 4 + dice.normal(0, 0.02), lacking, 1.0)
        told = dict(zip(SENTENCE_SIGNS, known, strict=True))
        gains = np.array([3.0 if better else -2.0])
        made.append(Offer(engine, n // 6, old, new if better else old, [new], [True], row, gains, gains, told))
    return made


def test_the_fit_finds_what_tells_and_a_threshold_that_does_no_harm() -> None:
    dice = np.random.default_rng(1)
    read = [one for engine in (*ENGINES, CLEAN) for one in drafts(engine, dice)]
    harmed = fit_weighing.fitted(read)
    assert 4 < harmed["weights"]["judged"] < 5  # 5, drawn towards nothing
    assert harmed["fitted"]["correlation, held out"] > 0.9
    assert harmed["fitted"]["held out"]["0.5, article 0.1"]["argos"]["bleu"] > 10
    # Nothing tells the references from what is rough: half of them change.
    assert harmed["least"] is None


def test_an_article_that_needs_nothing_is_told_from_rough_ones(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    read = [one for engine in ROUGH for one in drafts(engine, dice, kept=-0.8)]
    for engine in (*GOOD, CLEAN):
        read += drafts(engine, dice, kept=-0.3, right=False)
    found = fit_weighing.fitted(read)
    assert found["least"] < 2
    heard, unheard = found["article"]["ways"][0]
    assert heard["sounds rough"] > 2
    assert unheard["kept"] < heard["kept"] < -2
    assert unheard["sounds rough"] == 0
    assert [line["names lacking"] for line in (heard, unheard)] == [0, 0]
    assert min(line["names lacking"] for line in found["article"]["ways"][1]) > 1
    assert found["fitted"]["held out"]["0.5, article 0.1"]["references"]["changed"] <= 0.03
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"gate": {"margin": 0.2}}), encoding="utf-8")
    fit_weighing.write(path, found)
    gate = json.loads(path.read_text(encoding="utf-8"))["gate"]
    assert Gate.from_manifest({"gate": gate}).margin == 0.2
    weighing = Weighing.from_manifest(gate["weighing"])
    assert weighing.least == found["least"]
    assert weighing.article is not None
    assert weighing.article.gain([read[0].told or {}] * 20) > weighing.article.least
    assert weighing.article.gain([read[-1].told or {}] * 20) < weighing.article.least
    assert gate["weighing"]["fitted"]["held out"]["argos"]["bleu"] > 10


def test_of_the_ways_the_highest_counts_and_of_its_lines_the_lowest() -> None:
    read = drafts(ROUGH[0], np.random.default_rng(1))
    constant = np.array([float(name == "constant") for name in SENTENCE_SIGNS])
    ways = [[[points * constant] * FOLDS for points in way] for way in ((1, 5), (2, 4))]
    rough = fit_weighing.Rough(dict.fromkeys(SENTENCE_SIGNS, 0.0) | {"constant": 1.0}, ways)
    assert rough.held_out(read) == [2.0] * len(read)


def test_only_a_rough_article_is_rewritten() -> None:
    nothing = dict.fromkeys(SENTENCE_SIGNS, 0.0)
    rough = Roughness([[{**nothing, "kept": -1.0}]], usual={**nothing, "kept": -0.5}, least=0.8)
    weighing = Weighing(PLAIN | {"constant": 2.0}, least=1.0, article=rough)

    def told(*scores: float) -> list[float | None]:
        return [row[1].quality for row in rows(weighing, *(offered(*POST_EDITS, kept=one) for one in scores))]

    assert told(*[-1.5] * 5) == [2.0] * 5
    assert told(*[-1.0] * 5) == [0.0] * 5
    smooth = rows(weighing, offered(*POST_EDITS))[0]
    choice = choose(
        Segment(DRAFT, 0, source=SOURCE), smooth, [], Gate(judge=judge.load(FOLDER, threads=1), least_gain=1.0)
    )
    assert choice.reason == "kept: its article is not rough, by what all its sentences tell: +0.58 points, 0.80 needed"
    assert {one.reason for one in choice.passed_over} == {choice.reason.removeprefix("kept: ")}
    assert told(-1.5) == [0.0]  # alone, it tells too little
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
    told = Cleaner(rough=True)
    assert rewritten(told) >= rewritten(together)
    assert told.signature != alone.signature


class Listening:
    """The judge that ships, and what it was asked."""

    def __init__(self) -> None:
        self.shipped = judge.load(FOLDER, threads=1)
        self.asked: list[str] = []
        self.read: set[str] = set()

    def qualities(self, sources: Sequence[str], texts: Sequence[str]) -> list[float | None]:
        self.asked += texts
        self.read |= {*sources}
        return self.shipped.qualities(sources, texts)


@pytest.mark.parametrize("rough", [True, False])
def test_only_of_a_rough_article_is_all_asked_and_judged(*, rough: bool) -> None:
    line = dict.fromkeys(SENTENCE_SIGNS, 0.0)
    article = Roughness([[line | {"constant": 1.0 if rough else -1.0}]], line | {"constant": 1.0}, least=0.0)
    weighing = Weighing(PLAIN | {"judged": 1.0, "constant": 3.0}, least=0.0, article=article)
    listening, found, asked = Listening(), offered(*POST_EDITS), list[int]()

    def further(some: Sequence[int]) -> list[Proposal]:
        asked.extend(some)
        return [offered(*POST_EDITS, RETRANSLATION) for _ in some]

    segments = [Segment(DRAFT, 0, source=SOURCE)]
    row = weighed([0], segments, [found], further, listening, weighing)[0]  # type: ignore[arg-type]
    assert asked == ([0] if rough else [])
    post_edits = [text for text, _ in POST_EDITS]
    all_ = [DRAFT, *post_edits, RETRANSLATION[0]]
    assert sorted(listening.asked) == sorted(all_ if rough else [DRAFT, post_edits[0]])  # nothing twice
    assert [one.text for one in row][:1] == [DRAFT]
    assert {one.text for one in row} == {*(all_ if rough else [DRAFT, *post_edits])}
    assert any(step.startswith(NOT_ROUGH) for step in row[0].steps) is not rough
    gains = [one.quality for one in row]
    assert len(set(gains)) == 4 if rough else gains == [0.0] * 3
    choice = choose(Segment(DRAFT, 0, source=SOURCE), row, [], Gate(judge=listening.shipped, least_gain=0.5))
    assert (choice.chosen.text != DRAFT) is rough


def test_the_judge_reads_names_in_latin_letters() -> None:
    source, listening = "昨天赣州下了大雨。", Listening()
    known = Hints(spellings(source))
    found = [replace(offered(*some), hints=known) for some in (POST_EDITS, [*POST_EDITS, RETRANSLATION])]
    segments, weighing = [Segment(DRAFT, 0, source=source)], Weighing(PLAIN | {"judged": 1.0}, least=0.0)
    weighed([0], segments, found[:1], lambda _: found[1:], listening, weighing)  # type: ignore[arg-type]
    assert listening.read == {"昨天 Ganzhou 下了大雨。"}
