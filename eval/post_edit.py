"""What a model that reads the source is worth: drafts by several engines, cleaned with their sources, all of postedit.

    python eval/post_edit.py ../shared/data/zh-en.triples.dev.tsv.zst --model tri-v4 -o eval/results/tri-v4.json

Lines are cut into articles of twenty, as in eval/judge.py, for a model's rewrites are judged by the article, too.
`changed`, `better` and `worse` are shares of the sentences; `oracle` is the choice that the references would make;
`without the model` has the repairs only. References as drafts, which should stay as they are, come last. On wmt20,
which gates are tuned on, the numbers are a little too good.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from eval.judge import METRICS, SETS, Rows, articles, evidence, read, values
from postedit import Cleaner
from postedit.evaluation import evaluate

ENGINES = ("argos", "opusmt", "nllb", "bergamot-base", "microsoft", "google")
CLEAN = "references"
SHARES = ("changed", "better", "worse", "origins", "vetoes", "words_per_second", "peak_megabytes")


def measure(rows: Rows, cleaner: Cleaner) -> dict[str, Any]:
    """What the pipeline makes of these drafts."""
    facts = evaluate(list(articles(rows)), cleaner, "draft", METRICS).facts
    return {
        "lines": len(rows),
        **{name: facts[name] for name in SHARES},
        **values(facts),
        **evidence(facts, cleaner),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, help="zh-en.triples.dev.tsv.zst")
    parser.add_argument("--model", required=True, metavar="NAME", help="a shipped model, a folder, or a hub id")
    parser.add_argument("--only", choices=SETS, nargs="*", default=SETS[:2])
    parser.add_argument("--engines", choices=(*ENGINES, CLEAN), nargs="*", default=(*ENGINES, CLEAN))
    parser.add_argument("--limit", type=int, default=200, help="lines of each set; 0: all")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args(arguments)
    cleaner = Cleaner(model=options.model, offline=True)
    results: dict[str, dict[str, Any]] = {}
    for name in options.only:
        rows = {engine: [row for row in found if all(row)] for engine, found in read(options.table, name).items()}
        rows[CLEAN] = [(source, reference, reference) for source, _, reference in rows[ENGINES[0]]]
        for engine in options.engines:
            found = results[f"{name}: {engine}"] = measure(rows[engine][: options.limit or None], cleaner)
            told = [f"{metric} {found[metric]['draft']:.2f} -> {found[metric]['cleaned']:.2f}" for metric in METRICS]
            print(f"{name}: {engine}: {found['changed']:.1%} changed, {', '.join(told)}", flush=True)
    if options.output:
        options.output.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
