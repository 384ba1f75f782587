"""Scores, intervals and p-values are sacrebleu's, to the digit."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from sacrebleu.significance import PairedTest

from postedit.errors import ConfigError
from postedit.scores import score, score_systems
from postedit.significance import Resampling
from postedit.tables import scores_table

CASES = json.loads((Path(__file__).parent / "cases" / "scores.json").read_text(encoding="utf-8"))
METRICS: dict[str, Any] = {"bleu": BLEU, "chrf": CHRF, "ter": TER}
WORDS = ["the", "a", "river", "town", "rose", "fell", "new", "bridge", "12.5%", "on", "by", "Monday", "(old)"]


def rough_and_better(seed: int, count: int) -> tuple[list[str], list[str], list[str]]:
    """References, and two systems that garble some of their words, the first more of them."""
    chance = random.Random(seed)
    references = [" ".join(chance.choices(WORDS, k=chance.randint(4, 14))) + "." for _ in range(count)]

    def garble(text: str, share: float) -> str:
        words = [word for word in text.split(" ") if chance.random() > share / 3]
        words = [chance.choice(WORDS) if chance.random() < share else word for word in words]
        return " ".join(words[3:] + words[:3] if chance.random() < share else words)

    return references, [garble(text, 0.45) for text in references], [garble(text, 0.38) for text in references]


def sacrebleu_command(arguments: list[str], seed: int = 12345) -> Any:
    environment = {**os.environ, "SACREBLEU_SEED": str(seed), "SACREBLEU_FORMAT": "json"}
    command = [sys.executable, "-m", "sacrebleu", *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)


def write(folder: Path, **files: list[str]) -> Iterator[str]:
    for name, lines in files.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
        yield str(folder / name)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_scores_equal_what_sacrebleu_recorded(case: dict[str, Any]) -> None:
    scores = score(case["hypotheses"], case["references"], target_language=case["target_language"])
    for metric, recorded in case["recorded"].items():
        assert round(scores[metric].value, 6) == recorded["value"]
        assert scores[metric].signature.rsplit("|version:", 1)[0] == recorded["signature"]


def test_the_command_prints_the_same_digits_signature_and_interval(tmp_path: Path) -> None:
    references, _, better = rough_and_better(3, 40)
    reference, hypothesis = write(tmp_path, r=references, h=better)
    printed = sacrebleu_command([reference, "-i", hypothesis, "-m", "bleu", "chrf", "ter", "--confidence", "-w", "4"])
    ours = score(better, references, confidence=True)
    for record, metric in zip(printed, METRICS, strict=True):
        assert round(ours[metric].value, 4) == record["score"]
        assert ours[metric].signature == record["signature"]
        assert ours[metric].name == record["name"]
        assert ours[metric].detail == record.get("verbose_score", "")
        bounds = ours[metric].interval
        assert bounds is not None
        assert (round(bounds.mean, 4), round(bounds.half_width, 4)) == (
            record["confidence_mean"],
            record["confidence_var"],
        )


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=40), st.lists(st.text(max_size=40), min_size=1, max_size=3)), min_size=1))
def test_scores_equal_sacrebleus_on_any_text(pairs: list[tuple[str, list[str]]]) -> None:
    hypotheses, references = [hypothesis for hypothesis, _ in pairs], [wordings for _, wordings in pairs]
    assume(any(len(wordings) != len(pairs) for wordings in references))  # where words must tell what the shape cannot
    streams = [[row[k] if k < len(row) else None for row in references] for k in range(max(map(len, references)))]
    ours = score(hypotheses, references)
    for name, metric in METRICS.items():
        theirs = metric()
        assert ours[name].value == theirs.corpus_score(hypotheses, streams).score
        assert ours[name].signature == str(theirs.get_signature())


def test_chrf_with_words_is_sacrebleus() -> None:
    references, _, better = rough_and_better(17, 30)
    theirs = CHRF(word_order=2)
    ours = score(better, references, ["chrf++"])["chrf++"]
    assert ours.value == theirs.corpus_score(better, [references]).score
    assert (ours.name, ours.signature) == ("chrF2++", str(theirs.get_signature()))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_segment_scores_what_sacrebleu_gives_the_sentence(hypothesis: str, reference: str) -> None:
    ours = score([hypothesis], [reference])
    assert ours["bleu"].segments == (BLEU(effective_order=True).sentence_score(hypothesis, [reference]).score,)
    assert ours["chrf"].segments == (CHRF().sentence_score(hypothesis, [reference]).score,)
    assert ours["ter"].segments == (TER().sentence_score(hypothesis, [reference]).score,)


PAIRS = [(7, 30, 12345), (8, 61, 12345), (9, 24, 1), (10, 100, 99), (11, 3, 12345)]


@pytest.mark.parametrize(("data", "count", "seed"), PAIRS)
def test_p_values_equal_sacrebleus_for_the_same_seed(
    data: int, count: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    references, rough, better = rough_and_better(data, count)
    monkeypatch.setenv("SACREBLEU_SEED", str(seed))
    chance = Resampling(samples=400, trials=1500, seed=seed)
    ours = score_systems({"draft": rough, "clean": better}, references, resampling=chance)["clean"]
    for test, position, drawn in (("bs", 0, 400), ("ar", 1, 1500)):
        metrics = {name: metric(references=[references]) for name, metric in METRICS.items()}
        signatures, theirs = PairedTest([("draft", rough), ("clean", better)], metrics, None, test, drawn)()
        for name in METRICS:
            result, made = ours[name], ours[name].tests[position]
            before, after = theirs[result.name]
            assert not isinstance(after, str)
            assert made.p_value == after.p_value
            assert made.signature == str(signatures[result.name])
            assert (result.baseline, result.value) == (before.score, after.score)  # type: ignore[union-attr]
            if test == "bs":
                assert result.interval is not None
                assert (result.interval.mean, result.interval.half_width) == (float(after.mean), float(after.ci))  # type: ignore[arg-type]


def test_p_values_equal_those_that_the_command_prints(tmp_path: Path) -> None:
    references, rough, better = rough_and_better(21, 50)
    reference, draft, clean = write(tmp_path, r=references, a=rough, b=better)
    ours = score(better, references, baseline=rough, seed=7)
    # With chrF or TER the command cannot write the bootstrap's 32-bit floats as JSON, and stops.
    for flag, position, metrics in (("--paired-bs", 0, ["bleu"]), ("--paired-ar", 1, ["bleu", "chrf", "ter"])):
        printed = sacrebleu_command([reference, "-i", draft, clean, "-m", *metrics, flag], seed=7)
        for result in ours.scores[: len(metrics)]:
            assert result.tests[position].p_value == printed[1][result.name]["p_value"]


def test_p_values_with_several_references_equal_sacrebleus(monkeypatch: pytest.MonkeyPatch) -> None:
    references, rough, better = rough_and_better(5, 30)
    others, third = rough_and_better(6, 30)[:2]
    monkeypatch.setenv("SACREBLEU_SEED", "12345")
    metrics = {name: metric(references=[references, others, third]) for name, metric in METRICS.items()}
    rows = list(zip(references, others, third, strict=True))
    ours = score_systems({"a": rough, "b": better}, rows, resampling=Resampling(200, trials=500))["b"]
    for test, position, drawn in (("bs", 0, 200), ("ar", 1, 500)):
        _, theirs = PairedTest([("a", rough), ("b", better)], metrics, None, test, drawn)()
        for result in ours.scores:
            assert result.tests[position].p_value == theirs[result.name][1].p_value  # type: ignore[union-attr]


def test_a_block_of_trials_draws_the_same_coins_as_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    references, rough, better = rough_and_better(12, 37)
    whole = score(better, references, ["bleu"], baseline=rough, samples=10)
    monkeypatch.setattr("postedit.significance.BLOCK", 37 * 100)
    assert score(better, references, ["bleu"], baseline=rough, samples=10) == whole


def test_a_system_does_not_differ_from_itself() -> None:
    references, rough, _ = rough_and_better(2, 20)
    result = score(rough, references, baseline=rough)
    assert not any(made.significant for made in result.scores)
    assert all(made.gain == 0 for made in result.scores)


def test_a_fall_in_ter_is_a_gain() -> None:
    references, rough, _ = rough_and_better(2, 60)
    result = score(references, references, baseline=rough)
    assert result["ter"].value < (result["ter"].baseline or 0)
    assert (result["ter"].gain or 0) > 0
    assert result["ter"].significant
    shown = scores_table(result)
    assert "↓ better" in shown
    assert "↑ better" in shown


def test_arrows_stand_only_where_the_difference_is_significant() -> None:
    references, rough, _ = rough_and_better(2, 20)
    nearly = [*references[:4], *rough[4:]]  # p < 0.05 by both of sacrebleu's tests, and 0.13 with ties
    shown = scores_table(score(nearly, references, baseline=rough))
    assert "↑" not in shown
    assert "↓" not in shown
    assert "BLEU: the difference may be chance" in shown
    assert "BLEU: there is no difference" in scores_table(score(rough, references, baseline=rough))


def test_one_changed_segment_is_never_significant() -> None:
    references, rough, _ = rough_and_better(2, 30)
    result = score([references[0], *rough[1:]], references, baseline=rough)
    assert all(made.tests[1].p_value < 0.001 for made in result.scores)  # what sacrebleu says of it
    assert not any(made.significant for made in result.scores)


def test_a_segment_without_reference_is_counted_and_not_scored() -> None:
    some = score(["One dog barks.", "Two cats.", "Red fish."], ["One dog barked.", None, "Red fish."])
    rest = score(["One dog barks.", "Red fish."], ["One dog barked.", "Red fish."])
    assert (some.n, some.unscored) == (2, 1)
    assert [made.value for made in some.scores] == [made.value for made in rest.scores]
    assert some["chrf"].segments[1] is None
    assert "1 without a reference" in str(some)


def test_metrics_that_are_none_and_resamples_that_are_none_are_refused() -> None:
    with pytest.raises(ConfigError, match="bleu, chrf"):
        score(["a"], ["a"], ["blue"])
    with pytest.raises(ConfigError, match=r"Pass a list: \['bleu'\]"):
        score(["a"], ["a"], "bleu")
    with pytest.raises(ConfigError, match="a resample and a trial at least, not 0"):
        score(["a"], ["a"], confidence=True, samples=0)


def test_the_tokenizer_follows_the_target_language() -> None:
    for language in ("zh", "zh-CN", "zh_Hans", "zho_Hans", "ZH"):
        assert "tok:zh" in score(["河水上涨。"], ["河水上升。"], ["bleu"], target_language=language)["bleu"].signature
    assert "tok:13a" in score(["Der Fluss."], ["Ein Fluss."], ["bleu"], target_language="de")["bleu"].signature


def test_a_tokenizer_that_is_not_installed_is_named() -> None:
    scores = score(["川の水位が上がった。"], ["川の水位が上昇した。"], ["bleu"], target_language="ja")
    installed = "tok:ja-mecab" in scores["bleu"].signature
    assert installed or ("tok:char" in scores["bleu"].signature and "sacrebleu[ja]" in scores.notes[0])


def test_scores_survive_json_unrounded() -> None:
    references, rough, better = rough_and_better(4, 15)
    scores = score(better, references, baseline=rough)
    read = json.loads(scores.to_json())
    assert read["scores"]["bleu"]["value"] == scores["bleu"].value
    assert read["scores"]["ter"]["tests"][1]["p_value"] == scores["ter"].tests[1].p_value
    assert read["scores"]["chrf"]["interval"]["low"] < read["scores"]["chrf"]["interval"]["high"]


def test_several_systems_are_held_against_the_first() -> None:
    references, rough, better = rough_and_better(4, 15)
    results = score_systems({"a": rough, "b": better}, references, ["chrf"], resampling=Resampling())
    assert results["b"] == score_systems({"x": rough, "b": better}, references, ["chrf"], resampling=Resampling())["b"]
    assert results["a"]["chrf"].tests == ()
    assert results["b"]["chrf"].tests == score(better, references, ["chrf"], baseline=rough)["chrf"].tests


def test_bleu_of_ten_thousand_segments_takes_less_than_three_seconds() -> None:
    references, _, better = rough_and_better(1, 10_000)
    started = time.process_time()
    score(better, references, ["bleu"])
    assert time.process_time() - started < 3


def test_ter_is_no_slower_than_sacrebleus() -> None:
    references, _, better = rough_and_better(1, 150)

    def seconds(work: Any) -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    ours = min(seconds(lambda: score(better, references, ["ter"])) for _ in range(3))
    theirs = min(seconds(lambda: TER().corpus_score(better, [references])) for _ in range(3))
    assert ours < 1.25 * theirs + 0.05


def test_the_scorer_is_loaded_with_the_first_score_and_not_before() -> None:
    code = "import sys, postedit.scores, postedit.comparison, postedit.tables; sys.exit('sacrebleu' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": "pipeline"})
