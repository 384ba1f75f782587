"""How long loading and cleaning take, and how much memory: `make bench` writes eval/results/bench.json.

Each run is a fresh process, so that loading is paid in full and the peak of memory is its own. The median of the runs
is what counts; the slowest stands beside it.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUGH = ROOT / "corpora" / "demo" / "rough.txt"
RESULT = ROOT / "eval" / "results" / "bench.json"
WORDS = 1000

# What the product promises: seconds to load, seconds for 1,000 words once loaded, megabytes at the peak.
PROMISED = {"load_seconds": 2.0, "clean_seconds": 3.0, "peak_megabytes": 600.0}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--model", default="default")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.model)))
        return 0
    runs = [_in_fresh_process(arguments.model) for _ in range(arguments.runs)]
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "words": WORDS,
        "runs": len(runs),
        "promised": PROMISED,
        "median": {name: round(statistics.median(run[name] for run in runs), 3) for name in PROMISED},
        "slowest": {name: round(max(run[name] for run in runs), 3) for name in PROMISED},
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    kept = all(result["median"][name] < limit for name, limit in PROMISED.items())  # type: ignore[index]
    return 0 if kept else 1


def measure(model: str) -> dict[str, float]:
    """One run in this process: load, clean `WORDS` words of rough text, look at the peak."""
    started = time.perf_counter()
    from postedit import Cleaner

    cleaner = Cleaner(model=model)
    loaded = time.perf_counter()
    cleaner(rough_text(WORDS))
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"load_seconds": loaded - started, "clean_seconds": done - loaded, "peak_megabytes": peak}


def rough_text(words: int) -> str:
    """The demo article's paragraphs, again and again until there are so many words."""
    paragraphs = [line for line in ROUGH.read_text(encoding="utf-8").split("\n") if len(line.split()) > 12]
    chosen: list[str] = []
    while sum(len(paragraph.split()) for paragraph in chosen) < words:
        chosen.append(paragraphs[len(chosen) % len(paragraphs)])
    return "\n\n".join(chosen)


def _in_fresh_process(model: str) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__)), "--one", "--model", model]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in json.loads(printed).items()}


if __name__ == "__main__":
    sys.exit(main())
