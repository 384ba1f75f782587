"""The folder of a fine-tuned model: a checkpoint, and what says where it comes from, what it learned and how well.

It appears whole or not at all: everything is written to `<name>.partial`, which is then renamed. What it takes the
place of lies in `<name>.replaced` meanwhile.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from postedit import __version__
from postedit.checkpoint import PARTS
from postedit.comparison import Comparison
from postedit.errors import OutputError
from postedit.fine_tuning import Settings, Tuned
from postedit.gate import Gate
from postedit.gate_fitting import SHUT
from postedit.manifest import Manifest, files_of
from postedit.scores import Scores
from postedit.tables import comparison_table, scores_table
from postedit.translator import Job

# Fewer held-out pairs than this hardly ever show a gain that a paired test believes. A rule of thumb, not measured.
FEW = 30

# The system of an overview that is what `postedit clean` makes of drafts with the new model.
TRAINED = "clean, trained"

# Of the base's files these do not come along: its weights, and what others say of it.
_NOT_TAKEN = (".safetensors", ".safetensors.index.json", ".bin", "manifest.json", "training.json")

# An empty file in a folder that is not finished, or done with: only what has it is ever cleared away unasked.
UNFINISHED = ".unfinished"

# What a manifest does not vouch for: itself, what is about the weights, and what is gone in the end.
_BESIDE = ("manifest.json", "training.json", "card.md", UNFINISHED)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a model was made of, and how."""

    name: str
    base: Manifest
    base_name: str  # with a digest: "tri-v6@1a2b3c4d"
    job: Job
    jobs: frozenset[Job]  # what the new model is trusted with
    settings: Settings
    given: Mapping[str, str]  # the files of pairs, as they were named, with the sha256 of what was read
    counts: Mapping[str, int]  # pairs trained on, held out, left out
    limits: tuple[int, int]  # the longest input and output, in tokens


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a new model once it has been asked."""

    gate: Gate | None  # None for one that only retranslates: it has no drafts to hold its answers against
    gains: "Gains"


@dataclass(frozen=True, slots=True)
class Gains:
    """What was gained on pairs that the model never saw."""

    overview: Comparison  # the drafts, the base, the new model, and what `clean` makes of the drafts with each
    answers: Scores  # the new model's own answers, tested against the base's

    def __str__(self) -> str:
        told = f"{self.overview}\n\nThe new model's answers against those of its base:\n\n{scores_table(self.answers)}"
        if TRAINED in (system.name for system in self.overview.systems):
            told += f"\n\nWhat `postedit clean` will give is the row '{TRAINED}'."
        if self.answers.n < FEW:
            told += (
                f"\n{self.answers.n} pairs are too few to be sure of a gain: give more, or hold out more (--held-out)."
            )
        return told

    def to_dict(self) -> dict[str, Any]:
        """Numbers only: the pairs are the user's, and a model may be handed on."""
        systems = replace(self.overview, differing=()).to_dict()["systems"]
        return {"systems": systems, "answers_over_base": self.answers.to_dict()}


@contextmanager
def appearing(out: Path, *, force: bool) -> Iterator[Path]:
    """A folder to fill, which takes the name `out` when all went well and is removed when it did not.

    Whatever else may stand in the way is found before it is filled, for that takes hours. Where the last renaming fails
    all the same, what was filled stays under the name that it has.
    """
    partial, aside = (out.parent / f"{out.name}.{what}" for what in ("partial", "replaced"))
    try:
        replaced = _refuse(out, force=force)
        for path in (partial, aside):
            _clear(path)
        partial.mkdir(parents=True)
        (partial / UNFINISHED).touch()
    except OSError as error:
        raise OutputError(
            f"{out}: it cannot be written ({error.strerror or error}). Choose another with -o."
        ) from error
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _rename(partial, out, aside if replaced else None)


def _refuse(out: Path, *, force: bool) -> bool:
    """Raise OutputError for what may not be replaced; whether there is something that may."""
    if out.name in ("", "..") or out.is_symlink():
        raise OutputError(f"{out}: a link, or no name of a folder. Name the folder itself with -o.")
    if out.exists() and not (out / "training.json").exists():
        raise OutputError(f"{out}: there is something of that name, and no model that was trained. Choose another -o.")
    if out.exists() and not force:
        raise OutputError(f"{out}: a model was trained there before. Choose another with -o, or replace it: --force.")
    return out.exists()


def _clear(path: Path) -> None:
    """Remove what a run that was killed left; OutputError for anything else."""
    if not path.is_symlink() and (path / UNFINISHED).is_file():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        raise OutputError(
            f"{path}: it stands where training writes, and is not what a broken training left. Move it away, or "
            "choose another name with -o."
        )


def _rename(partial: Path, out: Path, aside: Path | None) -> None:
    """Give what is finished its name; what had that name goes `aside` first, and comes back if that fails."""
    try:
        (partial / UNFINISHED).unlink()  # from here on it is worth keeping
        if aside:
            out.replace(aside)
        try:
            partial.replace(out)
        except OSError:
            if aside:
                aside.replace(out)
            raise
    except OSError as error:
        raise OutputError(
            f"{out}: the new model cannot take this name ({error.strerror or error}). It is whole, and stays in "
            f"{partial}: rename it yourself."
        ) from error
    if aside:
        with suppress(OSError):
            (aside / UNFINISHED).touch()  # no more than rubbish, should it not go at once
        shutil.rmtree(aside, ignore_errors=True)


