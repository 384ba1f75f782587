"""What a user's glossary asks of a text: that no term is lost that the draft has, and that none is missing."""

from postedit.article import Defect, Segment, Severity


def loses_a_term(segment: Segment, text: str) -> str | None:
    """A term of the user's glossary that the draft has stays.

    >>> from postedit.glossary import Glossary, with_terms
    >>> [segment] = with_terms([Segment("In Gan state.", 0, source="在赣州")], Glossary({"赣州": "Gan state"}))
    >>> loses_a_term(segment, "In Ganzhou.")
    "loses 'Gan state', which the glossary wants for 赣州"
    """
    for one in segment.terms:
        if one.is_in(segment.text) and not one.is_in(text):
            return f"loses {one.english!r}, which the glossary wants for {(segment.source or '')[one.start : one.end]}"
    return None


def lacks_a_term(segment: Segment) -> tuple[Defect, ...]:
    """A term of the user's glossary that the source has is not in the text."""
    source = segment.source or ""
    missing = {source[one.start : one.end]: one.english for one in segment.terms if not one.is_in(segment.text)}
    return tuple(
        Defect("lacks a term", f"{english!r} is missing, which the glossary wants for {term}", Severity.MAJOR, 0, 0)
        for term, english in missing.items()
    )
