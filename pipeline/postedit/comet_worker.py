"""Run by the Python that has COMET, never imported: one JSON question on standard input, one JSON answer out.

Question: {"model": hub id or path, "rows": [{"src", "mt", "ref"}, ...]}.
Answer: {"system": float, "segments": [float, ...], "version": of unbabel-comet}.
It may be an older Python than the one that runs the rest: nothing newer than 3.8 here, and no import of postedit.
"""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    """Answer one question. What the libraries print goes to standard error, so that the answer stands alone."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    question = json.loads(sys.stdin.buffer.read().decode("utf-8"))

    del sys.path[0]  # this folder, where `comet` is another module
    import torch
    from comet import download_model, load_from_checkpoint  # type: ignore[import-not-found]

    model = question["model"]
    checkpoint = model if Path(model).exists() else download_model(model)
    gpus = 1 if torch.cuda.is_available() else 0
    found = load_from_checkpoint(checkpoint).predict(question["rows"], batch_size=16, gpus=gpus)
    answer = {"system": found.system_score, "segments": list(found.scores), "version": version("unbabel-comet")}
    json.dump(answer, answers)
    answers.close()


if __name__ == "__main__":
    main()
