"""The nouns. All of them, and nothing else: what walks through the pipeline is made of these.

Everything is frozen. A stage takes nouns and returns new ones; what can be computed is not stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from postedit.errors import ArticleError
from postedit.known_names import Spelling


class Kind(StrEnum):
    """What a block is on its page."""

    TITLE = "title"
    DATE = "date"
    BYLINE = "byline"  # author, source line, photo credit
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"
    FURNITURE = "furniture"  # the page around the article: menus, comment boxes, teasers, share buttons
    VERBATIM = "verbatim"  # code, front matter, tables' rules: never touched


# Blocks whose sentences are ours to improve. A date or a byline is metadata: it is kept to the byte.
PROSE = frozenset({Kind.TITLE, Kind.HEADING, Kind.PARAGRAPH, Kind.ITEM, Kind.QUOTE})


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the draft that is markup, not language: `**`, `](http://…)`, a line break inside a paragraph.

    >>> Mark(3, 5).stands_for, Mark(3, 4, " ").stands_for
    ('', ' ')
    """

    start: int
    end: int
    stands_for: str = ""  # what a reader sees in its place: nothing, a space for a line break, the words of code


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text that belongs together: a paragraph, a title, a list item without its bullet.

    `start` and `end` are offsets into the text it belongs to; `marks` lie inside them, in order, apart.
    """

    start: int
    end: int
    kind: Kind = Kind.PARAGRAPH
    why: str = ""  # the reason for its kind, for a person: "repeats the title"
    marks: tuple[Mark, ...] = ()
    markdown: bool = False  # whether what is written here is read as Markdown


@dataclass(frozen=True, slots=True)
class Article:
    """A rough translation, cut into blocks, and the text it was made from, where that is at hand.

    >>> Article("a1", "Hello.", (Block(0, 6),)).draft
    'Hello.'
    >>> Article("a1", "Hello.", (Block(0, 9),))
    Traceback (most recent call last):
        ...
    postedit.errors.ArticleError: article 'a1': block 1 spans 0 to 9, but the draft ends at 6.
    """

    id: str
    draft: str
    blocks: tuple[Block, ...]
    source: str | None = None
    source_blocks: tuple[Block, ...] = ()
    given: str | None = None  # the source in its own characters, as long as `source`, where it is read in others

    def __post_init__(self) -> None:
        _check_blocks(self.id, "draft", self.draft, self.blocks)
        _check_blocks(self.id, "source", self.source or "", self.source_blocks)


def _check_blocks(id_: str, side: str, text: str, blocks: tuple[Block, ...]) -> None:
    at = 0
    for number, block in enumerate(blocks, 1):
        if block.start < at or block.end < block.start:
            raise ArticleError(f"article {id_!r}: block {number} of the {side} begins at {block.start}, before {at}.")
        if block.end > len(text):
            raise ArticleError(
                f"article {id_!r}: block {number} spans {block.start} to {block.end}, "
                f"but the {side} ends at {len(text)}."
            )
        at = block.end


@dataclass(frozen=True, slots=True)
class Segment:
    """The smallest span of the draft that is rewritten on its own: a sentence, a heading, a clause of a long sentence.

    It never begins or ends with whitespace or invisible markup: what lies between segments is not ours to change.

    >>> bold = Segment("A **big** dog.", 0, marks=(Mark(2, 4), Mark(7, 9)))
    >>> bold.text, bold.end
    ('A big dog.', 14)
    """

    draft: str  # exactly article.draft[start:end], markup and all
    start: int
    block: int = 0  # which of article.blocks it lies in
    source: str | None = None  # the sentences it was made from, where they are known
    given: str | None = None  # the same in their own characters, where they are read in others (`characters`)
    marks: tuple[Mark, ...] = ()  # offsets into `draft`
    markdown: bool = False  # as its block: a rewrite must not bring in what Markdown reads as markup
    terms: tuple[Spelling, ...] = ()  # of its source, whose English is settled (`knowledge.with_terms`)

    @property
    def end(self) -> int:
        return self.start + len(self.draft)

    @property
    def text(self) -> str:
        """What a reader sees: the draft without its markup. Models, repairs and checks work on this."""
        if not self.marks:
            return self.draft
        pieces, at = [], 0
        for mark in self.marks:
            pieces += [self.draft[at : mark.start], mark.stands_for]
            at = mark.end
        return "".join([*pieces, self.draft[at:]])


class Severity(StrEnum):
    """How much a defect costs the reader."""

    MINOR = "minor"  # it looks careless
    MAJOR = "major"  # it reads wrong
    CRITICAL = "critical"  # it says something else, or nothing


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong that can be seen without a reference."""

    name: str  # the key in defects.DEFECTS: "repeats a phrase"
    detail: str  # one clause for a person: "'continue to step up efforts' stands 3 times"
    severity: Severity
    start: int  # offsets into the text that was inspected
    end: int


class Origin(StrEnum):
    """Who wrote a candidate."""

    DRAFT = "draft"
    REPAIR = "repair"
    POLISH = "polish"
    POST_EDIT = "post-edit"
    RETRANSLATE = "retranslate"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One wording for a segment. The scores of a row are of one model, so they compare."""

    text: str  # without markup, like Segment.text
    origin: Origin
    score: float | None = None  # mean log-probability a token under the model, given the draft: higher is better
    steps: tuple[str, ...] = ()  # the repairs that were applied, by name; and why its article is left as it is
    signals: Mapping[str, float] = field(default_factory=dict, compare=False)  # see `signals`; empty where not asked
    quality: float | None = field(default=None, compare=False)  # see `estimates`: points gained; compares within a row


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that was not chosen, and why not."""

    candidate: Candidate
    reason: str
    check: str = ""  # the key in checks.CHECKS of the veto, where it was one


class Status(StrEnum):
    """What became of a segment."""

    KEPT = "kept"  # the draft, to the byte
    EDITED = "edited"
    # A person should look: a critical defect is still there, or a number or name that the source has otherwise; or a
    # term of the glossary is not there.
    REVIEW = "review"
    FAILED = "failed"  # no model could be asked: see the reason


@dataclass(frozen=True, slots=True)
class Choice:
    """The decision for one segment, with everything that was weighed."""

    segment: Segment
    chosen: Candidate
    reason: str  # a sentence for a person
    status: Status
    passed_over: tuple[Rejected, ...] = ()
    defects: tuple[Defect, ...] = ()  # of the draft
