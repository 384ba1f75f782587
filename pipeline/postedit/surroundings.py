"""Which lines of a page are furniture: by what they say, and by what stands around them.

A wrong label loses a reader's sentence, so a phrase that an article could contain needs company: other furniture beside
it, the head or the foot of the page, a second phrase of its kind. What a paragraph announces with a colon is quoted.
Lines after a comment box or a list of other articles go with it only if no sentence follows them.
"""

import re
from collections.abc import Sequence

from postedit.article import Kind
from postedit.furniture import AFTER_COMMENTS, BUTTONS, CERTAIN, COUNT, LIKELY, OTHER_ARTICLES, WEAK
from postedit.lines import HAN, Line, first_prose, is_editor, is_over
from postedit.menus import DOOR, LINK, RUBRIC, TRAIL, is_row_of_links, is_trail, without_menu
from postedit.notices import ANOTHER, CUTS_IN, SITE_SPEAKS
from postedit.page_numbers import without_page_numbers
from postedit.phrases import Phrase, find

WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{4,}|[\u3400-\u9fff]{2}")
EMPTY_WORDS = frozenset({"this", "also", "with", "more", "your", "from", "that", "might", "next", "here", "like"})
PAGE_NUMBER = "page number"
ENOUGH_ELSEWHERE = 3  # other lines of furniture: below it, what stands amid prose is more often prose; not swept
BOOK = re.compile(r"\b(?:1[4-9]|20)\d\d\b(?![-/.年])|《.+》|ISBN|\bpp?\. ?\d")


def mark(page: Sequence[Line]) -> list[Line]:
    """The page with its furniture labelled, all but the repetitions of its title.

    Furniture makes what stands beside it likelier, so the rules run until they find no more.
    """
    lines = [_certain(page, at) for at in range(len(page))]
    lines = without_page_numbers(lines)
    before: list[Line] = []
    while before != lines:
        before = lines
        for rule in (_cutting_in, _speaking, _likely, _beside, _among):
            lines = [
                rule(lines, at) if line.has(Kind.PARAGRAPH) or is_editor(line) else line
                for at, line in enumerate(lines)
            ]
        lines = without_menu(lines)
    lines = _without_labels(_without_tail(lines))
    return [_kept_amid(page, lines, at) for at in range(len(lines))]


def _kept_amid(page: Sequence[Line], lines: Sequence[Line], at: int) -> Line:
    """A lone phrase between two paragraphs of the article is the article's own, on a page with little furniture.

    "Last post: the sentry fell asleep!" A page that is cut up by its site has more to show; page numbers and
    advertisements, which do cut in, have had to show it already.
    """
    amid = 0 < at < len(lines) - 1 and lines[at - 1].is_article and lines[at + 1].is_article
    phrase = find(lines[at].text, CERTAIN) if amid and lines[at].has(Kind.FURNITURE) else None
    others = sum(line.has(Kind.FURNITURE) for line in lines) - 1
    return page[at] if phrase and phrase.why != PAGE_NUMBER and others < ENOUGH_ELSEWHERE else lines[at]


def _certain(page: Sequence[Line], at: int) -> Line:
    line = page[at]
    if not line.may_be_furniture or _is_announced(page, at):
        return line
    phrase = find(line.text, CERTAIN)
    if not phrase and is_trail(line.text) and at < first_prose(page):
        phrase = TRAIL
    if not phrase and is_row_of_links(line.text):
        phrase = DOOR
    return line.labelled(Kind.FURNITURE, phrase.why) if phrase else line


def _is_announced(lines: Sequence[Line], at: int) -> bool:
    """The paragraph before it, or before the phrases before it, ends with a colon: the article lists or quotes them."""
    before = at - 1
    while before >= 0 and find(lines[before].text, (*CERTAIN, *LIKELY, *WEAK, *BUTTONS, DOOR, RUBRIC)):
        before -= 1
    return before >= 0 and lines[before].text.endswith(":") and lines[before].units >= 2


def _cutting_in(lines: Sequence[Line], at: int) -> Line:
    """An advertisement or a link to another article between two paragraphs, on a page that has more of this."""
    line = lines[at]
    phrase = find(line.text, CUTS_IN)
    if not phrase or not _cuts(lines, at) or _is_announced(lines, at):
        return line
    if phrase != ANOTHER and _is_topic(phrase, lines, at):  # the other article has its subject from this one
        return line
    alike = [
        other.text.casefold() for near, other in enumerate(lines) if find(other.text, CUTS_IN) and _cuts(lines, near)
    ]
    furniture = sum(other.has(Kind.FURNITURE) for other in lines)
    if len(alike) + furniture > 2 or furniture > 1 or alike.count(line.text.casefold()) > 1:
        return line.labelled(Kind.FURNITURE, phrase.why)
    return line


