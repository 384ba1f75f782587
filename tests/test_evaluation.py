"""The evaluation measures what `clean` does, and its bounds are bounds."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from postedit import Cleaner, FakeTranslator
from postedit.cli import main
from postedit.evaluation import Run, evaluate, evaluate_suite
from postedit.formats import parse
from postedit.gate import Gate
from postedit.repairs import repair
from postedit.report import render
from postedit.results import read_document
from postedit.scores import score_systems
from postedit.significance import Resampling
from postedit.structure_scores import count, judge
from postedit.suites import Sample, Suite, Unit, samples
from postedit.translator import Job
from tests.rough_lines import LINES, table

# A model reads the repaired draft.
GOOD = {repair(draft).text: reference for _, draft, reference in LINES}
FEW = Resampling(samples=100, trials=100)

# One line for the repairs, one that the model improves, one where a check must object, one where the gate must.
STAGED = (
    ("", "The the ferry carried 40 people over the river.", "The ferry carried 40 people over the river."),
    ("", "He come home to his old house in the village.", "He came home to his old house in the village."),
    ("", "The old bridge is 400 metres long in all.", "The old bridge is 400 metres long in all."),
    ("", "She sings a long song in the evening by the sea.", "She sings a long song in the evening by the sea."),
)
TOLD = {
    STAGED[1][1]: STAGED[1][2],
    STAGED[2][1]: "The old bridge is 900 metres long in all.",
    STAGED[3][1]: "She sang one song in that evening near the sea.",
}


def lines(folder: Path, *, with_source: bool = False, given: tuple[tuple[str, str, str], ...] = LINES) -> list[Sample]:
    (folder / "tiny.tsv").write_text(table(given), encoding="utf-8")
    suite = Suite("tiny", "Tiny", "triples", folder / "tiny.tsv", ("engine",), "tiny")
    return samples(suite, "engine", with_source=with_source)


def chrf(run: Run, system: str) -> float:
    value: float = run.facts["systems"][system]["chrf"]["value"]
    return value


def measured(given: list[Sample], cleaner: Cleaner) -> Run:
    return evaluate(given, cleaner, "engine", ("bleu", "chrf"), FEW)


def page(*paragraphs: str, references: tuple[str, ...]) -> Sample:
    text, at, units = "\n\n".join(paragraphs) + "\n", 0, []
    for paragraph, reference in zip(paragraphs, references, strict=True):
        units.append(Unit(at, at + len(paragraph), reference))
        at += len(paragraph) + 2
    return Sample(parse(text, "text", "page"), tuple(units))


def test_the_real_model_does_here_what_it_does_in_clean(tmp_path: Path) -> None:
    cleaner = Cleaner(together=True)
    given = lines(tmp_path)
    run = measured(given, cleaner)
    # A line is prose in a test set; a page would make titles of some. What is chosen for a sentence is the same where
    # the lines are one article.
    alone = cleaner.clean_articles([sample.article for sample in given])
    chosen = {choice.segment.draft: choice.chosen.text for edited in alone for choice in edited.choices}
    assert {one["draft"]: one["text"] for one in run.segments} == chosen
    texts = [edited.text for edited in cleaner.clean_articles([sample.article for sample in given])]
    references = [sample.units[0].reference for sample in given]
    drafts = [sample.article.draft for sample in given]
    scores = score_systems({"draft": drafts, "cleaned": texts}, references, ["chrf"])
    assert chrf(run, "draft") == pytest.approx(scores["draft"]["chrf"].value, abs=1e-4)
    assert chrf(run, "cleaned") == pytest.approx(scores["cleaned"]["chrf"].value, abs=1e-4)
    assert chrf(run, "draft") < chrf(run, "cleaned") <= chrf(run, "oracle")
    assert run.facts["words_per_second"] > 0
    assert 50 < run.facts["peak_megabytes"] < 16_000


def test_the_whole_article_is_what_its_units_say(tmp_path: Path) -> None:
    """Units woven together are `Edited.text`, spaces apart."""
    sample = page(
        "The the river rises . He come home.", "It rained for a long time in the town.",
        references=("The river rises. He came home.", "It rained a long time in town."),
    )  # fmt: skip
    cleaner = Cleaner(FakeTranslator({"He come home.": "He came home."}))
    run = measured([sample], cleaner)
    edited = cleaner.clean_articles([sample.article])[0]
    scores = score_systems(
        {"cleaned": edited.text.strip().split("\n\n")}, [u.reference for u in sample.units], ["chrf"]
    )
    assert chrf(run, "cleaned") == pytest.approx(scores["cleaned"]["chrf"].value, abs=1e-4)
    assert "without structure" in run.facts["systems"]


def test_each_stage_that_is_off_gives_up_what_it_gave(tmp_path: Path) -> None:
    run = measured(lines(tmp_path, given=STAGED), Cleaner(FakeTranslator(TOLD)))
    cleaned = chrf(run, "cleaned")
    assert chrf(run, "draft") < cleaned
    for worse in ("without repairs", "without the model", "without checks", "without the gate", "change everything"):
        assert chrf(run, worse) < cleaned, worse
    assert chrf(run, "oracle") == cleaned == 100
    assert run.facts["vetoes"] == {"numbers": 1}
    assert (run.facts["changed"], run.facts["better"], run.facts["worse"]) == (0.5, 0.5, 0.0)


def test_the_bounds_hold_with_the_best_and_with_the_worst_translator(tmp_path: Path) -> None:
    given = lines(tmp_path)
    best = measured(given, Cleaner(FakeTranslator(GOOD)))
    assert chrf(best, "change everything") == chrf(best, "oracle") == 100
    babble = FakeTranslator(dict.fromkeys(GOOD, "Nobody knows what that was about."))
    worst = measured(given, Cleaner(babble))
    assert chrf(worst, "change everything") < chrf(worst, "draft") <= chrf(worst, "oracle")
    assert worst.facts["rewritten"] == 1


def test_a_gate_that_lets_all_through_makes_more_segments_worse(tmp_path: Path) -> None:
    cleaner, given = Cleaner(FakeTranslator(TOLD)), lines(tmp_path, given=STAGED)
    assert measured(given, cleaner).facts["worse"] == 0
    cleaner.gate = Gate().opened()
    wide = measured(given, cleaner)
    assert wide.facts["worse"] == 0.25
    assert chrf(wide, "cleaned") == chrf(wide, "without the gate")


def test_a_shuffled_reference_is_seen_in_the_draft_already(tmp_path: Path) -> None:
    shuffled = tuple((zh, draft, LINES[number - 5][2]) for number, (zh, draft, _) in enumerate(LINES))
    cleaner = Cleaner(FakeTranslator({}))
    right = measured(lines(tmp_path), cleaner)
    wrong = measured(lines(tmp_path, given=shuffled), cleaner)
    assert chrf(wrong, "draft") < chrf(right, "draft") - 20


def test_a_paragraph_that_is_taken_for_furniture_costs_the_result_and_not_the_draft() -> None:
    story = "Two hundred people came to the old market yesterday, and they stayed until evening."
    sample = page(story, story.replace("market", "harbour"), "Post a Comment", references=("a", "b", "Post a Comment"))
    sample = replace(sample, units=(*sample.units[:2], replace(sample.units[2])))
    run = measured([sample], Cleaner(model="none"))
    assert run.facts["lost"] == 1
    assert chrf(run, "cleaned") < chrf(run, "draft") == chrf(run, "without structure")


def test_markup_that_a_candidate_cannot_hold_keeps_the_draft() -> None:
    draft = "He **come** home.\n"
    sample = Sample(parse(draft, "markdown", "bold"), (Unit(0, 17, "He **came** home."),))
    cleaner = Cleaner(FakeTranslator({"He come home.": "At night, all of them went away again."}))
    assert chrf(measured([sample], cleaner), "change everything") == chrf(measured([sample], cleaner), "draft")


def test_a_draft_is_measured_alone_and_with_its_source_whatever_the_model_reads(tmp_path: Path) -> None:
    (tmp_path / "tiny.tsv").write_text(table(), encoding="utf-8")
    suite = Suite(
        "tiny", "Tiny", "triples", tmp_path / "tiny.tsv", ("engine",), "tiny", with_source=(False, True), limit=2
    )
    suite = replace(suite, metrics=("chrf",))
    told = {source: reference for source, _, reference in LINES}
    both = Cleaner(FakeTranslator(told | GOOD, [Job.POLISH, Job.POST_EDIT]))
    runs = list(evaluate_suite(suite, both))
    assert [run.facts["job"] for run in runs] == ["polish", "post-edit"]
    assert [one["number"] for one in runs[0].segments] == [1, 2]
    assert runs[0].segments[0]["source"] is None
    assert runs[1].segments[0]["source"] == LINES[0][0]
    assert [run.facts["job"] for run in evaluate_suite(suite, Cleaner(FakeTranslator(GOOD)))] == ["polish", "post-edit"]


def test_furniture_and_prose_are_counted_apart() -> None:
    story = "Two hundred people came to the old market yesterday, and they stayed until evening."
    known = [{"text": "Post a Comment", "kind": "furniture"}, {"text": "No comments:", "kind": "furniture"}]
    found = judge({"id": "p", "blocks": [{"text": story, "kind": "paragraph"}, *known]})
    assert [one.dropped for one in found] == [False, True, True]
    wrong = judge(
        {"id": "p", "blocks": [{"text": story, "kind": "furniture"}, *({**one, "kind": "item"} for one in known)]}
    )
    told = count([found, wrong])
    assert (told["furniture"], told["found"], told["prose lost"], told["prose"]) == (3, 2, 2, 3)
    assert (told["precision"], told["recall"]) == (0.5, 0.6667)


def suite_file(folder: Path, more: str = "") -> Path:
    (folder / "tiny.tsv").write_text(table(), encoding="utf-8")
    path = folder / "tiny.toml"
    head = 'title = "Tiny"\nset = "triples"\npath = "tiny.tsv"\nsplit = "tiny"\ndrafts = ["engine"]\n'
    path.write_text(head + more, encoding="utf-8")
    return path


def evaluated(folder: Path, *arguments: str) -> dict[str, Any]:
    outputs = ["-o", str(folder / "results"), "--details", str(folder / "details")]
    assert main(["eval", str(suite_file(folder)), *outputs, *arguments]) == 0
    found: dict[str, Any] = json.loads((folder / "results" / "tiny.json").read_text(encoding="utf-8"))
    return found


def test_the_command_writes_numbers_without_texts_and_details_that_make_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = evaluated(tmp_path)
    assert "tri-v6@" in result["signature"]
    assert "gate:" in result["signature"]
    assert len(result["corpus"]) == 64
    assert result["runs"][0]["systems"]["cleaned"]["bleu"]["signature"].startswith("nrefs:1|")
    with_ter = [name for name, scores in result["runs"][0]["systems"].items() if "ter" in scores]
    assert with_ter == ["draft", "cleaned"]
    numbers = (tmp_path / "results" / "tiny.json").read_text(encoding="utf-8")
    assert not any(text in numbers for line in LINES for text in line)
    details = render(read_document(str(tmp_path / "details" / "tiny.json")))
    assert "What each stage gave, in chrF" in details
    assert LINES[0][0] not in details  # polish never saw the source
    assert "What each stage gave" in render(result)
    printed = capsys.readouterr().out
    assert "tiny: Tiny" in printed
    assert "oracle" in printed


def test_the_same_run_gives_the_same_scores(tmp_path: Path) -> None:
    first, second = (evaluated(tmp_path, "--limit", "6")["runs"][0] for _ in range(2))
    assert first["units"] == 6
    assert first["systems"] == second["systems"]


def test_a_suite_without_its_data_is_skipped_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "far.toml"
    path.write_text('set = "lines"\npath = "none.txt"\n', encoding="utf-8")
    assert main(["eval", str(path), "-o", str(tmp_path / "results")]) == 0
    assert "far: skipped: its data are not at " in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_a_wrong_setting_of_a_suite_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = suite_file(tmp_path, "[settings]\nhypothesis = 2\n")
    assert main(["eval", str(path), "-o", str(tmp_path), "--details", str(tmp_path)]) == 2
    assert (
        "suite 'tiny': settings:\n  unknown setting 'hypothesis'; did you mean 'hypotheses'?" in capsys.readouterr().err
    )


def test_help_of_the_command_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom postedit.cli import main\ntry: main(['eval', '--help'])\nexcept SystemExit: pass\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")
