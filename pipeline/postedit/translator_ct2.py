"""CTranslate2: the engine that ships and is measured."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from postedit.errors import ModelError
from postedit.families import Codec
from postedit.seq2seq import Batch, Ids, Output, Pairs

# More threads than this gain nothing on articles: the longest sentences of a batch set the pace.
MOST_THREADS = 4


class Ct2Engine:
    """A CTranslate2 model in a folder: `model.bin`, `config.json` and its vocabulary.

    On a CPU each thread works on batches of its own. Batches are small (`seq2seq` says why), and several threads inside
    one small batch mostly wait for each other.
    """

    def __init__(self, folder: Path, codec: Codec, *, device: str, threads: int, compute_type: str, beam: int) -> None:
        import ctranslate2

        device = device_of(device)
        workers = threads or min(_cores(), MOST_THREADS)
        try:
            self._model = ctranslate2.Translator(
                str(folder),
                device=device,
                compute_type=compute_type,
                inter_threads=workers if device == "cpu" else 1,
                intra_threads=1,
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{folder}: CTranslate2 cannot load this model: {error}") from error
        self._codec = codec
        self._beam = beam
        self._compute_type = compute_type
        self._reads, self._says = vocabularies(folder)
        self._numbers = {piece: id_ for id_, piece in enumerate(self._says)}
        self._prefix = [self._says[id_] for id_ in codec.prefix]
        # Where a model has no start token of its own, the prefix is the start, and does not come back in the answer.
        self._echoed = len(self._prefix) if _start_token(folder) else 0

    @property
    def name(self) -> str:
        return f"ct2:{self._compute_type}"

    def generate(self, batches: Sequence[Batch], hypotheses: int, no_repeat: int) -> list[list[list[Output]]]:
        pending = [self._post(batch, hypotheses, no_repeat) for batch in batches]
        return [
            [[self._output(pieces) for pieces in result.result().hypotheses] for result in results]
            for results in pending
        ]

    def log_probabilities(self, batches: Sequence[Pairs]) -> list[list[list[float]]]:
        pending = [self._post_pairs(pairs) for pairs in batches]
        # The prefix is not the model's choice, so it does not count.
        return [
            [result.result().log_probs[-len(ids) - 1 :] for ids, result in zip(pairs.outputs, results, strict=False)]
            for pairs, results in zip(batches, pending, strict=True)
        ]

    def _post_pairs(self, pairs: Pairs) -> list[Any]:
        sources = [self._read(ids) for ids in pairs.inputs]
        targets = [[*self._prefix, *self._written(ids)] for ids in pairs.outputs]
        sources.append([self._end] * pairs.width)
        targets.append([*self._prefix, *[self._end] * pairs.output_width])
        posted: list[Any] = self._model.score_batch(sources, targets, max_input_length=0, asynchronous=True)
        return posted

    def _post(self, batch: Batch, hypotheses: int, no_repeat: int) -> list[Any]:
        sources = [self._read(ids) for ids in batch.inputs]
        if all(len(source) < batch.width for source in sources):
            # A batch is as wide as its longest input: this one, which nobody reads, makes it `width`.
            sources.append([self._end] * batch.width)
        posted: list[Any] = self._model.translate_batch(
            sources,
            [self._prefix] * len(sources) if self._prefix else None,
            asynchronous=True,
            beam_size=max(self._beam, hypotheses),
            num_hypotheses=hypotheses,
            no_repeat_ngram_size=no_repeat,
            max_input_length=0,
            max_decoding_length=batch.limit + self._echoed,
            return_end_token=True,
        )
        return posted[: len(batch.inputs)]

    def _output(self, pieces: Sequence[str]) -> Output:
        ids = [self._numbers[piece] for piece in pieces][self._echoed :]
        finished = len(pieces) > 0 and pieces[-1] == self._end
        return Output(tuple(ids[:-1] if finished else ids), finished)

    @property
    def _end(self) -> str:
        return "</s>"  # in every family that `families` knows

    def _read(self, ids: Ids) -> list[str]:
        return [self._reads[id_] for id_ in ids]

    def _written(self, ids: Ids) -> list[str]:
        return [self._says[id_] for id_ in ids]


def vocabularies(folder: Path) -> tuple[list[str], list[str]]:
    """The pieces that a CTranslate2 model reads, and those that it says, by id.

    Where both are one vocabulary, `output_pieces` in the model's config.json tells how many of its pieces are said.
    """
    shared = folder / "shared_vocabulary.json"
    paths = (
        [shared, shared] if shared.exists() else [folder / f"{side}_vocabulary.json" for side in ("source", "target")]
    )
    try:
        reads, says = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
        said = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("output_pieces")
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder}: the vocabulary of this CTranslate2 model cannot be read ({error}). Convert the model again."
        ) from error
    return list(reads), list(says)[:said]


def device_of(device: str) -> str:
    """ "cuda" or "cpu", also where "auto" was asked for."""
    import ctranslate2

    if device != "auto":
        return device
    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def _start_token(folder: Path) -> str | None:
    token: str | None = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("decoder_start_token")
    return token


def _cores() -> int:
    """How many cores this process may use, which in a container is fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
