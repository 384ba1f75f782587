"""The vetoes: what a rewrite must not do to a segment, each with a reason that a person understands.

A check compares the candidate with the segment's text, and with its source where there is one; it says why not, or
nothing. They are strict: a rewrite that is refused costs a small gain, one that says something else costs trust.
"""

import html
import re
from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher

from postedit.amount_checks import changes_a_bound, changes_a_number, changes_a_unit, listed
from postedit.article import Segment
from postedit.famous import invents_a_person
from postedit.form_checks import (
    changes_the_end,
    changes_the_first_letter,
    changes_the_script,
    has_another_length,
    is_empty,
    leaves_something_out,
    loses_markup,
    repeats_itself,
    unbalances,
)
from postedit.names import names, stem, stems
from postedit.terms import loses_a_term

Check = Callable[[Segment, str], str | None]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ADDRESS = re.compile(
    r"(?:[A-Za-z0-9-]+\.)+(?:com|cn|org|net|gov|edu|info|io|uk|hk|tw)\b(?:/[^\s<>\"”)\]]*)?|https?://[^\s<>\"”)\]]+|www\.[^\s<>\"”)\]]+|[\w.+-]+@[\w-]+\.[\w.-]*\w"
    r"|\{\{.*?\}\}|\$?\{\w*\}|(?<![\d%])%(?:\(\w+\))?(?:\d+\$)?[sdifgx]\b|</?[a-zA-Z][^<>]*>|(?<!\w)[@#]\w*[^\W\d]\w*"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|without|neither|none|nobody|nothing|nowhere|cannot|hardly|barely|scarcely)\b|n['’]t\b",
    re.IGNORECASE,
)
_MAYBE_NEGATION = re.compile("[不没無无未非莫勿别否免禁毫难拒缺]")
_CHINESE_NEGATION = re.compile("不(?![仅但断过同久少料])|没|未(?!来)|无(?![论线人])|[并绝毫]非|毫无|难以")
_ENDINGS = frozenset(
    {"", "s", "es", "d", "ed", "ing", "e", "er", "ers", "ly", "al", "n", "y", "ies", "ion", "ions", "’s", "'s"}
)
_PERSONS = {
    "a man": re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE),
    "a woman": re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE),
}
# Treaties write their States with a capital; they are no name.
_STATES = re.compile(r"(?<!United )(?<!\bthe )\bStates\b")
_COUNTRIES = re.compile(r"\b(?:states|countries|nations)\b")


def changes_an_address(segment: Segment, text: str) -> str | None:
    """Web and mail addresses, placeholders, tags, @names and #topics stay to the letter.

    >>> changes_an_address(Segment("See {0} at http://a.cn/x", 0), "See {0} at http://a.cn/X")
    'changes http://a.cn/x'
    """
    before, after = (set(_ADDRESS.findall(html.unescape(one))) for one in (segment.text, text))
    if before - after:
        return f"changes {listed(sorted(before - after))}"
    return f"adds {listed(sorted(after - before))}" if after - before else None


def loses_a_name(segment: Segment, text: str) -> str | None:
    """Every name of the draft is still there, in any case, number or possessive.

    >>> loses_a_name(Segment("The mayor of Zhaoqing spoke.", 0), "The mayor of Zhaoking spoke.")
    'loses a name: Zhaoqing'
    """
    kept = stems(text)
    if _STATES.search(segment.text) and _COUNTRIES.search(text):
        kept |= {stem("States")}
    lost = [name for stem, name in names(segment.text).items() if stem not in kept]
    return f"loses a name: {listed(lost)}" if lost else None


def adds_a_name(segment: Segment, text: str) -> str | None:
    """No name comes from nowhere: the draft or the source has it.

    >>> adds_a_name(Segment("The mayor spoke.", 0), "The mayor of Beijing spoke.")
    'adds a name: Beijing'
    """
    known = stems(segment.text) | stems(re.sub(r"[^\x00-\x7f]", " ", segment.source or ""))
    new = [name for stem, name in names(text).items() if stem not in known]
    return f"adds a name: {listed(new)}" if new else None


