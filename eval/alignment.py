"""Measure how many sentence links `postedit.alignment` finds, on documents whose links are known.

    python eval/alignment.py DATA-FOLDER

Documents are made of the source lines of a test set, in order, and the drafts of one system. In "plain" ones nothing
else happens; in "rough" ones 5 % of the lines are lost on each side, 5 % of neighbours are merged into one sentence and
5 % are split in two, and the paragraphs of the draft are drawn anew. A link counts when both its sides are exactly
right (strict). The numbers of `alignment.py` were tuned on wmt20 alone. Writes eval/results/alignment.json.
"""

import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from postedit.alignment import align
from postedit.article import Article, Block
from postedit.errors import ArticleError
from postedit.segments import segment
from postedit.suites import text_lines

SYSTEMS = ("moz-argos", "moz-opusmt", "moz-google")
LINES = 40  # a document
LOST, MERGED, SPLIT = 0.10, 0.05, 0.05  # half of the losses on each side
RESULTS = Path(__file__).parent / "results" / "alignment.json"


@dataclass(frozen=True)
class Document:
    article: Article
    source_lines: tuple[tuple[int, int, int], ...]  # start, end, name of the line
    draft_lines: tuple[tuple[int, int, int], ...]
    gold: frozenset[tuple[frozenset[int], frozenset[int]]]


def main(folder: Path) -> None:
    pairs = read_pairs(folder / "zh-en.triples.dev.tsv.zst")
    rows = []
    for suite in ("wmt20", "wmt21", "flores-dev"):
        for system in SYSTEMS:
            for rough in (False, True):
                rows.append(measure(suite, system, pairs[f"{suite}.{system}"], rough=rough))
                print(rows[-1], file=sys.stderr)
    report = {"links": rows, "refusals": refusals(pairs["wmt20.moz-argos"]), "speed": speed(pairs["wmt20.moz-argos"])}
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(json.dumps(report, indent=1))


