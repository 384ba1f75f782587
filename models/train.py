"""Train the embedded model. Read it from top to bottom: recipe, data, model, step, dev scores, checkpoint, loop.

    python models/train.py RECIPE.toml --init INIT --packed PACKED --out OUT [--dev dev.tsv]

INIT is a checkpoint (of `warmstart.py`, or any that this script wrote), PACKED a folder of `corpora/pack.py`. OUT gets
`step-<n>/` folders (the newest two) and `log.jsonl`. Run the same command again to go on from the newest. SIGTERM
writes a checkpoint and ends; SIGSTOP and SIGCONT pause and go on.

Nothing is drawn from a generator that lives: what step n sees depends on the seed and on n, so that a resumed run is
the run that was not broken.
"""

import argparse
import dataclasses
import hashlib
import json
import math
import multiprocessing
import shutil
import signal
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import sentencepiece
import torch
from safetensors.torch import load_file, save_file
from sentencepiece import sentencepiece_model_pb2
from transformers import BartConfig, BartForConditionalGeneration

Ids = npt.NDArray[np.int64]

BOS, PAD, EOS = 0, 1, 2  # <s> <pad> </s>, in every vocabulary of ours
TABLE = "model.shared.weight"  # embeddings of encoder and decoder, and output matrix
JOBS = ("polish", "post-edit", "retranslate")
OPTIMIZERS = ("adamw", "muon")
MOMENTUM = 0.95  # Muon's
UPDATE = 0.4  # Muon's, in standard deviations of an orthogonal matrix
ALIGNED = 64  # pieces: a GPU multiplies by a matrix of 16,064 columns faster than by one of 16,013
SLOW = 2.0  # a precision that makes products this many times slower is a mistake

# ---------------------------------------------------------------- recipe


@dataclass(frozen=True)
class Recipe:
    """One flat TOML file; every value has a default that suits two CPU cores. `recipe.toml` comments them."""

    seed: int = 1
    steps: int = 4000
    warmup_steps: int = 150
    decay_steps: int = 1000  # the rate falls to nothing over the last of the steps; before, it is constant
    learning_rate: float = 3e-4
    weight_decay: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.98
    clip: float = 1.0
    label_smoothing: float = 0.05
    dropout: float = 0.0
    frozen_layers: int = 0  # the lowest of the encoder, which stay as they are: cheaper, and what they know is kept
    optimizer: str = "adamw"  # or "muon" for the matrices of the layers: more is learned from a token
    batch_tokens: int = 3200  # examples x the longer of padded input and padded output
    multiple: int = 1  # padded lengths are multiples of it: 8 suits a GPU's kernels
    pool: int = 4000  # examples that are sorted by length together
    max_input: int = 400
    max_edit_polish: float = 0.4
    max_edit_post_edit: float = 0.7
    identity: float = 0.15  # share of polish and post-edit examples whose draft is the reference
    omission: float = 0.0  # share of post-edit examples whose draft is the reference with a part cut out
    softmax_frequent: int = 2500  # the most frequent pieces are in every softmax; 0: all pieces are
    softmax_random: int = 1000
    precision: str = "bf16"  # of the parameters that compute, or "float32"; masters and moments are float32
    attention: str = "eager"  # or "sdpa", which is slower backwards on CPU and faster on GPU
    threads: int = 2
    workers: int = 0  # processes that draw and pad the next examples meanwhile; a GPU would wait for them
    compile: bool = False  # the layers, by torch.compile: twice as fast on a GPU, after a minute
    minutes: float = 0.0  # of this run: where set, the clock says when it ends, and not `steps`
    decay_minutes: float = 0.0
    log_steps: int = 20
    dev_steps: int = 500
    dev_lines: int = 100
    checkpoint_minutes: float = 10.0
    mix: Mapping[str, float] = field(default_factory=dict)  # "group job" -> weight


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file; a setting that does not exist is an error."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = sorted(set(values) - {f.name for f in dataclasses.fields(Recipe)})
    if unknown:
        raise SystemExit(f"{path}: unknown setting {', '.join(unknown)}")
    if values.get("optimizer", OPTIMIZERS[0]) not in OPTIMIZERS:
        raise SystemExit(f"{path}: optimizer is one of {', '.join(OPTIMIZERS)}, not {values['optimizer']!r}")
    for entry in values.get("mix", {}):
        if entry.partition(" ")[2] not in JOBS:
            raise SystemExit(f"{path}: mix entry {entry!r} is not 'group job', with a job of {', '.join(JOBS)}")
    return Recipe(**values)


def learning_rate(recipe: Recipe, step: int, minutes_left: float = math.inf) -> float:
    """Up in a line, constant, down in a line: training can be prolonged by moving the end, which may be a time.

    >>> recipe = Recipe(steps=10, warmup_steps=2, decay_steps=4, learning_rate=1.0)
    >>> [learning_rate(recipe, step) for step in (0, 5, 9)]
    [0.5, 1.0, 0.25]
    >>> learning_rate(Recipe(minutes=9, decay_minutes=4, learning_rate=1.0), 5000, minutes_left=1)
    0.25
    """
    up = (step + 1) / max(1, recipe.warmup_steps)
    down = (recipe.steps - step) / max(1, recipe.decay_steps)
    if recipe.minutes:
        down = minutes_left / recipe.decay_minutes if recipe.decay_minutes else 1.0
    return recipe.learning_rate * max(0.0, min(1.0, up, down))


# ---------------------------------------------------------------- data


