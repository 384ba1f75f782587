"""Take a rewrite apart: where it differs from a text, each place can be taken or left.

A rewrite is seldom better all through. What it says better in one clause it says worse in another, and to choose
between wholes is to take both or neither.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+")

# Two changes with a single word of both texts between them are one: such a word agrees by chance as often as not.
BETWEEN = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One place where a rewrite differs: what it puts in the place of which characters of the text."""

    start: int
    end: int
    text: str


def parts(text: str, rewrite: str) -> tuple[Part, ...]:
    """Where the rewrite differs, in order; all of them make the rewrite of the text, but for spaces at its ends.

    >>> parts("He come home in 1990.", "So he came home in 1990.")
    (Part(start=0, end=7, text='So he came'),)
    >>> [one.text for one in parts("A cat sat there", "the cat sat over there quietly")]
    ['the', 'over there quietly']
    >>> parts("The same.", "The same.")
    ()
    """
    here, there = ([match.span() for match in _WORD.finditer(one)] for one in (text, rewrite))
    if not here:
        return (Part(0, len(text), rewrite.strip()),) if there else ()
    words = ([text[a:b] for a, b in here], [rewrite[a:b] for a, b in there])
    spans: list[tuple[int, int, int, int]] = []
    for operation, a, b, c, d in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        if operation != "equal" and spans and a - spans[-1][1] <= BETWEEN:
            spans[-1] = (spans[-1][0], b, spans[-1][2], d)
        elif operation != "equal":
            spans.append((a, b, c, d))
    said = [rewrite[there[c][0] : there[d - 1][1]] if c < d else "" for _, _, c, d in spans]
    return tuple(_part(a, b, here, text) for (a, b, _, _), text in zip(spans, said, strict=True))


def _part(first: int, after: int, words: Sequence[tuple[int, int]], said: str) -> Part:
    """With the space that goes with it: what is put in brings its own, what is left out takes it along."""
    if first == after:
        if first == len(words):
            return Part(words[-1][1], words[-1][1], f" {said}")
        return Part(words[first][0], words[first][0], f"{said} ")
    if said:
        return Part(words[first][0], words[after - 1][1], said)
    if after < len(words):
        return Part(words[first][0], words[after][0], "")
    return Part(words[first - 1][1] if first else 0, words[after - 1][1], "")


def joined(text: str, taken: Sequence[Part]) -> str:
    """The text with these parts; they do not touch each other.

    >>> joined("He come home.", [Part(3, 7, "came")])
    'He came home.'
    """
    for part in sorted(taken, key=lambda one: one.start, reverse=True):
        text = text[: part.start] + part.text + text[part.end :]
    return text


def permitted(text: str, rewrite: str, passing: Callable[[str], bool]) -> str | None:
    """A rewrite that does not pass, without what keeps it from it: one part, the smallest that will do, or else
    all that do not pass alone. None where nothing is left, or what is left does not pass.

    >>> permitted("On 1 June he come home.", "On 7 June he came home.", lambda text: "7" not in text)
    'On 1 June he came home.'
    >>> permitted("He come.", "He came.", lambda text: "came" not in text)
    """
    found = parts(text, rewrite)
    smallest = sorted(found, key=lambda one: one.end - one.start + len(one.text))
    some = [[one for one in found if one is not left] for left in smallest]
    some.append([one for one in found if passing(joined(text, [one]))])
    return next((new for taken in some if taken and passing(new := joined(text, taken))), None)
