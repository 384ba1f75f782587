"""A gate that has learned: signals of a rewrite, the gain they foretell, and what the pipeline does with it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import fit_gate
from postedit import FakeTranslator, formats, weights
from postedit.article import Candidate, Choice, Origin, Segment, Status
from postedit.candidates import propose
from postedit.choices import choose
from postedit.config import Config
from postedit.errors import ModelError
from postedit.gate import Gate
from postedit.pipeline import clean_articles, gated
from postedit.prediction import LONGEST, NAMES, Predictor, features
from postedit.signals import POOL, SIGNALS, likeness
from postedit.signature import run_signature
from postedit.translator import Job, Request

SOURCE, ROUGH, GOOD = "市长昨天来了。", "The mayor yesterday come.", "The mayor came yesterday."
LIKELIER = Predictor({"retranslate gained": 10.0}, least=1.0)


class Beam(FakeTranslator):
    """A fake that has more than one thing to say."""

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        said = super().translate(requests, hypotheses)
        return [[text for one in row for text in (one, f"{one[:-1]} now.")][:hypotheses] for row in said]


class Strict(Beam):
    """One that refuses what it cannot do, as models refuse it."""

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        assert {request.job for request in requests} <= self.jobs
        return super().score(requests, outputs)


def translator(**options: Any) -> FakeTranslator:
    return Beam({SOURCE: GOOD}, tuple(Job), **options)


def candidates(gained: float, before: float = -2.0) -> list[Candidate]:
    draft, rewrite = (dict.fromkeys(SIGNALS, value) for value in (before, before + gained))
    return [
        Candidate(ROUGH, Origin.DRAFT, score=-2.0, signals=draft),
        Candidate(GOOD, Origin.POST_EDIT, score=-9.0, signals=rewrite),
    ]


def chosen(*row: Candidate, gate: Gate, source: str | None = SOURCE) -> Choice:
    return choose(Segment(row[0].text, 0, source=source), row, (), gate)


def test_a_wording_with_a_source_has_every_signal_and_one_without_none() -> None:
    rows = propose([Segment(ROUGH, 0, source=SOURCE), Segment(ROUGH, 0)], translator(), signals=True)
    draft, rewrite = rows[0]
    assert set(draft.signals) == set(rewrite.signals) == set(SIGNALS)
    assert rewrite.signals["retranslate"] > draft.signals["retranslate"]
    assert rewrite.signals["like retranslations"] > draft.signals["like retranslations"] > 0.5
    assert not rows[1][0].signals
    assert not any(one.signals for row in propose([Segment(ROUGH, 0, source=SOURCE)], translator()) for one in row)


def test_what_the_model_does_not_read_whole_has_no_signals() -> None:
    rows = propose([Segment(ROUGH, 0, source=SOURCE)], translator(max_tokens=10), signals=True)
    assert len(rows[0]) > 1
    assert not any(one.signals for one in rows[0])
    for jobs in ((Job.POLISH,), (Job.POST_EDIT, Job.RETRANSLATE)):
        fewer = Strict({SOURCE: GOOD, ROUGH: GOOD}, jobs)
        assert not any(one.signals for one in propose([Segment(ROUGH, 0, source=SOURCE)], fewer, signals=True)[0])


def test_a_feature_is_bounded_where_a_heading_would_run_away() -> None:
    draft, rewrite = candidates(0.5)
    known = features(draft, replace(rewrite, text=f"{GOOD} " * 9), 9.0)
    assert known["retranslate before x edits"] == -2.0
    assert (known["edits"], known["length"], known["is a polish"], known["constant"]) == (1.0, LONGEST, 0.0, 1.0)
    assert tuple(known) == NAMES


def test_a_score_that_is_no_number_and_a_pool_of_one_give_no_signals() -> None:
    class Odd(Beam):
        def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
            return [-float("inf") if output == GOOD else -1.0 for output in outputs]

    odd = Odd({SOURCE: GOOD}, tuple(Job))
    draft, rewrite = propose([Segment(ROUGH, 0, source=SOURCE)], odd, signals=True)[0]
    assert draft.signals
    assert not rewrite.signals
    assert likeness(GOOD, [GOOD]) is None


def test_the_pool_is_repaired_like_the_rewrite_and_never_larger_than_what_was_fitted() -> None:
    class Several(FakeTranslator):
        def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
            return [[f"He came home on day {n} ." for n in range(hypotheses)] for _ in requests]

    rows = [
        propose([Segment(ROUGH, 0, source=SOURCE)], Several({}, tuple(Job)), hypotheses, signals=True)[0]
        for hypotheses in (1, POOL + 3)
    ]
    alone, among = (row[1] for row in rows)
    assert (alone.text, among.text) == ("He came home on day 0.", "He came home on day 0.")
    assert alone.signals["like post-edits"] == among.signals["like post-edits"] > 0.9
    assert len(rows[1]) > POOL


def test_a_rewrite_that_is_predicted_to_gain_passes_whatever_the_margin_says() -> None:
    choice = chosen(*candidates(0.15), gate=Gate(predictor=LIKELIER))
    assert (choice.chosen.text, choice.status) == (GOOD, Status.EDITED)
    assert choice.reason == "post-edit: predicted to gain (+1.50 chrF over the draft, 1.00 needed)"
    kept = chosen(*candidates(0.05), gate=Gate(predictor=LIKELIER))
    assert kept.reason == "kept: the post-edit is not predicted to gain enough: +0.50 chrF, 1.00 needed"


def test_the_best_by_prediction_is_taken_and_not_the_likeliest() -> None:
    draft, better = candidates(0.3)
    likelier = replace(better, text="The mayor came.", score=-0.1, signals=dict.fromkeys(SIGNALS, -1.85))
    assert chosen(draft, likelier, better, gate=Gate(predictor=LIKELIER)).chosen is better


def test_without_source_or_signals_the_margin_decides() -> None:
    row = candidates(0.5)
    assert "puts in" in chosen(*row, gate=Gate(predictor=LIKELIER), source=None).reason
    bare = [replace(one, signals={}) for one in row]
    assert "puts in" in chosen(*bare, gate=Gate(predictor=LIKELIER)).reason


def test_the_source_speaks_for_a_name_but_no_prediction_for_a_number() -> None:
    draft, rewrite = candidates(9.0)
    gate, source = Gate(predictor=LIKELIER), "王市长昨天来了。"
    named = replace(rewrite, text="Mayor Wang came yesterday.")
    assert chosen(draft, named, gate=gate, source=source).chosen is named
    counted = replace(rewrite, text="The 3 mayors came yesterday.")
    assert chosen(draft, counted, gate=gate, source=source).reason == "kept: the post-edit adds a number: 3"
    denied = replace(rewrite, text="The mayor did not come yesterday.")
    assert chosen(draft, denied, gate=gate, source=source).reason == 'kept: the post-edit adds a negation: "not"'


def test_a_repair_that_passed_is_what_a_rewrite_must_gain_over() -> None:
    draft, rewrite = candidates(0.3)
    repair = replace(draft, text="The mayor yesterday came.", origin=Origin.REPAIR, steps=("close up spaces",))
    better = replace(repair, signals=dict.fromkeys(SIGNALS, -1.75))
    assert chosen(draft, repair, rewrite, gate=Gate(predictor=LIKELIER)).chosen is rewrite
    assert chosen(draft, better, rewrite, gate=Gate(predictor=LIKELIER)).chosen is better


def test_what_a_beaten_rewrite_was_predicted_to_gain_is_told() -> None:
    draft, best = candidates(0.5)
    second = replace(best, text="The mayor came.", signals=dict.fromkeys(SIGNALS, -1.7))
    choice = chosen(draft, second, best, gate=Gate(predictor=LIKELIER))
    assert choice.passed_over[1].reason == "another rewrite is predicted to gain more than its +3.00 chrF"


def test_the_pipeline_asks_for_signals_where_the_gate_looks_at_them() -> None:
    article = formats.parse(ROUGH, "text", "a", SOURCE)
    edited = clean_articles([article], translator(), Gate(predictor=LIKELIER), Config())[0]
    assert edited.text == GOOD
    assert clean_articles([article], translator(), Gate(), Config())[0].text == ROUGH


def test_a_gate_set_by_hand_takes_the_place_of_the_learned_one() -> None:
    learned = Gate(predictor=LIKELIER)
    assert gated(learned, Config()) is learned
    assert gated(learned, Config(margin=0.3)) == Gate(margin=0.3)
    assert gated(learned, Config(max_edit_rate=0.3)).predictor is None


def test_the_signature_tells_one_line_from_another() -> None:
    lines = [None, LIKELIER, replace(LIKELIER, least=2.0), Predictor({"retranslate gained": 9.0}, least=1.0)]
    told = {run_signature(translator(), Gate(predictor=line), Config()) for line in lines}
    assert len(told) == 4


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"weights": {"constant": 1.0}}, "needs 'least'"),
        ({"weights": {"constant": "1"}, "least": 0}, "numbers by name"),
        ({"weights": {"constant": float("nan")}, "least": 0}, "numbers by name"),
        ({"weights": {"charm": 1.0}, "least": 0}, "weighs 'charm'; known are polish gained"),
        ([1, 2], "needs 'least'"),
    ],
)
def test_a_manifest_with_half_a_predictor_is_refused(said: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Gate.from_manifest({"gate": {"predictor": said}})


def test_a_manifest_gives_the_predictor_back() -> None:
    said = {"margin": 0.4, "predictor": {"least": 1.0, "weights": {"retranslate gained": 10}}}
    assert Gate.from_manifest({"gate": said}) == Gate(margin=0.4, predictor=LIKELIER)
    assert weights.gate_of(translator()) == Gate()


# ---------------------------------------------------------------- models/fit_gate.py


def offered(count: int = 200) -> fit_gate.Offered:
    """Rewrites of which every other gains four points, and its signals say so."""
    drafts, points = [], []
    for n in range(count):
        engine = (*fit_gate.ENGINES, fit_gate.CLEAN)[n % 7]
        good = n % 2 == 0 and engine != fit_gate.CLEAN
        reference = f"The river rose on day number {n} of the year."
        text = reference if good else f"A stream is high today, number {n}."
        draft = reference if engine == fit_gate.CLEAN else f"River rise at day number {n} of year."
        drafts.append(fit_gate.Draft(engine, n * fit_gate.FOLDS // count, Segment(draft, 0, source="河水"), reference))
        signals = dict.fromkeys(SIGNALS, 0.5 if good else -0.5)
        base, rewrite = candidates(0.0)
        told = [*features(base, replace(rewrite, signals=signals), 0.3).values()]
        points.append(fit_gate.Point(n, text, told, 4.0 if good else -4.0))
    return fit_gate.Offered(drafts, [draft.segment.text for draft in drafts], points)


def test_the_line_foretells_on_what_it_did_not_see() -> None:
    given = offered()
    predicted = fit_gate.held_out(given)
    gains = [point.gain for point in given.points]
    assert np.corrcoef(predicted, gains)[0, 1] > 0.8
    least, tried = fit_gate.choose_least(given, predicted)
    assert least is not None
    found = tried[f"{least:g}"]
    assert found["moz-argos"]["chrf"][1] > found["moz-argos"]["chrf"][0] + 10
    assert found[fit_gate.CLEAN]["changed"] <= fit_gate.MOST_CLEAN


def test_the_line_is_the_one_through_the_points() -> None:
    points = offered().points
    line = dict(zip(NAMES, fit_gate.fit(points), strict=True))
    foretold = [sum(line[name] * value for name, value in zip(NAMES, p.features, strict=True)) for p in points]
    assert np.mean(foretold) == pytest.approx(np.mean([p.gain for p in points]), abs=1e-6)


def test_every_rewrite_that_no_check_objects_to_is_offered() -> None:
    drafts = [
        fit_gate.Draft("moz-argos", 0, Segment(ROUGH, 0, source=SOURCE), GOOD),
        fit_gate.Draft("moz-argos", 0, Segment("The 3 mayors yesterday come.", 0, source="三"), GOOD),
    ]
    fake = Beam({SOURCE: GOOD, "三": "The 5 mayors came with 60 men."}, tuple(Job))
    given = fit_gate.offer(drafts, propose([draft.segment for draft in drafts], fake, signals=True))
    assert given.bases == [draft.segment.text for draft in drafts]
    assert [(point.draft, point.text) for point in given.points] == [(0, GOOD)]
    assert given.points[0].gain > 20
    assert "names lost" in given.points[0].objections or "content" in given.points[0].objections


def test_where_nothing_gains_there_is_no_threshold() -> None:
    given = offered()
    assert fit_gate.choose_least(given, np.full(len(given.points), -9.0))[0] is None


def table(path: Path, lines: int) -> Path:
    rows = [
        f"河水{n}涨了。\tRiver {n} rise by {engine}.\tRiver {n} rose.\twmt20.{engine}"
        for engine in fit_gate.ENGINES
        for n in range(lines)
    ]
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_every_engine_has_the_same_lines_and_none_twice(tmp_path: Path) -> None:
    for asked, got in ((7, 7), (99, 10)):
        drafts = [*fit_gate.read_drafts(table(tmp_path / "t.tsv", 10), asked)]
        sources = {engine: [d.segment.source for d in drafts if d.engine == engine] for engine in fit_gate.ENGINES}
        assert len({tuple(lines) for lines in sources.values()}) == 1
        assert len(set(sources["moz-argos"])) == len(sources["moz-argos"]) == got
        assert {d.fold for d in drafts} == set(range(fit_gate.FOLDS))
    with pytest.raises(SystemExit, match=r"3 lines of wmt20 have a draft by every engine\. Missing: no engine"):
        [*fit_gate.read_drafts(table(tmp_path / "t.tsv", 3), 7)]


def test_a_written_gate_is_read_back_and_leaves_the_rest_of_the_manifest(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"name": "x", "gate": {"margin": 0.3}}), encoding="utf-8")
    fit_gate.write(path, np.arange(len(NAMES), dtype=float), 1.5, {"lines": 3})
    manifest = json.loads(path.read_text(encoding="utf-8"))
    gate = Gate.from_manifest(manifest)
    assert gate.predictor is not None
    assert (manifest["name"], gate.margin, gate.max_edit_rate, gate.predictor.least) == ("x", 0.3, 0.0, 1.5)
    assert [gate.predictor.weights[name] for name in NAMES] == [*range(len(NAMES))]
