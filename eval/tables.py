"""Write what was measured into README.md, between its two markers, and every run into eval/results/README.md.

python eval/tables.py            write
python eval/tables.py --check    only say whether they agree with eval/results/*.json
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from postedit.commands_eval import NAMES, score_cells
from postedit.tables import table

HERE = Path(__file__).resolve().parent
BEGIN, END = "<!-- results: written by eval/tables.py -->", "<!-- end of results -->"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readme", type=Path, default=HERE.parent / "README.md")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args(argv)
    results = read_results(arguments.results)
    repairs = arguments.results / "repairs-wmt21.json"
    facts = facts_table(json.loads(repairs.read_text(encoding="utf-8"))) if repairs.exists() else ""
    judged = arguments.results / "judge.json"
    offers = judge_table(json.loads(judged.read_text(encoding="utf-8"))) if judged.exists() else ""
    every = arguments.results / "README.md"
    wanted = {
        arguments.readme: spliced(
            arguments.readme.read_text(encoding="utf-8"),
            "\n\n".join(part for part in (summary(results), offers, facts) if part),
        ),
        every: f"# Every run\n\n{BEGIN}\n\n{all_runs(results)}\n",
    }
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if arguments.check:
            print(f"{path} does not say what eval/results says. Run: python eval/tables.py")
        else:
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
    return 1 if arguments.check and stale else 0


def read_results(folder: Path) -> list[dict[str, Any]]:
    """The results of suites, by name; other measurements lie in the same folder."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return [one for one in found if isinstance(one, dict) and "suite" in one]


def spliced(readme: str, content: str) -> str:
    """The page with this content between its markers."""
    before, _, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"the README has no place for results: put {BEGIN} and {END} where they belong.")
    return f"{before}{BEGIN}\n\n{content}\n\n{END}{after}"


def summary(results: Sequence[Mapping[str, Any]]) -> str:
    """A line a suite and job: means over the systems, and how many of them gained or lost for sure."""
    rows = [["set", "job", "BLEU", "cleaned", "chrF", "cleaned", "changed", "better", "worse", "for sure"]]
    lines = []
    for result in results:
        for job in dict.fromkeys(run["job"] for run in result["runs"]):
            runs = [run for run in result["runs"] if run["job"] == job]
            if job == "structure":
                lines += [_structure(result["title"], run) for run in runs if run["draft"] == "even pages"]
            elif _is_clean(runs[0]):
                untouched = 1 - fmean(run["changed"] for run in runs)
                lines.append(f"- {result['title']}: {untouched:.1%} of {runs[0]['sentences']} sentences untouched.")
            else:
                shares = [f"{fmean(run[name] for run in runs):.1%}" for name in ("changed", "better", "worse")]
                rows.append([_title(result), job, *_means(runs), *shares, _sure(runs)])
    parts = [table(rows, "markdown"), LEGEND] if len(rows) > 1 else []
    return "\n\n".join([*parts, "\n".join(lines)] if lines else parts)


LEGEND = """\
Scores are means over the systems that drafted; changed, better and worse are shares of segments. For sure: how many of
the systems moved by both paired tests on chrF, ties counted, p < 0.05. Every run is in [eval/results](eval/results),
with intervals, signatures and what each stage was worth; `make eval` measures again every set whose data are there, and
`make eval-whole` the three of all drafts. Polish is without the Chinese, post-edit with it. All drawn lines of an
engine are judged together; of an article of twenty lines alone less is known, and less is won (`models/README.md`)."""


# What a column of the repairs' table counts, and out of what, as eval/repairs.py names them.
FACTS_OF = {
    "people spelt right": ("people spelt right", "people"),
    "known names said": ("known names said", "known names"),
    "yuan put into dollars": ("put into dollars", "sentences in yuan"),
}


def facts_table(repairs: Mapping[str, Any]) -> str:
    """What eval/repairs.py measured with the source at hand: an engine a line."""
    told = [cell for label in FACTS_OF for cell in (label, "after")]
    rows = [["repairs with the source", *told, "BLEU", "chrF"]]
    for system, measured in repairs.items():
        found = measured["with source"]
        before, after = found["before"], found["after"]
        cells = [
            cell
            for fact, of in FACTS_OF.values()
            for cell in (f"{before.get(fact, 0)} of {before.get(of, 0)}", str(after.get(fact, 0)))
        ]
        gains = [f"{found[metric]['gain']:+.2f}{_stars(found[metric]['p'])}" for metric in ("bleu", "chrf")]
        rows.append([system, *cells, *gains])
    lines = [
        table(rows, "markdown"),
        FACTS.format(sentences=max(one["alone"]["sentences"] for one in repairs.values())),
    ]
    return "\n\n".join(lines)


