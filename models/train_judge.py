"""Train the judge: a post-editor's encoder learns what texts score, from translations of one source by several engines.

    python models/train_judge.py CHECKPOINT zh-en.triples.train.tsv.zst xx-en.triples.tsv.zst --out RUN

A group is a source, its reference, and what engines made of it. The encoder reads source and text as for a post-edit.
It learns by how much each text's chrF differs from the mean of its group, which words of the text the reference has,
and, a little, the chrF itself. The embeddings and all but the highest layers stay as they are: there are few groups in
Chinese, and each is seen once. As many in twenty other languages go with them; the encoder was trained on those, too.
Nothing of wmt20, wmt21 or FLORES is read; --held-out names files whose lines may be no reference.

On two CPU cores forty minutes. RUN gets a checkpoint that `judge.py export` turns into the judge's folder.
"""

import argparse
import json
import math
import random
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from corpora.pack import read_table
from models.judge import Translations
from models.train import encoder_input, processor
from postedit.judge import POINTS
from postedit.suites import text_lines

SETS = ("wmt17", "wmt18", "wmt19")
ENGINES = ("argos", "opusmt", "nllb", "bergamot-base", "microsoft", "google")
# Of the other groups this share is in languages that engines translate worse.
FAR = frozenset(["tr", "hi", "fi", "et", "ja", "ta", "gu", "lv", "lt", "is", "ha", "ne", "si", "uk", "ru"])
FAR_SHARE = 0.55
OTHERS = 10_000
TEXTS = (4, 6)  # of a group: at least, at most

FROZEN = 8  # layers of twelve
HIDDEN = 128
SHARE = 6.0  # what the share of right words counts before anything is learned: chrF is some ten times that, in points
LONGEST = (120, 150)  # pieces of source and text: the rest is left out
RATE, HEAD_RATE = 2e-4, 8e-4
WARM_UP = 50
BATCH = 9_000  # padded tokens
POOL = 1_000  # groups that are sorted by length together
WEIGHTS = (1.0, 0.1, 0.7)  # of the three losses


@dataclass(frozen=True, slots=True)
class Group:
    """One source, and texts that say it more or less."""

    inputs: Sequence[Sequence[int]]  # what the encoder reads, a row a text
    spans: Sequence[tuple[int, int]]  # how many pieces source and text have
    right: Sequence[Sequence[float]]  # of each piece of the text: whether the reference has its word
    chrf: Sequence[float]  # 0 to 100

    @property
    def longest(self) -> int:
        return max(map(len, self.inputs))


def group(source: Sequence[int], texts: Sequence[str], reference: str, english: Any) -> Group:
    """The group of a source's pieces; `english` cuts the texts."""
    import fastchrf

    source = source[: LONGEST[0]]
    pieces = [english.encode(text)[: LONGEST[1]] for text in texts]
    chrf = fastchrf.pairwise_chrf([[*texts]], [[reference]])[0]
    return Group(
        [encoder_input("post-edit", [*source], one) for one in pieces],
        [(len(source), len(one)) for one in pieces],
        [right_words([english.id_to_piece(id_) for id_ in one], reference) for one in pieces],
        [float(row[0]) for row in chrf],
    )


_TOKEN = re.compile(r"\w+|[^\w\s]")


def right_words(pieces: Sequence[str], reference: str) -> list[float]:
    """Of each piece, 1 where the reference has all of its word, as often as the text has it so far.

    >>> right_words(["▁He", "▁come", "s", "▁here", ",", "▁he"], "He came here.")
    [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    >>> right_words(["▁here", "▁here"], "Here and here.")
    [1.0, 0.0]
    """
    left = Counter(_TOKEN.findall(reference))
    words: list[list[str]] = []
    for piece in pieces:
        if piece.startswith("▁") or not words:
            words.append([])
        words[-1].append(piece)
    found = []
    for word in words:
        has = []
        for token in _TOKEN.findall("".join(word).replace("▁", "")):
            has.append(left[token] > 0)
            left[token] -= has[-1]
        found += [float(all(has))] * len(word)
    return found


def chinese(table: Path, english: Any) -> Iterator[Group]:
    for name in SETS:
        seen = Translations(table, name, ENGINES)
        for n, source in enumerate(seen.sources):
            texts = [seen.texts[engine][n] for engine in ENGINES]
            yield group(english.encode(source), texts, seen.references[ENGINES[0]][n], english)


