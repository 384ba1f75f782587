"""What a user's glossary asks of a text: that no term is lost that the draft has, and that none is missing."""

from postedit.article import Defect, Segment, Severity


def missing(segment: Segment, text: str) -> dict[str, str]:
    """The user's terms in the segment's source that a text does not say, and their English."""
    source = segment.source or ""
    return {source[one.start : one.end]: one.english for one in segment.terms if one.own and not one.is_in(text)}


def loses_a_term(segment: Segment, text: str) -> str | None:
    """A check: a term of the user's glossary that the draft has stays.

    >>> from postedit.glossary import Glossary
    >>> segment = Segment("In Gan state.", 0, source="在赣州", terms=Glossary({"赣州": "Gan state"}).find("在赣州"))
    >>> loses_a_term(segment, "In Ganzhou.")
    "loses 'Gan state', which the glossary wants for 赣州"
    """
    before = missing(segment, segment.text)
    lost = [(term, english) for term, english in missing(segment, text).items() if term not in before]
    return f"loses {lost[0][1]!r}, which the glossary wants for {lost[0][0]}" if lost else None


def lacks_a_term(segment: Segment) -> tuple[Defect, ...]:
    """A defect: a term of the user's glossary that the source has is not in the text."""
    return tuple(
        Defect("lacks a term", f"{english!r} is missing, which the glossary wants for {term}", Severity.MAJOR, 0, 0)
        for term, english in missing(segment, segment.text).items()
    )
