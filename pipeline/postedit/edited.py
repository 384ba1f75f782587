"""What comes out: an article with its choices, woven back into the text they were made for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from postedit.article import PROSE, Article, Block, Candidate, Choice, Kind, Origin, Status
from postedit.markup import lay

_REST_OF_LINE = re.compile(r"[^\r\n]*(?:(?:\r\n|\r|\n)[^\S\r\n]*(?=[\r\n]|\Z))*(?:\r\n|\r|\n)?")


@dataclass(frozen=True, slots=True)
class Edited:
    """An article and one choice for each of its segments.

    `text` is the result. What is not a chosen rewrite, and not page furniture, is the draft to the byte.
    """

    article: Article
    choices: tuple[Choice, ...]
    signature: str = ""  # what made it: versions, model, settings
    keep_furniture: bool = False

    @property
    def text(self) -> str:
        """The article with the chosen wordings in place and the furniture gone."""
        pieces, at = [], 0
        for start, end, replacement in sorted([*self._rewrites(), *((a, b, "") for a, b in self._cuts())]):
            pieces += [self.article.draft[at:start], replacement]
            at = end
        return "".join([*pieces, self.article.draft[at:]])

    @property
    def furniture(self) -> tuple[Block, ...]:
        """The blocks that are not part of the article; left out of `text` if `drops_furniture`."""
        return tuple(block for block in self.article.blocks if block.kind is Kind.FURNITURE)

    @property
    def drops_furniture(self) -> bool:
        """Whether `text` leaves the furniture out. A page of nothing else is kept: there, the labels must be wrong."""
        return not self.keep_furniture and any(block.kind in PROSE for block in self.article.blocks)

    @property
    def counts(self) -> dict[str, int]:
        """How many segments have each status."""
        return {str(status): sum(choice.status is status for choice in self.choices) for status in Status}

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain JSON values: every segment with its span, candidates, choice and reason."""
        return {
            "signature": self.signature,
            "id": self.article.id,
            "text": self.text,
            "counts": self.counts,
            "furniture": [
                {
                    "start": block.start,
                    "end": block.end,
                    "text": self.article.draft[block.start : block.end],
                    "why": block.why,
                    "dropped": self.drops_furniture,
                }
                for block in self.furniture
            ],
            "blocks": [
                {"start": block.start, "end": block.end, "kind": str(block.kind), "why": block.why}
                for block in self.article.blocks
            ],
            "segments": [
                segment_json(number, choice, self.article.blocks[choice.segment.block].kind)
                for number, choice in enumerate(self.choices, 1)
            ],
        }

    def _rewrites(self) -> Iterator[tuple[int, int, str]]:
        for choice in self.choices:
            final = wording(choice)
            if final != choice.segment.draft:
                yield choice.segment.start, choice.segment.end, final

    def _cuts(self) -> list[tuple[int, int]]:
        if not self.drops_furniture:
            return []
        return cuts(self.article.draft, self.article.blocks)


def wording(choice: Choice) -> str:
    """What stands in the result for this segment, markup included."""
    if choice.chosen.origin is Origin.DRAFT:
        return choice.segment.draft
    laid = lay(choice.segment, choice.chosen.text)
    if laid is None:  # choose() vetoes what cannot be laid, so this is a bug
        raise AssertionError(f"markup of {choice.segment.draft!r} cannot be put into {choice.chosen.text!r}")
    return laid


def cuts(draft: str, blocks: Sequence[Block]) -> list[tuple[int, int]]:
    r"""The stretches to leave out so that the furniture is gone with its lines: ordered, apart.

    >>> page = "Menu\n\nIt rained.\n\nShare\n\nNext post\n"
    >>> kinds = (Kind.FURNITURE, Kind.PARAGRAPH, Kind.FURNITURE, Kind.FURNITURE)
    >>> blocks = [Block(s, e, k) for (s, e), k in zip([(0, 4), (6, 16), (18, 23), (25, 34)], kinds)]
    >>> cuts(page, blocks)
    [(0, 6), (16, 34)]

    A block goes with its line and the blank lines after it; the last one takes the blank lines before it instead, so
    that the text still ends as it ended. What is on a line of its own between blocks stays, as does furniture that
    shares its line with something else: a cell of a table, say.
    """
    spans: list[tuple[int, int]] = []
    for number, block in enumerate(blocks):
        start, end = _line_start(draft, block.start), _line_end(draft, block.end)
        before = blocks[number - 1].end if number else 0
        after = blocks[number + 1].start if number + 1 < len(blocks) else len(draft)
        if block.kind is not Kind.FURNITURE or before > start or after < end:
            continue
        if spans and spans[-1][1] == start:
            start = spans.pop()[0]
        spans.append((start, end))
    if spans and spans[-1][1] == len(draft) and draft[: spans[-1][0]].strip():
        start, _ = spans.pop()
        spans.append((len(draft[:start].rstrip()), len(draft.rstrip())))
    return spans


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    """Where the line of `at` and the blank lines after it end."""
    ended = _REST_OF_LINE.match(text, at)
    return ended.end() if ended else at


def segment_json(number: int, choice: Choice, kind: Kind) -> dict[str, Any]:
    """One segment of `Edited.to_json`."""
    segment = choice.segment
    rows = [(choice.chosen, None), *((rejected.candidate, rejected.reason) for rejected in choice.passed_over)]
    rows.sort(key=lambda row: list(Origin).index(row[0].origin))
    return {
        "number": number,
        "start": segment.start,
        "end": segment.end,
        "kind": str(kind),
        "draft": segment.draft,
        "source": segment.given or segment.source,
        "text": wording(choice),
        "status": str(choice.status),
        "origin": str(choice.chosen.origin),
        "reason": choice.reason,
        "steps": list(choice.chosen.steps),
        "candidates": [_candidate_json(candidate, reason) for candidate, reason in rows],
        "defects": [
            {
                "name": defect.name,
                "detail": defect.detail,
                "severity": str(defect.severity),
                "start": defect.start,
                "end": defect.end,
            }
            for defect in choice.defects
        ],
    }


def _candidate_json(candidate: Candidate, rejected: str | None) -> dict[str, Any]:
    return {
        "text": candidate.text,
        "origin": str(candidate.origin),
        "score": candidate.score,
        **({} if candidate.quality is None else {"quality": round(candidate.quality, 2)}),
        "chosen": rejected is None,
        "rejected": rejected,
    }