def _cuts(lines: Sequence[Line], at: int) -> bool:
    """A paragraph before it goes on after it. In a table of contents the neighbours are short, too."""

    def reaches_prose(step: int) -> bool:
        near = at + step
        while 0 <= near < len(lines) and (
            lines[near].has(Kind.FURNITURE, Kind.DATE, Kind.BYLINE) or find(lines[near].text, CUTS_IN)
        ):
            near += step
        titled = 0 <= near < first_prose(lines) and step < 0 and lines[near].is_headline
        return 0 <= near < len(lines) and (lines[near].is_article or titled)

    return reaches_prose(-1) and reaches_prose(+1)


def _is_topic(phrase: Phrase, lines: Sequence[Line], at: int) -> bool:
    """The article speaks of this: in the words of the phrase's topic anywhere, or in its own words right after it."""
    prose = [other.text for near, other in enumerate(lines) if near != at and other.is_article] if phrase.topic else []
    if any(re.search(phrase.topic, text, re.IGNORECASE) and not find(text, SITE_SPEAKS) for text in prose):
        return True
    after = lines[at + 1] if at + 1 < len(lines) else None
    return after is not None and after.is_article and bool(_words(lines[at].text) & _words(after.text))


def _words(text: str) -> set[str]:
    han = {text[at : at + 2] for at in range(len(text) - 1) if HAN.match(text[at]) and HAN.match(text[at + 1])}
    return han | {word[:5] for word in WORD.findall(text.casefold()) if word not in EMPTY_WORDS}


def _speaking(lines: Sequence[Line], at: int) -> Line:
    """A notice of the site, in sentences: before the article, after it, or beside furniture; never the only one."""
    line = lines[at]
    phrase = find(line.text, SITE_SPEAKS)
    if not phrase or _is_announced(lines, at) or _is_topic(phrase, lines, at):
        return line
    article = [near for near, other in enumerate(lines) if other.is_article and not find(other.text, SITE_SPEAKS)]
    outside = bool(article) and not article[0] < at < article[-1]
    company = any(
        other.has(Kind.FURNITURE) or find(other.text, (*LIKELY, *SITE_SPEAKS))
        for near, other in enumerate(lines)
        if near != at
    ) or any(find(lines[near].text, BUTTONS) for near in _neighbours(lines, at))
    if (
        article
        and company
        and (
            outside
            or _is_beside(lines, at)
            or any(find(lines[near].text, (*BUTTONS, DOOR)) for near in _neighbours(lines, at))
        )
    ):
        return line.labelled(Kind.FURNITURE, phrase.why)
    return line


def _neighbours(lines: Sequence[Line], at: int) -> list[int]:
    return [near for near in (at - 1, at + 1) if 0 <= near < len(lines)]


def _is_beside(lines: Sequence[Line], at: int) -> bool:
    return any(lines[near].has(Kind.FURNITURE) for near in _neighbours(lines, at))


def _likely(lines: Sequence[Line], at: int) -> Line:
    """Beside furniture, or after the article with something that makes it likelier."""
    line = lines[at]
    phrase = find(line.text, (*LIKELY, *WEAK))
    if not phrase or _is_announced(lines, at) or _is_topic(phrase, lines, at) or _heads_books(phrase, lines, at):
        return line
    headed = phrase not in WEAK or phrase.pattern == COUNT
    if (
        _is_beside(lines, at)
        or (is_over(lines, at) and _is_backed(phrase, lines, at))
        or (headed and _is_above(lines, at) and any(line.has(Kind.FURNITURE) for line in lines))
    ):
        return line.labelled(Kind.FURNITURE, phrase.why)
    return line


def _is_above(lines: Sequence[Line], at: int) -> bool:
    """Before the article, and not the only line there that could be its title."""
    end = first_prose(lines)
    others = [other for near, other in enumerate(lines[:end]) if near != at and other.has(Kind.PARAGRAPH, Kind.HEADING)]
    return at < end < len(lines) and any(
        other.is_headline and not find(other.text, (*LIKELY, *WEAK)) for other in others
    )


def _heads_books(phrase: Phrase, lines: Sequence[Line], at: int) -> bool:
    """What it heads is a bibliography: most lines have a year, or a title in book marks."""
    after = [line for line in lines[at + 1 :] if line.may_be_furniture]
    return bool(phrase.then and after) and 2 * sum(bool(BOOK.search(line.text)) for line in after) >= len(after)


def _is_backed(phrase: Phrase, lines: Sequence[Line], at: int) -> bool:
    """The page has furniture already, or there is more after the article that could be some."""
    if any(line.has(Kind.FURNITURE) for line in lines):
        return True
    if phrase in WEAK:
        return False
    after = [line for line in lines[at + 1 :] if line.may_be_furniture]
    return (
        phrase.then == AFTER_COMMENTS  # nobody but a page asks for a comment after the last sentence
        or (phrase.then == OTHER_ARTICLES and bool(after) and all(_is_teaser(line) for line in after))
        or any((other := find(line.text, LIKELY)) and other.why != phrase.why for line in after)
        or (not phrase.then and any(find(lines[near].text, (*BUTTONS, *WEAK)) for near in _neighbours(lines, at)))
    )


