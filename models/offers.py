"""What may take the place of a line, and what choosing by a line of signs does to each engine.

`fit_weighing.py` and `fit_polishing.py` ask a model for answers to drafts of wmt20 by several engines, and tell of each
its signs and what it gains. A ridge regression goes through those of rough engines. What is chosen by it is measured on
folds that it did not see.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sacrebleu
from sacrebleu.metrics.chrf import CHRF

from models.fit_gate import ridge
from models.judge import ARTICLE, Translations
from postedit.choices import MISSED
from postedit.polishing import swapped
from postedit.suites import text_lines
from postedit.weighing import OFFERED

SET = "wmt20"
GOOD = ("bergamot-base", "microsoft", "google")  # must not lose
ENGINES = ("argos", "opusmt", "nllb", *GOOD)  # of the set
GENERAL = "general"  # rough drafts of text that is no news, written by hand (corpora/general)
ROUGH = ("argos", "opusmt", "nllb", GENERAL)
CLEAN = "references"  # as drafts that need nothing
FOLDS = 5
BEHIND = 1000  # more articles than the set has
RIDGE = 10.0  # on standardized signs
CLIP = 15.0  # points: a few lines that are another text would pull the line

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drafts:
    """What an engine made of some sources, line by line; references as drafts are an engine, too."""

    engine: str
    sources: Sequence[str]
    texts: Sequence[str]
    references: Sequence[str]
    first: int = 0  # number of its first article

    def some(self, lines: Sequence[int]) -> "Drafts":
        """Those of some lines."""
        sources, texts, references = ([side[n] for n in lines] for side in (self.sources, self.texts, self.references))
        return Drafts(self.engine, sources, texts, references, self.first)


def drafts_of(seen: Translations) -> list[Drafts]:
    """Of each engine of the set, and its references as drafts."""
    references = seen.references[ENGINES[0]]
    told = [Drafts(engine, seen.sources, seen.texts[engine], references) for engine in ENGINES]
    return [*told, Drafts(CLEAN, seen.sources, references, references)]


def general_drafts(table: Path, lines: int) -> list[Drafts]:
    """Rough drafts of general text and their references as drafts: so many lines, in whole articles from all over it.

    The articles of these references have numbers of their own, behind all of the set's.
    """
    rows = [line.split("\t") for line in text_lines(table)]
    whole = range(0, len(rows) - ARTICLE + 1, ARTICLE)
    count = min(lines // ARTICLE, len(whole))
    starts = [whole[n * len(whole) // count] for n in range(count)]
    some = [row for at in starts for row in rows[at : at + ARTICLE]]
    sources, texts, references = ([row[n] for row in some] for n in range(3))
    return [Drafts(GENERAL, sources, texts, references), Drafts(CLEAN, sources, references, references, first=BEHIND)]


@dataclass(frozen=True, slots=True)
class Offer:
    """A line, and what may take its place."""

    engine: str
    article: int  # of its engine
    text: str
    reference: str
    rewrites: Sequence[str]
    passing: Sequence[bool]  # whether no check objects to each
    signs: Floats  # rewrites x signs, the constant last
    gains: Floats  # of each rewrite, in points of chrF
    even: Floats  # the same where recall counts no more than precision
    told: Mapping[str, float] | None  # what it tells of its article
    missed: Sequence[int] = ()  # numbers of the source that each rewrite does not say; none: nothing is asked

    @property
    def fold(self) -> int:
        return self.article % FOLDS

    @property
    def worths(self) -> Floats:
        """What is to be predicted of each rewrite."""
        return (self.gains + self.even) / 2

    def chosen(self, predicted: Floats, least: float) -> int | None:
        """The number of the rewrite that a gate would let through."""
        best = [int(n) for n in np.argsort(-predicted, kind="stable")[:OFFERED] if predicted[n] >= least]
        missed = self.missed or [0] * len(predicted)
        return max((n for n in best if self.passing[n]), key=lambda n: predicted[n] - MISSED * missed[n], default=None)

    def gain(self, predicted: Floats, least: float) -> float:
        """Points that the line gains by the rewrite that is `chosen`."""
        n = self.chosen(predicted, least)
        return 0.0 if n is None else float(self.gains[n])


def gained(base: str, texts: Sequence[str], reference: str, beta: int = CHRF.BETA) -> Floats:
    """How much better each text is than the base, in points of chrF whose recall counts `beta` times.

    >>> base, reference = "The river rose.", "The river rose on Monday."
    >>> usual, even = (gained(base, [reference + " It is said."], reference, beta) for beta in (2, 1))
    >>> bool(even < usual)
    True
    """
    metric = CHRF(beta=beta)
    first, *others = (metric.sentence_score(text, [reference]).score for text in (base, *texts))
    found: Floats = np.clip(np.array(others, np.float64) - first, -CLIP, CLIP)
    return found


def points(read: Sequence[Offer]) -> tuple[Floats, Floats]:
    """The signs of all rewrites of rough engines' drafts, and what each is worth."""
    rough = [offer for offer in read if offer.engine in ROUGH]
    return np.concatenate([offer.signs for offer in rough]), np.concatenate([offer.worths for offer in rough])