def read_pairs(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Source lines and drafts of each suite and system, in the order of the file."""
    pairs = defaultdict(list)
    for row in text_lines(path):
        source, draft, _, name = row.split("\t")
        pairs[name].append((source.strip(), draft.strip()))
    return pairs


def documents(pairs: Sequence[tuple[str, str]], *, rough: bool, seed: int = 1) -> list[Document]:
    chance = random.Random(seed)  # noqa: S311
    starts = range(0, len(pairs), LINES)
    return [document([p for p in pairs[at : at + LINES] if all(p)], chance, rough=rough) for at in starts]


def document(pairs: Sequence[tuple[str, str]], chance: random.Random, *, rough: bool) -> Document:
    """One article whose links are known; line `n` of the source is named n, its draft too, a second half n + 10,000."""
    breaks = {at for at in range(len(pairs)) if at == 0 or chance.random() < 0.35}
    draft_breaks = {at if chance.random() < 0.8 else at + 1 for at in breaks} if rough else set(breaks)
    for at, (text, translation) in enumerate(pairs):
        if text[-1] not in "。！？”" or translation[-1] not in '.!?"”':  # a headline stands alone, as on any page
            breaks |= {at, at + 1}
            draft_breaks |= {at, at + 1}
    source: list[tuple[str, int]] = []
    draft: list[tuple[str, int]] = []
    gold = []
    at = 0
    while at < len(pairs):
        event = chance.random() if rough else 1.0
        text, translation = pairs[at]
        used = 1
        if event < LOST / 2:
            source.append((text, at))
        elif event < LOST:
            draft.append((translation, at))
        elif event < LOST + MERGED and at + 1 < len(pairs) and at + 1 not in breaks | draft_breaks:
            used = 2
            source += [(text, at), (pairs[at + 1][0], at + 1)]
            follows = pairs[at + 1][1]
            draft.append((translation.rstrip('.!?"”’ ') + ", and " + follows[:1].lower() + follows[1:], at))
            gold.append((frozenset({at, at + 1}), frozenset({at})))
        elif event < LOST + MERGED + SPLIT and ", " in translation[10:-20]:
            left, _, right = translation[10:].partition(", ")
            source.append((text, at))
            draft += [(translation[:10] + left + ".", at), (right[:1].upper() + right[1:], at + 10_000)]
            gold.append((frozenset({at}), frozenset({at, at + 10_000})))
        else:
            source.append((text, at))
            draft.append((translation, at))
            gold.append((frozenset({at}), frozenset({at})))
        at += used
    source_text, source_blocks, source_lines = lay_out(source, breaks, "")
    draft_text, draft_blocks, draft_lines = lay_out(draft, draft_breaks, " ")
    article = Article("built", draft_text, draft_blocks, source_text, source_blocks)
    return Document(article, source_lines, draft_lines, frozenset(gold))


def lay_out(
    lines: Sequence[tuple[str, int]], breaks: set[int], glue: str
) -> tuple[str, tuple[Block, ...], tuple[tuple[int, int, int], ...]]:
    text, blocks, places = "", [], []
    start, last = 0, -1
    for line, name in lines:
        if text and any(at in breaks for at in range(last + 1, name % 10_000 + 1)):
            blocks.append(Block(start, len(text)))
            text += "\n\n"
            start = len(text)
        elif text:
            text += glue
        places.append((len(text), len(text) + len(line), name))
        text += line
        last = name % 10_000
    return text, (*blocks, Block(start, len(text))), tuple(places)


def found_links(document: Document) -> set[tuple[frozenset[int], frozenset[int]]]:
    """The links that `align` found, as names of lines; links that share a line are one."""
    article = document.article
    links: list[tuple[set[int], set[int]]] = []
    # Sources are looked up without whitespace: between sentences of two paragraphs theirs is not the article's.
    places = [at for at, character in enumerate(article.source or "") if not character.isspace()]
    compact = "".join((article.source or "")[at] for at in places)
    at = 0
    for one in align(segment(article), article):
        if one.source is None:
            continue
        sought = "".join(one.source.split())
        at = compact.index(sought, at)
        names = touched(document.source_lines, places[at], places[at + len(sought) - 1] + 1)
        at += len(sought)
        pieces = touched(document.draft_lines, one.start, one.end)
        if links and (names & links[-1][0] or pieces & links[-1][1]):
            links[-1] = links[-1][0] | names, links[-1][1] | pieces
        else:
            links.append((names, pieces))
    return {(frozenset(source), frozenset(draft)) for source, draft in links}


def touched(lines: Sequence[tuple[int, int, int]], start: int, end: int) -> set[int]:
    return {name for low, high, name in lines if low < end and start < high}


def measure(suite: str, system: str, pairs: Sequence[tuple[str, str]], *, rough: bool) -> dict[str, object]:
    right = found = wanted = refused = 0
    for one in documents(pairs, rough=rough):
        wanted += len(one.gold)
        try:
            links = found_links(one)
        except ArticleError:
            refused += 1
            continue
        right += len(links & one.gold)
        found += len(links)
    score = {"precision": right / found, "recall": right / wanted, "f1": 2 * right / (found + wanted)}
    kind = "rough" if rough else "plain"
    rounded = {name: round(value, 4) for name, value in score.items()}
    return {"suite": suite, "system": system, "documents": kind, **rounded, "refused": refused}


def refusals(pairs: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
    """How many articles of several lengths are refused, with their own source and with that of lines 1,000 later."""
    rows: list[dict[str, object]] = []
    for length in (5, 10, 20, 40):
        for kind, offset in (("own source", 0), ("source of another", 1000)):
            starts = range(0, len(pairs) - 1000, 40)
            refused = 0
            for at in starts:
                mixed = [(pairs[at + offset + k][0], pairs[at + k][1]) for k in range(length)]
                one = document([pair for pair in mixed if all(pair)], random.Random(1), rough=False)  # noqa: S311
                try:
                    align(segment(one.article), one.article)
                except ArticleError:
                    refused += 1
            rows.append({"lines": length, "with": kind, "articles": len(starts), "refused": refused})
    return rows


def speed(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    one = document([pair for pair in pairs if all(pair)], random.Random(1), rough=True)  # noqa: S311
    segments = segment(one.article)
    seconds = []
    for _ in range(3):
        begun = time.process_time()
        align(segments, one.article)
        seconds.append(time.process_time() - begun)
    return {"segments": len(segments), "seconds": round(sorted(seconds)[1], 2)}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python eval/alignment.py DATA-FOLDER")
    main(Path(sys.argv[1]))
