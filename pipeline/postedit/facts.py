"""What a source says for sure and a text does not: its numbers, its money, its people, its names."""

from collections.abc import Sequence
from dataclasses import replace

from postedit.article import Defect, Segment
from postedit.defects import DEFECTS
from postedit.quantities import quantities, unsaid

# Defects that only the source reveals and that nobody sees in the text. In 2,997 good translations 23 are found
# (eval/results/false-alarms.json).
FACTS = ("changes a number", "counts in another currency", "misspells a person", "misspells a name")


def contradicted(segment: Segment, text: str) -> tuple[Defect, ...]:
    """What a text says in the segment's place that the source has otherwise.

    >>> [one.name for one in contradicted(Segment("", 0, source="医院13家。"), "It has 3 hospitals.")]
    ['changes a number']
    """
    if not segment.source:
        return ()
    said = segment if text == segment.text else replace(segment, draft=text, marks=())
    return tuple(defect for name in FACTS for defect in DEFECTS[name](said))


def missed(segment: Segment, texts: Sequence[str]) -> list[int]:
    """How many numbers of a segment's source each text does not say; what need not be said (`Quantity.weak`) aside.

    >>> missed(Segment("500 pounds.", 0, source="亩产5000斤，共3个村。"), ["A mu yields 500 pounds in 3 villages."])
    [1]
    """
    told = [one for one in quantities(segment.source or "") if not one.weak]
    if not told:
        return [0] * len(texts)
    owed = [unsaid(told, quantities(text)) for text in texts]
    return [len({one.readings for one in told if one.readings & some}) for some in owed]