def others(table: Path, held_out: frozenset[str], every_piece: Any, english: Any) -> Iterator[Group]:
    """Groups in other languages, of which `every_piece` cuts the sources."""
    found: dict[tuple[str, str, str], dict[str, None]] = {}
    for source, text, reference, origin, *_ in read_table(table):
        if reference not in held_out and 20 < len(source) < 450:
            language = origin.split("|")[1].split("-")[0]
            found.setdefault((language, source, reference), {})[text] = None
    chance = random.Random(5)  # noqa: S311  # which groups: no secret
    keys = [key for key, texts in found.items() if len(texts) >= TEXTS[0]]
    chance.shuffle(keys)
    far = round(OTHERS * FAR_SHARE)
    chosen = [key for key in keys if key[0] in FAR][:far] + [key for key in keys if key[0] not in FAR][: OTHERS - far]
    for key in chosen:
        texts = chance.sample([*found[key]], min(TEXTS[1], len(found[key])))
        yield group(every_piece.encode(key[1]), texts, key[2], english)


class Estimator(nn.Module):
    """The encoder, of which only the highest layers learn, and the head that `postedit.judge.Head` reads."""

    def __init__(self, encoder: Any, width: int, frozen: int = FROZEN) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(requires_grad=False)
        self.learning = encoder.layers[frozen:].requires_grad_()
        self.word = nn.Linear(width, 1)
        self.hidden, self.out = nn.Linear(2 * width + 1, HIDDEN), nn.Linear(HIDDEN, 1)
        self.drop = nn.Dropout(0.1)

    def learns(self) -> None:
        """Dropout in what learns, and nowhere else."""
        self.eval()
        self.learning.train()
        self.drop.train()

    def forward(self, ids: Tensor, mask: Tensor, source: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        """The quality of each row, and how likely each token's word is right, as a logit.

        All are rows x tokens; `source` and `text` have ones where those stand.
        """
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        words = self.word(states)[..., 0]
        share = (torch.sigmoid(words) * text).sum(1, keepdim=True) / text.sum(1, keepdim=True).clamp(min=1)
        seen = torch.cat([_mean(states, text), _mean(states, source), share], -1)
        return self.out(torch.tanh(self.hidden(self.drop(seen))))[..., 0] + SHARE * share[..., 0], words


def _mean(states: Tensor, where: Tensor) -> Tensor:
    return (states * where[..., None]).sum(1) / where.sum(1, keepdim=True).clamp(min=1)


def tensors(groups: Sequence[Group], pad: int) -> dict[str, Tensor]:
    """A batch: what the estimator reads, what it should say, and the number of each row's group."""
    width = max(one.longest for one in groups)
    rows = [(n, *row) for n, one in enumerate(groups) for row in zip(one.inputs, one.spans, one.right, strict=True)]
    ids = torch.full((len(rows), width), pad)
    mask, source, text, right = (torch.zeros(len(rows), width) for _ in range(4))
    for r, (_, row, (before, behind), words) in enumerate(rows):
        ids[r, : len(row)] = torch.tensor(row)
        mask[r, : len(row)] = 1
        source[r, 1 : 1 + before] = 1
        text[r, before + 2 : before + 2 + behind] = 1
        right[r, before + 2 : before + 2 + behind] = torch.tensor(words)
    chrf = torch.tensor([score for one in groups for score in one.chrf]) / POINTS
    return {
        "ids": ids, "mask": mask, "source": source, "text": text, "right": right, "chrf": chrf,
        "group": torch.tensor([row[0] for row in rows]),
    }  # fmt: skip


def losses(model: Estimator, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """How wrong it is about the differences within groups, about the scores, and about the words."""
    said, words = model(batch["ids"], batch["mask"], batch["source"], batch["text"])
    apart = nn.functional.smooth_l1_loss(_centred(said, batch["group"]), _centred(batch["chrf"], batch["group"]))
    whole = nn.functional.mse_loss(said, batch["chrf"])
    each = nn.functional.binary_cross_entropy_with_logits(words, batch["right"], reduction="none")
    return apart, whole, (each * batch["text"]).sum() / batch["text"].sum().clamp(min=1)


def _centred(values: Tensor, group: Tensor) -> Tensor:
    count = torch.bincount(group).float()
    return values - (torch.zeros(len(count)).index_add(0, group, values) / count)[group]


def batches(groups: Sequence[Group], size: int, chance: random.Random) -> list[list[Group]]:
    """All groups once, those of like length together, the batches in any order."""
    order = chance.sample(groups, len(groups))
    found: list[list[Group]] = []
    for at in range(0, len(order), POOL):
        batch: list[Group] = []
        for one in sorted(order[at : at + POOL], key=lambda one: one.longest):
            if batch and sum(len(some.inputs) for some in (*batch, one)) * one.longest > size:
                found.append(batch)
                batch = []
            batch.append(one)
        found.append(batch)
    return chance.sample(found, len(found))


def train(model: Estimator, groups: Sequence[Group], *, pad: int, size: int = BATCH) -> list[float]:
    """Go through the groups once; the loss of each step comes back."""
    torch.manual_seed(1)
    head = [*model.word.parameters(), *model.hidden.parameters(), *model.out.parameters()]
    rates = (RATE, HEAD_RATE)
    sides = [{"params": [*model.learning.parameters()]}, {"params": head}]
    optimizer = torch.optim.AdamW(sides, lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    steps = batches(groups, size, random.Random(0))  # noqa: S311  # an order: no secret
    model.learns()
    began, seen = time.monotonic(), []
    for step, some in enumerate(steps, 1):
        part = min(1, step / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * (step - 1) / len(steps))) + 0.02
        for side, rate in zip(optimizer.param_groups, rates, strict=True):
            side["lr"] = rate * part
        told = losses(model, tensors(some, pad))
        loss = sum((weight * one for weight, one in zip(WEIGHTS, told, strict=True)), torch.zeros(()))
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([*model.learning.parameters(), *head], 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seen.append(float(loss.detach()))
        if step % 50 == 0:
            mean, minutes = sum(seen[-50:]) / 50, (time.monotonic() - began) / 60
            print(f"step {step} of {len(steps)}: loss {mean:.4f}, {minutes:.0f} min", file=sys.stderr, flush=True)
    return seen


def write(model: Estimator, checkpoint: Path, out: Path) -> None:
    """A checkpoint with the encoder under its names of before, and the head's tensors under "head."."""
    out.mkdir(parents=True, exist_ok=True)
    kept = {f"model.encoder.{name}": tensor for name, tensor in model.encoder.state_dict().items()}
    kept["model.shared.weight"] = kept.pop("model.encoder.embed_tokens.weight")
    heads = {
        name: tensor for name, tensor in model.state_dict().items() if name.split(".")[0] in ("word", "hidden", "out")
    }
    kept |= {f"head.{name}": tensor for name, tensor in heads.items()} | {"head.share": torch.tensor([SHARE])}
    save_file({name: tensor.contiguous() for name, tensor in kept.items()}, out / "model.safetensors")
    for name in ("config.json", "sentencepiece.model"):
        shutil.copyfile(checkpoint / name, out / name)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the judge of translations.")
    parser.add_argument("checkpoint", type=Path, help="of train.py: a model that post-edits")
    parser.add_argument("chinese", type=Path, help="zh-en.triples.train.tsv.zst")
    parser.add_argument("others", type=Path, help="xx-en.triples.tsv.zst")
    parser.add_argument("--held-out", type=Path, nargs="*", default=[], help="files whose lines may be no reference")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    from transformers import BartForConditionalGeneration

    whole = BartForConditionalGeneration.from_pretrained(options.checkpoint, attn_implementation="eager")
    settings = json.loads((options.checkpoint / "config.json").read_text(encoding="utf-8"))
    pieces = options.checkpoint / "sentencepiece.model"
    english, every_piece = processor(pieces, settings.get("input_pieces")), processor(pieces, None)
    held_out = frozenset(_lines(options.held_out))
    groups = [*chinese(options.chinese, english), *others(options.others, held_out, every_piece, english)]
    print(f"{len(groups)} groups, {sum(len(one.inputs) for one in groups)} texts", file=sys.stderr, flush=True)
    model = Estimator(whole.model.encoder, settings["d_model"])
    train(model, groups, pad=settings["pad_token_id"])
    write(model, options.checkpoint, options.out)
    return 0


def _lines(files: Iterable[Path]) -> Iterator[str]:
    for path in files:
        yield from text_lines(path)


if __name__ == "__main__":
    raise SystemExit(main())
