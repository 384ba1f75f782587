"""Find what tells rough translations by their English alone: pipeline/postedit/tells.tsv.

    python models/fit_tells.py zh-en.triples.train.tsv.zst

Sentences by rough engines are held against those by good ones and against references, all of wmt17 to wmt19; a ridge
regression on which words and pairs of words each has says which is which (`postedit.tells`). Both sides count the same.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from corpora.pack import read_table
from postedit import tells

ROUGH = ("argos", "opusmt", "nllb")
GOOD = ("bergamot-base", "microsoft", "google")
REFERENCES = 2  # times that each reference counts
FREQUENT = 400  # words that are read as they are
GRAMS = 4000
RIDGE = 30.0
CHUNK = 4000
OUT = Path(__file__).resolve().parent.parent / "pipeline" / "postedit" / "tells.tsv"

Floats = npt.NDArray[np.float64]


def sentences(path: Path) -> tuple[list[str], list[str]]:
    """Rough ones and good ones."""
    rough, good, references = list[str](), list[str](), dict[str, None]()
    for _, draft, reference, system in read_table(path):
        engine = system.partition(".moz-")[2]
        if engine in ROUGH:
            rough.append(draft)
        elif engine in GOOD:
            good.append(draft)
        references[reference] = None
    return rough, good + [*references] * REFERENCES


def frequent_words(texts: Iterable[str]) -> frozenset[str]:
    """The most frequent words, in lower case."""
    counts = Counter(word.lower() for text in texts for word in tells.words(text) if word[0].isalpha())
    return frozenset(word for word, _ in counts.most_common(FREQUENT)) - tells.KINDS


def fit(rough: Sequence[str], good: Sequence[str]) -> dict[str, float]:
    """Weights by gram, as `tells.sounds_rough` wants them: rough ones have 1 as their aim, good ones -1."""
    frequent = frequent_words((*rough, *good))
    found = [tuple(dict.fromkeys(tells.grams(tells.masked(text, frequent)))) for text in (*rough, *good)]
    counts = Counter(gram for grams in found for gram in grams)
    names = [*sorted(frequent), *(gram for gram, _ in counts.most_common(GRAMS) if gram not in frequent)][:GRAMS]
    aims = np.array([1.0] * len(rough) + [-1.0] * len(good))
    share = np.array([0.5 / len(rough)] * len(rough) + [0.5 / len(good)] * len(good)) * len(found)
    square, product = np.zeros((len(names) + 1,) * 2), np.zeros(len(names) + 1)
    for at, x in _rows(found, {name: n for n, name in enumerate(names)}):
        some = slice(at, at + len(x))
        square += (x * share[some, None]).T @ x
        product += x.T @ (share[some] * aims[some])
    square[np.diag_indices(len(names))] += RIDGE
    *solved, constant = np.linalg.solve(square, product)
    return {"": float(constant), **dict(zip(names, map(float, solved), strict=True))}


def _rows(found: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> Iterator[tuple[int, Floats]]:
    """Where each chunk begins, and its rows: a constant last."""
    for at in range(0, len(found), CHUNK):
        some = found[at : at + CHUNK]
        x = np.zeros((len(some), len(numbers) + 1))
        x[:, -1] = 1
        for row, grams in zip(x, some, strict=True):
            known = [numbers[gram] for gram in grams if gram in numbers]
            row[known] = 1 / tells.length(len(known))
        yield at, x


def write(path: Path, weights: Mapping[str, float]) -> None:
    """The table, the heaviest first."""
    head = "# What rough translations say oftener (above nothing) and less often; written by models/fit_tells.py.\n"
    rows = sorted(weights.items(), key=lambda one: (one[0] != "", -abs(round(one[1], 3)), one[0]))
    path.write_text(head + "".join(f"{gram}\t{weight:.3f}\n" for gram, weight in rows), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Find what tells rough translations by their English alone.")
    parser.add_argument("triples", type=Path, help="source, draft, reference, set.moz-engine; .zst or not")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    rough, good = sentences(options.triples)
    weights = fit(rough, good)
    write(options.out, weights)
    print(f"{options.out}: {len(weights)} weights from {len(rough)} rough and {len(good)} good sentences")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
