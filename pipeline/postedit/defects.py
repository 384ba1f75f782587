"""Stage 4: what is wrong with a segment that can be seen without a reference: inspect(segment) -> its defects.

What a repair would mend in a sentence and its source is found by that repair, so the two never disagree; what only the
rest of the article shows (a name that it repeats, its months) is mended and not counted. Severities follow the reader:
a defect is critical where the text says something else or nothing. On clean references fewer than one segment in a
hundred may have a major or critical one (eval/false_alarms.py counts them).
"""

import re
from collections.abc import Callable

from postedit.article import Defect, Segment, Severity
from postedit.known_names import without
from postedit.markup import shield
from postedit.quantities import quantities, same_quantities
from postedit.repairs import DATED_REPAIRS, REPAIRS, SOURCED_REPAIRS
from postedit.repairs.repetition import drop_repeated_phrases
from postedit.terms import lacks_a_term

Finder = Callable[[Segment], tuple[Defect, ...]]

_CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WIDE_RUN = re.compile(rf"[{_CHINESE}\u3040-\u30ff\uac00-\ud7af][{_CHINESE}\u3040-\u30ff\uac00-\ud7af·、，。]*")
_GLOSS = re.compile(r"[(（《「『“\"【\[][^()（）《》「」『』“”\"【】\[\]A-Za-z]*[)）》」』”\"】\]]")
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_MIXED = re.compile(r"\b(?=\w*[A-Za-z])\w*[\u0400-\u04ff]\w*")
_STUTTER = re.compile(r"(?=(\S.{0,14}?)\1{7,})(\S.{0,14}?)\2{7,}")
_SOURCE_UNIT = re.compile(rf"([{_CHINESE}])|[A-Za-z]+|\d+")
_BRACKETS = re.compile(r"[()]")
_LIST_MARK = re.compile(r"^\w{1,3}\)|(?<=[\s;,])(?:\d{1,2}|[a-z])\)")
_BREAKS_OFF = re.compile(r"\b(?:the|a|an|of|and|or|with|from|for|to|in|by|at|its|their|such as|including)\s*$")
_FULL_STOP = re.compile(r"[。！？!?.][”’」』\"')）]*\s*$")

# English characters for each Chinese character (a Latin word or a number counts as two). Of wmt20's 3,944 pairs of a
# source of ten or more and a reference, 2 lie below 1.8 and 3 above 11; of its 8,000 Argos, OPUS, NLLB and Google
# drafts, 14 and 5 do. Below `_SAYS_NOTHING` most of the sentence is gone.
_SAYS_TOO_LITTLE, _SAYS_NOTHING, _SAYS_TOO_MUCH = 1.8, 1.2, 11.0
_ENOUGH_SOURCE = 10
# Of wmt20's 4,000 references 3.3 % are longer; readers lose the thread well before.
_LONG_SENTENCE = 80
# A loop that fills this share of the text has replaced the sentence; less of it is a phrase said twice.
_LOOP_SHARE = 0.4


def inspect(segment: Segment, year: int | None = None) -> tuple[Defect, ...]:
    """The segment's defects, in the order of their places. `year` is the year in which the article was written.

    >>> for defect in inspect(Segment("He said the the plan is done. and dusted, 好的.", 0)):
    ...     print(defect.severity, "|", defect.name, "|", defect.detail)
    minor | repeats a word | 'the the plan' should be 'the plan'
    minor | holds a stray full stop | 'done.' should be 'done'
    major | is partly untranslated | '好的' is still in the source's script
    """
    found = [defect for finder in DEFECTS.values() for defect in finder(segment)]
    if year is not None:
        found += past_year_in_the_future(segment, year)
    return tuple(sorted(found, key=lambda defect: (defect.start, defect.end)))


def is_empty(segment: Segment) -> tuple[Defect, ...]:
    """Nothing is left that can be read, though there is, or was, something to say."""
    text = segment.text
    something = any(map(str.isalnum, segment.source)) if segment.source is not None else True
    if something and not any(map(str.isalnum, text)):
        return (Defect("is empty", "there is no word in it", Severity.CRITICAL, 0, len(text)),)
    return ()


def is_untranslated(segment: Segment) -> tuple[Defect, ...]:
    """Chinese, Japanese or Korean letters are left over; a gloss in brackets or quotation marks is on purpose."""
    text = segment.text
    runs = list(_WIDE_RUN.finditer(_GLOSS.sub(lambda gloss: " " * len(gloss[0]), text)))
    letters = sum(map(str.isalpha, text))
    wide = sum(sum(map(str.isalpha, run[0])) for run in runs)
    if runs and wide * 10 > letters * 3:
        return (Defect("is untranslated", "most of it is in the source's script", Severity.CRITICAL, 0, len(text)),)
    return tuple(
        Defect(
            "is partly untranslated",
            f"'{run[0]}' is still in the source's script",
            Severity.MAJOR,
            run.start(),
            run.end(),
        )
        for run in runs
    )


