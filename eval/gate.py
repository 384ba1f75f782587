"""Measure again, and fail where something is worse than its floor.

    python eval/gate.py                                  every suite; one whose data are not there is skipped
    python eval/gate.py --shipped                        only those whose data the project ships
    python eval/gate.py SUITE.toml... --update           raise the floors to what was measured, less some room

Floors hold for one corpus and one limit: on an edited corpus the gate fails. A floor that is to fall, or floors for an
edited corpus, take --allow-drop beside --update, and a line in CHANGELOG.md.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from postedit.commands_eval import result_table, run_suite, write_json
from postedit.commands_score import natural
from postedit.errors import PosteditError
from postedit.suites import Suite, read_suite

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent

# The room that --update leaves below what was measured: int8 kernels round otherwise on another processor. What it must
# not hide costs more: a gate that lets all through changes 11 % of the sentences of clean-prose. Structure is rules,
# which round nothing.
ROOM = {"chrf": 0.3, "share": 0.01, "structure": 0.0}


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parsed(argv)
    try:
        suites = chosen(arguments)
        results = _all_measured([suite for suite in suites if _is_there(suite)], arguments)
    except PosteditError as error:
        print(f"eval/gate.py: {error}", file=sys.stderr)
        return 1
    if not results:
        print("eval/gate.py: nothing was measured, so nothing is proved.", file=sys.stderr)
        return 1
    floors = json.loads(arguments.floors.read_text(encoding="utf-8")) if arguments.floors.exists() else {}
    problems = [problem for result in results for problem in faults(result, floors.get(result["suite"]))]
    new = {result["suite"]: raised(result, floors.get(result["suite"]), ROOM) for result in results}
    drops = [problem for problem in problems if NO_FLOORS not in problem]
    if arguments.update and (arguments.allow_drop or not drops):
        write_json(arguments.floors, dict(sorted({**floors, **new}.items())))
        print(f"{arguments.floors}: floors of {', '.join(new)} are set. Say in CHANGELOG.md which fell, and why.")
        return 0
    for problem in problems:
        print(f"eval/gate.py: {problem}", file=sys.stderr)
    if problems:
        return 1
    print(f"\nNothing is below its floor: {', '.join(new)}.")
    return 0


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", type=Path, metavar="SUITE.toml")
    parser.add_argument("--shipped", action="store_true", help="not the suites whose data lie outside the project")
    parser.add_argument("--floors", type=Path, default=HERE / "floors.json")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "results")
    parser.add_argument("--details", type=Path, default=PROJECT / "build" / "eval")
    parser.add_argument("--model", help="another model than the one that ships")
    parser.add_argument("--limit", type=natural, help="as of `postedit eval`")
    parser.add_argument("--update", action="store_true", help="set the floors anew; none falls")
    parser.add_argument("--allow-drop", action="store_true", help="with --update: a floor may fall")
    return parser.parse_args(argv)


def chosen(arguments: argparse.Namespace) -> list[Suite]:
    """The suites that are named, or all there are."""
    suites = [read_suite(path) for path in arguments.suites or sorted((HERE / "suites").glob("*.toml"))]
    if arguments.limit is not None:
        suites = [replace(suite, limit=arguments.limit) for suite in suites]
    return [suite for suite in suites if suite.ships or not arguments.shipped]


def _is_there(suite: Suite) -> bool:
    if suite.missing:
        print(f"{suite.name}: skipped: its data are not at {suite.path}.", file=sys.stderr)
    return not suite.missing


def _all_measured(suites: Sequence[Suite], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Two suites at a time: scoring uses one core."""
    if len(suites) < 2:
        return [_measured(suite, arguments) for suite in suites]
    with ProcessPoolExecutor(max_workers=2) as pool:
        return list(pool.map(partial(_measured, arguments=arguments), suites))


