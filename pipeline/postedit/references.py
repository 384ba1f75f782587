"""What a score is measured against: one str, a list of str or None a segment, and an error for any other shape.

The shape that sacrebleu takes, a list of reference *streams*, scores the first sentence alone and calls it 100 when it
meets code that expected the other one. Here `references[i]` belongs to `hypotheses[i]`, and the rest is refused.
"""

import re
from collections.abc import Iterable, Sequence

from postedit.errors import ArticleError

# A word, a single character of a script without spaces, or a punctuation mark.
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|[^\w\s]")

# Where lines part: what a line left without its counterpart costs, in similarities (0 to 1) of a pair. High enough that
# a badly translated line is no gap, low enough that one missing line shows. Chosen by hand; only error texts use it.
GAP = 0.3
# The same search looks this many lines further than the two counts differ, and gives up over this many comparisons.
SLACK, PATIENCE = 5, 2_000_000


def check_references(
    hypotheses: Sequence[str], references: Sequence[str | Sequence[str] | None], name: str = "hypotheses"
) -> tuple[list[str], list[list[str] | None]]:
    """Hypotheses and references as lists of the same length, or an ArticleError that says what to pass instead.

    >>> check_references(["a", "b"], ["A", ["B", "C"]])
    (['a', 'b'], [['A'], ['B', 'C']])
    >>> check_references(["a", "b"], [["A", "B"]])
    Traceback (most recent call last):
        ...
    postedit.errors.ArticleError: references holds 1 list of 2 strings for 2 hypotheses: that is one list a reference
    file. Pass references[i] for hypotheses[i], for instance list(zip(*references)).
    """
    texts = _hypotheses(hypotheses)
    if isinstance(references, str | bytes) or not isinstance(references, Iterable):
        raise ArticleError("references is one string. Pass a list with one item for each hypothesis.")
    given = list(references)
    _refuse_streams(texts, given)
    checked = [_alternatives(item, number) for number, item in enumerate(given)]
    if len(texts) != len(checked):
        raise ArticleError(_parted(texts, ["" if item is None else item[0] for item in checked], (name, "references")))
    if all(item is None for item in checked):
        raise ArticleError("every reference is None: there is nothing to score against.")
    _refuse_square(texts, checked)
    return texts, checked


def _hypotheses(hypotheses: Sequence[str]) -> list[str]:
    if isinstance(hypotheses, str | bytes) or not isinstance(hypotheses, Iterable):
        raise ArticleError("hypotheses is one string. Pass a list of segments: text.split('\\n') for lines.")
    texts = list(hypotheses)
    if not texts:
        raise ArticleError("there is no hypothesis to score.")
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise ArticleError(f"hypotheses[{number}] is {_kind(text)}, not a string. Pass one string a segment.")
    return texts


def _kind(item: object) -> str:
    return "None" if item is None else f"of type {type(item).__name__}"


def _refuse_streams(texts: Sequence[str], given: Sequence[object]) -> None:
    lists = [item for item in given if isinstance(item, Sequence) and not isinstance(item, str | bytes)]
    if len(given) == len(texts) or len(lists) < len(given) or not lists:
        return
    # A file of references holds more lines than there are files.
    if any(len(item) == len(texts) for item in lists) or all(len(item) > len(lists) for item in lists):
        count = f"{len(lists)} list{'s' if len(lists) > 1 else ''} of {len(lists[0])} strings"
        raise ArticleError(
            f"references holds {count} for {len(texts)} hypotheses: that is one list a reference file. "
            "Pass references[i] for hypotheses[i], for instance list(zip(*references))."
        )


def _alternatives(item: object, number: int) -> list[str] | None:
    if item is None or isinstance(item, str):
        return item if item is None else [item]
    if isinstance(item, Iterable) and not isinstance(item, bytes):
        wordings = list(item)
        if wordings and all(isinstance(wording, str) for wording in wordings):
            return wordings
    raise ArticleError(
        f"references[{number}] is neither a string, nor a list of strings with at least one in it, nor None "
        "(None: this segment is not scored)."
    )


