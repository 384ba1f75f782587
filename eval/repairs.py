"""What the repairs do to the scores of rough drafts: corpus BLEU and chrF before and after, per engine.

Twice for each: with the draft alone, and with its source, which some repairs read.

    python eval/repairs.py TRIPLES [--only wmt20.moz-] [--year 2019] [--show 100]
    python eval/repairs.py TRIPLES --only wmt21.moz- --year 2020 -o eval/results/repairs-wmt21.json

TRIPLES is a table of tabs, plain or .zst: source, rough draft, reference, set.system. Scores go to
eval/results/repairs.json with their signatures; `--show` prints that many changed sentences for a person to read.
"""

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postedit.commands_eval import write_json
from postedit.known_names import listed, tagged
from postedit.repairs import Known, repair
from postedit.repairs.amounts import OTHER_MONEY
from postedit.repairs.chinese_names import full_names
from postedit.romanization import joined, readings
from postedit.scores import score_systems
from postedit.significance import Resampling
from postedit.suites import text_lines

DOLLARS = re.compile(r"\$|\b[Dd]ollars?\b|\bUSD\b")
RESULTS = Path(__file__).parent / "results" / "repairs.json"


@dataclass(frozen=True, slots=True)
class Row:
    source: str
    draft: str
    reference: str


def read_rows(path: Path, only: str) -> Iterator[tuple[str, Row]]:
    """The system and what it drafted, of every row whose system begins with `only`."""
    for line in text_lines(path):
        source, draft, reference, system = line.split("\t")
        if system.startswith(only):
            yield system, Row(source, draft, reference)


def measure(rows: Sequence[Row], year: int, *, with_source: bool) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The scores of the drafts before and after, with a paired test, and the pairs that differ."""
    repaired = [repair(row.draft, Known(year, row.source if with_source else None)) for row in rows]
    drafts, texts = [row.draft for row in rows], [one.text for one in repaired]
    what = {"before": facts(rows, drafts), "after": facts(rows, texts)} if with_source else {}
    changed = [(draft, text) for draft, text in zip(drafts, texts, strict=True) if draft != text]
    steps = Counter(step for one in repaired for step in one.steps)
    result: dict[str, Any] = {"sentences": len(drafts), "changed": len(changed), "steps": dict(sorted(steps.items()))}
    given = {"draft": drafts, "repaired": texts}
    found = score_systems(given, [row.reference for row in rows], ["bleu", "chrf"], resampling=Resampling())
    for before, after in zip(found["draft"].scores, found["repaired"].scores, strict=True):
        result[before.metric] = {
            "before": round(before.value, 3),
            "after": round(after.value, 3),
            "gain": round(after.value - before.value, 3),
            "p": {test.test: round(test.with_ties, 4) for test in after.tests},
            "signature": after.signature,
        }
    return result | what, changed


def facts(rows: Sequence[Row], texts: Sequence[str]) -> dict[str, int]:
    """How many of what the source says for sure stands in the texts: people in Pinyin, known names, amounts of yuan.

    A person counts where the reference has the name in Pinyin, a name of the table where the reference says it; a
    sentence counts in yuan where its source names no other money and its reference no dollars.
    """
    found = Counter[str]()
    for row, text in zip(rows, texts, strict=True):
        for name in full_names(row.source):
            spelt = {f"{joined(one[:1])} {joined(one[1:])}" for one in readings(name)}
            if any(one in row.reference for one in spelt):
                found["people"] += 1
                found["people spelt right"] += any(one in text for one in spelt)
        said = [one for one in listed(row.source, tagged(row.source)) if one.is_in(row.reference)]
        found["known names"] += len(said)
        found["known names said"] += sum(one.is_in(text) for one in said)
        in_yuan = re.search(r"[0-9万亿千百]元", row.source) and not OTHER_MONEY.search(row.source)
        if in_yuan and not DOLLARS.search(row.reference):
            found["sentences in yuan"] += 1
            found["put into dollars"] += bool(DOLLARS.search(text))
    return dict(found)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score rough drafts before and after their repairs.")
    parser.add_argument("triples", type=Path)
    parser.add_argument("--only", default="wmt20.moz-", metavar="PREFIX", help="which systems")
    parser.add_argument("--year", type=int, default=2019, help="the year in which the texts were written")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N changed sentences")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    args = parser.parse_args(argv)

    systems: dict[str, list[Row]] = defaultdict(list)
    for system, row in read_rows(args.triples, args.only):
        systems[system].append(row)
    if not systems:
        print(f"{args.triples} has no system that begins with {args.only!r}.", file=sys.stderr)
        return 1

    results: dict[str, dict[str, Any]] = defaultdict(dict)
    changed: list[tuple[str, str]] = []
    for system, rows in sorted(systems.items()):
        for how in ("alone", "with source"):
            result, pairs = measure(rows, args.year, with_source=how == "with source")
            results[system][how], (bleu, chrf) = result, (result["bleu"], result["chrf"])
            changed += pairs if how == "with source" else []
            print(
                f"{system}, {how}: BLEU {bleu['before']} -> {bleu['after']}, chrF {chrf['before']} -> {chrf['after']}"
            )
    for before, after in random.Random(1).sample(changed, min(args.show, len(changed))):  # noqa: S311
        print(f"- {before}\n+ {after}\n")
    write_json(args.output, results)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
