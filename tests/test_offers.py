"""What a line through signs and swapped words is fitted on."""

from pathlib import Path

import numpy as np
import pytest

from models.judge import ARTICLE
from models.offers import BEHIND, CLEAN, GENERAL, Drafts, Offer, fit, gained, general_drafts, named, worded
from postedit.polishing import swapped
from postedit.weighing import SIGNS

SEEN = 20


def offer(text: str, rewrites: list[str], engine: str = "argos", gain: float = 1.0) -> Offer:
    signs, gains = np.zeros((len(rewrites), 1)), np.full(len(rewrites), gain)
    signs[:, -1] = 1.0
    return Offer(engine, 0, text, text, rewrites, [True] * len(rewrites), signs, gains, gains, None)


def test_a_word_counts_that_enough_drafts_of_rough_engines_show() -> None:
    often = [offer(f"He come {n}.", [f"He came {n}.", f"He came, {n}."]) for n in range(SEEN)]
    rare = [offer(f"He go {n}.", [f"He went {n}."] * 99) for n in range(SEEN - 1)]
    good = [offer(f"He run {n}.", [f"He ran {n}."], "google") for n in range(99)]
    words, read = worded([*often, *rare, *good, offer("He.", [])], SEEN)
    assert words == ("+,", "+came", "-come")
    assert read[0].signs[:, :3].tolist() == [[0, 1, 1], [1, 1, 1]]
    assert read[-2].signs[:, :3].tolist() == [[0, 0, 0]]
    assert read[-1].signs.shape == (0, 3 + 1)


def test_a_word_that_few_polishes_show_is_held_down() -> None:
    few, many = (
        [*(offer(f"He come {n}.", [f"He came {n}."], gain=5.0) for n in range(count)), *STILL] for count in (20, 2000)
    )
    told = [fit(worded(read, SEEN)[1], words=2, held=200.0)[0] for read in (few, many)]
    assert 0 < 3 * told[0] < told[1]


STILL = [offer(f"He is {n}.", [f"He is here {n}."], gain=0.0) for n in range(2000)]


def test_an_answer_is_worth_no_more_for_words_that_are_not_right() -> None:
    reference = "The city opened a new library on Monday, and many people came to see the old books that it keeps."
    base = "City open new library on Monday, many people come to see the old books that it keeps."
    short = "The city opened a new library, and many people came to see the old books."
    long = (
        "The city opened a new library on Monday, and there were a lot of people, it was said, that had come to see "
        "all of the old books that it keeps."
    )
    row = np.zeros((2, len(SIGNS)))
    row[:, SIGNS.index("constant")], row[:, SIGNS.index("longer")] = 1.0, [0.1, 0.9]
    gains, even = (gained(base, [short, long], reference, beta) for beta in (2, 1))
    assert gains[0] < gains[1]
    assert even[0] > even[1] + 2
    offers = [
        Offer("argos", n, base, reference, [short, long], [True, True], row, gains, even, None) for n in range(40)
    ]
    worth = row @ fit(offers)
    assert worth[0] > worth[1] + 2
    assert worth.mean() == pytest.approx((gains + even).mean() / 2, abs=0.1)


def test_a_rewrite_that_a_check_refuses_makes_room_for_the_next() -> None:
    old, others = "He come home.", ["He came home.", "He came."]
    gains, row = np.array([3.0, 1.0]), np.zeros((2, len(SIGNS)))
    offer = Offer("argos", 0, old, others[0], others, [False, True], row, gains, gains, None)
    assert offer.chosen(np.array([3.0, 1.0]), least=0.5) == 1
    assert offer.chosen(np.array([3.0, 1.0]), least=2.0) is None
    assert offer.gain(np.array([3.0, 1.0]), least=0.5) == 1.0


def test_of_rewrites_that_gain_the_one_is_chosen_that_says_the_numbers() -> None:
    old, others = "Of 500 pounds.", ["Some 500 pounds.", "Some 5,000 jin.", "5,000 jin."]
    gains, row = np.array([3.0, 2.0, 0.4]), np.zeros((3, len(SIGNS)))
    offer = Offer("argos", 0, old, others[1], others, [True] * 3, row, gains, gains, None, [1, 0, 0])
    assert offer.chosen(np.array([3.0, 1.5, 0.4]), least=0.5) == 1
    assert offer.chosen(np.array([3.0, 0.9, 0.4]), least=0.5) == 0
    assert offer.chosen(np.array([3.0, 0.4, 1.5]), least=2.0) == 0


def test_a_line_is_named_as_a_manifest_has_it() -> None:
    weights = {"longer": -1.0, "constant": 2.0}
    assert named(np.array([0.12345, -1.0, 2.0]), [*weights], ["+came"]) == {
        "weights": weights,
        "words": {"+came": 0.123},
    }
    assert named(np.array([-1.0, 2.0]), [*weights]) == {"weights": weights}


def test_words_are_counted_where_they_differ() -> None:
    text = "On 1 June he come home to the old town."
    assert swapped(text, text) == {}
    assert swapped("It, it went.", "It went;") == {"-,": 1, "-it": 1, "-.": 1, "+;": 1}


def test_general_text_stands_beside_the_set_as_one_more_rough_engine(tmp_path: Path) -> None:
    table = tmp_path / "general.tsv"
    rows = [f"河{n}。\tRough {n}.\tGood {n}.\tgeneral.rough" for n in range(7 * ARTICLE + 3)]
    table.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    rough, clean = general_drafts(table, lines=2 * ARTICLE + 5)
    assert (rough.engine, clean.engine, clean.first) == (GENERAL, CLEAN, BEHIND)
    numbers = [int(text.removeprefix("Rough ").removesuffix(".")) for text in rough.texts]
    assert numbers == [*range(ARTICLE), *range(3 * ARTICLE, 4 * ARTICLE)]  # whole articles, from all over it
    assert clean.texts == clean.references == rough.references == [f"Good {n}." for n in numbers]
    assert rough.some([1, 30]) == Drafts(
        GENERAL, ["河1。", "河70。"], ["Rough 1.", "Rough 70."], ["Good 1.", "Good 70."]
    )
    few = general_drafts(table, lines=10_000)[0]
    assert len(few.texts) == 7 * ARTICLE
