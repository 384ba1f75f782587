"""Write what a model says as its draft is written: it was not asked for another manner."""

import re


def written_like(draft: str, text: str) -> str:
    """The text in the draft's manner: its times of day, its quotation marks, its capital at the beginning.

    >>> written_like("At 0800 hours the “old” town rose.", 'at 0,800 hours the "old" town rose.')
    'At 0800 hours the “old” town rose.'
    """
    return _begun_like(draft, _quoted_like(draft, _timed_like(draft, text)))


def _timed_like(draft: str, text: str) -> str:
    """The text with the draft's times of day: small models put a comma into them.

    >>> _timed_like("At 0800 hours 1500 men came.", "At 0,800 hours, 1,500 men came.")
    'At 0800 hours, 1,500 men came.'
    """
    for time in re.findall(r"\b[012]\d[0-5]\d(?= hours\b)", draft):
        text = re.sub(rf"\b{time[0]},{time[1:]}(?= hours\b)", time, text)
    return text


def _quoted_like(draft: str, text: str) -> str:
    """The text with the draft's quotation marks: to straighten “ ” in one sentence of an article mends nothing.

    >>> _quoted_like("the “old” town", 'the "older" town')
    'the “older” town'
    """
    if '"' not in draft and "“" in draft:
        text = re.sub(r'(^|[\s(\[—])"(?=\S)', r"\1“", text).replace('"', "”")
    if "'" not in draft and "’" in draft:
        text = re.sub(r"(?<=\w)'", "’", text)
    if not set("“”") & set(draft) and '"' in draft:
        text = text.replace("“", '"').replace("”", '"')
    return text.replace("’", "'") if "’" not in draft and "'" in draft else text


def _begun_like(draft: str, text: str) -> str:
    """The text with a capital where the draft has one: small models forget it.

    >>> _begun_like("They came.", "they all came."), _begun_like("The iPhone is new.", "iPhones are new.")
    ('They all came.', 'iPhones are new.')
    """
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text[:1].upper() + text[1:] if draft[:1].isupper() and first.islower() else text
