"""The mean of two checkpoints of one shape, weight by weight.

    python models/mean.py FIRST SECOND OUT --share 0.75

A model and what longer training made of it often lie in one valley, and between them it does better than either
(Wortsman et al. 2022, arXiv:2203.05482). OUT gets the second checkpoint's recipe, settings and pieces; where to stop
between the two is for the development set to say (`evaluate.py`).
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def mean(first: Path, second: Path, out: Path, share: float) -> Path:
    """Write a checkpoint that is `share` of the second and the rest of the first; `out` comes back.

    Raises SystemExit where the two are not of one shape, or say different pieces.
    """
    if (first / "sentencepiece.model").read_bytes() != (second / "sentencepiece.model").read_bytes():
        raise SystemExit(f"{first} and {second} have different pieces: only checkpoints of one vocabulary have a mean")
    one, other = load_file(first / "model.safetensors"), load_file(second / "model.safetensors")
    if {name: tensor.shape for name, tensor in one.items()} != {name: tensor.shape for name, tensor in other.items()}:
        raise SystemExit(f"{first} and {second} are not of one shape: only checkpoints of one model have a mean")
    out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "sentencepiece.model", "recipe.toml"):
        if (second / name).exists():
            shutil.copyfile(second / name, out / name)
    tensors = {name: torch.lerp(one[name].float(), other[name].float(), share) for name in one}
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the mean of two checkpoints.")
    parser.add_argument("first", type=Path, help="a checkpoint, as what training began from")
    parser.add_argument("second", type=Path, help="another of the same shape, as what training made of it")
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument("--share", type=float, default=0.5, help="of the second: 1 is all of it")
    options = parser.parse_args(arguments)
    if not 0 <= options.share <= 1:
        raise SystemExit(f"--share {options.share:g}: the share of the second checkpoint is between 0 and 1")
    print(mean(options.first, options.second, options.out, options.share))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
