"""The folder of a fine-tuned model: a checkpoint, and what says where it comes from, what it learned and how well.

It appears whole or not at all: everything is written to `<name>.partial`, which is then renamed.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from postedit import __version__
from postedit.checkpoint import PARTS
from postedit.errors import OutputError
from postedit.fine_tuning import Settings, Tuned
from postedit.manifest import Manifest, digest, files_of
from postedit.scores import Scores
from postedit.tables import scores_table
from postedit.translator import Job

# Of the base's files these do not come along: its weights, and what others say of it.
_NOT_TAKEN = (".safetensors", ".safetensors.index.json", ".bin", "manifest.json", "training.json")


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a model was made of, and how."""

    base: Manifest
    base_name: str  # with a digest: "polish-v0@1a2b3c4d"
    job: Job
    jobs: frozenset[Job]  # what the new model is trusted with
    settings: Settings
    given: tuple[Path, ...]  # the files of pairs
    counts: Mapping[str, int]  # pairs trained on, held out, left out


@dataclass(frozen=True, slots=True)
class Gains:
    """The scores of the new model on pairs that it never saw, tested against what was there before."""

    over_base: Scores
    over_drafts: Scores | None  # where there are drafts

    def __str__(self) -> str:
        drafts = f"\n\nagainst the drafts as they are:\n\n{scores_table(self.over_drafts)}" if self.over_drafts else ""
        return f"against the model that it started from:\n\n{scores_table(self.over_base)}{drafts}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "over_base": self.over_base.to_dict(),
            "over_drafts": self.over_drafts.to_dict() if self.over_drafts else None,
        }


@contextmanager
def appearing(out: Path, *, force: bool) -> Iterator[Path]:
    """A folder to fill, which takes the name `out` when all went well and is removed when it did not."""
    if out.exists() and not force:
        raise OutputError(f"{out}: there is something of that name. Choose another with -o, or replace it: --force.")
    if out.exists() and not (out / "training.json").exists():
        raise OutputError(f"{out}: no model that was trained here, so --force does not replace it. Choose another -o.")
    partial = out.with_name(f"{out.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        if out.exists():
            shutil.rmtree(out)
        partial.replace(out)
    except OSError as error:
        raise OutputError(
            f"{out}: it cannot be written ({error.strerror or error}). Choose another with -o."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_checkpoint(model: Any, base: Path, folder: Path) -> None:
    """The model's weights, with the settings and the tokenizer of the checkpoint that it started from."""
    model.save_pretrained(folder, max_shard_size="1TB")
    for path in base.iterdir():
        if path.is_file() and path.suffix in PARTS and not path.name.endswith(_NOT_TAKEN):
            shutil.copyfile(path, folder / path.name)
    shutil.copymode(folder / "config.json", folder / "model.safetensors")  # which is written for its owner only
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings.pop("torch_dtype", None)
    _write_json(folder / "config.json", settings | {"dtype": "float32"})


def write_manifest(
    folder: Path, name: str, lineage: Lineage, limits: tuple[int, int], gains: Gains | None = None
) -> None:
    """`manifest.json`: what `load` trusts and `postedit models` checks."""
    names = [path.name for path in folder.iterdir() if path.name not in ("manifest.json", "training.json", "card.md")]
    given = {file.name: {"sha256": file.sha256, "bytes": file.bytes} for file in files_of(folder, names)}
    manifest = {
        "name": name,
        "version": "1",
        "family": lineage.base.family,
        "jobs": [job for job in Job if job in lineage.jobs],
        "max_input_tokens": limits[0],
        "max_output_tokens": limits[1],
        "licence": lineage.base.licence,
        "base": lineage.base_name,
        "data_sha256": {path.name: digest(path) for path in lineage.given},
        "files": given,
        "scores": gains.to_dict() if gains else {},
        "made_by": f"postedit train {__version__}",
    }
    _write_json(folder / "manifest.json", manifest)


def write_card(folder: Path, name: str, lineage: Lineage, tuned: Tuned, gains: Gains) -> None:
    """`card.md` for people, `training.json` for programs."""
    training = {
        "settings": asdict(lineage.settings),
        "job": lineage.job,
        "base": lineage.base_name,
        "pairs": dict(lineage.counts),
        "files": {path.name: digest(path) for path in lineage.given},
        "curve": [asdict(check) for check in tuned.curve],
        "best": asdict(tuned.best),
        "seconds": round(tuned.seconds, 1),
        "interrupted": tuned.interrupted,
        "scores": gains.to_dict(),
    }
    _write_json(folder / "training.json", training)
    (folder / "card.md").write_text(_card(name, lineage, tuned, gains), encoding="utf-8")


def _card(name: str, lineage: Lineage, tuned: Tuned, gains: Gains) -> str:
    files = ", ".join(f"{path.name} (sha256 {digest(path)[:16]}…)" for path in lineage.given)
    counts = ", ".join(f"{count} {what}" for what, count in lineage.counts.items())
    licence = lineage.base.licence or "none is named by the base; ask whoever made it"
    jobs = ", ".join(job for job in Job if job in lineage.jobs)
    start, best = tuned.curve[0].held_out, tuned.best
    broken = " It was interrupted; this is the best state until then." if tuned.interrupted else ""
    rows = [
        ("jobs", jobs),
        ("started from", lineage.base_name),
        ("trained on", files),
        ("pairs", counts),
        ("held-out loss, a token", f"{start:.3f} before, {best.held_out:.3f} after {best.epochs:.1f} epochs"),
        ("licence", f"{licence} (of the base; that of the pairs is yours to add)"),
    ]
    lines = [f"# {name}", "", f"Fine-tuned by `postedit train` {__version__} to {lineage.job}.{broken}", ""]
    lines += ["| | |", "|---|---|", *(f"| {key} | {_cell(value)} |" for key, value in rows), ""]
    lines += [f"## On {gains.over_base.n} held-out pairs that neither training nor its end depended on", ""]
    lines += ["The model's own answers, greedy, before any gate.", "", _scores("the base", gains.over_base)]
    if gains.over_drafts:
        lines += ["", _scores("the drafts", gains.over_drafts)]
    return "\n".join([*lines, ""])


def _scores(what: str, scores: Scores) -> str:
    return f"Against {what}:\n\n{scores_table(scores, 'markdown')}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _write_json(path: Path, value: Mapping[str, Any] | Sequence[Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
