"""Measure where `postedit.segments.split_sentences` finds boundaries, and how fast, beside plain sentencex.

    python eval/segmentation.py DATA-FOLDER

Every file of the folder that ends in .zh or .ref.en is joined, five lines at a time, with nothing (Chinese) or a space,
and the ends of the lines are to be found again. Lines that hold several sentences make a perfect score impossible:
`f1` counts every boundary inside a line as wrong, `f1_agreed` takes those that both segmenters find as real, and
`ceiling` is the `f1` of a segmenter that finds just the line ends and those. Writes eval/results/segmentation.json.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sentencex

from postedit.segments import split_sentences

JOINED = 5
RESULTS = Path(__file__).parent / "results" / "segmentation.json"
Ends = Callable[[str], set[int]]


def main(folder: Path) -> None:
    rows = []
    for path in sorted([*folder.glob("*.zh"), *folder.glob("*.ref.en")]):
        language = path.suffix[1:]
        documents = list(joined(path, "" if language == "zh" else " "))
        segmenters: dict[str, Ends] = {"postedit": own, "sentencex": lambda text, to=language: theirs(text, to)}  # type: ignore[misc]
        agreed = [(own(text) & theirs(text, language)) - ends for text, ends in documents]
        for name, find in segmenters.items():
            row = {
                "file": path.name,
                "segmenter": name,
                **scores(find, documents, agreed),
                "mchar_per_s": speed(find, documents),
            }
            rows.append(row)
            print(row, file=sys.stderr)
    if not rows:
        raise SystemExit(f"{folder}: no files that end in .zh or .ref.en. Name the folder that holds them.")
    report = {"signature": f"joined:{JOINED}|sentencex:1.0|boundaries:all", "files": rows}
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def joined(path: Path, glue: str) -> Iterator[tuple[str, set[int]]]:
    """Texts of a few lines each, and where the lines end in them."""
    lines = [line.strip() for line in path.read_text("utf-8").split("\n") if line.strip()]
    for at in range(0, len(lines), JOINED):
        text, ends = "", set()
        for line in lines[at : at + JOINED]:
            text += (glue if text else "") + line
            ends.add(len(text))
        yield text, ends


def own(text: str) -> set[int]:
    return {end for _, end in split_sentences(text)}


def theirs(text: str, language: str) -> set[int]:
    found = sentencex.get_sentence_boundaries(language, text)
    return {one["start_index"] + len(one["text"].rstrip()) for one in found if one["text"].strip()}


def scores(find: Ends, documents: list[tuple[str, set[int]]], agreed: list[set[int]]) -> dict[str, float]:
    right = right_agreed = found = wanted = inside = 0
    for (text, ends), also in zip(documents, agreed, strict=True):
        places = find(text)
        right += len(places & ends)
        right_agreed += len(places & (ends | also))
        found += len(places)
        wanted += len(ends)
        inside += len(also)
    return {
        "precision": round(100 * right / found, 2),
        "recall": round(100 * right / wanted, 2),
        "f1": round(200 * right / (found + wanted), 2),
        "f1_agreed": round(200 * right_agreed / (found + wanted + inside), 2),
        "ceiling": round(200 * wanted / (2 * wanted + inside), 2),
    }


def speed(find: Ends, documents: list[tuple[str, set[int]]]) -> float:
    """Millions of characters a second of processor time, the median of five runs."""
    seconds = []
    for _ in range(5):
        begun = time.process_time()
        for text, _ends in documents:
            find(text)
        seconds.append(time.process_time() - begun)
    return round(sum(len(text) for text, _ in documents) / statistics.median(seconds) / 1e6, 1)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python eval/segmentation.py DATA-FOLDER")
    main(Path(sys.argv[1]))