def worded(read: Sequence[Offer], seen: int) -> tuple[tuple[str, ...], list[Offer]]:
    """The words that `seen` drafts of rough engines show, and the offers with how often each is swapped before their
    other signs.
    """
    told = [[swapped(offer.text, one) for one in offer.rewrites] for offer in read]
    rough = [rows for rows, offer in zip(told, read, strict=True) if offer.engine in ROUGH]
    shown = Counter(word for rows in rough for word in set().union(*rows))
    words = tuple(sorted(word for word, drafts in shown.items() if drafts >= seen))
    counts = [np.array([[one[word] for word in words] for one in rows]).reshape(len(rows), len(words)) for rows in told]
    return words, [
        replace(offer, signs=np.hstack([some, offer.signs])) for some, offer in zip(counts, read, strict=True)
    ]


def fit(read: Sequence[Offer], words: int = 0, held: float = 0.0) -> Floats:
    """Weights of the first so many columns, which count `words`, and of the signs behind them.

    By ridge regression on standardized columns; the constant, which comes last, is free. As many rewrites with a word
    that gain nothing as `held` says are thought to stand beside those that are known.
    """
    x, y = points(read)
    strength = np.full(x.shape[1], RIDGE)
    strength[:words] = held / np.maximum(x[:, :words].var(0), 1 / len(x))
    return ridge(x, y, strength, x.shape[1] - 1)


def named(line: Floats, signs: Sequence[str], words: Sequence[str] = ()) -> dict[str, dict[str, float]]:
    """The line as a manifest has it: points for each of the `signs`, and for each of the `words` if it counts any."""
    weights = [float(one) for one in line]
    found = {"weights": {sign: round(one, 5) for sign, one in zip(signs, weights[len(words) :], strict=True)}}
    return found | (
        {"words": {word: round(one, 3) for word, one in zip(words, weights, strict=False)}} if words else {}
    )


def held_out(read: Sequence[Offer], line: Callable[[Sequence[Offer]], Floats] = fit) -> list[Floats]:
    """What the line through the other folds predicts of the rewrites of each."""
    lines = [line([offer for offer in read if offer.fold != fold]) for fold in range(FOLDS)]
    return [offer.signs @ lines[offer.fold] for offer in read]


Articles = Mapping[tuple[str, int], Sequence[int]]  # engine and article to the numbers of its offers


def articles(read: Sequence[Offer], *, alone: bool = False) -> Articles:
    """The offers of each article; `alone`, each offer is one."""
    found: dict[tuple[str, int], list[int]] = {}
    for n, offer in enumerate(read):
        found.setdefault((offer.engine, n if alone else offer.article), []).append(n)
    return found


def correlation(read: Sequence[Offer], predicted: Sequence[Floats]) -> float:
    """Of what is predicted of the rewrites of rough engines' drafts with what each is worth."""
    told = np.concatenate([one for one, offer in zip(predicted, read, strict=True) if offer.engine in ROUGH])
    return float(np.corrcoef(told, points(read)[1])[0, 1])


def measure(
    read: Sequence[Offer], predicted: Sequence[Floats], rough: Sequence[float], least: float, article: float
) -> dict[str, dict[str, float]]:
    """By engine: what is gained in BLEU and chrF, and what share of the lines changes.

    `rough` is what is predicted of each offer's article, and `article` how much of it is needed.
    """
    found = {}
    for engine in dict.fromkeys(offer.engine for offer in read):
        mine = [n for n, offer in enumerate(read) if offer.engine == engine]
        before = tuple(read[n].text for n in mine)
        chosen = [read[n].chosen(predicted[n], least) if rough[n] >= article else None for n in mine]
        after = tuple(
            read[n].text if one is None else read[n].rewrites[one] for n, one in zip(mine, chosen, strict=True)
        )
        references = tuple(read[n].reference for n in mine)
        (old_bleu, old_chrf), (bleu, chrf) = scores(before, references), scores(after, references)
        found[engine] = {
            "bleu": bleu - old_bleu,
            "chrf": chrf - old_chrf,
            "changed": sum(one is not None for one in chosen) / len(mine),
        }
    return {engine: {name: round(value, 3) for name, value in one.items()} for engine, one in found.items()}


def lines_of(read: Sequence[Offer], engine: str) -> int:
    """How many drafts of an engine were read."""
    return sum(offer.engine == engine for offer in read)


@cache
def scores(texts: tuple[str, ...], references: tuple[str, ...]) -> tuple[float, float]:
    """BLEU and chrF. Most thresholds choose what another has chosen."""
    return sacrebleu.corpus_bleu(texts, [references]).score, sacrebleu.corpus_chrf(texts, [references]).score


def harmless(
    found: dict[str, dict[str, float]],
    alone: dict[str, dict[str, float]],
    most_lost: float,
    most_clean: float,
) -> bool:
    """Whether no good engine loses, and hardly a reference changes, even where each is an article `alone`.

    Points of a good engine may be lost, in the mean of chrF and BLEU, in whole articles, and a share of the references
    changed.
    """
    lost = max(-(found[engine]["bleu"] + found[engine]["chrf"]) / 2 for engine in GOOD)
    return lost <= most_lost and max(one[CLEAN]["changed"] for one in (found, alone)) <= most_clean


def won(found: dict[str, dict[str, float]]) -> float:
    """What rough engines gain, in the mean of chrF and BLEU."""
    return sum(one["bleu"] + one["chrf"] for engine, one in found.items() if engine in ROUGH)


def settle(found: dict[str, Any], manifest: Path, put: Callable[[Path, dict[str, Any]], None] | None) -> int:
    """Print what was found, and `put` it into the manifest; SystemExit where no threshold will do."""
    print(json.dumps(found, indent=1))
    if found["least"] is None:
        raise SystemExit("no threshold wins and lets the good engines and the references be; nothing is written")
    if put:
        put(manifest, found)
    return 0