def repeats_a_phrase(segment: Segment) -> tuple[Defect, ...]:
    """A phrase stands again right behind itself; where that fills much of the text, the decoder looped."""
    text = segment.text
    stutter = _STUTTER.search(text)
    if stutter is not None and any(map(str.isalnum, stutter[1])) and not stutter[1].isdigit():
        detail = f"'{stutter[1].strip()}' comes over and over"
        return (Defect("loops", detail, Severity.CRITICAL, stutter.start(), stutter.end()),)
    kept = _mended(segment, drop_repeated_phrases)
    if kept == text:
        return ()
    start, end, _ = _change(text, kept)
    if len(kept) < (1 - _LOOP_SHARE) * len(text) and len(_WORD.findall(text)) > 2 * len(_WORD.findall(kept)):
        return (Defect("loops", "most of it says the same again", Severity.CRITICAL, start, end),)
    return (Defect("repeats a phrase", f"'{_short(text[start:end])}' stands again", Severity.MAJOR, start, end),)


def says_too_little_or_too_much(segment: Segment) -> tuple[Defect, ...]:
    """Far shorter or longer than translations of such a source are."""
    source, text = segment.source or "", segment.text
    size = sum(1 if unit[1] else 2 for unit in _SOURCE_UNIT.finditer(source))
    chinese = sum(1 for unit in _SOURCE_UNIT.finditer(source) if unit[1])
    if size < _ENOUGH_SOURCE or 2 * chinese < size or not text.strip():
        return ()
    ratio = len(text) / size
    if ratio < _SAYS_TOO_LITTLE:
        severity = Severity.CRITICAL if ratio < _SAYS_NOTHING else Severity.MAJOR
        return (Defect("says too little", f"{len(text)} characters for a source of {size}", severity, 0, len(text)),)
    if ratio > _SAYS_TOO_MUCH:
        return (
            Defect("says too much", f"{len(text)} characters for a source of {size}", Severity.MAJOR, 0, len(text)),
        )
    return ()


def changes_a_number(segment: Segment) -> tuple[Defect, ...]:
    """A number of the source has another value here: one is missing and another one is new."""
    if segment.source is None:
        return ()
    text = segment.text
    missing, added = same_quantities(quantities(segment.source), quantities(text))
    if not missing or not added:
        return ()
    detail = f"the source has {missing[0]}, this has {added[0]}"
    return (Defect("changes a number", detail, Severity.MAJOR, added[0].start, added[0].end),)


def leaves_a_bracket_open(segment: Segment) -> tuple[Defect, ...]:
    """A bracket has no partner; the one behind a list's "a)" needs none."""
    text = _LIST_MARK.sub(lambda mark: " " * len(mark[0]), segment.text)
    waiting: list[int] = []
    for bracket in _BRACKETS.finditer(text):
        if bracket[0] == "(":
            waiting.append(bracket.start())
        elif waiting:
            waiting.pop()
        else:
            return (_bracket(bracket.start(), "is never opened"),)
    return (_bracket(waiting[0], "is never closed"),) if waiting else ()


def _bracket(at: int, fault: str) -> Defect:
    return Defect("leaves a bracket open", f"a bracket {fault}", Severity.MINOR, at, at + 1)


def leaves_a_quotation_open(segment: Segment) -> tuple[Defect, ...]:
    """Three or more marks and an odd number: one alone may belong to a quotation of several sentences."""
    marks = [at for at, character in enumerate(segment.text) if character in '"“”']
    if len(marks) < 3 or len(marks) % 2 == 0:
        return ()
    detail = f"{len(marks)} quotation marks do not pair up"
    return (Defect("leaves a quotation open", detail, Severity.MINOR, marks[-1], marks[-1] + 1),)


def mixes_scripts(segment: Segment) -> tuple[Defect, ...]:
    """Cyrillic letters stand inside a Latin word."""
    return tuple(
        Defect("mixes scripts", f"'{word[0]}' has letters of two alphabets", Severity.MAJOR, *word.span())
        for word in _MIXED.finditer(segment.text)
    )


def holds_a_lost_character(segment: Segment) -> tuple[Defect, ...]:
    """U+FFFD marks a character that could not be decoded."""
    at = segment.text.find("\ufffd")
    if at < 0:
        return ()
    return (Defect("holds a lost character", "a character could not be decoded", Severity.MAJOR, at, at + 1),)


def breaks_off(segment: Segment) -> tuple[Defect, ...]:
    """It ends where no sentence ends, though its source does or its last word asks for more."""
    text = segment.text
    end = max(len(text) - 1, 0)
    if _BREAKS_OFF.search(text) and len(_WORD.findall(text)) > 5:
        return (Defect("breaks off", "it ends in the middle of a phrase", Severity.MINOR, end, len(text)),)
    if segment.source and _FULL_STOP.search(segment.source) and text[-1:].isalnum():
        return (Defect("breaks off", "the source ends in a full stop, this does not", Severity.MINOR, end, len(text)),)
    return ()


