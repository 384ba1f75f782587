"""The sentences of corpora/general keep the promises of their data card."""

import re
from collections import Counter
from pathlib import Path

import pytest

from corpora.pack import Overlap, edit_rate, filters, triples
from postedit.suites import read_suite, samples

GENERAL = Path(__file__).parents[1] / "corpora" / "general"
TABLES = {name: [*triples(GENERAL / f"{name}.tsv")] for name in ("general", "polished", "edited", "dev")}
CARD = (GENERAL / "README.md").read_text(encoding="utf-8")
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize("name", TABLES)
def test_the_card_tells_how_many_rows_there_are(name: str) -> None:
    row = next(line for line in CARD.split("\n") if line.startswith(f"| `{name}.tsv`"))
    assert int(row.split("|")[2].replace(",", "")) == len(TABLES[name])


@pytest.mark.parametrize("name", TABLES)
def test_every_side_is_in_its_language(name: str) -> None:
    for one in TABLES[name]:
        assert one.reference
        assert not HAN.search(one.draft + one.reference), one
        assert bool(HAN.search(one.source)) is (name != "polished"), one


def test_no_row_falls_through_the_filters_of_training_text() -> None:
    for name in ("general", "polished", "edited"):
        checks = filters([])
        del checks["rewritten"]  # a recipe is stricter for each job
        found = Counter(fault for one in TABLES[name] for fault, check in checks.items() if check(one))
        assert not found, name


def test_what_is_scored_on_is_not_trained_on() -> None:
    overlap = Overlap.of(text for one in TABLES["dev"] for text in (one.source, one.reference))
    for name in ("general", "polished", "edited"):
        assert not any(map(overlap, TABLES[name])), name


def test_polishes_and_post_edits_stay_near_to_their_drafts() -> None:
    assert max(edit_rate(one.draft, one.reference) for one in TABLES["polished"]) <= 0.5
    rates = [edit_rate(one.draft, one.reference) for one in TABLES["edited"]]
    assert sum(rates) / len(rates) < 0.3


def test_the_suite_reads_the_lines_to_score_on() -> None:
    suite = read_suite(GENERAL.parents[1] / "eval" / "suites" / "general.toml")
    assert len([*samples(suite, "rough", with_source=True)]) == suite.limit
