"""Is an article rough? A sentence alone tells little of that, all of them together nearly all.

How likely a model finds the drafts, what the judge says of its post-edits, how much those leave as it was, how the
English sounds and which names of the source it lacks predict what a sentence of the article would gain by being
rewritten. How much each counts was fitted on articles of which that is known, for one model (models/fit_weighing.py),
and stands in its manifest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from postedit.estimates import MOST

# What tells of a sentence whether its draft is rough: how likely the model finds it as a post-edit of itself, and as a
# translation of its source, in log-probability a token (free translations are unlikely, but need no mending, which the
# first tells); by how many points the judge likes the model's own post-edit better, and how like the draft that is.
# How much the draft's English alone sounds like rough engines' (`tells`) is another sign, and so is what share of
# the source's names it lacks, as far as their English is known (`spelling`): rough engines lack more than half of them,
# references one in seven.
SENTENCE_SIGNS = ("kept", "translated", "judged", "like the draft", "sounds rough", "names lacking", "constant")

# Sentences that every article is taken to have beside its own, of which nothing is known: one alone says little.
UNSEEN = 5


@dataclass(frozen=True, slots=True)
class Roughness:
    """Points of chrF that a sentence of an article is predicted to gain, on average, by what its sentences tell.

    Each line says how many, and of the lines of one way the least counts. What English sounds like is learned from
    news: so one line does not listen, and where the model and the judge alone see nothing to gain, nothing is done. Of
    the ways the one that finds most counts: one does not look at names, which many an article has none of.

    >>> nothing = dict.fromkeys(SENTENCE_SIGNS, 0.0)
    >>> lines = {**nothing, "kept": -2.0}, {**nothing, "kept": -1.0, "sounds rough": 5.0}
    >>> rough = Roughness([lines, [{**nothing, "names lacking": 6.0}]], {**nothing, "kept": -0.5}, least=1.5)
    >>> rough.gain([]), rough.gain([{**nothing, "kept": -1.5, "sounds rough": 0.6}] * 5)
    (0.5, 2.0)
    >>> rough.gain([{**nothing, "kept": -0.5, "names lacking": 1.0}] * 5)
    3.0
    """

    ways: Sequence[Sequence[Mapping[str, float]]]  # lines: weights of `SENTENCE_SIGNS`, by name
    usual: Mapping[str, float]  # the signs of a sentence of which nothing is known
    least: float  # an article that is predicted to gain less is left as it is

    @classmethod
    def from_manifest(cls, said: Any) -> "Roughness":
        """What stands in a manifest under "article"; KeyError, TypeError or ValueError for what is none."""
        ways = [[_line(one) for one in way] for way in said["ways"]]
        if not all([ways, *ways]):
            raise ValueError("an article has no lines")
        return cls(ways, _line(said["usual"]), float(said["least"]))

    def gain(self, sentences: Sequence[Mapping[str, float]]) -> float:
        """Points of chrF."""
        known = article_signs(sentences, self.usual)
        return max(min(sum(weight * known[name] for name, weight in line.items()) for line in way) for way in self.ways)


def _line(said: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(said[name]) for name in SENTENCE_SIGNS}


def article_signs(sentences: Sequence[Mapping[str, float]], usual: Mapping[str, float]) -> dict[str, float]:
    """The mean of each sign, as if there had been `UNSEEN` usual sentences more."""
    count = len(sentences) + UNSEEN
    return {name: (sum(one[name] for one in sentences) + UNSEEN * usual[name]) / count for name in SENTENCE_SIGNS}


def sentence_signs(
    kept: float | None, translated: float | None, judged: float, like_the_draft: float, rough: float, lacking: float
) -> dict[str, float] | None:
    """What a sentence tells of its article, by name; None where the model did not say enough."""
    if kept is None or translated is None or not isfinite(kept) or not isfinite(translated):
        return None
    judged = max(-MOST, min(MOST, judged))
    return dict(zip(SENTENCE_SIGNS, (kept, translated, judged, like_the_draft, rough, lacking, 1.0), strict=True))
