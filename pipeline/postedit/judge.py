"""A judge of translations that needs no reference: does a text say what its source says, token by token?

The states that a multilingual encoder has of a source and of a text are held against each other. Each token finds its
nearest on the other side, as in YiSi-2 (Lo, WMT 2019) and in reference-free BERTScore; the states are those of a middle
layer, which Dou and Neubig (EACL 2021) and Jalili Sabet et al. (EMNLP 2020) found to align words best. A line through
what that tells (`SIGNS`), fitted on translations with references by several engines, gives a quality in points of chrF.
Its zero means nothing: only qualities of one source compare.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from postedit import manifest as manifests
from postedit.errors import ModelError
from postedit.manifest import Manifest
from postedit.weighing import Weighing

Floats = npt.NDArray[np.float32]

FAMILY = "postedit-judge"

# What it reads, as models call them: zh, zh-TW, zh_CN, zho_Hans; en, en_XX, eng_Latn.
LANGUAGES = ({"zh", "zho"}, {"en", "eng"})

# e5 was trained with it before every text.
PREFIX = "query: "

# Texts that go through the encoder together; all of one length, so that none is padded and none depends on another.
TOGETHER = 32

# Pairs whose states are in memory together: some 60 kB a text.
AT_ONCE = 512

# What the qualities are a line through. Of the source's tokens, how near the nearest of the text is: on average, on
# average where a rare token counts more, and how near for the worst tenth, the worst three tenths, the very worst. The
# same of the text's tokens but for the very worst. Which share of either side has a nearest that has it as its
# nearest. How near the mean states are. How long the text is for its source, and how far that is from usual.
SIGNS = (
    "source", "source rare", "source tenth", "source thirds", "source worst",
    "text", "text rare", "text tenth", "text thirds",
    "source mutual", "text mutual", "means", "length", "length off",
)  # fmt: skip

# The logarithm of how many tokens an English text has for one of its Chinese source, as wmt18's engines write.
USUAL_LENGTH = 0.35


@dataclass(frozen=True, slots=True)
class Line:
    """From signs to qualities, and from qualities to what a rewrite is predicted to gain."""

    weights: Mapping[str, float]  # points of chrF, by sign
    own: float  # how much of what the judge finds a rewrite better by is believed,
    article: float  # and how much of what it finds all rewrites of the article better by (`estimates.article_mean`)
    least: float  # points of chrF that a rewrite must be predicted to gain

    @classmethod
    def from_manifest(cls, said: Any) -> "Line":
        """The line that a manifest describes; ModelError for what is none."""
        try:
            weights = {name: float(said["weights"][name]) for name in SIGNS}
            return cls(weights, *(float(said[name]) for name in ("own", "article", "least")))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"manifest: the judge's line cannot be read ({type(error).__name__}: {error}).") from error


class Judge:
    """The encoder in a folder, with its line; it runs on the CPU. See the module's first lines."""

    def __init__(self, manifest: Manifest, line: Line, *, threads: int = 0, weighing: Weighing | None = None) -> None:
        import ctranslate2
        from sentencepiece import SentencePieceProcessor

        if manifest.family != FAMILY:
            raise ModelError(f"{manifest.weights}: a {manifest.family}, not a judge.")
        self.line = line
        self.weighing = weighing
        self._manifest = manifest
        self._pieces = SentencePieceProcessor(model_file=str(manifest.weights / "sentencepiece.model"))
        self._prefix = [0, *self._pieces.encode(PREFIX)]
        # The more surprising a piece, the more it weighs: its log-probability in the unigram model.
        scores = [self._pieces.get_score(id_) for id_ in range(len(self._pieces))]
        self._rarity = np.clip(-np.array(scores, np.float32), 0.1, None)
        self._encoder = ctranslate2.Encoder(
            str(manifest.weights), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
        )

    @property
    def name(self) -> str:
        """For the run signature: another encoder or another line chooses other texts."""
        line = json.dumps([sorted(self.line.weights.items()), self.line.own, self.line.article])
        name = f"{self._manifest.name}@{hashlib.sha256((self._manifest.digest + line).encode()).hexdigest()[:8]}"
        return f"{name}/{self.weighing.digest}" if self.weighing else name

    def qualities(self, sources: Sequence[str], texts: Sequence[str]) -> list[float | None]:
        """How well each text says what its source says, in points of chrF; None where either is empty or too long."""
        weights = np.array([self.line.weights[name] for name in SIGNS])
        return [None if row is None else float(row @ weights) for row in self.signs(sources, texts)]

    def signs(self, sources: Sequence[str], texts: Sequence[str]) -> list[npt.NDArray[np.float64] | None]:
        """The `SIGNS` of each text, given its source; None where either is empty or longer than the encoder reads."""
        rows: list[npt.NDArray[np.float64] | None] = []
        for at in range(0, len(sources), AT_ONCE):
            part = list(zip(sources[at : at + AT_ONCE], texts[at : at + AT_ONCE], strict=True))
            wanted = list(dict.fromkeys(text for pair in part for text in pair))
            known = dict(zip(wanted, self._states(wanted), strict=True))
            for source, text in part:
                one, other = known[source], known[text]
                rows.append(None if one is None or other is None else _signs(one, other))
        return rows

    def _states(self, texts: Sequence[str]) -> list["_States | None"]:
        pieces = [self._pieces.encode(text) for text in texts]
        groups: dict[int, list[int]] = defaultdict(list)
        for place, ids in enumerate(pieces):
            if ids and len(self._prefix) + len(ids) < self._manifest.max_input_tokens:
                groups[len(ids)].append(place)
        found: list[_States | None] = [None] * len(texts)
        for _, group in sorted(groups.items()):
            for at in range(0, len(group), TOGETHER):
                part = group[at : at + TOGETHER]
                hidden = self._encoder.forward_batch([[*self._prefix, *pieces[place], 2] for place in part])
                for place, states in zip(part, np.array(hidden.last_hidden_state), strict=True):
                    own = states[len(self._prefix) : -1]
                    found[place] = _States(_unit(own), _unit(states.mean(0)), self._rarity[pieces[place]])
        return found


