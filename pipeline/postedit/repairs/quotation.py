"""Repairs of quotation marks, apostrophes and brackets."""

import re

from postedit.repairs.protected import substitute
from postedit.repairs.words import SAYING

_APOSTROPHES = (
    (re.compile(r"(?<=[A-Za-z]) ?(['’]) s\b(?![\w'’])"), r"\1s"),
    (re.compile(r"(?<=[A-Za-z]) (['’]) ?s\b(?![\w'’])"), r"\1s"),
    (re.compile(r"(?<=[a-z]n) ?(['’]) ?t\b(?<!\w['’]t)"), r"\1t"),
    (re.compile(r"\b(you|we|they|You|We|They|I) (['’]) ?(re|ve|ll|d)\b"), r"\1\2\3"),
    (re.compile(r"\bI (['’]) ?m\b"), r"I\1m"),
)
_PLURAL_OWNER = re.compile(r"(?<=[a-z]s) (['’]) (?=[a-z])")

_SPACED_CURLY = (
    (re.compile(r"“[ \t]+(?=\S)"), "“"),
    (re.compile(r"(?<=[\w.,!?;:%…)\]’])[ \t]+”(?=[\s.,;:!?)]|$)"), "”"),
    (re.compile(r"(?<=\w)“(?=\w[^“”]*”)"), " “"),
    (re.compile(r"(?<=\w)”(?=[A-Za-z]{2})"), "” "),
)
_TWICE_AROUND = re.compile(r"(?<![\"\w])\"\"(\w[^\"]*)\"\"(?![\"\w])")
_TWICE_BEHIND = re.compile(r"(?<=[\w.,!?])\"\"(?![\"\w])")

# What Argos Translate makes of a closing mark that a space parts from its quotation: 191 of 12,900 drafts of news have
# one of the two, no reference has. (Counted by hand.) The second is ordinary English, too.
_BAD_IDEA = r"It['’]s not like it['’]s a bad idea\."
_GOING = r"It['’]s not like we['’]re going anywhere\."
_AT_THE_END = r"(?:[^\S\n]+(?:{}))+\s*\Z"
STRAY_SENTENCES = re.compile(_AT_THE_END.format(f"{_BAD_IDEA}|{_GOING}"))
_ENDS_IN_STRAY = re.compile(rf"(?<=[.!?…\"”’']){STRAY_SENTENCES.pattern}")
_ENDS_IN_BAD_IDEA = re.compile(rf"(?<=[.!?…’']){_AT_THE_END.format(_BAD_IDEA)}")
_PARTED_MARK = re.compile(r"[。！？…]\s+[”\"』」’]\s*\Z")
_OPENS_STRAIGHT = re.compile(r"(?<![^\s(])\"(?=[^\W\d])")

_STOP_BEFORE_SAYING = re.compile(
    rf"(?<=[A-Za-z0-9%])\.(?P<mark>[\"”]) {{1,3}}"
    rf"(?=(?:{SAYING}|(?:he|she|they|it|we) {SAYING}|the (?:[a-z-]+ ){{1,4}}{SAYING})\b)"
)


def close_up_apostrophes(text: str) -> str:
    """An apostrophe stands in its word.

    >>> close_up_apostrophes("the People ' s Bank doesn ' t know the workers ' rights, nor Iran’ s")
    "the People's Bank doesn't know the workers' rights, nor Iran’s"
    """
    for pattern, replacement in _APOSTROPHES:
        text = substitute(pattern, replacement, text)
    if len(_PLURAL_OWNER.findall(text)) == 1 and text.count(" '") + text.count(" ’") == 1:
        text = _PLURAL_OWNER.sub(r"\1 ", text)
    return text


def close_up_quotation_marks(text: str) -> str:
    """A quotation mark touches what it quotes; a pair written twice is written once.

    >>> close_up_quotation_marks('the report " Young people " , and “ Old ” too')
    'the report "Young people" , and “Old” too'
    """
    for pattern, replacement in _SPACED_CURLY:
        text = substitute(pattern, replacement, text)
    return _close_up_straight(_undouble(text))