def _is_teaser(line: Line) -> bool:
    """The title of another article, or its first words: not an address, a line of dialogue, a sentence."""
    return (line.is_headline or line.text.endswith(("...", "…"))) and line.units > 2 and "://" not in line.text


def _beside(lines: Sequence[Line], at: int) -> Line:
    """Buttons beside furniture; rubrics between two pieces of it, or beside it after the article."""
    line = lines[at]
    if is_editor(line):
        furnished = any(other.has(Kind.FURNITURE) for other in lines)
        return line.labelled(Kind.FURNITURE, "the editor of the page") if furnished and is_over(lines, at) else line
    if not _is_beside(lines, at):
        return line
    phrase = find(line.text, BUTTONS)
    enclosed = all(lines[near].has(Kind.FURNITURE) for near in _neighbours(lines, at)) and at > first_prose(lines)
    if not phrase and LINK.fullmatch(line.text) and _is_above(lines, at):
        phrase = DOOR
    if not phrase and (enclosed or is_over(lines, at)):
        phrase = find(line.text, (DOOR, RUBRIC, *CUTS_IN[:1]))
    several_words = phrase in BUTTONS and len(line.text.split()) > 1
    if phrase and not _is_announced(lines, at) and (several_words or not _is_topic(phrase, lines, at)):
        return line.labelled(Kind.FURNITURE, phrase.why)
    return line


def _among(lines: Sequence[Line], at: int) -> Line:
    """One of three buttons or more that stand together, above or below the article, on a page with furniture."""
    if not _is_small(lines[at]) or lines[at].has(Kind.FURNITURE) or not any(line.has(Kind.FURNITURE) for line in lines):
        return lines[at]
    first, last = at, at
    while first > 0 and _is_small(lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and _is_small(lines[last + 1]):
        last += 1
    before, after = (any(line.is_article for line in part) for part in (lines[:first], lines[last + 1 :]))
    together = sum(not line.text.isdigit() and line.units > 0 for line in lines[first : last + 1]) > 2
    if not together or before == after or _is_announced(lines, at):
        return lines[at]
    return lines[at].labelled(Kind.FURNITURE, "one of a row of buttons")


def _is_small(line: Line) -> bool:
    return (
        line.has(Kind.FURNITURE) or line.text.isdigit() or line.units == 0 or bool(find(line.text, (*BUTTONS, *WEAK)))
    )


def _without_labels(page: Sequence[Line]) -> list[Line]:
    """In the foot of the page, where most lines are furniture, no label between them is the author's."""
    lines = list(page)
    end = max((at for at, line in enumerate(lines) if line.is_article), default=len(lines))
    known = [at for at in range(end + 1, len(lines)) if lines[at].has(Kind.FURNITURE)]
    sure = next((at for at in known if find(lines[at].text, (*CERTAIN, *LIKELY))), len(lines))
    known = [at for at in known if at >= sure]
    if len(known) < 4 or 2 * len(known) < known[-1] - known[0] + 1:
        return lines
    for at in range(known[0], known[-1]):
        line = lines[at]
        if line.has(Kind.PARAGRAPH) and line.is_headline and not line.ending and line.units <= 10:
            lines[at] = line.labelled(Kind.FURNITURE, "a label in the foot of the page")
    return lines


def _without_tail(page: Sequence[Line]) -> list[Line]:
    """After the phrase that closes the article, the short lines to the end of the page; bylines are kept."""
    lines: list[Line] = []
    reason = ""
    for at, line in enumerate(page):
        opener = find(line.text, (*CERTAIN, *LIKELY, *WEAK)) if line.has(Kind.FURNITURE) else None
        if opener and opener.then and (is_over(page, at) or _is_foot(page, at)):
            reason = opener.then
        wordless = line.has(Kind.VERBATIM) and line.block.why == "no words in it"
        listed = reason == AFTER_COMMENTS or _is_teaser(line) or line.text.count(" ") < 1
        goes = bool(reason) and (
            (line.may_be_furniture and listed and not line.is_prose) or line.has(Kind.DATE) or wordless
        )
        lines.append(line.labelled(Kind.FURNITURE, reason) if goes else line)
    return lines


def _is_foot(page: Sequence[Line], at: int) -> bool:
    """Three more pieces of furniture come, and no paragraph: only short sentences, which stay."""
    after = page[at + 1 :]
    paragraphs = any(line.is_article and (line.sentences > 1 or line.units > 15) for line in after)
    return (
        any(line.is_article for line in page[:at])
        and not paragraphs
        and sum(line.has(Kind.FURNITURE) for line in after) > 2
    )