@dataclass(frozen=True, slots=True)
class _States:
    """What the encoder makes of a text."""

    tokens: Floats  # tokens x width, each of length 1
    mean: Floats  # width, of length 1
    rarity: Floats  # tokens


def _unit(states: Floats) -> Floats:
    unit: Floats = states / np.linalg.norm(states, axis=-1, keepdims=True)
    return unit


def _signs(source: _States, text: _States) -> npt.NDArray[np.float64]:
    near = source.tokens @ text.tokens.T
    partner, back = near.argmax(1), near.argmax(0)
    mutual = [np.mean(back[partner] == np.arange(len(partner))), np.mean(partner[back] == np.arange(len(back)))]
    length = np.log(len(back) / len(partner))
    rest = [source.mean @ text.mean, length, abs(length - USUAL_LENGTH)]
    here, there = near.max(1), near.max(0)
    return np.array([*_level(here, source.rarity), here.min(), *_level(there, text.rarity), *mutual, *rest], np.float64)


def _level(nearest: Floats, rarity: Floats) -> list[float]:
    """How near on average, where rare tokens count more, for the worst tenth, for the worst three tenths."""
    return [
        nearest.mean(), np.average(nearest, weights=rarity), np.quantile(nearest, 0.1), np.quantile(nearest, 0.3),
    ]  # fmt: skip


def knows(source_language: str, target_language: str) -> bool:
    """Whether a judge was made for these languages.

    >>> knows("zho_Hans", "eng_Latn"), knows("zh-TW", "en"), knows("de", "en")
    (True, True, False)
    """
    spoken = (source_language, target_language)
    return all(re.split("[-_]", code)[0].lower() in known for code, known in zip(spoken, LANGUAGES, strict=True))


def load(folder: Path, *, threads: int = 0, weighing: Weighing | None = None) -> Judge:
    """The judge in a folder, once its checksums hold; with the `weighing` of the model that it judges, if it has one.

    Raises ModelError.
    """
    manifest = manifests.read(folder)
    manifests.verify(manifest)
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return Judge(manifest, Line.from_manifest(said.get("line")), threads=threads, weighing=weighing)
