"""Make the table of rare words that are written into a source, from those written by hand.

    python corpora/rare_words.py --zh-triples zh-en.triples.train.tsv.zst --pairs zh-en.pairs.tsv.zst \\
        --evaluation $POSTEDIT_DATA/eval/* --out pipeline/postedit/rare_words_zh_en.tsv

What training text has often the model knows, and what its translations say otherwise is no English for it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from corpora.pack import evaluation_lines, filters, kept, pairs, triples
from postedit.known_names import names_table, rows_of, tagged
from postedit.rare_words import Table, find_rare_words, forms_of

BY_HAND = Path(__file__).with_suffix(".tsv")
MOST_SEEN = 60  # sentences; what is seen oftener the model knows
ENOUGH = 3  # sentences that tell whether translations say the English
LEAST_SAID = 0.5  # of them


def by_hand(path: Path = BY_HAND) -> dict[str, str]:
    """The rows that were written by hand."""
    return {chinese: english for chinese, english in rows_of(path.read_text("utf-8")).items() if english}


def counted(some: Sequence[tuple[str, str]], table: Table) -> tuple[Counter[str], Counter[str]]:
    """How many sentences have each word, and how many of their translations say it."""
    seen, said = Counter[str](), Counter[str]()
    for source, reference in some:
        for one in find_rare_words(source, tagged(source), frozenset(), table):
            word = source[one.start : one.end]
            seen[word] += 1
            said[word] += one.is_in(reference)
    return seen, said


def rare(rows: Mapping[str, str], seen: Mapping[str, int], said: Mapping[str, int]) -> dict[str, str]:
    """The rows that are seen seldom, and whose English is said where they are seen.

    >>> rows = {"农民工": "migrant worker", "公司": "company", "打点": "bribe"}
    >>> rare(rows, {"农民工": 8, "公司": 9000, "打点": 5}, {"农民工": 6, "公司": 8000, "打点": 0})
    {'农民工': 'migrant worker'}
    """
    known = names_table()
    return {
        chinese: english
        for chinese, english in rows.items()
        if chinese not in known
        and seen.get(chinese, 0) <= MOST_SEEN
        and (seen.get(chinese, 0) < ENOUGH or said.get(chinese, 0) >= LEAST_SAID * seen[chinese])
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the table of words that a source may have.")
    parser.add_argument("--zh-triples", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--evaluation", type=Path, nargs="+", required=True, help="texts that must not be learned from")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    checked = kept(
        [*triples(options.zh_triples), *pairs(options.pairs)],
        filters(evaluation_lines(options.evaluation)),
        Counter(),
    )
    some = [*dict.fromkeys((one.source, one.reference) for one in checked)]
    rows = by_hand()
    found = rare(rows, *counted(some, forms_of(rows)))
    lines = [f"{chinese}\t{english}" for chinese, english in sorted(found.items())]
    head = "# Made by corpora/rare_words.py: Chinese, and English; behind a bar what else says as much."
    options.out.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    print(f"{len(lines)} of {len(rows)} words", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
