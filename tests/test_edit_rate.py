"""Edits are counted as sacrebleu counts them, only faster."""

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.lib_ter import translation_edit_rate

from postedit.edit_rate import edit_counts

VOCABULARY = [f"w{number}" for number in range(30)]


def sacrebleus(hypothesis: list[str], references: list[list[str]]) -> list[float]:
    counts = [translation_edit_rate(hypothesis, reference) for reference in references]
    return [min(edits for edits, _ in counts), sum(length for _, length in counts) / len(counts)]


def garbled(chance: random.Random, words: list[str], share: float) -> list[str]:
    """Some words replaced or lost, and two stretches swapped."""
    kept = [
        chance.choice(VOCABULARY) if chance.random() < share else word for word in words if chance.random() > share / 2
    ]
    first, second = sorted(chance.choices(range(len(kept) + 1), k=2))
    return kept[second:] + kept[first:second] + kept[:first]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from("abcdefg"), max_size=14),
    st.lists(st.lists(st.sampled_from("abcdefg"), max_size=14), min_size=1, max_size=2),
)
def test_any_short_words_count_as_in_sacrebleu(hypothesis: list[str], references: list[list[str]]) -> None:
    assert edit_counts(hypothesis, references) == sacrebleus(hypothesis, references)


def test_long_sentences_count_as_in_sacrebleu_inside_its_beam_and_beyond() -> None:
    chance = random.Random(8)
    for length, share in ((20, 0.3), (40, 0.7), (60, 0.3), (80, 0.6), (100, 0.1)):
        reference = chance.choices(VOCABULARY, k=length)
        for hypothesis in (garbled(chance, reference, share), garbled(chance, reference, share)[: length // 2]):
            assert edit_counts(hypothesis, [reference]) == sacrebleus(hypothesis, [reference])


def test_a_hypothesis_much_longer_or_shorter_than_the_beam_counts_as_in_sacrebleu() -> None:
    chance = random.Random(9)
    long, short = chance.choices(VOCABULARY, k=120), chance.choices(VOCABULARY, k=8)
    for pair in ((long, short), (short, long), ([], long), (long, []), ([], [])):
        assert edit_counts(pair[0], [pair[1]]) == sacrebleus(pair[0], [pair[1]])


def test_counting_is_faster_than_sacrebleus() -> None:
    chance = random.Random(10)
    pairs = [(garbled(chance, words, 0.3), words) for words in (chance.choices(VOCABULARY, k=35) for _ in range(15))]
    started = time.process_time()
    ours = [edit_counts(hypothesis, [reference]) for hypothesis, reference in pairs]
    middle = time.process_time()
    theirs = [sacrebleus(hypothesis, [reference]) for hypothesis, reference in pairs]
    assert ours == theirs
    assert 3 * (middle - started) < time.process_time() - middle