def _undouble(text: str) -> str:
    """Only where it makes the marks pair up: quotations inside quotations end in two marks."""
    text = _TWICE_AROUND.sub(r'"\1"', text)
    if text.count('"') % 2 and len(_TWICE_BEHIND.findall(text)) == 1:
        text = _TWICE_BEHIND.sub('"', text)
    if text.count("“") > text.count("”"):
        text = text.replace("““", "“", 1)
    elif text.count("”") > text.count("“"):
        text = text.replace("””", "”", 1)
    return text


def _close_up_straight(text: str) -> str:
    """Pairs are counted from the left, so nothing is touched where the count is odd or a mark may be an inch."""
    parts = text.split('"')
    if len(parts) % 2 == 0 or any(part[-1:].isdigit() for part in parts[0::2][:-1]):
        return text
    for at in range(1, len(parts), 2):
        before, inside, after = parts[at - 1], parts[at], parts[at + 1]
        if not inside.strip() or (before and not before[-1:].isspace() and before[-1:] not in "(["):
            continue
        if after and not after[:1].isspace() and after[:1] not in ".,;:!?)]":
            continue
        parts[at] = inside.strip(" ")
    return '"'.join(parts)


def close_for_a_stray_sentence(text: str) -> str:
    """A quotation that is open closes where an engine made a sentence of its closing mark.

    >>> close_for_a_stray_sentence("He said: “We shall come. It's not like it's a bad idea.")
    'He said: “We shall come.”'
    """
    stray = _ENDS_IN_BAD_IDEA.search(text)
    rest = text[: stray.start()] if stray else ""
    return rest + mark if (mark := _missing(rest)) else text


def drop_a_stray_sentence(text: str, source: str) -> str:
    """Where the source ends in a mark that a space parts from it, what an engine made of the mark goes.

    >>> drop_a_stray_sentence("We shall come. It's not like it's a bad idea.", "我们会来 。 ”")
    'We shall come.'

    A quotation that is open closes. Where none is, no mark takes its place: it may have begun a sentence before.
    """
    stray = _ENDS_IN_STRAY.search(text)
    if not stray or not _PARTED_MARK.search(source):
        return text
    rest = text[: stray.start()]
    return rest + _missing(rest)


def _missing(text: str) -> str:
    """The mark that would close the quotation that a text leaves open; nothing where its marks are of two kinds."""
    if re.search("[„«「『‘]", text) or ('"' in text and re.search("[“”]", text)):
        return ""
    if '"' in text:
        return '"' if text.count('"') % 2 and _OPENS_STRAIGHT.match(text, text.rindex('"')) else ""
    return "”" if text.count("“") == text.count("”") + 1 else ""


def comma_before_said(text: str) -> str:
    """A quotation that goes on into "said" ends in a comma.

    >>> comma_before_said('"It has great potential." said Zhou. "No." He said it twice.')
    '"It has great potential," said Zhou. "No." He said it twice.'
    """
    return substitute(_STOP_BEFORE_SAYING, r",\g<mark> ", text)


def pair_brackets(text: str) -> str:
    """A bracket that is doubled on one side only is single on both; one that opens at the very end is gone.

    >>> pair_brackets("the database ((in Chinese) is new"), pair_brackets("See below (")
    ('the database (in Chinese) is new', 'See below')

    Where a missing partner belongs is a guess almost everywhere else: those are reported, not repaired.
    """
    if text.count("(") == text.count(")") + 1:
        text = re.sub(r"\(\((?=[^()]*\)(?!\)))", "(", text, count=1)
        text = re.sub(r"(?<=\w) ?\($", "", text)
    elif text.count(")") == text.count("(") + 1:
        text = re.sub(r"(\([^()]*\))\)(?!\))", r"\1", text, count=1)
    return text