@dataclass(frozen=True)
class Group:
    """All examples of one group of packed shards."""

    tokens: npt.NDArray[Any]
    starts: Ids
    lengths: Ids  # examples x (source, draft, reference)
    edits: npt.NDArray[np.float32]

    def parts(self, example: int) -> list[list[int]]:
        """Source, draft, reference."""
        at, parts = int(self.starts[example]), []
        for length in self.lengths[example].tolist():
            parts.append(self.tokens[at : at + length].tolist())
            at += length
        return parts


@dataclass(frozen=True)
class Batch:
    """Padded examples of one job."""

    job: str
    inputs: Ids
    outputs: Ids  # each ends with </s>


def read_packed(folder: Path, wanted: set[str]) -> dict[str, Group]:
    """The wanted groups of a packed folder, each shard checked against the manifest."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    missing = wanted - {shard["group"] for shard in manifest["shards"]}
    if missing:
        raise SystemExit(f"{folder} has no group {', '.join(sorted(missing))}")
    groups = {}
    for name in sorted(wanted):
        shards = []
        for entry in manifest["shards"]:
            if entry["group"] == name:
                raw = (folder / entry["file"]).read_bytes()
                if hashlib.sha256(raw).hexdigest() != entry["sha256"]:
                    raise SystemExit(
                        f"{folder / entry['file']} is not the file that manifest.json describes: pack again"
                    )
                with np.load(folder / entry["file"], allow_pickle=False) as arrays:
                    shards.append({key: arrays[key] for key in ("tokens", "lengths", "edits")})
        lengths = np.concatenate([shard["lengths"] for shard in shards]).astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths.sum(1))[:-1]]).astype(np.int64)
        edits = np.concatenate([shard["edits"] for shard in shards]).astype(np.float32)
        groups[name] = Group(np.concatenate([shard["tokens"] for shard in shards]), starts, lengths, edits)
    return groups


def eligible(group: Group, job: str, recipe: Recipe) -> Ids:
    """Which examples of a group can teach a job."""
    source, draft = group.lengths[:, 0], group.lengths[:, 1]
    if job == "polish":
        good = (draft > 0) & (group.edits <= recipe.max_edit_polish) & (draft + 2 <= recipe.max_input)
    elif job == "post-edit":
        good = (source > 0) & (draft > 0) & (group.edits <= recipe.max_edit_post_edit)
        good &= source + draft + 3 <= recipe.max_input
    else:
        good = (source > 0) & (source + 2 <= recipe.max_input)
    return cast("Ids", np.flatnonzero(good))


def encoder_input(job: str, source: list[int], draft: list[int]) -> list[int]:
    """What the encoder reads: how it knows its job.

    >>> encoder_input("polish", [], [7, 8]), encoder_input("post-edit", [5], [7]), encoder_input("retranslate", [5], [])
    ([0, 7, 8, 2], [0, 5, 2, 7, 2], [0, 5, 2])
    """
    if job == "polish":
        return [BOS, *draft, EOS]
    if job == "post-edit":
        return [BOS, *source, EOS, *draft, EOS]
    return [BOS, *source, EOS]


class Stream:
    """The batches of training, pool after pool. Pool n is the same whenever it is asked for."""

    def __init__(self, groups: Mapping[str, Group], recipe: Recipe, seams: "Seams") -> None:
        self._recipe = recipe
        self._seams = seams
        self._tokens = np.concatenate([group.tokens for group in groups.values()])
        offsets = dict(zip(groups, np.cumsum([0, *(len(group.tokens) for group in groups.values())]), strict=False))
        self._entries = []
        for entry in recipe.mix:
            name, _, job = entry.partition(" ")
            examples = eligible(groups[name], job, recipe)
            if not len(examples):
                raise SystemExit(f"no example of {name!r} can teach {job!r}")
            self._entries.append((job, groups[name].starts[examples] + offsets[name], groups[name].lengths[examples]))
        weights = np.array(list(recipe.mix.values()), np.float64)
        self._shares = weights / weights.sum()

    def pool(self, number: int) -> list[Batch]:
        """Examples drawn by the mix, sorted by length, cut into batches, shuffled."""
        recipe, rng = self._recipe, np.random.default_rng([self._recipe.seed, number])
        spans: dict[str, list[Ids]] = {job: [] for job in JOBS}
        for (job, starts, lengths), count in zip(
            self._entries, rng.multinomial(recipe.pool, self._shares), strict=True
        ):
            drawn = rng.integers(len(starts), size=count)
            chance = rng.random(count)
            same = chance < (recipe.identity if job != "retranslate" else 0.0)
            cut = ~same & (chance < (recipe.identity + recipe.omission if job == "post-edit" else 0.0))
            rows = _spans(job, starts[drawn], lengths[drawn], same | cut, recipe.max_input)
            for row in (rows[n] for n in np.flatnonzero(cut)):
                row[6:] = self._seams.hole(self._tokens[row[2] : row[2] + row[3]], rng)
                row[3] -= row[7]
            spans[job].append(rows)
        batches = []
        for job in JOBS:
            rows = np.concatenate([*spans[job], np.zeros((0, 8), np.int64)])
            batches += [_batch(job, part, self._tokens, recipe.multiple) for part in _cut(rows, recipe.batch_tokens)]
        return [batches[i] for i in rng.permutation(len(batches))]


class Pools:
    """A stream's pools, one after the other; the next ones are drawn meanwhile, each by a process of its own."""

    def __init__(self, stream: Stream, workers: int) -> None:
        self._stream, self._workers = stream, workers
        self._ahead: dict[int, Future[list[Batch]]] = {}
        fork = multiprocessing.get_context("fork")  # the tokens are not copied
        self._processes = ProcessPoolExecutor(workers, fork, _keep, (stream,)) if workers else None

    def pool(self, number: int) -> list[Batch]:
        """What the stream itself gives for this number."""
        if self._processes is None:
            return self._stream.pool(number)
        for ahead in range(number, number + self._workers + 1):
            if ahead not in self._ahead:
                self._ahead[ahead] = self._processes.submit(_kept_pool, ahead)
        return self._ahead.pop(number).result()

    def close(self) -> None:
        """No more pools are wanted."""
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=True)