def is_very_long(segment: Segment) -> tuple[Defect, ...]:
    """A sentence that no reader keeps in mind."""
    words = len(_WORD.findall(segment.text))
    if words <= _LONG_SENTENCE:
        return ()
    return (Defect("is very long", f"{words} words", Severity.MINOR, 0, len(segment.text)),)


def past_year_in_the_future(segment: Segment, year: int) -> tuple[Defect, ...]:
    """What happened in a year before the article's own is told in the future tense."""
    text = segment.text
    return tuple(
        _repairable(name, "puts the past in the future", Severity.MAJOR, text, fix(text, year))
        for name, fix in DATED_REPAIRS.items()
        if fix(text, year) != text
    )


def _repaired_by(repair: str, name: str, severity: Severity) -> Finder:
    """A finder of what that repair would mend."""
    fix = REPAIRS[repair]

    def find(segment: Segment) -> tuple[Defect, ...]:
        text = segment.text
        fixed = _mended(segment, fix)
        return () if fixed == text else (_repairable(repair, name, severity, text, fixed),)

    return find


def _sourced_by(repair: str, name: str, severity: Severity) -> Finder:
    """The same for a repair that reads the source."""
    fix = SOURCED_REPAIRS[repair]

    def find(segment: Segment) -> tuple[Defect, ...]:
        if not segment.source:
            return ()
        text, source = segment.text, without(segment.source, segment.terms)
        fixed = _mended(segment, lambda shown: fix(shown, source))
        return () if fixed == text else (_repairable(repair, name, severity, text, fixed),)

    return find


def _mended(segment: Segment, fix: Callable[[str], str]) -> str:
    """The segment's text as a repair leaves it, which does not see code."""
    shielded = shield(segment, segment.text)
    return shielded.restore(fix(shielded.text))


def _repairable(repair: str, name: str, severity: Severity, text: str, fixed: str) -> Defect:
    start, end, instead = _change(text, fixed)
    detail = f"'{_short(text[start:end])}' should be '{_short(instead)}'" if end > start else repair
    return Defect(name, detail, severity, start, end)


def _change(text: str, fixed: str) -> tuple[int, int, str]:
    """From where to where a text was changed, in whole words, and what stands there instead."""
    start, limit = 0, min(len(text), len(fixed))
    while start < limit and text[start] == fixed[start]:
        start += 1
    tail = 0
    while tail < limit - start and text[-1 - tail] == fixed[-1 - tail]:
        tail += 1
    start = text.rfind(" ", 0, start) + 1
    while tail and not text[len(text) - tail].isspace():
        tail -= 1
    if text[start : len(text) - tail].endswith(fixed[start : len(fixed) - tail]):  # a word went: show what stays
        start = text.rfind(" ", 0, max(start - 1, 0)) + 1
    return start, len(text) - tail, fixed[start : len(fixed) - tail]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:40].rstrip()} … {text[-16:].lstrip()}"


DEFECTS: dict[str, Finder] = {
    "lacks a term": lacks_a_term,
    "is empty": is_empty,
    "is untranslated": is_untranslated,
    "repeats a phrase": repeats_a_phrase,
    "says too little or too much": says_too_little_or_too_much,
    "changes a number": changes_a_number,
    "misspells a person": _sourced_by("spell persons like the source", "misspells a person", Severity.MAJOR),
    "misspells a name": _sourced_by("spell names like the source", "misspells a name", Severity.MAJOR),
    "counts in another currency": _sourced_by(
        "count in yuan like the source", "counts in another currency", Severity.MAJOR
    ),
    "leaves a bracket open": leaves_a_bracket_open,
    "leaves a quotation open": leaves_a_quotation_open,
    "mixes scripts": mixes_scripts,
    "holds a lost character": holds_a_lost_character,
    "breaks off": breaks_off,
    "is very long": is_very_long,
    "repeats a word": _repaired_by("drop doubled words", "repeats a word", Severity.MINOR),
    "echoes a word": _repaired_by("drop echoed words", "echoes a word", Severity.MINOR),
    "holds a stray full stop": _repaired_by("join a cut sentence", "holds a stray full stop", Severity.MINOR),
    "has a stop before a comma": _repaired_by(
        "drop a stop before a comma", "has a stop before a comma", Severity.MINOR
    ),
    "holds an HTML entity": _repaired_by("decode HTML entities", "holds an HTML entity", Severity.MINOR),
    "is wrongly decoded": _repaired_by("mend mojibake", "is wrongly decoded", Severity.MAJOR),
    "doubles punctuation": _repaired_by("collapse doubled punctuation", "doubles punctuation", Severity.MINOR),
    "is word for word": _repaired_by("phrase literal requirements", "is word for word", Severity.MAJOR),
    "holds a stray capital": _repaired_by("lower stray capitals", "holds a stray capital", Severity.MINOR),
}
