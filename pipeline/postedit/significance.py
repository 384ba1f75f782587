"""Is the difference real? Paired bootstrap and approximate randomisation, as sacrebleu computes them.

The random numbers are drawn in sacrebleu's order and the sums are taken in its types, so means, intervals and p-values
are its own for the same seed; a test holds them against it. What differs: a resample is drawn when it is needed, not
all at once, so 100,000 segments do not take gigabytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from postedit.errors import ConfigError

Statistics = list[list[float]]  # a row a segment: what the metric counted there
# Summed statistics to a score, in the float type that the statistics have: sacrebleu's intervals are 32-bit ones.
Compute = Callable[[Any], Any]

# Trials are drawn in blocks of about this many segments. A block is a multiple of 32 trials, so that the generator,
# which cuts 32 coins from one number, lands the same coins as in one go.
BLOCK = 20_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval by bootstrap: sacrebleu's "mu = mean ± half_width".

    >>> Interval(mean=23.5, half_width=0.5).low
    23.0
    """

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        return self.mean + self.half_width


@dataclass(frozen=True, slots=True)
class Resampling:
    """How much chance is thrown at a score; the defaults are sacrebleu's."""

    samples: int = 1000  # bootstrap resamples
    trials: int = 10_000  # of approximate randomisation
    seed: int = 12345

    def __post_init__(self) -> None:
        if min(self.samples, self.trials) < 1:
            raise ConfigError(f"chance takes a resample and a trial at least, not {self.samples} and {self.trials}.")


def bootstrap(statistics: Statistics, compute: Compute, resampling: Resampling) -> NDArray[Any]:
    """The score of each resample, drawn with replacement."""
    rows = np.array(statistics, dtype="float32")
    return np.array([compute(rows[drawn].sum(0)) for drawn in _draws(len(rows), resampling)])


def _draws(count: int, resampling: Resampling) -> Iterator[NDArray[np.int64]]:
    generator = np.random.default_rng(resampling.seed)
    for _ in range(resampling.samples):
        yield generator.choice(count, size=count, replace=True)


def interval(scores: NDArray[Any]) -> Interval:
    """Mean and half the width of the middle 95 %."""
    ordered = np.sort(scores)
    tail = len(ordered) // 40
    low, high = ordered[tail], ordered[len(ordered) - tail - 1]
    return Interval(float(ordered.mean()), float(0.5 * (high - low)))


def bootstrap_p(ours: NDArray[Any], theirs: NDArray[Any], difference: float) -> tuple[float, float]:
    """The p-values of a difference, without and with ties, given both systems' scores on the same resamples."""
    differences = np.abs(ours - theirs)
    return _p_values(differences - differences.mean(), abs(difference))


def randomisation_p(
    pair: tuple[Statistics, Statistics], compute: Compute, difference: float, resampling: Resampling
) -> tuple[float, float]:
    """The p-values, without and with ties, when a coin swaps the outputs of each segment (Riezler and Maxwell 2005)."""
    right, left = np.array(pair[0]), np.array(pair[1])
    gaps: list[float] = []
    for stays in _coins(len(left), resampling):
        swapped = ~stays
        first, second = _sum(stays, left) + _sum(swapped, right), _sum(swapped, left) + _sum(stays, right)
        gaps += [abs(compute(a) - compute(b)) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    return _p_values(np.array(gaps), abs(difference))


def _coins(count: int, resampling: Resampling) -> Iterator[NDArray[np.bool_]]:
    generator = np.random.default_rng(resampling.seed)
    block = max(32, BLOCK // count // 32 * 32)
    for done in range(0, resampling.trials, block):
        yield generator.integers(2, size=(min(block, resampling.trials - done), count), dtype=bool)


def _sum(chosen: NDArray[np.bool_], rows: NDArray[Any]) -> NDArray[Any]:
    """`chosen @ rows`; whole numbers go through floats, which add the same and a hundred times faster."""
    if np.issubdtype(rows.dtype, np.integer):
        summed: NDArray[Any] = chosen.astype("float32") @ rows.astype("float32") if _small(rows) else chosen @ rows
        return summed.astype("float64")
    weighed: NDArray[Any] = chosen @ rows
    return weighed


def _small(rows: NDArray[Any]) -> bool:
    """Whether every sum is a whole number that a 32-bit float holds exactly."""
    return bool(np.abs(rows).sum(0).max(initial=0) < 2**24)


def _p_values(by_chance: NDArray[Any], difference: float) -> tuple[float, float]:
    larger, draws = int(np.sum(by_chance > difference)), len(by_chance)
    # A tie is a difference up to rounding: scores run to 100 and sums are exact, so a millionth is far above noise.
    at_least = max(larger, int(np.sum(by_chance >= difference - 1e-6)))
    return (larger + 1) / (draws + 1), (at_least + 1) / (draws + 1)
