"""What a Hugging Face checkpoint's folder says of itself, before anything in it is opened."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from postedit import manifest as manifests
from postedit.errors import ModelError
from postedit.families import Languages, family_of
from postedit.manifest import File, Manifest

PIECES = "sentencepiece.model"

_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")

# What a checkpoint is made of. Cards and pictures beside it are not.
PARTS = (".safetensors", ".bin", ".json", ".model", ".spm", ".txt")

# The card of a model on the hub begins with a few lines of YAML, "license: mit" among them, up to the next "---".
_LICENCE = re.compile(r"\A---\n(?:(?!---).*\n)*?license: *[\"']?([^\n\"']+)", re.MULTILINE)


def described(folder: Path, name: str) -> Manifest:
    """The manifest in a folder; where there is none, what can be seen of the checkpoint, vouched for by nobody."""
    if (folder / "manifest.json").exists():
        return manifests.read(folder)
    settings = settings_in(folder)
    if (folder / "model.bin").exists() and "model_type" not in settings:
        raise ModelError(
            f"{folder}: a CTranslate2 model with no manifest.json, so that nobody knows its family. "
            "Name the checkpoint that it was converted from."
        )
    family = family_in(folder, settings)
    paths = sorted(path for path in folder.iterdir() if path.suffix in PARTS)
    files = tuple(File(path.name, "", path.stat().st_size) for path in paths)
    return Manifest(name, family_of(family, str(folder)).jobs, family, files, folder, licence=licence_in(folder))


def family_in(folder: Path, settings: Mapping[str, Any]) -> str:
    """The `model_type`; a BART with a bare sentencepiece model is one of ours."""
    model_type = str(settings.get("model_type"))
    ours = model_type == "bart" and not (folder / "tokenizer_config.json").exists() and (folder / PIECES).exists()
    return "postedit-bart" if ours else model_type


def licence_in(folder: Path) -> str:
    """The licence that the checkpoint's card names; empty where it names none."""
    path = folder / "README.md"
    found = _LICENCE.match(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None
    return found[1].strip() if found else ""


def settings_in(folder: Path) -> dict[str, Any]:
    """config.json, with what generation_config.json adds."""
    try:
        settings = _object(folder / "config.json")
        if (more := folder / "generation_config.json").exists():
            settings |= {key: value for key, value in _object(more).items() if value}
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder}: no model here: neither manifest.json nor config.json. Name the folder that holds one of them."
        ) from error
    return settings


def _object(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: cannot be read ({error}). Fetch the model again.") from error
    if not isinstance(said, dict):
        raise ModelError(f"{path}: cannot be read (it is no JSON object). Fetch the model again.")
    return said


def refuse_pickles(folder: Path) -> None:
    if any(folder.glob("*.safetensors")):
        return
    pickled = next((path.name for path in sorted(folder.iterdir()) if path.suffix in _PICKLED), None)
    if pickled:
        raise ModelError(
            f"{folder}: its weights are only in {pickled}, a format that can run code when it is opened. Convert to "
            "safetensors first: in an environment you trust, from_pretrained(...) and then save_pretrained(...)."
        )
    raise ModelError(f"{folder}: no weights here: no *.safetensors beside config.json. Fetch the model again.")


def task_in(settings: Mapping[str, Any], languages: Languages) -> str:
    """What a checkpoint's own config puts before the text: for our languages, or for its only task."""
    tasks: Mapping[str, Any] = settings.get("task_specific_params") or {}
    wanted = tasks.get(f"translation_{languages.source}_to_{languages.target}")
    if wanted is None and len(tasks) == 1:
        wanted = next(iter(tasks.values()))
    return str((wanted or {}).get("prefix") or "")
