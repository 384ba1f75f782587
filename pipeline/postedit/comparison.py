"""Systems side by side: scores with significance, lengths, who wins where, and the segments that differ most."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from postedit.references import check_references
from postedit.scores import Scores, score_systems
from postedit.significance import Resampling

SHOWN = 20  # segments that differ most


@dataclass(frozen=True, slots=True)
class System:
    """One system beside the first."""

    name: str
    scores: Scores
    length_ratio: float  # BLEU's: tokens of the output to tokens of the closest reference
    better: float  # share of scored segments whose chrF is above that of the first system's
    equal: float
    worse: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A segment on which the systems are far apart."""

    index: int
    references: tuple[str, ...]
    outputs: dict[str, str]
    scores: dict[str, float]  # sentence chrF

    @property
    def spread(self) -> float:
        return max(self.scores.values()) - min(self.scores.values())


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `compare` found. The first system is the one the others are held against."""

    systems: tuple[System, ...]
    differing: tuple[Difference, ...]  # widest first
    notes: tuple[str, ...] = ()  # what a reader of the numbers should know

    def __getitem__(self, name: str) -> System:
        for system in self.systems:
            if system.name == name:
                return system
        raise KeyError(name)

    def __str__(self) -> str:
        from postedit.tables import comparison_table

        return comparison_table(self)

    def to_dict(self) -> dict[str, Any]:
        """What `to_json` writes, for putting into a bigger document."""
        return {
            "systems": {
                system.name: {
                    **system.scores.to_dict(),
                    "length_ratio": system.length_ratio,
                    "better": system.better,
                    "equal": system.equal,
                    "worse": system.worse,
                }
                for system in self.systems
            },
            "differing": [
                {
                    "index": difference.index,
                    "references": list(difference.references),
                    "outputs": difference.outputs,
                    "chrf": difference.scores,
                }
                for difference in self.differing
            ],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The comparison as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)


def compare(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[str | Sequence[str] | None],
    metrics: Sequence[str] = ("bleu", "chrf", "ter"),
    *,
    target_language: str = "en",
    resampling: Resampling | None = None,
) -> Comparison:
    """Hold systems against the first of them.

    >>> systems = {"draft": ["He come.", "Rain."], "clean": ["He came.", "Rain."]}
    >>> held = compare(systems, ["He came.", "Rain."], ["chrf"])
    >>> held["clean"].better, held["clean"].equal, held["clean"].worse
    (0.5, 0.5, 0.0)

    Who wins a segment is told by sentence chrF: BLEU says nothing of a sentence.
    """
    asked = tuple(dict.fromkeys(metrics))
    needed = (*asked, *(extra for extra in ("bleu", "chrf") if extra not in asked))
    found = score_systems(
        systems, references, needed, target_language=target_language, resampling=resampling or Resampling()
    )
    first = next(iter(found.values()))
    made = tuple(_system(name, scores, first["chrf"].segments, asked) for name, scores in found.items())
    chrf = {name: scores["chrf"].segments for name, scores in found.items()}
    return Comparison(made, _differing(systems, references, chrf), first.notes)


def _system(name: str, scores: Scores, first: Sequence[float | None], asked: Sequence[str]) -> System:
    gains = [
        ours - theirs
        for ours, theirs in zip(scores["chrf"].segments, first, strict=True)
        if ours is not None and theirs is not None
    ]
    better, worse = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    shown = tuple(score for score in scores.scores if score.metric in asked)
    return System(
        name,
        Scores(shown, scores.n, scores.unscored, scores.notes),
        scores["bleu"].length_ratio or 0.0,
        better / len(gains),
        (len(gains) - better - worse) / len(gains),
        worse / len(gains),
    )


def _differing(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[str | Sequence[str] | None],
    chrf: Mapping[str, Sequence[float | None]],
) -> tuple[Difference, ...]:
    _, checked = check_references(next(iter(systems.values())), references)
    found = []
    for index, wordings in enumerate(checked):
        scores = {name: value for name, values in chrf.items() if (value := values[index]) is not None}
        if wordings is not None and max(scores.values()) > min(scores.values()):
            outputs = {name: list(given)[index] for name, given in systems.items()}
            found.append(Difference(index, tuple(wordings), outputs, scores))
    return tuple(sorted(found, key=lambda difference: -difference.spread)[:SHOWN])
