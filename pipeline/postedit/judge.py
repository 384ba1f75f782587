"""A judge of translations that needs no reference: does a text say what its source says?

An encoder that was trained to post-edit reads source and text together, and says of each token of the text how likely a
reference has its word, and of the whole how near it is to a reference, in points of chrF. That is quality estimation
with a predictor and an estimator (Kim et al., WMT 2017), for words and sentences at once (OpenKiwi, Kepler et al., ACL
2019). It was trained on translations of one source by several engines (models/train_judge.py), for the differences
between them: the zero of a quality means nothing, only qualities of one source compare.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from postedit import manifest as manifests
from postedit.errors import ModelError
from postedit.manifest import Manifest
from postedit.processor import precision
from postedit.weighing import Weighing

Floats = npt.NDArray[np.float32]

FAMILY = "postedit-judge"
HEAD = "head.safetensors"

# What it reads, as models call them: zh, zh-TW, zh_CN, zho_Hans; en, en_XX, eng_Latn.
LANGUAGES = ({"zh", "zho"}, {"en", "eng"})

BOS, EOS = 0, 2

# Texts that go through the encoder together; all of one length, so that none is padded and none depends on another.
TOGETHER = 32

# Points of chrF in one unit of what the head says.
POINTS = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """How much of what the judge finds parts of a rewrite better by is to be believed (`estimates`)."""

    own: float  # of what it finds the part better by,
    article: float  # and of what it finds all rewrites of the article better by (`estimates.article_mean`)
    least: float  # points that a rewrite must be predicted to gain

    @classmethod
    def from_manifest(cls, said: Any) -> "Line":
        """The line that a manifest describes; ModelError for what is none."""
        try:
            return cls(*(float(said[name]) for name in ("own", "article", "least")))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"manifest: the judge's line cannot be read ({type(error).__name__}: {error}).") from error


@dataclass(frozen=True, slots=True)
class Head:
    """From the encoder's states to a quality.

    `word` says of each token of the text, by a logit, whether its word is right. The mean states of text and source and
    the share of right words go through one hidden layer; the share counts beside that, too.
    """

    word: tuple[Floats, Floats]  # width; 1
    hidden: tuple[Floats, Floats]  # hidden x (2 x width + 1); hidden
    out: tuple[Floats, Floats]  # hidden; 1
    share: float

    @classmethod
    def read(cls, path: Path) -> "Head":
        """The head in a file; ModelError for what is none."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            tensors = load_file(path)
            word, hidden, out = ((tensors[f"{name}.weight"], tensors[f"{name}.bias"]) for name in _LAYERS)
            return cls((word[0][0], word[1]), hidden, (out[0][0], out[1]), float(tensors["share"][0]))
        except (OSError, KeyError, IndexError, SafetensorError) as error:
            raise ModelError(f"{path}: the judge's head cannot be read ({type(error).__name__}: {error}).") from error

    def quality(self, source: Floats, text: Floats) -> float:
        """In points of chrF, of states (tokens x width)."""
        right = float(np.mean(1 / (1 + np.exp(-(text @ self.word[0] + self.word[1])))))
        seen = np.concatenate([text.mean(0), source.mean(0), [np.float32(right)]])
        inside = np.tanh(self.hidden[0] @ seen + self.hidden[1])
        return POINTS * (float(self.out[0] @ inside + self.out[1][0]) + self.share * right)


_LAYERS = ("word", "hidden", "out")


class Judge:
    """The encoder in a folder, with its head and its line; it runs on the CPU. See the module's first lines."""

    def __init__(self, manifest: Manifest, line: Line, *, threads: int = 0, weighing: Weighing | None = None) -> None:
        import ctranslate2
        from sentencepiece import SentencePieceProcessor

        if manifest.family != FAMILY:
            raise ModelError(f"{manifest.weights}: a {manifest.family}, not a judge.")
        self.line = line
        self.weighing = weighing
        self._manifest = manifest
        self._pieces = SentencePieceProcessor(model_file=str(manifest.weights / "sentencepiece.model"))
        self._head = Head.read(manifest.weights / HEAD)
        # Its word is held against thresholds: where int8 overflows it is off by a point of 60, on average.
        self._precision = precision()
        self._encoder = ctranslate2.Encoder(
            str(manifest.weights), device="cpu", compute_type=self._precision, inter_threads=1, intra_threads=threads
        )

    @property
    def name(self) -> str:
        """For the run signature: another encoder, precision or line chooses other texts."""
        line = json.dumps([self.line.own, self.line.article])
        digest = hashlib.sha256((self._manifest.digest + line).encode()).hexdigest()[:8]
        name = f"{self._manifest.name}@{digest}:{self._precision}"
        return f"{name}/{self.weighing.digest}" if self.weighing else name

    def qualities(self, sources: Sequence[str], texts: Sequence[str]) -> list[float | None]:
        """How well each text says what its source says, in points of chrF; None where either is empty or too long."""
        pairs = [*zip(sources, texts, strict=True)]
        pieces = {text: self._pieces.encode(text) for text in {one for pair in pairs for one in pair}}
        groups: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for pair in dict.fromkeys(pairs):
            lengths = [len(pieces[one]) for one in pair]
            if all(lengths) and sum(lengths) + 3 <= self._manifest.max_input_tokens:
                groups[sum(lengths)].append(pair)
        found: dict[tuple[str, str], float] = {}
        for _, group in sorted(groups.items()):
            for at in range(0, len(group), TOGETHER):
                part = group[at : at + TOGETHER]
                inputs = [[BOS, *pieces[source], EOS, *pieces[text], EOS] for source, text in part]
                states = np.array(self._encoder.forward_batch(inputs).last_hidden_state)
                for pair, row in zip(part, states, strict=True):
                    end = 1 + len(pieces[pair[0]])
                    found[pair] = self._head.quality(row[1:end], row[end + 1 : -1])
        return [found.get(pair) for pair in pairs]


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
