"""How much of the furniture of known pages is found, and whether any prose goes with it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from postedit.article import PROSE, Kind
from postedit.formats import parse
from postedit.structure import label


@dataclass(frozen=True, slots=True)
class Judged:
    """A block of a page: what it is, and whether it was taken for furniture."""

    text: str
    kind: Kind
    dropped: bool


def judge(page: Mapping[str, Any]) -> list[Judged]:
    """The blocks of a page, {id, blocks: [{text, kind}]}, found again in its article by where they stand.

    >>> page = {"id": "p", "blocks": [{"text": "It rained all day.", "kind": "paragraph"}]}
    >>> judge(page)
    [Judged(text='It rained all day.', kind=<Kind.PARAGRAPH: 'paragraph'>, dropped=False)]

    Half a block of prose lost is a block lost; half a block of furniture found is not one found.
    """
    return list(_judged(page))


def _judged(page: Mapping[str, Any]) -> Iterator[Judged]:
    article = label(parse("\n\n".join(block["text"] for block in page["blocks"]), "text", page["id"]))
    at = 0
    for block in page["blocks"]:
        start, end = at, at + len(block["text"])
        inside = [one.kind is Kind.FURNITURE for one in article.blocks if one.start < end and start < one.end]
        kind = Kind(block["kind"])
        dropped = all(inside) if kind is Kind.FURNITURE else any(inside)
        yield Judged(block["text"], kind, bool(inside) and dropped)
        at = end + 2


def count(pages: Sequence[Sequence[Judged]]) -> dict[str, Any]:
    """Precision and recall of furniture, by block, and what was lost: prose, or a date or byline (metadata)."""
    blocks = [block for page in pages for block in page]
    dropped = Counter(block.kind for block in blocks if block.dropped)
    known = sum(block.kind is Kind.FURNITURE for block in blocks)
    found = dropped[Kind.FURNITURE]
    return {
        "pages": len(pages),
        "blocks": len(blocks),
        "furniture": known,
        "found": found,
        "precision": round(found / max(dropped.total(), 1), 4),
        "recall": round(found / max(known, 1), 4),
        "prose": sum(block.kind in PROSE for block in blocks),
        "prose lost": sum(dropped[kind] for kind in PROSE),
        "metadata lost": dropped[Kind.DATE] + dropped[Kind.BYLINE],
    }
