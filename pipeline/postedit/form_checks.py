"""The vetoes on how a rewrite is made: nothing left out, no loops, no loose brackets. `checks` lists them all."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

from postedit.article import Segment
from postedit.markup import brings_in_markup, lay
from postedit.names import called_alike, stem
from postedit.repairs.calendar import MONTHS, days_in

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Letters that English is not written in. What a draft already has may stay.
_FOREIGN = re.compile("[\u0370-\u1cff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufffd\u2047]|<unk>")
_CLOSED = re.compile(r"(?P<mark>[.]{3}|[.!?…:;,])?[\s\"'”’)\]»]*$")
_MARKS = str.maketrans("。！？：；，」』", '.!?:;,""')
_SAID_TWICE = re.compile(r"([\u4e00-\u9fff]{3,}).*?\1", re.DOTALL)
# Several words, a word of grammar or two, and the same again ("the award for the award"): in 4 of 7,956 references.
_AND_AGAIN = re.compile(
    r"\b((?:[\w’'-]+,? ){1,5}?[\w’'-]+),? (?:(?:to|of|and|in|for|with|by|on|at|from|as|is|was|or|the) ){1,2}\1\b",
    re.IGNORECASE,
)
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "《": "》", "「": "」"}

# Words that grammar asks for; every other word says something.
_GRAMMAR_WORDS = """
a about after all also although an and are as at be because been before being both but by can could did do does down
during each for from had has have having he her hers him his i if in into is it its just may might more most must of
off on one or our out over own said shall she should so some such than that the their them then there these they this
those through thus to too under until up upon very was we were what when where whether which while who whom whose will
with within would you your
"""
_GRAMMAR = frozenset(_GRAMMAR_WORDS.split())
# Words that may come or go alone: halves of "per cent", and what only another preposition can stand for. Not so "said",
# for what is "stated" may be "said", but not left unsaid.
_MAY_GO_TOO = "among around cent per throughout toward towards"
_MAY_GO = _GRAMMAR - {"said"} | {*_MAY_GO_TOO.split()}
# Where a word says what grammar can say as well: the word, and which of grammar's stand for it.
_NO_VERB = r"(?<!\bthe )(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )"
_SAYS_AS_MUCH = (
    (re.compile(rf"{_NO_VERB}\b(following) (?:the|an?|this|that|his|her|its|their) "), {"after"}),
    (re.compile(r"\b(approximately|roughly) [$€£¥]?\d"), {"about", "around", "some"}),
    (re.compile(r"\b(prior) to "), {"before"}),
    (re.compile(r"(?:^|, )(starting|beginning) (?:from|in|on|next|this) "), {"from"}),
)
# What a draft may say in fewer words, and in which.
_FEWER = ((re.compile(r"\bin order to\b"), "to"), (re.compile(r"(?<=\d) years old(?=[.,;:!?]|$| and | when )"), ""))


def is_empty(segment: Segment, text: str) -> str | None:
    """Where there were words there must be words.

    >>> is_empty(Segment("It rains.", 0), "...")
    'says nothing'
    """
    return "says nothing" if _WORD.search(segment.text) and not _WORD.search(text) else None


def leaves_something_out(segment: Segment, text: str) -> str | None:
    """No word that says something disappears without another in its place, and none appears.

    >>> leaves_something_out(Segment("They will continue to promote strategic growth.", 0), "They will promote growth.")
    'leaves out "continue"'
    >>> leaves_something_out(Segment("He stated that 2 per cent came.", 0), "He said that 2% came.")
    >>> leaves_something_out(Segment("Following the war approximately 5 came.", 0), "After the war about 5 came.")
    >>> leaves_something_out(Segment("He voted against it.", 0), "He voted for it.")
    'leaves out "against"'

    On wmt20's rough drafts, rewrites that only dropped a word were worse 115 times and better 26 times.
    """
    draft = called_alike(segment.text).lower()
    for pattern, fewer in _FEWER:
        draft = pattern.sub(fewer, draft)
    before, after = _WORD.findall(draft), _WORD.findall(called_alike(text).lower())
    stood_for = {found[1]: words for pattern, words in _SAYS_AS_MUCH for found in pattern.finditer(draft)}
    known = {stem(word)[:5] for word in after}, {stem(word)[:5] for word in before}
    for operation, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if operation == "equal":
            continue
        lost, won = _content(before[a:b], frozenset()), _content(after[c:d], frozenset())
        gone = [one for one in _content(before[a:b], known[0]) if stood_for.get(one, set()).isdisjoint(after[c:d])]
        if gone and not won:
            return f'leaves out "{gone[0]}"'
        if (new := _content(after[c:d], known[1])) and not lost and not before[a:b]:
            return f'puts in "{new[0]}"'
    return None


def has_another_length(segment: Segment, text: str) -> str | None:
    """Nothing is left out, nothing made up.

    >>> has_another_length(Segment("It rained all day in the city and the river rose.", 0), "It rained.")
    'is too short: 2 words for 11'

    A word or two may always come or go. Of 141 rewrites of wmt20's rough drafts outside these bounds, 137 had lost
    chrF (polish-v0; eval/margin.py counts what each check refuses).
    """
    before, after = len(_WORD.findall(segment.text)), len(_WORD.findall(text))
    if abs(after - before) <= 2 or 0.85 * before <= after <= 1.25 * before:
        return None
    return f"is too {'short' if after < before else 'long'}: {after} words for {before}"


def repeats_itself(segment: Segment, text: str) -> str | None:
    """No phrase stands more often than in the draft because a model ran in circles.

    >>> repeats_itself(Segment("He was sorry.", 0), "He was sorry, I was sorry, I was sorry.")
    'repeats "was sorry i"'

    >>> repeats_itself(Segment("On May 5 he came.", 0, source="5月5日他来了。"), "On May 5 he came by car on 5 May.")
    'says 5 May again'

    Where the source says something twice, a phrase that does not follow itself may stand twice: of wmt20's references
    5 % have four words again, two thirds of them so.
    """
    again = segment.source and _SAID_TWICE.search(segment.source)
    for size in (1, 2, 3) if again else (1, 2, 3, 4):
        before, after = _repeats(segment.text, size), _repeats(text, size)
        for phrase in after:
            if after[phrase] > before[phrase]:
                return f'repeats "{" ".join(phrase)}"'
    if day := _day_too_often(segment, text):
        return f"says {day} again"
    found = _AND_AGAIN.search(text)
    return f'repeats "{found[1]}"' if found and not _AND_AGAIN.search(segment.text) else None


def _day_too_often(segment: Segment, text: str) -> str | None:
    """A day that a text names oftener than its draft and its source do."""
    said, source = days_in(segment.text), unicodedata.normalize("NFKC", segment.source or "")
    for (month, day), count in days_in(text).items():
        told = re.findall(rf"(?<!\d)0?{day}\s?[日号]|[-/.]0?{day}(?!\d)|[当同][日天]", source)
        if count > max(1, said[month, day], len(told)):
            return f"{day} {MONTHS[month - 1]}"
    return None


def changes_the_script(segment: Segment, text: str) -> str | None:
    """No letters of another script, no replacement characters and no new accented words come in.

    >>> changes_the_script(Segment("Zhaoqing rises.", 0), "肇庆 rises.")
    'brings in foreign characters: 肇庆'

    An accent may be put on a word that the draft has without one, and a settled name of the source may come in.
    """
    allowed = " ".join([segment.text, *(one.english for one in segment.terms)])
    letters = [found for found in _FOREIGN.findall(text) if found not in allowed]
    if letters:
        return f"brings in foreign characters: {''.join(letters[:10])}"
    known = {_plain(word) for word in _WORD.findall(allowed)}
    words = [word for word in map(_bare, _WORD.findall(text)) if not word.isascii() and _plain(word) not in known]
    return f"brings in a foreign word: {words[0]}" if words else None


def unbalances(segment: Segment, text: str) -> str | None:
    """Brackets and quotation marks are not worse paired than before, nor better because one was left out.

    >>> unbalances(Segment("The (old) town.", 0), "The (old town.")
    'leaves ( open'
    >>> unbalances(Segment("He said: It rains.", 0, source="他说：“下雨了。"), 'He said: "It rains.')

    A closing mark without its opening one may close what an earlier sentence opened. What the source leaves open may
    be open.
    """
    source = segment.source or ""
    for opening, closing in _PAIRS.items():
        before, after = (one.count(opening) - one.count(closing) for one in (segment.text, text))
        if source and after and after == source.count(opening) - source.count(closing):
            continue
        dropped = sum(map(text.count, (opening, closing))) < sum(map(segment.text.count, (opening, closing)))
        if abs(after) > abs(before) or (dropped and after != before):
            return f"leaves {opening} open" if after > before else f"leaves {closing} without {opening}"
    before, after = segment.text.count('"'), text.count('"')
    if before % 2 == after % 2 or (source and after % 2 == sum(map(source.count, '“”"')) % 2):
        return None
    return 'leaves " open' if after % 2 or after < before else None


def changes_the_end(segment: Segment, text: str) -> str | None:
    """A sentence ends as it did, or as its source does, and a heading does not become one.

    >>> changes_the_end(Segment("Who came?", 0), "Who came.")
    'ends in "." instead of "?"'
    >>> changes_the_end(Segment("Who came", 0, source="谁来了？"), "Who came?")
    """
    before, after = (_end_mark(one) for one in (segment.text, text))
    if before == after or (segment.source and after == _end_mark(segment.source.translate(_MARKS))):
        return None
    if not after:
        return f'loses the "{before}" at the end'
    return f'ends in "{after}" instead of "{before}"' if before else f'adds a "{after}" at the end'


def changes_the_first_letter(segment: Segment, text: str) -> str | None:
    """What begins a sentence keeps its capital, and what goes on with one does not get it.

    >>> changes_the_first_letter(Segment("The town.", 0), "the town.")
    'begins in lower case'
    """
    before, after = (next((c for c in one if c.isalnum()), "") for one in (segment.text, text))
    if before.isupper() and after.islower():
        return "begins in lower case"
    return "begins with a capital" if before.islower() and after.isupper() else None


def loses_markup(segment: Segment, text: str) -> str | None:
    """Bold, links, code and line breaks still have their places, and there is no more markup than there was.

    >>> from postedit.article import Mark
    >>> loses_markup(Segment("A **bg** dog.", 0, marks=(Mark(2, 4), Mark(6, 8))), "It ran.")
    'leaves no place for the markup'
    """
    if new := brings_in_markup(segment, text):
        return f'brings in markup: "{new}"'
    return None if lay(segment, text) is not None else "leaves no place for the markup"


def _plain(word: str) -> str:
    """The word without its accents and its possessive."""
    return "".join(c for c in unicodedata.normalize("NFKD", _bare(word)) if not unicodedata.combining(c))


def _bare(word: str) -> str:
    return re.sub(r"'s$", "", word.replace("’", "'"))


def _content(words: Iterable[str], known: Collection[str]) -> list[str]:
    return [word for word in words if word not in _MAY_GO and len(word) > 2 and stem(word)[:5] not in known]


def _repeats(text: str, size: int) -> Counter[tuple[str, ...]]:
    """The phrases of so many words that follow themselves; of four words that say something, those that stand twice."""
    words = [word.lower() for word in _WORD.findall(text)]
    phrases = [tuple(words[n : n + size]) for n in range(len(words) - size + 1)]
    if size == 4:
        telling = [phrase for phrase in phrases if sum(word not in _GRAMMAR for word in phrase) > 1]
        return Counter({phrase: count for phrase, count in Counter(telling).items() if count > 1})
    return Counter(this for this, following in zip(phrases, phrases[size:], strict=False) if this == following)


def _end_mark(text: str) -> str:
    match = _CLOSED.search(text.rstrip())
    return (match["mark"] or "") if match else ""
