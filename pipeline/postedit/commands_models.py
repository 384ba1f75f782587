"""The command `models`: what ships or lies in a folder, its jobs, its licence, and whether its files are whole."""

import argparse
import sys
from typing import Any

from postedit.errors import ModelError
from postedit.manifest import Manifest
from postedit.translator import Job


def add_models_parser(subparsers: Any) -> None:
    """`postedit models`."""
    parser = subparsers.add_parser(
        "models",
        help="list and check models",
        description="List the models that ship, or describe those named: jobs, size, licence, what they "
        "came from, and whether every file is what its manifest says, by sha256.",
        epilog="Example: postedit models my-model/",
    )
    parser.add_argument(
        "models", nargs="*", metavar="MODEL", help="a folder, or the name of a shipped model (default: all shipped)"
    )
    parser.set_defaults(run=models_command)


def models_command(arguments: argparse.Namespace) -> int:
    """Print what is known of each model; 1 if a file of one is missing or damaged."""
    from postedit import weights
    from postedit.checkpoint import described

    damaged = []
    named = [weights.find(name, offline=True) for name in arguments.models]
    for manifest in [described(found.folder, found.name) for found in named] or weights.shipped():
        print(summary(manifest))
        try:
            print(f"  {checked(manifest)}")
        except ModelError as error:
            damaged.append(str(error))
            print(f"  DAMAGED: {error}")
    for message in damaged:
        print(f"postedit: {message}", file=sys.stderr)
    return 1 if damaged else 0


def summary(manifest: Manifest) -> str:
    """One line for a person: name, jobs, size, licence, what it came from."""
    from postedit.weights import DEFAULT

    default = " (default)" if manifest.name == DEFAULT else ""
    jobs = ", ".join(job for job in Job if job in manifest.jobs) or "judges what models write"
    licence = manifest.licence or "no licence is named; ask whoever made it"
    came = f"; from {manifest.base}" if manifest.base else ""
    if manifest.pairs:
        came += f"; fine-tuned on {', '.join(manifest.pairs)}, whose licence is not known here"
    return f"{manifest.name}{default}: {jobs}; {manifest.bytes / 1e6:.0f} MB; {licence}{came}"


def checked(manifest: Manifest) -> str:
    """What could be checked, in one line. ModelError for a file that is not what the manifest says."""
    from postedit import manifest as manifests

    if not manifest.vouches:
        return f"{len(manifest.files)} files, not checked: no manifest.json says what they should be"
    manifests.verify(manifest)
    return f"{len(manifest.files)} files checked by sha256, all as they were written"
