"""How a line is looked up: a phrase is the whole of its line or it is nothing ("No comments were made." is prose).

Case, full-width forms, runs of white space and what a page draws around its invitations are evened out before.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# What a page draws around its invitations.
DECORATION = "▲▼△▽↑↓☞☟☝►▶◀◆●■★☆✦ "

# The longest line that any pattern means is a notice of the site; paragraphs need not be looked at.
LONGEST = 320


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a line says, why that is furniture, and what the lines after it are, if it closes the article."""

    pattern: str
    why: str
    then: str = ""
    topic: str = ""  # an article that speaks of this may say the phrase on its own account


def find(line: str, phrases: Sequence[Phrase]) -> Phrase | None:
    """The phrase that a line is, if it is one.

    >>> comments = (Phrase(r"no comments?:", "comment box"),)
    >>> find("NO COMMENTS：", comments).why
    'comment box'
    >>> find("No comments were made by the minister.", comments)
    """
    evened = evenly(line)
    if len(evened) > LONGEST:
        return None
    for text in dict.fromkeys((evened, evened.strip(DECORATION))):
        for phrase in phrases:
            if re.fullmatch(phrase.pattern, text, re.IGNORECASE):
                return phrase
    return None


def evenly(line: str) -> str:
    """A line without what differs from page to page: full-width forms, runs of white space, brackets around it all.

    >>> evenly("【分享到：  微信】")
    '分享到: 微信'
    """
    evened = " ".join(unicodedata.normalize("NFKC", line).split())
    boxed = re.fullmatch(r"\[([^\[\]]*)\]", evened)
    return (boxed[1].strip() if boxed else evened).strip("【】").strip()