_KEPT: list[Stream] = []  # in a process of `Pools`, its stream


def _keep(stream: Stream) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # who draws ends with who trains
    _KEPT.append(stream)


def _kept_pool(number: int) -> list[Batch]:
    return _KEPT[0].pool(number)


def _spans(job: str, starts: Ids, lengths: Ids, same: npt.NDArray[np.bool_], max_input: int) -> Ids:
    """Where to find each example's source, draft and reference: start and length of each, in six columns.

    Two more say where the draft has a hole, and how long: none here. What the job does not read has no length; where
    `same` is set, the draft is the reference.
    """
    source, draft, reference = lengths.T.copy()
    draft_start, reference_start = starts + source, starts + source + draft
    draft, draft_start = np.where(same, reference, draft), np.where(same, reference_start, draft_start)
    if job == "polish":
        source[:] = 0
    if job == "retranslate":
        draft[:] = 0
    draft = np.minimum(draft, max_input - 3 - source)
    none = np.zeros_like(draft)
    return np.stack([starts, source, draft_start, draft, reference_start, reference, none, none], axis=1)


def _cut(rows: Ids, batch_tokens: int) -> Iterator[Ids]:
    """The rows in order of length, in parts that are no larger than `batch_tokens` once padded."""
    longest = np.maximum(rows[:, 1] + rows[:, 3] + 3, rows[:, 5] + 1)
    order = np.lexsort((rows[:, 4], rows[:, 5], longest))
    start = 0
    for end, length in enumerate(longest[order].tolist()):
        if end > start and (end + 1 - start) * length > batch_tokens:
            yield rows[order[start:end]]
            start = end
    if start < len(rows):
        yield rows[order[start:]]


