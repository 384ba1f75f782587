"""Tell rough translations by their English alone: what weak engines say more often than good ones, and less.

A sentence tells little, twenty tell nearly all: of wmt20, three of four rough sentences sound rougher than a good one
does, and 98 of a hundred articles of twenty lines. Words that are not frequent are read as their kind alone ("x", "Xx"
for a name), so that it is told how something is said, and not what about. To tell what people write from what a machine
translates by such counts is old (Baroni and Bernardini, LLC 2006; Aharoni et al., ACL 2014). models/fit_tells.py finds
the weights, tells.tsv holds them. They know engines like those that they were found with, Argos, OPUS-MT and NLLB from
Chinese; drafts that are rough in another way tell nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import sqrt

_TOKEN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|\d+(?:[.,]\d+)*|[^\w\s\"'“”‘’`]")  # whose marks quote, fashion says
_FORMS = ("ing", "ed", "ly", "s", "")
KINDS = frozenset(f"x{form}" for form in _FORMS)  # of words that are not frequent; names are "Xx", numbers "0"


def sounds_rough(text: str) -> float:
    """How much liker a sentence is to rough translations than to good ones, about -1 to 1; 0 says nothing.

    >>> sounds_rough("On 1 June, the reporter learned that, in the course of the period, the city.") > 0.3
    True
    >>> sounds_rough("He told reporters on June 1 that it would take years.") < 0
    True
    """
    weights = _weights()
    found = [one for one in dict.fromkeys(grams(masked(text, frequent_words()))) if one in weights]
    return weights[""] + sum(weights[one] for one in found) / length(len(found))


def masked(text: str, frequent: frozenset[str]) -> list[str]:
    """The words of a text in lower case, those that are not frequent as their kind.

    >>> masked("In Hefei, 20 students were quietly reading books.", frozenset({"in", "were"}))
    ['in', 'Xx', ',', '0', 'xs', 'were', 'xly', 'xing', 'xs', '.']
    """
    return [_kind(word, frequent) for word in words(text)]


def words(text: str) -> list[str]:
    """Words, numbers and single marks."""
    return _TOKEN.findall(text.replace("’", "'"))


def _kind(word: str, frequent: frozenset[str]) -> str:
    lower = word.lower()
    if lower in frequent or not word[0].isalnum():
        return lower
    if word[0].isdigit():
        return "0"
    return "Xx" if word[0].isupper() else f"x{next(form for form in _FORMS if lower.endswith(form))}"


def grams(said: Sequence[str]) -> Iterator[str]:
    """Each word, and each two that follow each other."""
    yield from said
    yield from map(" ".join, pairwise(said))


def length(count: int) -> float:
    """What the weights of so many grams are divided by, so that a long sentence says no more than a short one."""
    return sqrt(max(1, count))


@cache
def frequent_words() -> frozenset[str]:
    """The words that are read as they are."""
    return frozenset(one for one in _weights() if one.islower() and " " not in one) - KINDS


@cache
def _weights() -> dict[str, float]:
    """By gram; under "" what all sentences have."""
    rows = files("postedit").joinpath("tells.tsv").read_text("utf-8").split("\n")
    pairs = (row.split("\t") for row in rows if row and not row.startswith("# "))
    return {gram: float(weight) for gram, weight in pairs}
