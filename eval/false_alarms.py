"""How often each repair and each defect check fires on text that should need neither.

    python eval/false_alarms.py LINES... [--sources LINES...] [--year 2019] [--examples 3]

Each file holds one clean English sentence a line; a file of sources, where there is one, goes with the file of
sentences in the same place ("-" for none). Examples go to stdout, counts to eval/results/false-alarms.json. What fires
on a clean sentence is a false alarm or a true fault of the reference: a person reads the examples to tell.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from postedit.article import Segment, Severity
from postedit.commands_eval import write_json
from postedit.defects import inspect
from postedit.repairs import DATED_REPAIRS, REPAIRS, SOURCED_REPAIRS
from postedit.suites import text_lines

RESULTS = Path(__file__).parent / "results" / "false-alarms.json"


def fired_repairs(text: str, year: int, source: str | None) -> dict[str, str]:
    """What each repair, on its own, makes of the text, where that is something else."""
    fixed = {name: fix(text) for name, fix in REPAIRS.items()}
    fixed |= {name: fix(text, year) for name, fix in DATED_REPAIRS.items()}
    fixed |= {name: fix(text, source) for name, fix in SOURCED_REPAIRS.items()} if source else {}
    return {name: after for name, after in fixed.items() if after != text}


def count(sentences: Sequence[str], sources: Sequence[str | None], year: int, examples: int) -> dict[str, Any]:
    """The counts of one file; its examples are printed on the way."""
    repairs, defects, shown = Counter[str](), Counter[str](), defaultdict[str, int](int)
    grave = touched = 0
    for sentence, source in zip(sentences, sources, strict=True):
        fired = fired_repairs(sentence, year, source)
        repairs.update(fired.keys())
        touched += bool(fired)
        for name, after in fired.items():
            show(f"repair: {name}", f"{sentence}\n      -> {after}", shown, examples)
        found = inspect(Segment(sentence, 0, source=source), year)
        defects.update({f"{defect.name} ({defect.severity})" for defect in found})
        grave += any(defect.severity is not Severity.MINOR for defect in found)
        for defect in found:
            show(f"defect: {defect.name}", f"{defect.detail} | {sentence}", shown, examples)
    return {
        "sentences": len(sentences),
        "touched by a repair": touched,
        "with a major or critical defect": grave,
        "repairs": dict(sorted(repairs.items())),
        "defects": dict(sorted(defects.items())),
    }


def show(name: str, example: str, shown: dict[str, int], most: int) -> None:
    shown[name] += 1
    if shown[name] <= most:
        print(f"  {name}\n      {example}")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Count how often repairs and defect checks fire on clean text.")
    parser.add_argument("sentences", nargs="+", metavar="LINES", help="clean English, one sentence a line")
    parser.add_argument("--sources", nargs="*", default=[], metavar="LINES", help='their sources, "-" for none')
    parser.add_argument("--year", type=int, default=2019, help="the year in which the texts were written")
    parser.add_argument("--examples", type=int, default=3, help="how many to print of each")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    args = parser.parse_args(argv)

    results = {}
    for number, path in enumerate(args.sentences):
        sentences = text_lines(Path(path))
        source_path = args.sources[number] if number < len(args.sources) else "-"
        sources: Sequence[str | None] = text_lines(Path(source_path)) if source_path != "-" else [None] * len(sentences)
        if len(sources) != len(sentences):
            print(f"{source_path} has {len(sources)} lines, {path} has {len(sentences)}.", file=sys.stderr)
            return 1
        print(f"== {path}")
        results[Path(path).name] = {"with source": source_path != "-"} | count(
            sentences, sources, args.year, args.examples
        )
    write_json(args.output, results)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