def _refuse_square(texts: Sequence[str], references: Sequence[list[str] | None]) -> None:
    """As many segments as references a segment: the shape does not tell, so the words must."""
    rows = [item for item in references if item is not None]
    if len(texts) < 2 or any(len(item) != len(texts) for item in rows) or len(rows) != len(texts):
        return
    size = range(len(texts))
    as_given = sum(similarity(texts[i], rows[i][j]) for i in size for j in size)
    transposed = sum(similarity(texts[i], rows[j][i]) for i in size for j in size)
    # Wordings of one sentence are nearer to it than other sentences are, so the right way round stays below 1.
    # Without likeness in either, or with a word or two a segment, there is nothing to tell by.
    worded = all(len(TOKEN.findall(text)) >= 3 for text in texts)
    if worded and transposed > 0.3 * len(texts) ** 2 and transposed > 1.25 * as_given:
        raise ArticleError(
            f"references is {len(rows)} lists of {len(rows)} strings, and hypotheses[i] is nearer to the i-th string "
            "of every list than to references[i]: that is one list a reference file. Pass list(zip(*references))."
        )


def similarity(left: str, right: str) -> float:
    """How much of two lines is the same words in the same order, from 0 to 1.

    >>> round(similarity("The river rose.", "The river fell."), 2)
    0.75
    """
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(TOKEN.findall(left.casefold()), TOKEN.findall(right.casefold()))


def _parted(left: Sequence[str], right: Sequence[str], names: tuple[str, str]) -> str:
    counts = f"there are {len(left)} {names[0]} and {len(right)} {names[1]}"
    found = where_they_part(left, right)
    where = "; they have too little in common to say where they part"
    if found is not None:
        side, number = found
        text = (left, right)[side][number]
        shown = text if len(text) <= 60 else text[:57] + "..."
        where = f": line {number + 1} of the {names[side]} seems to have no counterpart ({shown!r})"
    return (
        f"{counts}{where}. Mend the line, or let the first be cut like the second: --align-refs, or "
        "resegment(hypotheses, references) in Python."
    )


def where_they_part(left: Sequence[str], right: Sequence[str]) -> tuple[int, int] | None:
    """The first line without a counterpart, as (0 for left or 1 for right, its index); None when nothing tells.

    >>> where_they_part(["One dog.", "Two cats.", "Red fish."], ["One dog.", "Red fish."])
    (0, 1)
    """
    half = abs(len(left) - len(right)) + SLACK
    if not left or not right or len(left) * (2 * half + 1) > PATIENCE:
        return None
    moves = _best_moves(left, right, half)
    i, j, parting, matched, pairs = len(left), len(right), None, 0.0, 0
    while i or j:
        move = moves[i][j - i + half]
        if move == "p":
            i, j = i - 1, j - 1
            matched, pairs = matched + similarity(left[i], right[j]), pairs + 1
        elif move == "l":
            i, parting = i - 1, (0, i - 1)
        else:
            j, parting = j - 1, (1, j - 1)
    # Two unrelated English texts share about a tenth of their words.
    return parting if pairs and matched / pairs > 0.2 else None


def _best_moves(left: Sequence[str], right: Sequence[str], half: int) -> list[list[str]]:
    """The best last move at (lines of left, lines of right), within a band: p(air), l(eft alone) or r(ight alone)."""
    from rapidfuzz.distance import Indel

    words_left = [TOKEN.findall(line.casefold()) for line in left]
    words_right = [TOKEN.findall(line.casefold()) for line in right]
    nowhere = float("-inf")
    width = 2 * half + 1
    above = [nowhere] * (width + 1)
    moves: list[list[str]] = []
    for i in range(len(left) + 1):
        row, names = [nowhere] * (width + 1), [""] * width
        for column in range(width):
            j = i + column - half
            if not 0 <= j <= len(right):
                continue
            options = [(0.0, "")] if i == j == 0 else []
            if i and j:
                alike = Indel.normalized_similarity(words_left[i - 1], words_right[j - 1])
                options.append((above[column] + alike, "p"))
            options += [(above[column + 1] - GAP, "l")] if i else []
            options += [(row[column - 1] - GAP, "r")] if j and column else []
            row[column], names[column] = max(options, key=lambda option: option[0], default=(nowhere, ""))
        above = row
        moves.append(names)
    return moves