def judge_table(judged: Mapping[str, Any]) -> str:
    """What eval/judge.py measured: whose drafts, whose translations were offered, and what came of it."""
    rows = [["drafts", "offered", "taken", "BLEU", "offered", "cleaned", "chrF", "offered", "cleaned"]]
    for pair, run in judged.items():
        drafted, _, offered = pair.partition(" < ")
        cells = [drafted, offered, f"{run['taken']:.0%}"]
        for metric in ("bleu", "chrf"):
            p = {test: found["with_ties"] for test, found in run["p"][metric].items()}
            after = f"{run[metric]['cleaned']:.2f}{_stars(p)}"
            cells += [f"{run[metric]['draft']:.2f}", f"{run['instead'][metric]:.2f}", after]
        rows.append(cells)
    lines = {run["lines"] for run in judged.values()}
    return "\n\n".join([table(rows, "markdown"), OFFERS.format(lines=max(lines))])


OFFERS = """\
In the place of a model stands an engine whose translations are on file; {lines} lines a set, in articles of twenty.
Taken is the share of sentences into which judge and checks let some of its wording. The threshold was found on
wmt20 alone; how little may be lost there was settled when these sets had been looked at.
A star: better or worse for sure, p < 0.01 by both paired tests, ties counted."""


FACTS = """\
No model is asked here: these are the repairs alone, on {sentences:,} sentences an engine; nothing was tuned on it.
Where the reference has a person's name in Pinyin, or a name that the table has, the draft should, too; where the source
counts in yuan alone, it should not count in dollars. A star: p < 0.01 by both paired tests."""


def _stars(p: Mapping[str, float]) -> str:
    return "*" if p and max(p.values()) < 0.01 else ""


def _title(result: Mapping[str, Any]) -> str:
    return f"{result['title']}, {result['limit']} lines each" if result["limit"] else str(result["title"])


def _structure(title: str, run: Mapping[str, Any]) -> str:
    return (
        f"- {title}: precision {run['precision']:.2f}, recall {run['recall']:.2f} on {run['pages']} held-out pages; "
        f"{run['prose lost']} of {run['prose']} blocks of prose lost."
    )


def _is_clean(run: Mapping[str, Any]) -> bool:
    return bool(run["systems"]["draft"]["chrf"]["value"] == 100)


def _means(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """BLEU and chrF, each of drafts and cleaned; nothing where a suite did not ask for it."""
    cells = []
    for metric in ("bleu", "chrf"):
        for system in ("draft", "cleaned"):
            values = [run["systems"][system][metric]["value"] for run in runs if metric in run["systems"][system]]
            cells.append(f"{fmean(values):.2f}" if values else "")
    return cells


def _sure(runs: Sequence[Mapping[str, Any]]) -> str:
    moved = [
        run["systems"]["cleaned"]["chrf"]["value"] - run["systems"]["draft"]["chrf"]["value"]
        for run in runs
        if run["systems"]["cleaned"]["chrf"]["significant"]
    ]
    better, worse = sum(one > 0 for one in moved), sum(one < 0 for one in moved)
    return f"{better} better, {worse} worse of {len(runs)}"


def all_runs(results: Sequence[Mapping[str, Any]]) -> str:
    """A table a suite: every run, draft and cleaned, and the share of segments that moved."""
    parts = []
    for result in results:
        runs = [run for run in result["runs"] if "systems" in run]
        if not runs:
            continue
        metrics = list(runs[0]["systems"]["cleaned"])
        head = [column for metric in metrics for column in (NAMES[metric], "cleaned", "")]
        rows = [["drafts", "job", *head, "changed", "better", "worse", "oracle chrF"]]
        for run in runs:
            draft, cleaned = run["systems"]["draft"], run["systems"]["cleaned"]
            cells = []
            for metric in metrics:
                cells += [f"{draft[metric]['value']:.2f}", *score_cells(cleaned[metric], draft[metric])]
            shares = [f"{run[name]:.1%}" for name in ("changed", "better", "worse")]
            oracle = f"{run['systems']['oracle']['chrf']['value']:.2f}"
            rows.append([run["draft"], run["job"], *cells, *shares, oracle])
        signature = f"`{result['signature']}`, corpus `{result['corpus'][:12]}`"
        parts.append(f"## {_title(result)}\n\n{table(rows, 'markdown')}\n\n{signature}")
    return "\n\n".join(parts)


if __name__ == "__main__":
    raise SystemExit(main())
