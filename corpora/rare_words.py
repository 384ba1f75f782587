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
from corpora.spellings import MOST_SEEN, Sentences, by_hand, sentences, write
from postedit.known_names import names_table, tagged
from postedit.rare_words import Table, find_rare_words, forms_of

BY_HAND = Path(__file__).with_suffix(".tsv")
HEAD = "# Made by corpora/rare_words.py: Chinese, and English; behind a bar what else says as much.\n"
ENOUGH = 3  # sentences that tell whether translations say the English
LEAST_SAID = 0.5  # of them


def counted(some: Sentences, table: Table) -> tuple[Counter[str], Counter[str]]:
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
    rows = by_hand(BY_HAND)
    some = sentences(options.zh_triples, options.pairs, options.evaluation, without=())
    found = rare(rows, *counted(some, forms_of(rows)))
    write(options.out, found, HEAD)
    print(f"{len(found)} of {len(rows)} words", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
