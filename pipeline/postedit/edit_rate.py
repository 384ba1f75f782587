"""Translation edit rate as sacrebleu counts it, many times faster.

TER tries to move every run of words that both sides share, and asks for the edit distance after each move: hundreds of
times a sentence. sacrebleu asks a matrix in Python; here rapidfuzz answers, wherever it provably gives the same number.
Which moves are tried, in what order, and which one wins stays sacrebleu's own code.
"""

from collections.abc import Sequence
from typing import Any

# sacrebleu looks 25 words to each side of its sloped diagonal; two less leaves room for its rounding. One best path
# inside that beam proves that the beam found nothing worse.
BEAM = 23


def edit_counts(hypothesis: Sequence[str], references: Sequence[Sequence[str]]) -> list[float]:
    """Fewest edits to any of the references, and their mean length.

    >>> edit_counts("the cat sat".split(), ["sat the cat".split(), "the cats sat".split()])
    [1, 3.0]
    """
    counts = [_edits(hypothesis, reference) for reference in references]
    return [min(counts), sum(len(reference) for reference in references) / len(references)]


def _edits(hypothesis: Sequence[str], reference: Sequence[str]) -> int:
    from sacrebleu.metrics import lib_ter

    if not reference:
        return len(hypothesis)
    # A letter a word: strings are sliced and compared faster than lists, and rapidfuzz reads them as they are.
    letters: dict[str, str] = {}
    ours, theirs = (
        "".join(letters.setdefault(word, chr(0xE000 + len(letters))) for word in words)
        for words in (hypothesis, reference)
    )
    distance = _Distance(theirs)
    shifts = checked = 0
    while True:
        distance.wants_trace = True
        gain, moved, checked = lib_ter._shift(ours, theirs, distance, checked)  # type: ignore[arg-type]  # noqa: SLF001
        if checked >= lib_ter._MAX_SHIFT_CANDIDATES or gain <= 0:  # noqa: SLF001
            return shifts + int(distance(ours)[0])
        shifts, ours = shifts + 1, str(moved)


class _Distance:
    """What sacrebleu takes for its `BeamEditDistance`. The first question of a round is for the path, too."""

    def __init__(self, reference: str) -> None:
        from sacrebleu.metrics.lib_ter import BeamEditDistance

        self._reference = reference
        self._matrix: Any = BeamEditDistance(reference)  # type: ignore[arg-type]  # a string is a list of its letters
        self.wants_trace = False

    def __call__(self, words: str) -> tuple[int, str]:
        from rapidfuzz.distance import Levenshtein

        if words and not self.wants_trace:
            steps, slope = Levenshtein.opcodes(words, self._reference), len(self._reference) / len(words)
            # Between its corners a step is straight, so they are its farthest points.
            if all(abs(step.dest_end - slope * step.src_end) <= BEAM for step in steps):
                return sum(
                    max(s.src_end - s.src_start, s.dest_end - s.dest_start) for s in steps if s.tag != "equal"
                ), ""
        self.wants_trace = False
        answer: tuple[int, str] = self._matrix(words)
        return answer