def misspells_a_word(segment: Segment, text: str) -> str | None:
    """No word of the draft comes back with other letters in it: small models slip in long words and in names.

    >>> misspells_a_word(Segment("In Zhaoqing, Zhaoqing rules.", 0), "In Zhaqing, Zhaoqing rules.")
    'misspells "Zhaoqing": "Zhaqing"'

    What begins alike is another form of the word, or mends it, and may pass; a capital asks for more.
    """
    before, after = (
        {word.casefold(): word for word in _WORD.findall(html.unescape(one))} for one in (segment.text, text)
    )
    known = names(segment.text)
    fresh = [word for word in after if len(word) >= 5 and word not in before and stem(word) not in known]
    for old, new in ((old, new) for new in fresh for old in before if len(old) >= 5 and stem(old) != stem(new)):
        named, capital = stem(old) in known, before[old][0].isupper() and after[new][0].isupper()
        if (old in after and not named) or SequenceMatcher(None, old, new).ratio() < 0.8:
            continue
        alike = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 99)
        form = {old[alike:], new[alike:]} <= _ENDINGS
        slip = len(old) >= 7 and alike < min(len(old), len(new)) - 4
        no_word = old.endswith("ing") and new == old[:-3] + "eing"  # replaceing
        if named or slip or no_word or (capital and not form):
            return f'misspells "{before[old]}": "{after[new]}"'
    return None


def turns_a_statement(segment: Segment, text: str) -> str | None:
    """As many negations as before, unless the source says that there is one too many, or none where one should be.

    >>> turns_a_statement(Segment("It cannot wait.", 0), "It can wait.")
    'loses a negation: "cannot"'
    >>> turns_a_statement(Segment("It came. It's not like it's bad.", 0, source="来了。"), "It came.")
    """
    before = [found.lower() for found in _NEGATION.findall(segment.text)]
    after = [found.lower() for found in _NEGATION.findall(text)]
    lost = len(before) > len(after)
    source = segment.source or ""
    wrong = _MAYBE_NEGATION.search(source) is None if lost else not before and _CHINESE_NEGATION.search(source)
    if len(before) == len(after) or (source and wrong):
        return None
    words = Counter(before) - Counter(after) if lost else Counter(after) - Counter(before)
    return f'{"loses" if lost else "adds"} a negation: "{next(iter(words))}"'


def changes_a_person(segment: Segment, text: str) -> str | None:
    """Nobody becomes a woman or a man: a sentence alone does not tell.

    >>> changes_a_person(Segment("She said that he came.", 0), "He said that he came.")
    'no longer speaks of a woman'
    """
    for person, pattern in _PERSONS.items():
        before, after = bool(pattern.search(segment.text)), bool(pattern.search(text))
        if before != after:
            return f"no longer speaks of {person}" if before else f"speaks of {person}"
    return None


CHECKS: dict[str, Check] = {
    "terms": loses_a_term,
    "empty": is_empty,
    "numbers": changes_a_number,
    "bounds": changes_a_bound,
    "addresses": changes_an_address,
    "names lost": loses_a_name,
    "names added": adds_a_name,
    "persons invented": invents_a_person,
    "spelling": misspells_a_word,
    "negation": turns_a_statement,
    "persons": changes_a_person,
    "units": changes_a_unit,
    "content": leaves_something_out,
    "length": has_another_length,
    "repetition": repeats_itself,
    "script": changes_the_script,
    "pairs": unbalances,
    "ending": changes_the_end,
    "first letter": changes_the_first_letter,
    "markup": loses_markup,
}

# What a repair may do because it promises to: to drop a doubled clause is to lose length and perhaps a negation, to
# pair quotation marks may end a sentence in another mark. Over 8,000 rough drafts of wmt20, of which repairs touched
# 448, no other check had anything to object.
REPAIRS_MAY = frozenset(
    {"bounds", "content", "length", "negation", "repetition", "ending", "first letter", "script", "pairs"}
)

# What single repairs may do beside that: some spell names anew, one takes a month from elsewhere in the article, one
# changes the currency.
_NAMES = frozenset({"names lost", "names added", "spelling"})
REPAIR_MAY = {
    "mend mojibake": _NAMES,
    "name COVID-19": _NAMES,
    "spell persons like the source": _NAMES,
    "spell names like the source": _NAMES,
    "read names left in Chinese": _NAMES,
    "name months like the source": frozenset({"numbers"}),
    "count in yuan like the source": frozenset({"units"}),
}
