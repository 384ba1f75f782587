"""Repairs of repetition: what a decoder says twice because it lost its place."""

import re
from collections.abc import Sequence

from postedit.repairs.words import word_set

# Words that English doubles on purpose. Capitalised pairs (Pago Pago, Bora Bora) are names and are never touched.
_DOUBLE_ON_PURPOSE = word_set(
    "that had very so far really many much no is was do did can you her him who one two it bye ha la blah yada knock "
    "tut tsk hush night chop please never always oh ah hey hear there now well come go ho win tom pom boo choo aye "
    "dik mahi peri gado ylang couscous chow cha can long long-long big old little way too deep fifty hum woof miaow "
    "quack sing run dumb nom beep tick tock pop bang clap rock zig vroom whoa wow yes okay ok yeah right same new "
    "more less again wait stop help dear poor sorry thank yo na da ba pa ma bo mu lu du gu hu chi qi xi tai pai kai "
    "mai"
)
_ECHO_ON_PURPOSE = word_set(
    "more again year day hour week month mile time side face hand neck over on by up down out through round around "
    "back in worse less so such two one thousand hundred million billion dozen lot load ton score age heap row page "
    "half many ever this that there here forth now then bit step block piece all man row dollar pound acre"
)
_ENDS_LIKE_AN_ADJECTIVE = re.compile(
    r"(?:[a-z]{2}est|ful|ous|able|ible|[a-z]ly)$|^best$|^most$|^important$|^active$|^new$"
)
_NOT_AN_ADJECTIVE = word_set(
    "forest harvest interest request contest protest arrest guest quest table vegetable cable family supply assembly "
    "anomaly monopoly ally fly west rest test chest"
)
_CLAUSE_GOES_ON = r"(?=\s*(?:[.,;:!?)”\"]|$|\s(?:is|was|will|has|had|can|could|should|would|that|which|who)\b))"

_DOUBLED_WORD = re.compile(r"(?<![\w’'.@/-])([A-Za-z][A-Za-z]*(?:-[a-z]+)*)(?: +\1)+(?![\w’'@/-]|\.\w)", re.IGNORECASE)
_ECHO = re.compile(
    r"(?:(?<=[a-z]{3})(?P<list>, )|(?<![\w’'-]))(?P<x>(?:[a-z]+ ){0,3}[a-z]+) and (?P=x)(?![\w’'-])"
    rf"(?P<open>{_CLAUSE_GOES_ON})?"
)
_OWNED = re.compile(r"(?:[’']s?|\b(?:its|their|his|her|our|my|your))\s+$", re.IGNORECASE)
_BEFORE_ECHO_ON_PURPOSE = re.compile(r"\b(?:between|both|for|from|there (?:is|are|was|were))\s+$", re.IGNORECASE)

_TOKEN = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*|[^\w\s]|_+")
_TIES = ((), (",",), ("and",), (",", "and"), (";",), ("or",))
_LONGEST_PHRASE = 40
# Words of a clause that surely was not doubled on purpose, and where only a comma stands between the two. "I have a
# dream, I have a dream" is rhetoric.
_SURELY_A_CLAUSE, _SURELY_BEHIND_A_COMMA = 5, 6
# How often a phrase comes in a loop, a single word and a longer one; and how often where a comma or an "and" ties the
# copies, for "Holy, holy, holy, holy" and "We shall overcome, we shall overcome, we shall overcome" are meant.
_LOOPS, _TIED_LOOPS = (4, 3), (6, 4)
_KEPT_IN_LOOPS = word_set("very ha no so la bye go yes many far blah again more hey oh really on step by day and")

_FINITE = word_set(
    "is are was were will has have had can could would should may might must do does did said says added also plans "
    "announced launched issued held decided opened began released published reported shows showed became become"
)


def drop_doubled_words(text: str) -> str:
    """A word that stands twice in a row stands once.

    >>> drop_doubled_words("The the man had had enough of of that that was very very far from Pago Pago.")
    'The man had had enough of that that was very very far from Pago Pago.'
    """
    return _DOUBLED_WORD.sub(_once, text)


def _once(match: re.Match[str]) -> str:
    words = match[0].split()
    first = words[0]
    if first.lower() in _DOUBLE_ON_PURPOSE or (len(first) == 1 and first.lower() != "a"):
        return match[0]
    is_name = any(word[0].isupper() for word in words[1:]) or (first[0].isupper() and first.isupper())
    if is_name or (first[0].isupper() and match.start() > 0 and match.string[match.start() - 2] not in '.!?“"'):
        return match[0]
    return first


def drop_echoed_words(text: str) -> str:
    """Of "X and X" one X stays, unless English says it on purpose.

    >>> drop_echoed_words("The best and best plans, its ambitions and ambitions, again and again, more and more")
    'The best plans, its ambitions, again and again, more and more'

    "Energy and energy storage" names two things: a noun is dropped only where the sentence goes on without a noun.
    """
    return _ECHO.sub(_echo, text)


