"""Without a source, polishes of articles that sound rough are weighed by what the model says again and again."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest

from models import fit_polishing
from models.judge import Translations
from models.offers import ENGINES, GENERAL, ROUGH, Drafts, drafts_of
from postedit import Cleaner, FakeTranslator, weights
from postedit.article import Candidate, Origin, Segment
from postedit.candidates import POLISHES, proposals
from postedit.choices import choose
from postedit.config import Config
from postedit.errors import ModelError
from postedit.estimates import IN_PART
from postedit.gate import Gate
from postedit.pipeline import candidates, gated
from postedit.polishing import POLISH_SIGNS, Polishing, polish_signs, rough_without_source, weighed_polishes
from postedit.repairs import Known
from postedit.signature import run_signature
from postedit.tells import sounds_rough
from postedit.translator import Request

ROUGH_DRAFT = (
    "The reporter was informed that, in the course of the period, the city has carried out the work on 1 June."
)
GOOD_DRAFT = "He told reporters on June 1 that it would take years."
LIKED = Polishing({**dict.fromkeys(POLISH_SIGNS, 0.0), "like polishes": 10.0}, least=0.5, usual=-0.1, rough=0.0)
DRAFT = "On 1 June he come home to the old town."
POLISH = "On 1 June he came home to the old town."


class Talkative(FakeTranslator):
    """Says as many things as it is asked for, and remembers how many that were."""

    def __init__(self, outputs: dict[str, str]) -> None:
        super().__init__(outputs)
        self.asked: list[tuple[int, int]] = []

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        self.asked.append((len(requests), hypotheses))
        found = super().translate(requests, 1)
        ends = ("", " now", " again", " at last", " once more")
        return [[f"{texts[0][:-1]}{end}." for end in ends[:hypotheses]] for texts in found]


def row(*polishes: str) -> tuple[Candidate, ...]:
    return (Candidate(DRAFT, Origin.DRAFT, score=-1.0), *(Candidate(one, Origin.POLISH) for one in polishes))


def weighed(candidates: tuple[Candidate, ...], polishing: Polishing = LIKED) -> tuple[Candidate, ...]:
    return weighed_polishes([0], [Segment(DRAFT, 0)], [candidates], polishing, {0})[0]


def test_an_article_that_sounds_rough_is_told_from_one_that_does_not() -> None:
    rough, good = ([Segment(text, n) for n in range(6)] for text in (ROUGH_DRAFT, GOOD_DRAFT))
    assert sounds_rough(ROUGH_DRAFT) > 0.2 > -0.1 > sounds_rough(GOOD_DRAFT)
    assert rough_without_source([7] * 6 + [8] * 6, [*good, *rough], LIKED) == frozenset(range(6, 12))


def test_one_rough_sentence_says_little_of_its_article() -> None:
    assert not rough_without_source([0], [Segment(ROUGH_DRAFT, 0)], replace(LIKED, rough=sounds_rough(ROUGH_DRAFT) / 2))
    assert not rough_without_source(
        [0, 0], [Segment(ROUGH_DRAFT, 0), Segment(GOOD_DRAFT, 1)], replace(LIKED, rough=0.1)
    )


def test_what_has_a_source_is_not_polished_and_tells_nothing_of_the_others() -> None:
    segments = [*(Segment(ROUGH_DRAFT, n, source="他回家了。") for n in range(6)), Segment(GOOD_DRAFT, 9)]
    assert rough_without_source([0] * 7, segments, LIKED) == frozenset()


def test_what_the_model_says_again_and_again_gains() -> None:
    others = "On 1 June he came home to that old town.", "On 1 June he came home to the old towns."
    found = weighed(row(others[0], POLISH, others[1]))
    assert found[0].quality == 0.0
    assert max(found, key=lambda one: one.quality or 0.0).text == POLISH
    choice = choose(Segment(DRAFT, 0), found, [], Gate(polishing=LIKED))
    assert choice.chosen.text == POLISH
    assert "points over the draft, 0.50 needed" in choice.reason


def test_a_polish_that_gains_too_little_is_refused_and_told_why() -> None:
    found = weighed(row(POLISH))
    choice = choose(Segment(DRAFT, 0), found, [], Gate(polishing=replace(LIKED, least=99.0)))
    assert choice.chosen.origin is Origin.DRAFT
    assert "is not predicted to gain enough" in choice.reason


def test_weighed_polishes_must_pass_every_check_and_no_edit_rate() -> None:
    gate = Gate(max_edit_rate=0.0, polishing=replace(LIKED, least=-inf))
    wrong, far = "On 7 June he came home to the old town.", "On 1 June he came home into that old town."
    for polish, chosen in ((wrong, DRAFT), (far, far)):
        found = tuple(replace(one, quality=0.0) for one in row(polish))
        assert choose(Segment(DRAFT, 0), found, [], gate).chosen.text == chosen


def test_behind_a_refused_polish_stands_what_is_left_of_it() -> None:
    found = weighed(row("On 7 June he came home to the old town."))
    assert [(one.text, IN_PART in one.steps) for one in found[2:]] == [(POLISH, True)]


def test_an_article_whose_polishes_gain_little_together_is_left_to_the_models_score() -> None:
    """One sentence is a sixth of its article: five more are taken to gain nothing."""
    polishes = Candidate(POLISH, Origin.POLISH), Candidate("On 1 June he goes home.", Origin.POLISH, score=-0.5)
    all_of_it = (*row(), *polishes)
    most = max(one.quality or 0.0 for one in weighed(all_of_it)[:2])
    taken = weighed(all_of_it, replace(LIKED, article=most / 6 - 0.01))
    assert [one.quality is None for one in taken[:3]] == [False] * 3
    left = weighed(all_of_it, replace(LIKED, article=most / 6 + 0.01))
    assert left == (*row(), polishes[1])


def test_the_words_that_a_polish_swaps_speak_for_it_or_against_it() -> None:
    none = replace(LIKED, weights=dict.fromkeys(POLISH_SIGNS, 0.0), words={"-come": 1.5, "+came": 0.25, "+goes": -2.0})
    found = weighed(row(POLISH, "On 1 June he goes home to the old town."), none)
    assert [one.quality for one in found] == [0.0, 1.75, -0.5]
    assert choose(Segment(DRAFT, 0), found, [], Gate(polishing=none)).chosen.text == POLISH


def test_a_row_without_polishes_stays_a_row() -> None:
    assert [one.text for one in weighed(row())] == [DRAFT]


def test_signs_are_told_beside_all_that_was_said() -> None:
    alone, beside = (polish_signs(DRAFT, [POLISH], said)[0] for said in ([POLISH], [POLISH, DRAFT]))
    assert tuple(alone) == POLISH_SIGNS
    assert alone["like the draft"] == beside["like the draft"] < 1.0
    assert beside["like polishes"] < alone["like polishes"]  # alone it is sure
    assert alone["edits"] == pytest.approx(1 / 11)


def test_more_polishes_are_asked_for_where_they_are_weighed_and_the_best_alone_is_scored() -> None:
    fake = Talkative({DRAFT: POLISH})
    found = proposals([Segment(DRAFT, 0), Segment(DRAFT, 1)], fake, polished=frozenset({1}))
    assert sorted(fake.asked) == [(1, 1), (1, POLISHES)]
    assert [len(one.candidates) for one in found] == [2, 1 + POLISHES]
    assert [one.score is None for one in found[1].candidates] == [False, False, *[True] * (POLISHES - 1)]


def test_the_pipeline_weighs_polishes_in_rough_articles_alone() -> None:
    rough, good = ([Segment(text, n) for n in range(6)] for text in (ROUGH_DRAFT, GOOD_DRAFT))
    fake = Talkative({ROUGH_DRAFT: ROUGH_DRAFT.replace("was informed", "learned")})
    found = candidates([0] * 6 + [1] * 6, [*rough, *good], fake, Gate(polishing=LIKED), Config(), [Known()] * 12)
    assert all(one.quality is not None for some in found[:6] for one in some)
    assert all(one.quality is None for some in found[6:] for one in some)


def test_a_number_that_a_user_sets_takes_the_place_of_the_weighing() -> None:
    assert gated(Gate(polishing=LIKED), Config(margin=0.1)).polishing is None
    assert gated(Gate(polishing=LIKED), Config()).polishing is LIKED


def test_an_opened_gate_lets_every_weighed_polish_through() -> None:
    found = weighed(row(POLISH))
    gate = Gate(polishing=replace(LIKED, least=99.0))
    assert choose(Segment(DRAFT, 0), found, [], gate.opened()).chosen.text == POLISH


def test_a_manifest_says_how_polishes_are_weighed() -> None:
    said = {
        "weights": dict(LIKED.weights),
        "least": 0.5,
        "usual": -0.1,
        "rough": 0.0,
        "article": 0.0,
        "fitted": {"set": "wmt20"},
    }
    assert Gate.from_manifest({"gate": {"polishing": said}}).polishing == LIKED
    worded = {**said, "words": {"+came": 0.25}}
    assert Gate.from_manifest({"gate": {"polishing": worded}}).polishing == replace(LIKED, words={"+came": 0.25})
    for wrong in ({"usual": None}, {"words": {"+came": None}}, {"words": ["+came"]}):
        with pytest.raises(ModelError, match="polishing cannot be read"):
            Gate.from_manifest({"gate": {"polishing": {**said, **wrong}}})


def test_the_run_signature_tells_one_weighing_from_another() -> None:
    fake = FakeTranslator({})
    lines = LIKED, replace(LIKED, rough=0.1), replace(LIKED, words={"+came": 0.25})
    told = [run_signature(fake, Gate(polishing=one), Config()) for one in lines]
    assert f"polish:{LIKED.digest}" in told[0]
    assert len(set(told)) == 3


def test_the_model_that_ships_weighs_its_polishes() -> None:
    cleaner = Cleaner(weights.load(threads=1))
    assert cleaner.gate.polishing
    assert cleaner.gate.polishing.weights["like polishes"] > 0
    assert cleaner.gate.polishing.words["-indicated"] > 0 > cleaner.gate.polishing.words["+been"]
    assert cleaner.gate.polishing.usual < cleaner.gate.polishing.rough
    told = Cleaner(cleaner.translator, rough=True).gate.polishing
    assert told == replace(cleaner.gate.polishing, rough=float("-inf"))


def test_the_fit_finds_what_gains(tmp_path: Path) -> None:
    """Of two polishes of each draft one mends it and one spoils it, and both pass: the line tells them apart."""
    texts = [f"The town {n} have a river and the people goes home." for n in range(200)]
    better = [one.replace("have", "has").replace("goes", "go") for one in texts]
    worse = [one.replace("The town", "A town").replace("and the people", "and people") for one in texts]
    table = tmp_path / "triples.tsv"
    table.write_text(
        "".join(
            f"河{n}。\t{texts[n] if engine in ROUGH else better[n]}\t{better[n]}\twmt20.moz-{engine}\n"
            for engine in ENGINES
            for n in range(200)
        ),
        "utf-8",
    )
    fake = Chosen({one: [better[n], worse[n]] for n, one in enumerate(texts)})
    read = [*fit_polishing.offers(fake, drafts_of(Translations(table, "wmt20", ENGINES)))]
    assert {one.engine for one in read} == {*ENGINES, "references"}
    assert {len(one.rewrites) for one in read if one.engine in ROUGH} == {2}
    found = fit_polishing.fitted(read)
    assert {*found["words"]} == {"+a", "+has", "-have", "-the"}
    assert found["words"]["+has"] > 0 > found["words"]["-the"]
    assert found["fitted"]["correlation, held out"] > 0.9
    assert found["fitted"]["held out"]["argos"]["chrf"] > 5
    assert found["fitted"]["held out"]["google"]["changed"] == 0
    path = tmp_path / "manifest.json"
    path.write_text('{"name": "mine", "gate": {"margin": 0.3}}', "utf-8")
    fit_polishing.write(path, found)
    gate = Gate.from_manifest(json.loads(path.read_text("utf-8")))
    assert gate.margin == 0.3
    assert gate.polishing
    assert gate.polishing.least == found["least"]
    assert gate.polishing.words == found["words"]
    assert "tried" not in json.loads(path.read_text("utf-8"))["gate"]["polishing"]["fitted"]


def test_articles_of_other_text_have_numbers_of_their_own_and_good_engines_fewer_lines() -> None:
    texts = [f"The town {n} have a river and the people goes home." for n in range(500)]
    drafts = Drafts("references", texts, texts, texts, first=1000)
    few, some = fit_polishing.first_lines(drafts, 0), fit_polishing.first_lines(drafts, 45)
    assert (len(few.texts), len(some.texts)) == (fit_polishing.FEWER, 45)
    assert len(fit_polishing.first_lines(replace(drafts, engine=ROUGH[0]), 0).texts) == 500
    fake = Chosen({one: [one.replace("have", "has"), one.replace("goes", "go")] for one in texts})
    read = [*fit_polishing.offers(fake, [some])]
    assert [one.article for one in read] == [1000] * 20 + [1001] * 20 + [1002] * 5


def test_each_rough_engine_counts_alike_however_little_it_wins() -> None:
    found = {engine: {"bleu": 1.0, "chrf": 1.0} for engine in ROUGH if engine != GENERAL}
    most = np.array([2.0, 1.0, 4.0])
    assert fit_polishing.won_each(found | {"google": {"bleu": 9.0, "chrf": 9.0}}).tolist() == [1.0, 1.0, 1.0]
    assert fit_polishing.share(found, most) == pytest.approx((0.5 + 1.0 + 0.25) / 3)
    assert fit_polishing.share(found, np.array([1.0, -1.0, 2.0])) == pytest.approx(2.5 / 3)


class Chosen(FakeTranslator):
    """Has several answers to each draft."""

    def __init__(self, outputs: dict[str, list[str]]) -> None:
        super().__init__({})
        self._all = outputs

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        return [self._all.get(one.draft, [one.draft])[:hypotheses] for one in requests]


def test_several_hypotheses_stay_where_the_article_gains_too_little() -> None:
    fake = Talkative({DRAFT: POLISH})
    found = proposals([Segment(DRAFT, 0)], fake, hypotheses=3, polished=frozenset({0}))[0].candidates
    left = weighed(found, replace(LIKED, article=99.0))
    assert [one.score is None for one in left] == [False] * 4


def test_the_reason_to_keep_is_what_spoke_against_the_best_polish() -> None:
    one, other = (
        replace(some, quality=gain) for some, gain in zip(row(POLISH, "He came.")[1:], (0.3, 0.1), strict=True)
    )
    found = (replace(row()[0], quality=0.0), one, replace(other, score=0.0))
    choice = choose(Segment(DRAFT, 0), found, [], Gate(polishing=LIKED))
    assert "+0.30 points, 0.50 needed" in choice.reason


def test_a_manifest_that_weighs_polishes_alone_keeps_the_judge(tmp_path: Path) -> None:
    """What was tuned for drafts without a source says nothing of those with one."""
    folder = tmp_path / "mine"
    shutil.copytree(weights.find().folder, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["gate"] = {"polishing": manifest["gate"]["polishing"]}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    gate = Cleaner(model=str(folder), threads=1).gate
    assert gate.judge
    assert gate.polishing
