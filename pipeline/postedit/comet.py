"""COMET, computed by another Python: it needs transformers below 5, and this package needs 5.

The other Python runs `comet_worker.py`. It reads one JSON document and writes one; nothing else passes between the two.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postedit.errors import ModelError

MODEL = "Unbabel/wmt22-comet-da"
WORKER = Path(__file__).with_name("comet_worker.py")
PYTHON = "POSTEDIT_COMET_PYTHON"


@dataclass(frozen=True, slots=True)
class CometScore:
    """COMET of a system; higher is better, and 1 is a perfect translation."""

    value: float
    segments: tuple[float, ...]
    signature: str

    def to_dict(self) -> dict[str, Any]:
        """What goes into a result document; `segments` are left out, as for every other metric."""
        return {
            "name": "COMET",
            "value": self.value,
            "signature": self.signature,
            "n": len(self.segments),
            "higher_is_better": True,
        }


def comet(
    hypotheses: Sequence[str],
    references: Sequence[str] | None,
    sources: Sequence[str],
    *,
    model: str = MODEL,
    environment: Mapping[str, str] | None = None,
) -> CometScore:
    """Score with a COMET model: a hub id, or the path of a checkpoint. Without references, a reference-free one.

    >>> comet(["He came."], ["He came."], ["他来了。"], environment={"POSTEDIT_COMET_PYTHON": "/no/such/python"})
    Traceback (most recent call last):
        ...
    postedit.errors.ModelError: POSTEDIT_COMET_PYTHON is /no/such/python, and there is no such program. ...
    """
    variables = os.environ if environment is None else environment
    python = find_python(variables)
    rows = [{"src": source, "mt": text} for source, text in zip(sources, hypotheses, strict=True)]
    if references is not None:
        rows = [{**row, "ref": reference} for row, reference in zip(rows, references, strict=True)]
    answer = _ask(python, {"model": model, "rows": rows}, variables)
    try:
        segments = tuple(float(value) for value in answer["segments"])
        value, version = float(answer["system"]), str(answer["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{python} answered, but not in the words of {WORKER.name}: {error!r}.") from error
    if len(segments) != len(rows):
        raise ModelError(f"{python} scored {len(segments)} of {len(rows)} segments.")
    references_used = 0 if references is None else 1
    return CometScore(value, segments, f"model:{model}|nrefs:{references_used}|version:{version}")


def find_python(variables: Mapping[str, str]) -> Path:
    """The Python that has COMET: named by POSTEDIT_COMET_PYTHON, or in the folder that the error message makes."""
    home = _environment_folder(variables)
    named = variables.get(PYTHON)
    python = Path(named) if named else home / "bin" / "python"
    if python.is_file():
        return python
    missing = (
        f"{PYTHON} is {named}, and there is no such program." if named else f"--comet needs its own Python in {home}."
    )
    raise ModelError(
        f"{missing} Make one with:\n  python3 -m venv {home}\n"
        f"  {home}/bin/pip install 'unbabel-comet>=2.2.7' 'setuptools<81'"
    )


def _environment_folder(variables: Mapping[str, str]) -> Path:
    shared = variables.get("XDG_DATA_HOME")
    # The specification says to ignore a relative path there.
    root = Path(shared) if shared and Path(shared).is_absolute() else Path("~/.local/share").expanduser()
    return root / "postedit" / "comet"


def _ask(python: Path, question: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    # -I would be stricter, but it also hides a POSTEDIT_COMET_PYTHON that is a wrapper with PYTHONPATH.
    clean = {name: value for name, value in variables.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        done = subprocess.run(
            [python, WORKER], input=json.dumps(question), capture_output=True, encoding="utf-8", env=clean, check=False
        )
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{python} cannot be run: {error}.") from error
    if done.returncode != 0:
        said = [line for line in done.stderr.split("\n") if line.strip()]
        raise ModelError(f"COMET stopped in {python}: {said[-1] if said else f'exit code {done.returncode}'}")
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise ModelError(f"{python} did not answer in JSON: {done.stdout[:80]!r}.") from error
    return answer if isinstance(answer, dict) else {}