def write_checkpoint(model: Any, base: Path, folder: Path) -> None:
    """The model's weights, with the settings and the tokenizer of the checkpoint that it started from."""
    from safetensors import SafetensorError

    try:
        model.save_pretrained(folder, max_shard_size="1TB")
        (folder / "generation_config.json").unlink(missing_ok=True)  # the engine's own, and empty; the base's is copied
        for path in base.iterdir():
            if path.is_file() and path.suffix in PARTS and not path.name.endswith(_NOT_TAKEN):
                shutil.copyfile(path, folder / path.name)
        shutil.copymode(folder / "config.json", folder / "model.safetensors")  # which is written for its owner only
    except (OSError, SafetensorError) as error:
        raise OutputError(f"{folder}: the weights cannot be written ({error}). Is the disk full?") from error
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings.pop("torch_dtype", None)
    _write_json(folder / "config.json", settings | {"dtype": "float32"})


def write_manifest(folder: Path, lineage: Lineage, found: Findings | None = None) -> None:
    """`manifest.json`: what `load` trusts and `postedit models` checks."""
    names = [path.name for path in folder.iterdir() if path.name not in _BESIDE]
    given = {file.name: {"sha256": file.sha256, "bytes": file.bytes} for file in files_of(folder, names)}
    gate = found.gate if found else None  # fitted on margins: it has no predictor
    manifest = {
        "name": lineage.name,
        "version": "1",
        "family": lineage.base.family,
        "jobs": [job for job in Job if job in lineage.jobs],
        "max_input_tokens": lineage.limits[0],
        "max_output_tokens": lineage.limits[1],
        "licence": lineage.base.licence,
        "base": lineage.base_name,
        "data_sha256": dict(lineage.given),
        "files": given,
        "gate": gate.numbers if gate else {},
        "scores": found.gains.to_dict() if found else {},
        "made_by": f"postedit train {__version__}",
    }
    _write_json(folder / "manifest.json", manifest)


def write_card(folder: Path, lineage: Lineage, tuned: Tuned, found: Findings) -> None:
    """`card.md` for people, `training.json` for programs."""
    training = {
        "settings": asdict(lineage.settings),
        "job": lineage.job,
        "base": lineage.base_name,
        "pairs": dict(lineage.counts),
        "files": dict(lineage.given),
        "curve": [asdict(check) for check in tuned.curve],
        "best": asdict(tuned.best),
        "seconds": round(tuned.seconds, 1),
        "interrupted": tuned.interrupted,
        "gate": found.gate.numbers if found.gate else None,
        "scores": found.gains.to_dict(),
    }
    _write_json(folder / "training.json", training)
    _write(folder / "card.md", _card(lineage, tuned, found))


def _card(lineage: Lineage, tuned: Tuned, found: Findings) -> str:
    broken = " It was interrupted; this is the best state until then." if tuned.interrupted else ""
    rows = _facts(lineage, tuned, found)
    lines = [f"# {lineage.name}", "", f"Fine-tuned by `postedit train` {__version__} to {lineage.job}.{broken}", ""]
    lines += ["| | |", "|---|---|", *(f"| {key} | {_cell(value)} |" for key, value in rows), ""]
    lines += [f"## On {found.gains.answers.n} held-out pairs that neither training nor its end depended on", ""]
    lines += [comparison_table(replace(found.gains.overview, differing=()), "markdown").strip(), ""]
    lines += ["Its own answers against those of its base:", "", scores_table(found.gains.answers, "markdown")]
    return "\n".join([*lines, ""])


def _facts(lineage: Lineage, tuned: Tuned, found: Findings) -> list[tuple[str, str]]:
    start, best = tuned.curve[0].held_out, tuned.best
    gate = "none of its own: from Chinese into English the judge that ships decides"
    if found.gate == SHUT:
        gate = "shut: none that was tried surely gained on the pairs to stop by"
    elif found.gate:
        gate = f"margin {found.gate.margin:g} a token, at most {found.gate.max_edit_rate:.0%} of the words; found on "
        gate += "the pairs to stop by"
    return [
        ("jobs", ", ".join(job for job in Job if job in lineage.jobs)),
        ("started from", lineage.base_name),
        ("trained on", ", ".join(f"{path} (sha256 {sha256[:16]}…)" for path, sha256 in lineage.given.items())),
        ("pairs", ", ".join(f"{count} {what}" for what, count in lineage.counts.items())),
        ("held-out loss, a token", f"{start:.3f} before, {best.held_out:.3f} after {best.epochs:.1f} epochs"),
        ("gate", gate),
        ("licence", lineage.base.licence or "the base names none; ask whoever made it"),
        ("licence of the pairs", "not known here; yours to add"),
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _write_json(path: Path, value: Mapping[str, Any] | Sequence[Any]) -> None:
    _write(path, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}). Is the disk full?") from error
