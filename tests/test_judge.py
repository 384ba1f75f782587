"""The judge tells a right translation from a wrong one, and the gate lets through what it predicts to gain."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import postedit
from eval import judge as measuring
from eval import tables
from models import judge as making
from postedit import Cleaner, FakeTranslator, judge, weights
from postedit.article import Candidate, Origin, Segment
from postedit.choices import choose
from postedit.cleaner import judged
from postedit.config import Config
from postedit.errors import ModelError
from postedit.estimates import IN_PART, estimated
from postedit.gate import Gate
from postedit.parts import joined, parts
from postedit.translator import Job

SOURCE = "中国国家主席习近平周一在北京会见了法国总统马克龙。"
RIGHT = "Chinese President Xi Jinping met French President Emmanuel Macron in Beijing on Monday."
ROUGH = "China country chairman the near flat in Beijing of the Monday seen law country total unity."
WORST = "Chinese country of the near flat is the ear of the gram dragon, and the horse is a seen."
HALF = "Chinese President Xi Jinping met on Monday."
OTHER = "The weather is fine today, so we went to the park with the children."
RAIN, RAINS = (
    "昨天这座城市下了大雨，许多街道被淹。",
    "Heavy rain fell on the city yesterday and many streets were flooded.",
)

ALIKE = "Yesterday heavy rain fell on the city, and a lot of streets were flooded."


@pytest.fixture(scope="module")
def shipped() -> judge.Judge:
    return judge.load(next(one for one in weights.shipped() if one.name == weights.JUDGE).weights.parent, threads=1)


def test_what_says_all_that_the_source_says_is_better(shipped: judge.Judge) -> None:
    right, rough, half, other = shipped.qualities([SOURCE] * 4, [RIGHT, ROUGH, HALF, OTHER])
    assert right is not None
    assert rough is not None
    assert half is not None
    assert other is not None
    assert right > max(rough, half) > min(rough, half) > other


def test_a_quality_does_not_depend_on_the_texts_beside_it(shipped: judge.Judge) -> None:
    together = shipped.qualities([SOURCE, SOURCE, RAIN, RAIN], [RIGHT, ROUGH, RAINS, OTHER])
    alone = [*shipped.qualities([SOURCE], [RIGHT]), *shipped.qualities([RAIN], [RAINS])]
    assert [together[0], together[2]] == alone


def test_what_is_empty_or_too_long_has_no_quality(shipped: judge.Judge) -> None:
    assert shipped.qualities(["", SOURCE, SOURCE, RAIN * 60], ["x", "", "far too long " * 400, RAINS]) == [None] * 4


def rows(*texts: str, origin: Origin = Origin.RETRANSLATE) -> list[tuple[Candidate, ...]]:
    return [(Candidate(ROUGH, Origin.DRAFT), Candidate(text, origin)) for text in texts]


def segments(*sources: str | None) -> list[Segment]:
    return [Segment(ROUGH, 100 * n, source=source) for n, source in enumerate(sources)]


def test_an_article_counts_too_and_other_articles_do_not(shipped: judge.Judge) -> None:
    def gain(articles: list[int], *offers: str) -> float:
        draft, rewrite, *_ = estimated(articles, segments(*[SOURCE] * len(offers)), rows(*offers), shipped)[0]
        assert draft.quality is not None
        assert rewrite.quality is not None
        return rewrite.quality - draft.quality

    alone = gain([0], RIGHT)
    assert gain([0, 1], RIGHT, OTHER) == pytest.approx(alone)
    assert gain([0, 0], RIGHT, OTHER) < alone
    assert gain([0, 0], RIGHT, RIGHT) > alone


def test_only_what_was_made_with_the_source_is_judged(shipped: judge.Judge) -> None:
    polished = estimated([0], segments(SOURCE), rows(RIGHT, origin=Origin.POLISH), shipped)
    sourceless = estimated([0], segments(None), rows(RIGHT), shipped)
    assert [one.quality for row in (*polished, *sourceless) for one in row] == [None] * 4


def offering(*jobs: Job, **settings: Any) -> Cleaner:
    return Cleaner(FakeTranslator({SOURCE: RIGHT, RAIN: OTHER}, jobs or [Job.RETRANSLATE]), **settings)


def test_a_retranslation_takes_the_place_of_a_bad_draft_and_not_of_a_good_one() -> None:
    cleaner = offering()
    better = cleaner(WORST, SOURCE)
    assert better.text == RIGHT
    assert "predicted to gain" in better.choices[0].reason
    assert "points over the draft" in better.choices[0].reason
    worse = cleaner(RAINS, RAIN)
    assert worse.text == RAINS
    assert "is not predicted to gain enough" in worse.choices[0].passed_over[0].reason


def test_only_the_part_of_a_rewrite_that_gains_is_taken() -> None:
    spoiled = RIGHT.replace("Chinese", "Seen law country total unity")
    cleaned = Cleaner(FakeTranslator({SOURCE: spoiled}, [Job.RETRANSLATE]))(HALF, SOURCE)
    assert "French President Emmanuel Macron" in cleaned.text
    assert "unity" not in cleaned.text
    choice = cleaned.choices[0]
    assert choice.chosen.steps == (IN_PART,)
    assert next(one for one in choice.passed_over if one.candidate.text == spoiled).reason


def test_what_a_check_objects_to_is_left_out_and_the_rest_is_taken(shipped: judge.Judge) -> None:
    source, draft = "9月20日，" + SOURCE, f"On September 20, {HALF}"
    rewrite = f"On September 21, {RIGHT}"
    row = (Candidate(draft, Origin.DRAFT), Candidate(rewrite, Origin.RETRANSLATE))
    found = estimated([0], [Segment(draft, 0, source=source)], [row], shipped)[0]
    assert [one.text for one in found] == [draft, rewrite, rewrite.replace("21", "20")]
    assert found[2].steps == (IN_PART,)


def test_nobody_famous_is_put_in_by_a_rewrite_that_was_judged(shipped: judge.Judge) -> None:
    source, draft = "林河保安局局长周一在北京会见了法国总统马克龙。", "The law of horse is to see in Beijing of Monday."
    rewrite = "Li Keqiang, director of security, met French President Emmanuel Macron in Beijing on Monday."
    row = (Candidate(draft, Origin.DRAFT), Candidate(rewrite, Origin.RETRANSLATE))
    found = estimated([0], [Segment(draft, 0, source=source)], [row], shipped)[0]
    chosen = choose(Segment(draft, 0, source=source), found, [], replace(offering().gate, least_gain=0.0))
    assert "Keqiang" not in chosen.chosen.text
    assert next(one.check for one in chosen.passed_over if one.candidate.text == rewrite) == "persons invented"


def test_where_every_part_gains_the_rewrite_stands_alone(shipped: judge.Judge) -> None:
    row = (Candidate(WORST, Origin.DRAFT), Candidate(RIGHT, Origin.RETRANSLATE))
    assert [one.text for one in estimated([0], segments(SOURCE), [row], shipped)[0]] == [WORST, RIGHT]


def test_the_repaired_draft_is_what_parts_are_put_into(shipped: judge.Judge) -> None:
    row = (
        Candidate("He come  " + HALF, Origin.DRAFT), Candidate(HALF, Origin.REPAIR, steps=("spaces",)),
        Candidate(RIGHT, Origin.POST_EDIT),
    )  # fmt: skip
    for one in estimated([0], segments(SOURCE), [row], shipped)[0][2:]:
        assert "He come" not in one.text


def test_the_details_tell_the_qualities() -> None:
    draft, rewrite = offering()(WORST, SOURCE).to_json()["segments"][0]["candidates"]
    assert rewrite["chosen"]
    assert draft["quality"] == 0
    assert rewrite["quality"] > 2
    assert "quality" not in offering(Job.POLISH)(ROUGH).to_json()["segments"][0]["candidates"][0]


def test_without_a_source_nothing_is_retranslated() -> None:
    assert offering()(ROUGH).text == ROUGH


def test_hypotheses_of_one_sentence_are_no_more_company(shipped: judge.Judge) -> None:
    row = (Candidate(WORST, Origin.DRAFT), Candidate(RIGHT, Origin.RETRANSLATE))
    more = (*row, Candidate(HALF, Origin.RETRANSLATE), Candidate(RIGHT.replace("met", "saw"), Origin.RETRANSLATE))
    alone, several = (estimated([0], segments(SOURCE), [one], shipped)[0] for one in (row, more))
    assert [one.quality for one in several[:2]] == pytest.approx([one.quality for one in alone])


def test_what_was_judged_comes_before_what_the_model_itself_finds_likelier() -> None:
    draft = Candidate(ROUGH, Origin.DRAFT, score=-3.0, quality=40.0)
    retranslation = Candidate(RIGHT, Origin.RETRANSLATE, score=-3.0, quality=40.6)
    polish = Candidate(ROUGH.replace("the near", "then near"), Origin.POLISH, score=-1.0)
    gate = replace(offering().gate, least_gain=0.5)
    segment = Segment(ROUGH, 0, source=SOURCE)
    assert choose(segment, [draft, polish, retranslation], [], gate).chosen is retranslation
    assert choose(segment, [draft, polish], [], gate).chosen is polish


@pytest.mark.parametrize("settings", [{"margin": 0.1}, {"max_edit_rate": 0.1}, {"source_language": "de"}])
def test_numbers_of_the_user_and_other_languages_go_without_a_judge(settings: dict[str, Any]) -> None:
    cleaner = offering(**settings)
    assert cleaner.gate.judge is None
    assert "judge" not in cleaner.signature


def test_the_signature_names_the_judge() -> None:
    gate = offering().gate
    assert gate.judge is not None
    assert f"|judge:{gate.judge.name}/{gate.least_gain:g}|" in offering().signature
    assert gate.judge.name.startswith("judge-v2@")
    assert gate.judge.name.split("/")[0].endswith((":int8", ":float32"))


def test_a_model_that_polishes_and_one_with_a_gate_of_its_own_are_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offering(Job.POLISH).gate.judge is None
    monkeypatch.setattr(weights, "own_gate", lambda _translator: {"margin": 0.2})
    assert offering().gate.judge is None


def test_the_model_that_ships_brings_a_weighing_of_its_own() -> None:
    gate = Cleaner().gate
    assert gate.judge is not None
    assert gate.judge.weighing is not None
    assert gate.judge.weighing.article is not None
    assert gate.least_gain == gate.judge.weighing.least


def test_an_open_gate_still_asks_the_judge_which_is_best() -> None:
    opened = offering().gate.opened()
    assert opened.judge is not None
    assert opened.least_gain == float("-inf")


def test_a_judge_is_no_model_that_writes() -> None:
    with pytest.raises(
        ModelError, match=r"judge-v2 only judges what a model writes\. Name a model that writes: tri-v6"
    ):
        Cleaner(model="judge-v2")


def test_a_judge_is_nothing_to_train_from(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("draft\treference\n" + "".join(f"He come {n}.\tHe came {n}.\n" for n in range(60)))
    with pytest.raises(ModelError, match="judge-v2 only judges"):
        postedit.train([pairs], tmp_path / "mine", model="judge-v2")
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("said", [None, {}, {"own": 1.0, "article": 1.0}, {"own": "x", "article": 1.0, "least": 1.0}])
def test_half_a_line_is_refused(said: Any) -> None:
    with pytest.raises(ModelError, match="the judge's line cannot be read"):
        judge.Line.from_manifest(said)


def test_another_model_is_no_judge() -> None:
    polisher = next(one for one in weights.models() if one.name == weights.DEFAULT)
    with pytest.raises(ModelError, match="not a judge"):
        judge.Judge(polisher, judge.Line(1.0, 0.0, 0.0))


def test_a_lost_judge_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "JUDGE", "judge-v9")
    with pytest.raises(ModelError, match=r"judge-v9, which ships, is not there\. Reinstall"):
        judged(Gate(), FakeTranslator({}, [Job.RETRANSLATE]), Config())


# ---------------------------------------------------------------- how it is made and measured


def test_what_an_engine_that_is_offered_is_worth() -> None:
    rows = [(SOURCE, WORST, RIGHT), *[(RAIN, RAINS, RAINS)] * 4]
    found = measuring.measure(rows, [(SOURCE, RIGHT, RIGHT), (RAIN, ALIKE, RAINS)], limit=4)
    assert (found["lines"], found["taken"]) == (4, 0.25)
    assert found["chrf"]["draft"] == found["chrf"]["without the model"] < found["chrf"]["cleaned"] == 100
    assert found["instead"]["chrf"] < 100
    assert "judge:judge-v2@" in found["run"]


def test_lines_become_articles_of_twenty() -> None:
    rows = [(f"第{n}行。", f"Line {n}.", f"Line {n}!") for n in range(23)]
    made = list(measuring.articles(rows))
    assert [len(one.units) for one in made] == [20, 3]
    assert made[1].article.source == "第20行。\n\n第21行。\n\n第22行。"
    assert [made[1].article.draft[unit.start : unit.end] for unit in made[1].units] == [
        "Line 20.",
        "Line 21.",
        "Line 22.",
    ]


def test_the_table_of_offers_has_a_star_where_it_is_sure() -> None:
    run = {
        "taken": 0.271, "lines": 300,
        "bleu": {"draft": 16.47, "cleaned": 17.3}, "chrf": {"draft": 47.2, "cleaned": 47.9},
        "instead": {"bleu": 17.0, "chrf": 47.8},
        "p": {"bleu": {"bs": {"p": 0.001, "with_ties": 0.001}}, "chrf": {"bs": {"p": 0.001, "with_ties": 0.2}}},
    }  # fmt: skip
    told = tables.judge_table({"wmt21: argos < opusmt": run})
    assert "| wmt21: argos | opusmt" in told
    assert "17.30*" in told
    assert "47.90*" not in told
    assert "300 lines a set" in told


LINE, MENDED = "a b c d e f g", "a b c x e f g"


def offer(qualities: list[float], reference: str = MENDED) -> making.Offer:
    """A line with one part that puts x for d."""
    return making.Offer(LINE, reference, parts(LINE, MENDED), np.array(qualities, np.float64))


def test_a_part_gains_what_the_line_gains_in_chrf_and_bleu() -> None:
    assert offer([0, 0, 0]).gains == pytest.approx([100 - making.sentence_chrf(LINE, MENDED) / 2
                                                    - making.sentence_bleu(LINE, MENDED) / 2])  # fmt: skip
    assert offer([0, 0, 0], reference=LINE).gains[0] < -20


def test_belief_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(0)
    read: list[list[making.Offer]] = []
    gains: dict[int, Any] = {}
    for _ in range(8):
        article = [offer([0, whole, part]) for whole, part in chance.normal(size=(20, 2)).tolist()]
        mean = making.seen_gains(article, 0.0)[1]
        gains |= {id(one): np.array([0.5 * one.qualities[2] + 0.3 * mean]) for one in article}
        read.append(article)
    monkeypatch.setattr(making.Offer, "gains", property(lambda self: gains[id(self)]))
    assert making.fit_belief(read) == pytest.approx((0.5, 0.3), abs=1e-6)


def test_lines_that_could_not_be_read_do_not_count_in_an_article() -> None:
    article = [offer([0, 1, 1]), offer([0, float("nan"), 1]), *[offer([0, 2, 1])] * 18]
    assert making.seen_gains(article, 0.0)[1] == pytest.approx(37 / 29)


def test_what_is_predicted_to_gain_is_taken() -> None:
    line = judge.Line(1.0, 0.0, 0.0)
    found = making.taken([[offer([0, 0, 1.2]), offer([0, 0, -1], reference=LINE)]], line)
    assert found["1"] == found["0"]
    assert found["0"]["taken"] == 0.5
    assert found["0"]["chrf"] > 0 < found["0"]["bleu"]
    assert found["2"] == {"taken": 0, "chrf": 0, "bleu": 0}


def test_offers_are_taken_apart_by_article(shipped: judge.Judge) -> None:
    seen = making.Translations.__new__(making.Translations)
    seen.sources = [SOURCE] * 25
    seen.texts = {"one": [HALF] * 25, "other": [RIGHT] * 25}
    seen.references = {"one": [RIGHT] * 25}
    first, second = making.offers(shipped, seen, [(0, "one", "other"), (1, "one", "other")])
    assert (len(first), len(second)) == (20, 5)
    assert joined(HALF, first[0].apart) == RIGHT
    assert first[0].qualities.shape == (len(first[0].apart) + 2,)
    assert (first[0].gains > 0).any()


def test_the_lowest_threshold_that_harms_no_engine_is_taken() -> None:
    def gains(*values: float) -> dict[str, dict[str, float]]:
        return {
            f"{least:g}": {"chrf": value, "bleu": value} for least, value in zip(making.LEASTS, values, strict=True)
        }

    harmless = gains(-1.0, -0.5, -0.01, *[0.0] * (len(making.LEASTS) - 3))
    careless = gains(*[-9.0] * len(making.LEASTS))
    assert making.choose_least({"google < argos": harmless}) == making.LEASTS[2]
    bleu_alone = gains(*[0.0] * len(making.LEASTS))
    bleu_alone["0"]["bleu"] = -0.3
    assert making.choose_least({"google < argos": bleu_alone}) == making.LEASTS[1]
    assert making.choose_least({"google < argos": careless, "google < nllb": harmless}) == making.LEASTS[-1]


def test_the_shipped_line_says_what_it_was_fitted_on(shipped: judge.Judge) -> None:
    folder = next(one for one in weights.shipped() if one.name == weights.JUDGE).weights.parent
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["line"]
    assert shipped.line == judge.Line.from_manifest(said)
    assert replace(shipped.line, least=0.0) != shipped.line
    assert Path(folder / "card.md").exists()
