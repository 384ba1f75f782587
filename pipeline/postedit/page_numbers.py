"""The page numbers and running titles of a book that was poured into one text."""

import re
from collections.abc import Sequence
from itertools import pairwise

from postedit.article import Kind
from postedit.lines import HAN, Line

PAGE = re.compile(
    r"(?:(?P<title>\D{3,80}?)[\s|·–—-]+)?(?P<number>\d{1,4})|(?P<first>\d{1,4})[\s|·–—-]+(?P<rest>\D{3,80})"
)


def without_page_numbers(page: Sequence[Line]) -> list[Line]:
    """Page numbers, and the running title beside or before them, of a book that was poured into one text.

    Section numbers and numbered articles of a law stand between sentences; a page number cuts them: at least twice a
    long line must break off before one and go on after it in lower case.
    """
    lines = list(page)
    runs: dict[str, list[int]] = {}
    for at, line in enumerate(page):
        if line.has(Kind.PARAGRAPH) and (found := PAGE.fullmatch(line.text)):
            runs.setdefault((found["title"] or found["rest"] or "").casefold(), []).append(at)
    for run in runs.values():
        numbers = [int(found[0]) for at in run if (found := re.search(r"\d+", page[at].text))]
        rises = all(one < other for one, other in pairwise(numbers))
        if len(run) > 1 and rises and sum(_cuts_a_sentence(page, at) for at in run) > 1:
            for at in run:
                lines[at] = page[at].labelled(Kind.FURNITURE, "page number")
    numbered = [at for at, line in enumerate(lines) if line.block.why == "page number"]
    beside = sorted({near for at in numbered for near in (at - 1, at + 1) if 0 <= near < len(lines)})
    texts = [lines[near].text for near in beside]
    for near in beside:
        if texts.count(lines[near].text) > 1 and lines[near].has(Kind.PARAGRAPH) and not lines[near].is_prose:
            lines[near] = lines[near].labelled(Kind.FURNITURE, "running title beside the page number")
    return lines


def _cuts_a_sentence(page: Sequence[Line], at: int) -> bool:
    texts = [line.text for line in page]

    def passage(step: int) -> str:
        near = at + step
        if 0 <= near < len(page) and texts.count(texts[near]) > 1:
            near += step
        return texts[near] if 0 <= near < len(page) else ""

    before, after = passage(-1), passage(+1)
    goes_on = after[:1].islower() or bool(HAN.match(after) and HAN.match(before[-1:]))
    return len(before.split()) + len(HAN.findall(before)) / 2 >= 15 and before[-1:].isalnum() and goes_on
