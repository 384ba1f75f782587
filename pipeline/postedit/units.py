"""Which segments lie in which unit, and what a unit reads when certain wordings are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from postedit.article import Candidate, Defect, Kind, Origin, Segment
from postedit.characters import readable
from postedit.cleaner import Cleaner
from postedit.defects import inspect
from postedit.knowledge import known_of, with_terms
from postedit.markup import lay
from postedit.pipeline import segments_of
from postedit.repairs import Known
from postedit.structure import label
from postedit.suites import A_LINE, Sample, Unit

# The article of all lines of a test set: one system wrote them, and a line alone does not tell whether that is rough.
LINES = -1


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, and where its segments are in the list of all."""

    article: str
    unit: Unit
    inside: tuple[int, ...]
    lost: bool  # it was taken for page furniture


@dataclass(frozen=True, slots=True)
class Cut:
    """The samples, cut into segments. `segments`, `articles`, `kinds`, `known` and `defects` run in step."""

    articles: Sequence[int]  # the number of the sample; all single lines are one article
    segments: Sequence[Segment]
    kinds: Sequence[Kind]
    known: Sequence[Known]
    defects: Sequence[Sequence[Defect]]  # found once, for all ways to choose
    places: Sequence[Place]
    labelled: bool  # whether there was any structure to find


def cut_samples(given: Sequence[Sample], cleaner: Cleaner) -> Cut:
    """Label each sample and cut it. A line of a test set is prose, whatever it looks like, and all are one article."""
    segments: list[Segment] = []
    articles: list[int] = []
    kinds: list[Kind] = []
    known: list[Known] = []
    places, labelled = [], False
    for number, sample in enumerate(given):
        article, line = readable(sample.article, cleaner.config.source_language), len(sample.article.blocks) < 2
        if any(block.why != A_LINE for block in article.blocks):
            article, labelled, line = label(article), True, False
        first, found = len(segments), with_terms(article, segments_of(article, cleaner.translator), cleaner.glossary)
        segments += found
        articles += [LINES if line or cleaner.config.together else number] * len(found)
        kinds += [article.blocks[one.block].kind for one in found]
        known += known_of(article, found)
        gone = [block for block in article.blocks if block.kind is Kind.FURNITURE]
        for unit in sample.units:
            inside = [first + n for n, one in enumerate(found) if unit.start <= one.start < unit.end]
            lost = any(block.start <= unit.start < block.end for block in gone)
            places.append(Place(article.draft, unit, tuple(inside), lost and not cleaner.config.keep_furniture))
    defects = [inspect(segment, about.year) for segment, about in zip(segments, known, strict=True)]
    return Cut(articles, segments, kinds, known, defects, places, labelled)


def unit_texts(cut: Cut, chosen: Sequence[Candidate], *, whole: bool = False) -> list[str]:
    """Each unit with these wordings in it; one that was taken for furniture is gone, unless the page stays whole."""
    return ["" if place.lost and not whole else unit_text(cut, place, chosen) for place in cut.places]


def unit_text(cut: Cut, place: Place, chosen: Sequence[Candidate]) -> str:
    pieces, at = [], place.unit.start
    for number in place.inside:
        segment = cut.segments[number]
        pieces += [place.article[at : segment.start], wording(segment, chosen[number])]
        at = segment.end
    return " ".join("".join([*pieces, place.article[at : place.unit.end]]).split())


def wording(segment: Segment, candidate: Candidate) -> str:
    """`edited.wording` of a candidate that no check has seen: where markup has no place in it, the draft stays."""
    laid = None if candidate.origin is Origin.DRAFT else lay(segment, candidate.text)
    return segment.draft if laid is None else laid
