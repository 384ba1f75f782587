"""What a score is measured against: one str, a list of str or None a segment, and an error for any other shape.

The shape that sacrebleu takes, a list of reference *streams*, scores the first sentence alone and calls it 100 when it
meets code that expected the other one. Here `references[i]` belongs to `hypotheses[i]`, and the rest is refused.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

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
    texts = _hypotheses(hypotheses, name)
    given = _listed(references, "references", "Pass a list with one item for each hypothesis.")
    _refuse_streams(texts, given)
    checked = [_alternatives(item, number) for number, item in enumerate(given)]
    if len(texts) != len(checked):
        firsts = ["" if item is None else item[0] for item in checked]
        raise ArticleError(
            f"{parted(texts, firsts, (name, 'references'))} Or let the first be cut like the second: --align-refs, or "
            "postedit.resegment(hypotheses, references) in Python."
        )
    if all(item is None for item in checked):
        raise ArticleError("every reference is None: there is nothing to score against.")
    _refuse_square(texts, checked)
    return texts, checked


def _hypotheses(hypotheses: Sequence[str], name: str) -> list[str]:
    texts: list[str] = []
    for number, text in enumerate(_listed(hypotheses, name, "Pass a list of segments: text.split('\\n') for lines.")):
        if not isinstance(text, str):
            raise ArticleError(
                f"{name}, index {number}: this is {_kind(text)}, not a string. Pass one string a segment."
            )
        texts.append(text)
    if not texts:
        raise ArticleError(f"{name}: there is nothing to score.")
    return texts


def _listed(given: object, name: str, way_out: str) -> list[object]:
    """The items in their order; a set has none, and a dict would give its keys."""
    if isinstance(given, str | bytes):
        raise ArticleError(f"{name}: this is one string. {way_out}")
    if isinstance(given, Mapping | AbstractSet) or not isinstance(given, Iterable):
        raise ArticleError(f"{name}: this is {_kind(given)}. {way_out}")
    return list(given)


def _kind(item: object) -> str:
    return "None" if item is None else f"of type {type(item).__name__}"


def _refuse_streams(texts: Sequence[str], given: Sequence[object]) -> None:
    lists = [item for item in given if isinstance(item, Collection) and not isinstance(item, str | bytes)]
    if len(given) == len(texts) or len(lists) < len(given) or not lists:
        return
    # A file of references holds more lines than there are files.
    if any(len(item) == len(texts) for item in lists) or all(len(item) > len(lists) for item in lists):
        count = f"{_several(len(lists), 'lists')} of {_several(len(lists[0]), 'strings')}"
        raise ArticleError(
            f"references holds {count} for {_several(len(texts), 'hypotheses')}: that is one list a reference file. "
            "Pass references[i] for hypotheses[i], for instance list(zip(*references))."
        )


def _alternatives(item: object, number: int) -> list[str] | None:
    if item is None or isinstance(item, str):
        return item if item is None else [item]
    if isinstance(item, Iterable) and not isinstance(item, bytes | Mapping):
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


def parted(left: Sequence[str], right: Sequence[str], names: tuple[str, str]) -> str:
    """How many lines there are on each side and where they part, in a sentence, and what to do about it.

    >>> parted(["One dog.", "Two cats.", "Red fish."], ["One dog.", "Red fish."], ("lines in a.txt", "references"))
    "there are 3 lines in a.txt and 2 references: line 2 of the lines in a.txt seems to have no counterpart
    ('Two cats.'). Mend the line."
    """
    counts = f"there are {_several(len(left), names[0])} and {_several(len(right), names[1])}"
    found = where_they_part(left, right)
    if found is None:
        return f"{counts}; they have too little in common to say where they part. Is it the right file?"
    side, number = found
    text = (left, right)[side][number]
    shown = text if len(text) <= 60 else text[:57] + "..."
    return f"{counts}: line {number + 1} of the {names[side]} seems to have no counterpart ({shown!r}). Mend the line."


def _several(number: int, things: str) -> str:
    """The first word of the things, in the singular where there is one of them.

    >>> _several(1, "lines in a.txt"), _several(1, "hypotheses of 'b'"), _several(2, "strings")
    ('1 line in a.txt', "1 hypothesis of 'b'", '2 strings')
    """
    noun, space, rest = things.partition(" ")
    one = f"{noun[:-2]}is" if noun == "hypotheses" else noun.removesuffix("s")
    return f"{number} {one if number == 1 else noun}{space}{rest}"


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