def _echo(match: re.Match[str]) -> str:
    phrase = match["x"]
    words = phrase.split()
    last, before = words[-1], match.string[: match.start()]
    on_purpose = last in _ECHO_ON_PURPOSE or last.removesuffix("s") in _ECHO_ON_PURPOSE or len(last) < 3
    on_purpose = on_purpose or last.endswith(("er", "ed", "ing")) or _BEFORE_ECHO_ON_PURPOSE.search(before) is not None
    if on_purpose and (len(words) < 3 or _BEFORE_ECHO_ON_PURPOSE.search(before)):
        return match[0]
    is_adjective = _ENDS_LIKE_AN_ADJECTIVE.search(last) is not None and last not in _NOT_AN_ADJECTIVE
    if is_adjective or match["open"] is not None or _OWNED.search(before):
        return f" and {phrase}" if match["list"] else phrase
    return match[0]


def drop_repeated_phrases(text: str) -> str:
    """A phrase that follows itself, with or without a comma or an "and", stands once; so does a machine's loop.

    >>> drop_repeated_phrases("We step up the work on the new road, and step up the work on the new road.")
    'We step up the work on the new road.'
    >>> drop_repeated_phrases("of the people, by the people, for the people; a team team team team leader")
    'of the people, by the people, for the people; a team leader'

    An echo needs five words, a loop of three fewer: what is shorter, or tied by commas, may be rhetoric.
    """
    while (span := repeated_phrase(text)) is not None:
        text = _list_goes_on(text[: span[0]], text[span[0] : span[1]]) + text[span[1] :]
    return text


def _list_goes_on(kept: str, needless: str) -> str:
    """What is kept, with the "and" that tied the needless copy to it where it ends a list: "A, B, and B" is "A, and B".

    >>> _list_goes_on("We build a road, we build a port", ", and we build a port")
    'We build a road, and we build a port'
    """
    phrase = needless.removeprefix(", and ")
    before = kept.removesuffix(phrase)
    return f"{before}and {phrase}" if needless != phrase and before != kept and before.endswith(", ") else kept


def repeated_phrase(text: str) -> tuple[int, int] | None:
    """Where the needless copies of a repeated phrase stand, with what ties them to it; None if there are none."""
    tokens = list(_TOKEN.finditer(text))
    words = [token[0].lower() for token in tokens]
    places = _candidates(words)
    # Loops first, from the shortest on, for a long phrase may be a short loop; then echoes, from the longest on.
    loops = [(size, at, True) for size, at in sorted(places)]
    echoes = [(size, at, False) for size, at in sorted(places, key=lambda place: (-place[0], place[1]))]
    for size, at, needs_loop in loops + echoes:
        end = _end_of_needless(words, at, size, needs_loop=needs_loop)
        if end is not None:
            return tokens[at + size - 1].end(), tokens[end - 1].end()
    return None


def _candidates(words: Sequence[str]) -> set[tuple[int, int]]:
    """Sizes and places at which a phrase may have a copy right behind it: where its first word returns."""
    return {
        (size, at)
        for at, word in enumerate(words)
        if word[0].isalnum()
        for distance in range(1, min(_reach(words, at), len(words) - at))
        if words[at + distance] == word
        for size in range(max(1, distance - 2), min(distance, _LONGEST_PHRASE) + 1)
        if words[at + size - 1][0].isalnum() and _copy_after(words, at, size) is not None
    }


def _reach(words: Sequence[str], at: int) -> int:
    """How far to look for the return of a word: where it stutters, no farther, or a loop takes ages."""
    after = words[at + 1 : at + 3]
    stutters = words[at] in after and (after[0] == words[at] or (after[0],) in _TIES)
    return 4 if stutters else _LONGEST_PHRASE + 2


def _copy_after(words: Sequence[str], at: int, size: int) -> int | None:
    """Where a copy of `words[at:at + size]` begins, right behind it or behind one tie."""
    end = at + size
    for tie in _TIES:
        start = end + len(tie)
        if tuple(words[end:start]) == tie and words[start : start + size] == words[at:end]:
            return start
    return None


def _end_of_needless(words: Sequence[str], at: int, size: int, *, needs_loop: bool) -> int | None:
    """Behind which token the last needless copy of `words[at:at + size]` ends."""
    if not needs_loop and size < _SURELY_A_CLAUSE:
        return None
    phrase = words[at : at + size]
    lettered = {word for word in phrase if word[0].isalpha()}
    if needs_loop and (lettered & _KEPT_IN_LOOPS or max(map(len, lettered), default=0) < 3):
        return None
    if not needs_loop and len(lettered) < 4:
        return None
    copies, start, ties = 1, at, set(phrase) & {",", ";"}  # "dream, I have a" is a comma's echo too
    while (following := _copy_after(words, start, size)) is not None:
        ties.update(words[start + size : following])
        copies, start = copies + 1, following
    if needs_loop:
        return start + size if copies >= (_TIED_LOOPS if ties else _LOOPS)[size > 1] else None
    said = sum(word[0].isalnum() for word in phrase)
    if said < (_SURELY_BEHIND_A_COMMA if ties and "and" not in ties else _SURELY_A_CLAUSE):
        return None
    # "On the website of the bank, the bank is …": what begins a clause is not an echo.
    begins_a_clause = start > at + size and " ".join(words[start + size : start + size + 1]) in _FINITE
    return None if copies == 1 or begins_a_clause else start + size
