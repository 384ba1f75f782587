"""What the repairs do to the scores of rough drafts: corpus BLEU and chrF before and after, per engine.

    python eval/repairs.py TRIPLES [--only wmt20.moz-] [--year 2019] [--show 100]

TRIPLES is a table of tabs, plain or .zst: source, rough draft, reference, set.system. Scores go to
eval/results/repairs.json with their signatures; `--show` prints that many changed sentences for a person to read.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from postedit.commands_eval import write_json
from postedit.repairs import repair
from postedit.suites import text_lines

RESULTS = Path(__file__).parent / "results" / "repairs.json"


def read_rows(path: Path, only: str) -> Iterator[tuple[str, str, str]]:
    """(system, draft, reference) of every row whose system begins with `only`."""
    for row in text_lines(path):
        _, draft, reference, system = row.split("\t")
        if system.startswith(only):
            yield system, draft, reference


def measure(
    drafts: Sequence[str], references: Sequence[str], year: int
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The scores of the drafts before and after, and the pairs that differ."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    repaired = [repair(draft, year) for draft in drafts]
    texts = [one.text for one in repaired]
    changed = [(draft, text) for draft, text in zip(drafts, texts, strict=True) if draft != text]
    steps = Counter(step for one in repaired for step in one.steps)
    result: dict[str, Any] = {"sentences": len(drafts), "changed": len(changed), "steps": dict(sorted(steps.items()))}
    for name, metric in (("bleu", BLEU()), ("chrf", CHRF())):
        before = metric.corpus_score(drafts, [references]).score
        after = metric.corpus_score(texts, [references]).score
        result[name] = {"before": round(before, 3), "after": round(after, 3), "gain": round(after - before, 3)}
        result[name]["signature"] = str(metric.get_signature())
    return result, changed


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score rough drafts before and after their repairs.")
    parser.add_argument("triples", type=Path)
    parser.add_argument("--only", default="wmt20.moz-", metavar="PREFIX", help="which systems")
    parser.add_argument("--year", type=int, default=2019, help="the year in which the texts were written")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N changed sentences")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    args = parser.parse_args(argv)

    systems: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for system, draft, reference in read_rows(args.triples, args.only):
        systems[system].append((draft, reference))
    if not systems:
        print(f"{args.triples} has no system that begins with {args.only!r}.", file=sys.stderr)
        return 1

    results, changed = {}, []
    for system, rows in sorted(systems.items()):
        results[system], pairs = measure([draft for draft, _ in rows], [reference for _, reference in rows], args.year)
        changed += pairs
        bleu, chrf = results[system]["bleu"], results[system]["chrf"]
        print(f"{system}: BLEU {bleu['before']} -> {bleu['after']}, chrF {chrf['before']} -> {chrf['after']}")
    for before, after in random.Random(1).sample(changed, min(args.show, len(changed))):  # noqa: S311
        print(f"- {before}\n+ {after}\n")
    write_json(args.output, results)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