def _measured(suite: Suite, arguments: argparse.Namespace) -> dict[str, Any]:
    result = run_suite(suite, arguments.details, arguments.model)
    write_json(arguments.output / f"{suite.name}.json", result)
    print(result_table(result), end="\n\n", flush=True)
    return result


NO_FLOORS = "has no floors"


def faults(result: Mapping[str, Any], floor: Mapping[str, Any] | None) -> list[str]:
    """What is wrong with a result, in sentences; nothing where every measure is at its floor or above.

    >>> run = {"draft": "all", "job": "structure", "precision": 0.8, "recall": 1.0, "prose": 9, "prose lost": 0}
    >>> floor = {"corpus": "ab", "limit": 0, "floors": {"all, structure": {"precision": 0.9}}}
    >>> faults({"suite": "pages", "corpus": "ab", "limit": 0, "runs": [run]}, floor)
    ['pages: all, structure: precision is 0.8000, below its floor of 0.9000.']
    """
    name = result["suite"]
    found = [
        f"{name}: {_name(run)}: the model proposed nothing for any of {run['sentences']} sentences. Is it whole?"
        for run in result["runs"]
        if run.get("rewritten") == 0 and "model:none" not in result["signature"]
    ]
    if floor is None:
        return [*found, f"{name} {NO_FLOORS} yet. Set them: python eval/gate.py --update eval/suites/{name}.toml"]
    found += [
        f"{name}: the {key} is {result[key]!r}, and the floors are for {floor[key]!r}. Floors do not compare across it."
        for key in ("corpus", "limit")
        if result[key] != floor[key]
    ]
    runs = {_name(run): measures(run) for run in result["runs"]}
    for run, least in floor["floors"].items():
        for measure, bound in least.items():
            value = runs.get(run, {}).get(measure)
            if value is None:
                found.append(f"{name}: {run}: {measure} was not measured; its floor is {bound:.4f}.")
            elif value < bound:
                found.append(f"{name}: {run}: {measure} is {value:.4f}, below its floor of {bound:.4f}.")
    return found


def raised(result: Mapping[str, Any], floor: Mapping[str, Any] | None, room: Mapping[str, float]) -> dict[str, Any]:
    """The floors that a result allows; an old one that it reaches stays where it is higher."""
    comparable = floor is not None and all(floor[key] == result[key] for key in ("corpus", "limit"))
    old = floor["floors"] if floor is not None and comparable else {}
    floors: dict[str, dict[str, float]] = {}
    for run in result["runs"]:
        before = old.get(_name(run), {})
        floors[_name(run)] = {}
        for measure, value in measures(run).items():
            kind = "structure" if run["job"] == "structure" else "chrf" if measure.endswith("chrF") else "share"
            bound = round(value - room[kind], 4)
            kept = before.get(measure, bound)
            floors[_name(run)][measure] = max(bound, kept) if kept <= value else bound
    return {"corpus": result["corpus"], "limit": result["limit"], "floors": floors}


def _name(run: Mapping[str, Any]) -> str:
    return f"{run['draft']}, {run['job']}"


def measures(run: Mapping[str, Any]) -> dict[str, float]:
    """What has a floor in a run; all of it is better when it is higher.

    "change everything" and "oracle" watch the model, which a good gate hides; "draft" watches the references.
    """
    if run["job"] == "structure":
        kept = 1 - run["prose lost"] / max(1, run["prose"])
        return {"precision": run["precision"], "recall": run["recall"], "prose kept": round(kept, 4)}
    names = ("draft", "cleaned", "change everything", "oracle")
    found = {f"{name} chrF": run["systems"][name]["chrf"]["value"] for name in names}
    found["not worse"] = round(1 - run["worse"], 4)
    found["not taken for furniture"] = round(1 - run["lost"] / max(1, run["units"]), 4)
    if found["draft chrF"] == 100:  # drafts that need nothing
        found["untouched"] = round(1 - run["changed"], 4)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
