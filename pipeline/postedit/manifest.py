"""What a model folder says of itself, and whether its files are still what it says."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from postedit.errors import ModelError
from postedit.translator import Job


@dataclass(frozen=True, slots=True)
class File:
    """One file of the weights, as it was exported."""

    name: str
    sha256: str  # empty where nobody vouches for the file
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The model in a folder: `manifest.json`, and the weights that it vouches for.

    >>> files = (File("model.bin", "ab" * 32, 1_500_000),)
    >>> Manifest("tiny", frozenset({Job.POLISH}), "postedit-bart", files, Path("models/tiny/weights")).bytes
    1500000
    """

    name: str
    jobs: frozenset[Job]
    family: str
    files: tuple[File, ...]
    weights: Path  # the folder that holds `files`
    version: str = ""
    max_input_tokens: int = 256
    max_output_tokens: int = 256
    licence: str = ""
    base: str = ""  # what the weights started from
    pairs: tuple[str, ...] = ()  # files that a user fine-tuned it on, as they were named
    gate: Mapping[str, Any] = field(default_factory=dict)  # settings of the gate that were tuned for this model

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def vouches(self) -> bool:
        """Whether it says what the files should be; that of a folder without a manifest does not."""
        return bool(self.files) and all(file.sha256 for file in self.files)

    @property
    def is_checkpoint(self) -> bool:
        """Whether the weights are a Hugging Face checkpoint, as `postedit train` writes it, and no CTranslate2 ones."""
        return any(file.name.startswith("model") and file.name.endswith(".safetensors") for file in self.files)

    @property
    def digest(self) -> str:
        """One sha256 for all weights: two folders with the same digest answer alike."""
        lines = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(self.files, key=lambda file: file.name))
        return hashlib.sha256(lines.encode()).hexdigest()


def read(folder: Path) -> Manifest:
    """The manifest of a model folder. Weights lie in `weights/` under it, or, inside a wheel, beside it."""
    path = folder / "manifest.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        data = said.get("data_sha256")
        manifest = Manifest(
            name=said["name"],
            jobs=frozenset(Job(job) for job in said["jobs"]),
            family=said["family"],
            files=tuple(_file(name, file) for name, file in said["files"].items()),
            weights=folder / "weights" if (folder / "weights").is_dir() else folder,
            version=str(said.get("version", "")),
            max_input_tokens=int(said.get("max_input_tokens", 256)),
            max_output_tokens=int(said.get("max_output_tokens", 256)),
            licence=said.get("licence", ""),
            base=said.get("base") or "",
            pairs=tuple(data) if isinstance(data, dict) else (),
            gate=said.get("gate", {}),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{path}: this manifest cannot be read ({type(error).__name__}: {error}). "
            "Export the model again, or reinstall postedit if it came with it."
        ) from error
    return manifest


def _file(name: str, said: Mapping[str, Any]) -> File:
    sha256, size = said["sha256"], said["bytes"]
    if not isinstance(sha256, str) or type(size) is not int:
        raise TypeError(f"{name}: sha256 must be a string and bytes a whole number, not {sha256!r} and {size!r}")
    return File(name, sha256, size)


def verify(manifest: Manifest) -> None:
    """Raise ModelError unless every file is there, to the byte."""
    for file in manifest.files:
        path = manifest.weights / file.name
        if not path.is_file():
            raise ModelError(f"{path}: this file of model {manifest.name!r} is missing. {_AGAIN}")
        size = path.stat().st_size
        if size != file.bytes:
            raise ModelError(f"{path}: damaged: {size} bytes, but the manifest says {file.bytes}. {_AGAIN}")
        if (found := digest(path)) != file.sha256:
            raise ModelError(
                f"{path}: damaged: its sha256 begins {found[:8]}, but the manifest says {file.sha256[:8]}. {_AGAIN}"
            )


_AGAIN = "Fetch or export the model again; if it came with postedit, reinstall postedit."


def files_of(folder: Path, names: Iterable[str]) -> tuple[File, ...]:
    """The named files of a folder, as they are now."""
    return tuple(File(name, digest(folder / name), (folder / name).stat().st_size) for name in sorted(names))


def digest(path: Path) -> str:
    """The sha256 of a file, without reading it whole into memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
