"""Print what is missed on the furniture corpus, for a person who writes rules.

    python eval/furniture.py [corpora/furniture/pages.jsonl]

Rules are tuned on the pages with odd numbers (1st, 3rd, ...); the even ones are held out, so what is printed is of odd
pages only. The counts of all are those of `postedit eval eval/suites/furniture.toml`.
"""

import sys
from pathlib import Path

from postedit.article import Kind
from postedit.structure_scores import judge
from postedit.suites import records

PAGES = Path(__file__).resolve().parent.parent / "corpora" / "furniture" / "pages.jsonl"


def main(path: Path = PAGES) -> None:
    for page in list(records(path))[::2]:
        for block in judge(page):
            if block.dropped != (block.kind is Kind.FURNITURE):
                print(f"{page['id']}: {'lost' if block.dropped else 'stays'}: {block.kind}: {block.text}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
