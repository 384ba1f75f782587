"""Rough translations are told by their English alone, and clean prose is not taken for one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import fit_tells
from postedit.tells import frequent_words, grams, masked, sounds_rough

CORPORA = Path(__file__).resolve().parent.parent / "corpora"
ROUGH = [
    "On 1 June, Beijing's municipal government held a press conference and said that, in the course of the period.",
    "The number of people that the disease was found has been increased, and to the hospital for the treatment.",
]
GOOD = [
    "The Beijing city government told reporters on June 1 that it would keep the schools closed.",
    "More people have fallen ill, it said, and the hospitals are full.",
]


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    assert -5 < sounds_rough(text) < 5


def test_rough_sentences_sound_rougher_than_good_ones() -> None:
    assert min(map(sounds_rough, ROUGH)) > max(map(sounds_rough, GOOD))


@pytest.mark.parametrize("path", sorted((CORPORA / "clean-prose").glob("*.txt")), ids=lambda path: path.stem)
def test_clean_prose_does_not_sound_rough(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if len(line.split()) > 4]
    assert sum(map(sounds_rough, lines)) / len(lines) < 0.05


def test_references_of_news_do_not_sound_rough() -> None:
    records = (CORPORA / "rough-news" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    sentences = [
        one["reference"] for line in records for part in json.loads(line)["paragraphs"] for one in part["sentences"]
    ]
    assert sum(map(sounds_rough, sentences)) / len(sentences) < 0.0


@pytest.mark.parametrize("other", ['He said "yes" and left.', "He said “yes” and left.", "He said 'yes' and left."])
def test_the_fashion_of_quotation_marks_tells_nothing(other: str) -> None:
    assert sounds_rough(other) == sounds_rough("He said yes and left.")


def test_topics_tell_nothing() -> None:
    here, there = (
        "On Monday the minister visited Lhasa in the rain.",
        "On Monday the minister visited Mecca in the rain.",
    )
    assert masked(here, frequent_words()) == masked(there, frequent_words())
    assert len(frequent_words()) == fit_tells.FREQUENT


def test_the_fit_finds_what_only_one_side_says(tmp_path: Path) -> None:
    good = [f"The town said it had {n} new trees." for n in range(40)]
    rough = [f"The town said that, it has {n} new trees." for n in range(60)]
    triples = tmp_path / "triples.tsv"
    lines = [f"中\t{one}\t{good[0]}\twmt18.moz-argos" for one in rough] + [
        f"中\t{one}\t{good[0]}\twmt18.moz-google" for one in good
    ]
    triples.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    table = tmp_path / "tells.tsv"
    assert fit_tells.main([str(triples), "--out", str(table)]) == 0
    weights = dict(row.split("\t") for row in table.read_text(encoding="utf-8").split("\n")[1:-1])
    assert float(weights["that ,"]) > 0.01
    assert float(weights["it had"]) < -0.01
    assert float(weights["the town"]) == pytest.approx(0, abs=0.05)
    assert {one for text in good for one in grams(masked(text, frozenset(weights)))} <= set(weights)