def _batch(job: str, rows: Ids, tokens: npt.NDArray[Any], multiple: int) -> Batch:
    """`encoder_input` for many examples at once."""
    source_start, source, draft_start, draft, reference_start, reference, before, hole = rows.T
    every, one = np.arange(len(rows)), np.ones(len(rows), np.int64)
    width = 2 + source + draft + (job == "post-edit")
    inputs = np.full((len(rows), -int(width.max()) // multiple * -multiple), PAD, np.int64)
    inputs[:, 0] = BOS
    _put(inputs, one, tokens, source_start, source)
    if job == "post-edit":
        inputs[every, 1 + source] = EOS
    begin, before = width - 1 - draft, np.where(hole > 0, before, draft)
    _put(inputs, begin, tokens, draft_start, before)
    _put(inputs, begin + before, tokens, draft_start + before + hole, draft - before)
    inputs[every, width - 1] = EOS
    outputs = np.full((len(rows), -(int(reference.max()) + 1) // multiple * -multiple), PAD, np.int64)
    _put(outputs, 0 * one, tokens, reference_start, reference)
    outputs[every, reference] = EOS
    return Batch(job, inputs, outputs)


def _put(table: Ids, at: Ids, tokens: npt.NDArray[Any], starts: Ids, lengths: Ids) -> None:
    """Copy a span of tokens into each row, beginning at column `at`."""
    columns = np.arange(table.shape[1])
    row, column = np.nonzero((columns >= at[:, None]) & (columns < (at + lengths)[:, None]))
    table[row, column] = tokens[starts[row] + column - at[row]]


@dataclass(frozen=True)
class Seams:
    """Where a text may be cut, by piece: before a piece that begins a word, after one that ends a clause."""

    begins: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.bool_]

    @classmethod
    def read(cls, pieces: Path, size: int) -> "Seams":
        """Of the pieces in a sentencepiece model, for the first `size` ids of a vocabulary."""
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(pieces.read_bytes())
        begins, ends = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        for number, piece in enumerate(model.pieces[:size]):
            begins[number] = piece.piece.startswith("▁")
            ends[number] = piece.piece.strip("▁") in {",", ";", ":", ".", "?", "!"}
        return cls(begins, ends)

    def hole(self, ids: Ids, rng: np.random.Generator) -> tuple[int, int]:
        """Where to cut a part out of a text, and how many pieces: clauses, every other time, or up to half the words.

        Something of the text always stays, and where it is too short to cut, all of it: (0, 0).
        """
        words = np.flatnonzero(self.begins[ids])
        clauses = np.intersect1d(words, np.flatnonzero(self.ends[ids]) + 1)
        seams = np.union1d(clauses if len(clauses) and rng.random() < 0.5 else words, [0, len(ids)])
        if len(seams) < 3:  # nothing between the ends
            return 0, 0
        count = int(rng.integers(1, max(1, (len(seams) - 1) // 2) + 1))
        first = int(rng.integers(0, len(seams) - count))
        return int(seams[first]), int(seams[first + count] - seams[first])


def padded(rows: Sequence[Sequence[int]]) -> Ids:
    """The rows as one table."""
    table = np.full((len(rows), max(map(len, rows))), PAD, np.int64)
    for row, values in zip(table, rows, strict=True):
        row[: len(values)] = values
    return table


# ---------------------------------------------------------------- model


class Trainee:
    """A model with what its training needs: masters and moments in float32, the table of embeddings apart.

    A batch touches few rows of the table, and only those are looked up, differentiated and moved (Adam's moments of
    the others stand still). A table of many languages so costs no more than a small one. Where the softmax is over all
    pieces, as on a GPU, the whole table is.
    """

    def __init__(self, folder: Path, recipe: Recipe, device: torch.device) -> None:
        self.recipe, self.device = recipe, device
        self.settings: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.output_pieces = int(self.settings.get("output_pieces", self.settings["vocab_size"]))
        tensors = load_file(folder / "model.safetensors")
        dropout = {"dropout": recipe.dropout, "attention_dropout": 0.0, "activation_dropout": 0.0}
        self.model = BartForConditionalGeneration(BartConfig(**(self.settings | dropout | {"dtype": None})))
        self.model.set_attn_implementation(recipe.attention)
        self.model.to(device=device, dtype=torch.bfloat16 if recipe.precision == "bf16" else torch.float32)
        for layer in self.layers if recipe.compile else []:
            layer.compile(dynamic=True)  # one by one: all are alike, so that one is compiled for all
        self.table = tensors[TABLE].float().to(device)
        bias = tensors.get("final_logits_bias", torch.zeros(1, len(self.table)))
        self.model.final_logits_bias = bias.to(device)
        self.parameters, self.frozen = {}, {}
        for name, parameter in self.model.named_parameters():
            if name != TABLE and not is_frozen(name, recipe.frozen_layers):
                self.parameters[name] = parameter
            elif name != TABLE:
                parameter.requires_grad_(False).copy_(tensors[name])
                self.frozen[name] = tensors[name]
        self.masters = {name: tensors[name].float().to(device).requires_grad_() for name in self.parameters}
        muon = {name for name in self.masters if recipe.optimizer == "muon" and is_matrix(name)}
        self.momenta = {name: torch.zeros_like(self.masters[name]) for name in self.masters if name in muon}
        self.alike = [
            [name for name in self.momenta if self.masters[name].shape == shape]
            for shape in sorted({self.masters[name].shape for name in self.momenta})
        ]
        others = [master for name, master in self.masters.items() if name not in muon]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [m for m in others if m.ndim > 1], "weight_decay": recipe.weight_decay},
                {"params": [m for m in others if m.ndim == 1], "weight_decay": 0.0},
            ],
            lr=0.0, betas=(recipe.beta1, recipe.beta2), eps=1e-8, fused=True,
        )  # fmt: skip
        self.table_m, self.table_v = torch.zeros_like(self.table), torch.zeros_like(self.table)
        self.loss: Any = torch.compile(smoothed_loss, dynamic=True) if recipe.compile else smoothed_loss
        self.use_masters()

    @property
    def layers(self) -> list[Any]:
        """Of encoder and decoder."""
        return [*self.model.model.encoder.layers, *self.model.model.decoder.layers]

    def place(self, values: npt.NDArray[Any]) -> torch.Tensor:
        """The values on the device. A GPU goes on computing while they are copied there."""
        if self.device.type == "cpu":
            return torch.from_numpy(values)
        return torch.from_numpy(values).pin_memory().to(self.device, non_blocking=True)

    @torch.no_grad()
    def take_gradients(self) -> None:
        """Give the masters what the parameters that compute have learned."""
        for name, master in self.masters.items():
            if master.grad is None or self.parameters[name].grad is None:
                master.grad = torch.zeros_like(master)
        learned = {name: parameter.grad for name, parameter in self.parameters.items() if parameter.grad is not None}
        torch._foreach_copy_([cast("torch.Tensor", self.masters[name].grad) for name in learned], [*learned.values()])
        for parameter in self.parameters.values():
            parameter.grad = None

    @torch.no_grad()
    def use_masters(self) -> None:
        """Copy the masters into the parameters that compute."""
        torch._foreach_copy_(list(self.parameters.values()), list(self.masters.values()))

    def state(self) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
        """The weights, and the moments of the optimiser."""
        weights = self.frozen | {name: master.detach().cpu() for name, master in self.masters.items()}
        weights |= {TABLE: self.table.cpu(), "final_logits_bias": self.model.final_logits_bias.cpu()}
        moments = {f"{TABLE}.m": self.table_m.cpu(), f"{TABLE}.v": self.table_v.cpu()}
        moments |= {f"{name}.m": momentum.cpu() for name, momentum in self.momenta.items()}
        for name, master in self.masters.items():
            if name in self.momenta:
                continue
            state = self.optimizer.state[master]
            moments |= {f"{name}.m": state["exp_avg"].cpu(), f"{name}.v": state["exp_avg_sq"].cpu()}
        return weights, moments

    def load_moments(self, moments: Mapping[str, torch.Tensor], step: int) -> None:
        """What is not among them is of a layer that did not learn, or of another optimiser: it begins anew."""
        for name, master in self.masters.items():
            first, second = (moments.get(f"{name}.{kind}", torch.zeros_like(master)) for kind in "mv")
            if name in self.momenta:
                self.momenta[name] = first.to(self.device)
                continue
            self.optimizer.state[master] = {
                "step": torch.tensor(float(step), device=self.device),
                "exp_avg": first.to(self.device),
                "exp_avg_sq": second.to(self.device),
            }
        self.table_m, self.table_v = moments[f"{TABLE}.m"].to(self.device), moments[f"{TABLE}.v"].to(self.device)


def is_frozen(name: str, layers: int) -> bool:
    """Whether a parameter lies below the first encoder layer that learns.

    >>> is_frozen("model.encoder.layers.5.fc1.weight", 6), is_frozen("model.encoder.layers.6.fc1.weight", 6)
    (True, False)
    >>> is_frozen("model.encoder.embed_positions.weight", 6), is_frozen("model.encoder.embed_positions.weight", 0)
    (True, False)
    """
    if not name.startswith("model.encoder."):
        return False
    _, found, layer = name.partition("encoder.layers.")
    return int(layer.partition(".")[0]) < layers if found else layers > 0


def is_matrix(name: str) -> bool:
    """Whether a parameter maps states to states: what Muon is for.

    >>> [is_matrix(f"model.decoder.{name}") for name in ("layers.0.fc1.weight", "layers.0.fc1.bias")]
    [True, False]
    >>> [is_matrix(f"model.decoder.{name}") for name in ("layers.0.fc1_layer_norm.weight", "embed_positions.weight")]
    [False, False]
    """
    return ".layers." in name and name.endswith(".weight") and "norm" not in name


def frequent_pieces(groups: Mapping[str, Group], output_pieces: int, count: int) -> Ids:
    """The pieces that references use most, in order of their ids; all of them where `count` is 0."""
    if not count or count >= output_pieces:
        return np.arange(output_pieces)
    totals = np.zeros(output_pieces, np.int64)
    for group in groups.values():
        for example in range(0, len(group.starts), max(1, len(group.starts) // 20_000)):
            np.add.at(totals, np.minimum(group.parts(example)[2], output_pieces - 1), 1)
    return np.sort(np.argsort(-totals, kind="stable")[:count])


@dataclass(frozen=True)
class Softmax:
    """The pieces among which the next one is told apart, and what their logits are raised by."""

    pieces: Ids
    raised: npt.NDArray[np.float32]


def sampled_softmax(outputs: Ids, frequent: Ids, trainee: Trainee, step: int) -> Softmax:
    """The frequent pieces, the batch's own, and a few of the others, each of which stands for many."""
    if len(frequent) == trainee.output_pieces:
        return Softmax(frequent, np.zeros(len(frequent), np.float32))
    certain = np.union1d(frequent, outputs[outputs != PAD])
    rest = np.setdiff1d(np.arange(trainee.output_pieces), certain, assume_unique=True)
    count = min(trainee.recipe.softmax_random, len(rest))
    if not count:
        return Softmax(certain, np.zeros(len(certain), np.float32))
    others = np.random.default_rng([trainee.recipe.seed, 1, step]).choice(rest, count, replace=False)
    raised = np.concatenate([np.zeros(len(certain)), np.full(count, math.log(len(rest) / count))])
    return Softmax(np.concatenate([certain, others]), raised.astype(np.float32))


# ---------------------------------------------------------------- step


def take_step(trainee: Trainee, batch: Batch, frequent: Ids, step: int, minutes_left: float = math.inf) -> torch.Tensor:
    """Move the model once; the mean loss of the batch's target tokens comes back, still on the device."""
    torch.manual_seed(trainee.recipe.seed * 1_000_003 + step)  # dropout
    softmax = sampled_softmax(batch.outputs, frequent, trainee, step)
    if len(softmax.pieces) == trainee.output_pieces:
        rows = np.arange(len(trainee.table))
        touched: torch.Tensor | slice = slice(None)
        table = trainee.table.detach().requires_grad_()
    else:
        rows = np.unique(np.concatenate([batch.inputs.ravel(), batch.outputs.ravel(), softmax.pieces, [EOS]]))
        touched = trainee.place(rows)
        table = trainee.table[touched].requires_grad_()

    def local(ids: Ids) -> torch.Tensor:
        return trainee.place(ids if len(rows) == len(trainee.table) else np.searchsorted(rows, ids))

    loss = batch_loss(trainee, batch, table, local, softmax)
    loss.backward()  # type: ignore[no-untyped-call]
    rate = learning_rate(trainee.recipe, step, minutes_left)
    trainee.take_gradients()
    assert table.grad is not None
    gradients = [*(cast("torch.Tensor", master.grad) for master in trainee.masters.values()), table.grad]
    norm = torch.nn.utils.get_total_norm(gradients)
    torch._foreach_mul_(gradients, torch.clamp(trainee.recipe.clip / (norm + 1e-6), max=1.0))
    for group in trainee.optimizer.param_groups:
        group["lr"] = rate
    trainee.optimizer.step()
    move_matrices(trainee, rate)
    move_rows(trainee, touched, table.grad, rate, step)
    trainee.use_masters()
    return loss.detach()


def batch_loss(trainee: Trainee, batch: Batch, table: torch.Tensor, local: Any, softmax: Softmax) -> torch.Tensor:
    """Cross-entropy over the sampled pieces, smoothed, mean over target tokens. `table` holds the touched rows only."""
    model, dtype = trainee.model, trainee.model.dtype
    mask = trainee.place(batch.inputs != PAD)
    starts = np.full((len(batch.outputs), 1), EOS)  # the decoder begins with </s>
    embedded = torch.nn.functional.embedding(local(batch.inputs), table).to(dtype)
    if trainee.recipe.frozen_layers:
        embedded = embedded.detach()  # or their gradient would have to come through the layers that do not learn
    states = model.model.encoder(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
    shifted = local(np.concatenate([starts, batch.outputs[:, :-1]], axis=1))
    said = model.model.decoder(
        inputs_embeds=torch.nn.functional.embedding(shifted, table).to(dtype),
        encoder_hidden_states=states, encoder_attention_mask=mask, use_cache=False,
    ).last_hidden_state  # fmt: skip
    real = np.flatnonzero(batch.outputs != PAD)
    order = np.argsort(softmax.pieces)
    targets = order[np.searchsorted(softmax.pieces, batch.outputs.ravel()[real], sorter=order)]
    states = said.flatten(0, 1).index_select(0, trainee.place(real))
    count = len(softmax.pieces)
    every = count == trainee.output_pieces
    logits = states @ (table[: -count // ALIGNED * -ALIGNED] if every else table[local(softmax.pieces)]).to(dtype).T
    if softmax.raised.any():
        logits = logits.float() + trainee.place(softmax.raised)
    return cast("torch.Tensor", trainee.loss(logits, trainee.place(targets), count, trainee.recipe.label_smoothing))


def smoothed_loss(logits: torch.Tensor, targets: torch.Tensor, count: int, smoothing: float) -> torch.Tensor:
    """Mean cross-entropy over the first `count` logits, labels smoothed (Szegedy et al. 2016).

    It is written so that a compiler makes one pass of it.

    >>> logits, targets = torch.tensor([[2.0, 0.0, 1.0, 9.0], [0.0, 1.0, 0.0, 9.0]]), torch.tensor([0, 2])
    >>> known = torch.nn.functional.cross_entropy(logits[:, :3], targets, label_smoothing=0.1)
    >>> bool(torch.isclose(smoothed_loss(logits, targets, 3, 0.1), known))
    True
    """
    logits = logits[:, :count].float()
    total = torch.logsumexp(logits, -1)
    right = logits.gather(-1, targets[:, None])[:, 0]
    return (total - (1 - smoothing) * right - smoothing * logits.mean(-1)).mean()


@torch.no_grad()
def move_matrices(trainee: Trainee, rate: float) -> None:
    """Muon (Jordan 2024): momentum, made orthogonal, so that every direction learns alike.

    The size of an update is a multiple of AdamW's at the same rate (Liu et al. 2025 take .2), so that one rate does
    for all. Orthogonal enough it is in bf16, too, where the model computes in it.
    """
    for names in trainee.alike:
        masters = [trainee.masters[name] for name in names]
        momenta = [trainee.momenta[name] for name in names]
        gradients = [cast("torch.Tensor", master.grad) for master in masters]
        torch._foreach_lerp_(momenta, gradients, 1 - MOMENTUM)
        moves = torch.stack(gradients).lerp_(torch.stack(momenta), MOMENTUM)
        moves = orthogonal(moves.to(trainee.model.dtype)).float()
        torch._foreach_mul_(masters, 1 - rate * trainee.recipe.weight_decay)
        torch._foreach_add_(masters, moves.unbind(), alpha=-rate * UPDATE * max(masters[0].shape) ** 0.5)


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """Each matrix with all its singular values near one: five steps of Newton-Schulz, with Jordan's coefficients.

    >>> values = torch.linalg.svdvals(orthogonal(torch.diag(torch.tensor([3.0, 0.5, 2.0]))))
    >>> bool((values > 0.6).all() and (values < 1.3).all())
    True
    """
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return cast("torch.Tensor", x.mT if tall else x)


@torch.no_grad()
def move_rows(trainee: Trainee, rows: torch.Tensor | slice, gradient: torch.Tensor, rate: float, step: int) -> None:
    """Adam for the rows of the table that the batch touched; a slice is all of them, in place."""
    beta1, beta2 = trainee.recipe.beta1, trainee.recipe.beta2
    m = trainee.table_m[rows].lerp_(gradient, 1 - beta1)
    v = trainee.table_v[rows].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
    trainee.table_m[rows], trainee.table_v[rows] = m, v
    m_unbiased, v_unbiased = m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))
    trainee.table[rows] -= rate * m_unbiased / (v_unbiased.sqrt() + 1e-8)


# ---------------------------------------------------------------- dev scores


@dataclass(frozen=True)
class Dev:
    """Lines to score on while training: source, draft and reference, tab-separated in the file."""

    sources: list[str]
    drafts: list[str]
    references: list[str]

    @classmethod
    def read(cls, path: Path, lines: int) -> "Dev":
        rows = [line.split("\t")[:3] for line in path.read_text(encoding="utf-8").split("\n") if line][:lines]
        return cls([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])


def score_dev(trainee: Trainee, dev: Dev, jobs: Sequence[str], pieces: Path) -> dict[str, Any]:
    """chrF and BLEU of greedy outputs for each job, and how many drafts come back as they were."""
    english, chinese = (processor(pieces, trainee.settings.get(k)) for k in ("output_pieces", "input_pieces"))
    with torch.no_grad():
        trainee.model.model.shared.weight.copy_(trainee.table)
    scores: dict[str, Any] = {}
    for job in jobs:
        inputs = [
            encoder_input(job, chinese.encode(source), english.encode(draft))[: trainee.recipe.max_input]
            for source, draft in zip(dev.sources, dev.drafts, strict=True)
        ]
        outputs = [english.decode(ids) for ids in greedy(trainee, inputs)]
        unchanged = sum(map(str.__eq__, outputs, (english.decode(english.encode(draft)) for draft in dev.drafts)))
        scores[job] = {**_scored(outputs, dev.references), "untouched": round(unchanged / len(outputs), 3)}
    return scores


def greedy(trainee: Trainee, inputs: Sequence[Sequence[int]], tokens: int = 4000) -> list[list[int]]:
    """The most probable piece at each step, without the special ones, in the order of the inputs.

    So many inputs go at a time as have `tokens`, padded.
    """
    trainee.model.eval()
    outputs: list[list[int]] = [[] for _ in inputs]
    order = sorted(range(len(inputs)), key=lambda i: -len(inputs[i]))
    while order:
        count = max(1, tokens // len(inputs[order[0]]))
        part, order = order[:count], order[count:]
        ids = torch.from_numpy(padded([inputs[i] for i in part])).to(trainee.device)
        for i, row in zip(part, said(trainee, ids, int(ids.shape[1] * 1.3) + 10).tolist(), strict=True):
            outputs[i] = [piece for piece in row if piece > EOS]
    trainee.model.train()
    return outputs


@torch.no_grad()
def said(trainee: Trainee, ids: torch.Tensor, most: int) -> torch.Tensor:
    """The most probable pieces after each row of padded inputs, at most `most` and at most 200, padded."""
    model, most = trainee.model.model, min(most, 200)
    heads = trainee.settings["decoder_attention_heads"]
    mask = ids != PAD

    def split(states: torch.Tensor) -> torch.Tensor:
        return states.view(*states.shape[:2], heads, -1).transpose(1, 2)

    def attended(attention: Any, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, seen: Any) -> Any:
        found = torch.nn.functional.scaled_dot_product_attention(split(query), keys, values, seen)
        return attention.out_proj(found.transpose(1, 2).flatten(2))

    with torch.compiler.set_stance("force_eager"):
        states = model.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    layers = list(model.decoder.layers)
    read = [[split(p(states)) for p in (x.encoder_attn.k_proj, x.encoder_attn.v_proj)] for x in layers]
    kept = [[states.new_empty(len(ids), heads, most, states.shape[2] // heads) for _ in "kv"] for _ in layers]
    rows = torch.full((len(ids), most), PAD, device=ids.device)
    last = torch.full((len(ids),), EOS, device=ids.device)
    open_ = torch.ones_like(last, dtype=torch.bool)
    mask = mask[:, None, None]
    for at in range(most):
        position = model.decoder.embed_positions.weight[at + 2]
        x = model.decoder.layernorm_embedding(model.shared(last)[:, None] + position)
        for layer, (keys, values), (old_keys, old_values) in zip(layers, read, kept, strict=True):
            old_keys[:, :, at : at + 1] = split(layer.self_attn.k_proj(x))
            old_values[:, :, at : at + 1] = split(layer.self_attn.v_proj(x))
            heard = old_keys[:, :, : at + 1], old_values[:, :, : at + 1]
            found = attended(layer.self_attn, layer.self_attn.q_proj(x), *heard, None)
            x = layer.self_attn_layer_norm(x + found)
            found = attended(layer.encoder_attn, layer.encoder_attn.q_proj(x), keys, values, mask)
            x = layer.encoder_attn_layer_norm(x + found)
            x = layer.final_layer_norm(x + layer.fc2(torch.nn.functional.gelu(layer.fc1(x))))
        logits = (x[:, 0] @ model.shared.weight[: trainee.output_pieces].T).float()
        logits[:, [BOS, PAD]] = -math.inf
        last = torch.where(open_, logits.argmax(-1), PAD)
        rows[:, at] = last
        open_ &= last != EOS
        if at % 8 == 7 and not open_.any():
            break
    return rows


def _scored(outputs: list[str], references: list[str]) -> dict[str, float]:
    try:
        import sacrebleu
    except ImportError:
        return {}
    return {
        "chrf": round(sacrebleu.corpus_chrf(outputs, [references]).score, 2),
        "bleu": round(sacrebleu.corpus_bleu(outputs, [references]).score, 2),
    }


def processor(path: Path, size: int | None) -> Any:
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(path.read_bytes())
    del model.pieces[size or len(model.pieces) :]
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())


# ---------------------------------------------------------------- checkpoint


@dataclass
class Progress:
    """Where a run is: with the recipe and the data, all that a resumed run needs beside tensors."""

    step: int = 0
    pool: int = 0
    batch: int = 0
    target_tokens: int = 0

    def count(self, batch: Batch) -> int:
        """One step more; its target tokens come back."""
        tokens = int((batch.outputs != PAD).sum())
        self.step, self.batch, self.target_tokens = self.step + 1, self.batch + 1, self.target_tokens + tokens
        return tokens


def newest(out: Path) -> Path | None:
    """The newest whole checkpoint."""
    return max((path for path in out.glob("step-*") if not path.name.endswith(".partial")), default=None)


def write_checkpoint(out: Path, trainee: Trainee, progress: Progress, copies: Sequence[Path], digest: str) -> Path:
    """Write `step-<n>/`, whole or not at all, and drop all but the newest two."""
    folder = out / f"step-{progress.step:07d}"
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    weights, moments = trainee.state()
    save_file(weights, partial / "model.safetensors", metadata={"format": "pt"})
    save_file(moments, partial / "optimizer.safetensors")
    (partial / "config.json").write_text(
        json.dumps(trainee.settings, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
    state = {**dataclasses.asdict(progress), "packed_sha256": digest}
    (partial / "state.json").write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
    for path in copies:
        shutil.copyfile(path, partial / ("recipe.toml" if path.suffix == ".toml" else path.name))
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)
    for old in sorted(path for path in out.glob("step-*") if path.suffix != ".partial")[:-2]:
        shutil.rmtree(old)
    return folder


def restore(folder: Path, recipe: Recipe, device: torch.device) -> tuple[Trainee, Progress]:
    """The run as the checkpoint left it, or a new one where the folder holds no state."""
    trainee = Trainee(folder, recipe, device)
    if not (folder / "state.json").exists():
        return trainee, Progress()
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    progress = Progress(**{f.name: state[f.name] for f in dataclasses.fields(Progress)})
    trainee.load_moments(load_file(folder / "optimizer.safetensors"), progress.step)
    return trainee, progress


# ---------------------------------------------------------------- loop


@dataclass
class Watch:
    """What happened since the last line of the log."""

    began: float = field(default_factory=time.monotonic)
    tokens: int = 0
    losses: dict[str, list[torch.Tensor]] = field(default_factory=dict)

    def line(self, progress: Progress, recipe: Recipe, minutes_left: float) -> dict[str, Any]:
        seconds = max(1e-9, time.monotonic() - self.began)
        return {
            "step": progress.step,
            "loss": {job: round(float(torch.stack(values).mean()), 4) for job, values in sorted(self.losses.items())},
            "tokens_per_second": round(self.tokens / seconds),
            "target_tokens": progress.target_tokens,
            "learning_rate": round(learning_rate(recipe, progress.step, minutes_left), 8),
        }


def times_slower(dtype: torch.dtype) -> float:
    """How many times longer this processor takes for a product of our own shape in `dtype` than in float32."""
    tries: dict[torch.dtype, list[float]] = {torch.float32: [], dtype: []}
    for _ in range(9):  # by turns, for any may be disturbed
        for kind, seconds in tries.items():
            states, weights = torch.ones(512, 384, dtype=kind), torch.ones(1536, 384, dtype=kind)
            began = time.perf_counter()
            torch.nn.functional.linear(states, weights)
            seconds.append(time.perf_counter() - began)
    return min(tries[dtype]) / min(tries[torch.float32])


def warn_of_slow_precision(recipe: Recipe, device: torch.device) -> None:
    """Processors without bfloat16 of their own emulate it: a day's training for an hour's."""
    if device.type == "cpu" and recipe.precision == "bf16" and (slower := times_slower(torch.bfloat16)) > SLOW:
        text = f'bf16 is {slower:.0f} times slower than float32 on this processor: set precision = "float32"'
        print(text, file=sys.stderr, flush=True)


def train(recipe_path: Path, init: Path, packed: Path, out: Path, dev_path: Path | None = None) -> Path:
    """Train to the recipe's last step, or to SIGTERM; the last checkpoint's folder comes back."""
    recipe = read_recipe(recipe_path)
    torch.set_num_threads(recipe.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    warn_of_slow_precision(recipe, device)
    out.mkdir(parents=True, exist_ok=True)
    trainee, progress = restore(newest(out) or init, recipe, device)
    groups = read_packed(packed, {entry.partition(" ")[0] for entry in recipe.mix})
    seams = Seams.read(init / "sentencepiece.model", len(trainee.table))
    pools = Pools(Stream(groups, recipe, seams), recipe.workers)
    frequent = frequent_pieces(groups, trainee.output_pieces, recipe.softmax_frequent)
    digest = hashlib.sha256((packed / "manifest.json").read_bytes()).hexdigest()
    copies = [recipe_path, init / "sentencepiece.model"]
    dev = Dev.read(dev_path, recipe.dev_lines) if dev_path else None
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    trainee.model.train()
    batches, watch, began = pools.pool(progress.pool), Watch(), time.monotonic()
    saved, minutes_left = began, recipe.minutes or math.inf
    while (minutes_left > 0 if recipe.minutes else progress.step < recipe.steps) and not stopping:
        batch = batches[progress.batch]
        loss = take_step(trainee, batch, frequent, progress.step, minutes_left)
        watch.losses.setdefault(batch.job, []).append(loss)
        watch.tokens += progress.count(batch)
        if progress.batch == len(batches):
            progress.pool, progress.batch = progress.pool + 1, 0
            batches = pools.pool(progress.pool)
        if recipe.minutes:
            minutes_left = recipe.minutes - (time.monotonic() - began) / 60
        if progress.step % recipe.log_steps == 0 or progress.step == recipe.steps:
            log(out, watch.line(progress, recipe, minutes_left))
            watch = Watch()
        if dev and progress.step % recipe.dev_steps == 0:
            jobs = sorted({entry.partition(" ")[2] for entry in recipe.mix})
            log(out, {"step": progress.step, "dev": score_dev(trainee, dev, jobs, copies[1])})
            watch = Watch()
        if time.monotonic() - saved > 60 * recipe.checkpoint_minutes:
            write_checkpoint(out, trainee, progress, copies, digest)
            saved = time.monotonic()
    pools.close()
    return write_checkpoint(out, trainee, progress, copies, digest)


def log(out: Path, line: Mapping[str, Any]) -> None:
    """One JSON object a line, in `log.jsonl` and on stderr."""
    text = json.dumps(line)
    print(text, file=sys.stderr, flush=True)
    with (out / "log.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(text + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the embedded model from a recipe.")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--init", type=Path, required=True, help="the checkpoint to start from")
    parser.add_argument("--packed", type=Path, required=True, help="what corpora/pack.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and log; a run here goes on")
    parser.add_argument("--dev", type=Path, help="tab-separated source, draft, reference to score on")
    options = parser.parse_args(arguments)
    print(train(options.recipe, options.init, options.packed, options.out, options.dev))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
