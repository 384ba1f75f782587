"""The command `eval`: it reads suites, runs them, writes numbers and details, prints what each stage was worth."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postedit.commands_score import natural
from postedit.terminal import told

if TYPE_CHECKING:
    from postedit.evaluation import Run
    from postedit.suites import Suite

NAMES = {"bleu": "BLEU", "chrf": "chrF", "chrf++": "chrF++", "ter": "TER"}


def add_eval_parser(subparsers: Any) -> None:
    """`postedit eval`."""
    parser = subparsers.add_parser(
        "eval",
        help="measure what cleaning is worth, stage by stage",
        description="Clean the drafts of suites and score them: as they are, cleaned, with every stage switched off in "
        "turn, with everything changed, and as an oracle would choose. A suite whose data are not there is skipped.",
        epilog="Example: postedit eval eval/suites/clean-prose.toml && postedit report build/eval/clean-prose.json "
        "-o report.html",
    )
    parser.add_argument("suites", nargs="+", type=Path, metavar="SUITE.toml", help="what to measure; see eval/suites")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("eval/results"), metavar="FOLDER", help="for numbers (%(default)s)"
    )
    parser.add_argument(
        "--details",
        type=Path,
        default=Path("build/eval"),
        metavar="FOLDER",
        help="for every segment, which `postedit report` reads; they hold the set's texts (%(default)s)",
    )
    parser.add_argument("--model", metavar="NAME", help="a shipped model, a folder, a hub id, or none (repairs only)")
    parser.add_argument(
        "--limit", type=natural, metavar="N", help="articles or lines at most, spread over the set; 0 is all"
    )
    parser.set_defaults(run=eval_command)


def eval_command(arguments: argparse.Namespace) -> int:
    """Run every suite whose data are there."""
    from postedit.suites import read_suite

    for suite in [read_suite(path) for path in arguments.suites]:
        if suite.missing:
            print(f"{suite.name}: skipped: its data are not at {suite.path}.", file=sys.stderr)
            continue
        limit = suite.limit if arguments.limit is None else arguments.limit
        result = run_suite(replace(suite, limit=limit), arguments.details, arguments.model)
        if not result["runs"]:
            print(f"{suite.name}: nothing was measured, and nothing is written.", file=sys.stderr)
            continue
        write_json(arguments.output / f"{suite.name}.json", result)
        print(result_table(result))
    return 0


def run_suite(suite: "Suite", details: Path, model: str | None = None) -> dict[str, Any]:
    """The numbers of a suite; every segment goes to files in `details`, one a run."""
    from postedit.cleaner import Cleaner
    from postedit.config import Config
    from postedit.evaluation import evaluate_suite

    asked = dict(suite.settings) | ({"model": model} if model is not None else {})
    cleaner = Cleaner(config=Config.from_mapping(asked, where=f"suite {suite.name!r}: settings"))
    about = {
        "suite": suite.name,
        "title": suite.title,
        "signature": cleaner.signature,
        "commit": commit(Path(__file__).parent),
        "corpus": suite.digest,
        "limit": suite.limit,
    }
    found: list[Run] = []
    for run in told(evaluate_suite(suite, cleaner), lambda at: f"{suite.name}: run {at + 1}"):
        found.append(run)
        if run.segments:
            write_json(details / details_name(suite, run), {**about, **run.facts, "segments": run.segments})
    return {**about, "runs": [run.facts for run in found]}


def details_name(suite: "Suite", run: "Run") -> str:
    """The suite's name where it has one run, and which run it was where it has several."""
    alone = len(suite.drafts) * len(suite.with_source) == 1
    return f"{suite.name}.json" if alone else f"{suite.name}.{run.facts['draft']}.{run.facts['job']}.json"


def commit(folder: Path) -> str | None:
    """The commit of the code, with "-dirty" where it was changed since; None where it is in no repository."""
    asked = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document, whole or not at all. Raises OutputError."""
    from postedit.formats import atomic

    atomic.write(path, (_laid_out(document) + "\n").encode())


def _laid_out(value: Any, depth: int = 0) -> str:
    """JSON with a line for each value that a person compares, and none for what is inside a score."""
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if depth > 4 or not any(isinstance(one, dict | list) for one in inside):
        return json.dumps(value, ensure_ascii=False)
    pad = " " * (depth + 1)
    if isinstance(value, list):
        lines = [_laid_out(one, depth + 1) for one in value]
    else:
        lines = [f"{json.dumps(name)}: {_laid_out(one, depth + 1)}" for name, one in value.items()]
    left, right = "[]" if isinstance(value, list) else "{}"
    return f"{left}\n{pad}" + f",\n{pad}".join(lines) + f"\n{pad[1:]}{right}"


def result_table(result: Mapping[str, Any]) -> str:
    """What a person sees of a result: a table a run.

    >>> run = {"draft": "all pages", "job": "structure", "precision": 0.97, "recall": 0.9}
    >>> print(result_table({"suite": "furniture", "title": "Pages", "runs": [run]}))
    furniture: Pages
    <BLANKLINE>
    all pages, structure: precision 0.97, recall 0.9
    """
    from postedit.tables import table

    parts = [f"{result['suite']}: {result['title']}"]
    for run in result["runs"]:
        about = f"{run['draft']}, {run['job']}"
        if "systems" not in run:
            numbers = ", ".join(f"{name} {value}" for name, value in run.items() if name not in ("draft", "job"))
            parts.append(f"{about}: {numbers}")
            continue
        parts.append(
            f"{about}: {run['sentences']} segments, {run['changed']:.1%} changed, {run['better']:.1%} better, "
            f"{run['worse']:.1%} worse; {run['words_per_second']} words a second\n\n{table(_rows(run['systems']))}"
        )
    return "\n\n".join(parts)


def _rows(systems: Mapping[str, Any]) -> list[list[str]]:
    metrics = list(systems["draft"])
    rows = [["", *(column for metric in metrics for column in (NAMES[metric], ""))]]
    for name, scores in systems.items():
        cells = [cell for metric in metrics for cell in score_cells(scores.get(metric), systems["draft"][metric])]
        rows.append([name, *cells])
    return rows


def score_cells(score: Mapping[str, Any] | None, draft: Mapping[str, Any]) -> Sequence[str]:
    """A value, and an arrow where it differs from the draft's by both paired tests, ties counted."""
    if score is None:
        return "", ""
    arrow = "↑" if score["value"] > draft["value"] else "↓"
    return f"{score['value']:.2f}", arrow if score["significant"] else ""
