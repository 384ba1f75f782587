"""The vetoes: what a rewrite must not do to a segment, each with a reason that a person understands.

A check compares the candidate with the segment's text, and with its source where there is one; it says why not, or
nothing. They are strict: a rewrite that is refused costs a small gain, one that says something else costs trust.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import SequenceMatcher

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
from postedit.quantities import quantities, same_quantities, unsaid

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
_TWO = re.compile("[双雙俩倆对對倍再]|夫[妻妇婦]")  # what English says with a two in it, or "both", or "double"
_MAYBE_NEGATION = re.compile("[不没無无未非莫勿别否免禁毫难拒缺]")
_CHINESE_NEGATION = re.compile("不(?![仅但断过同久少料])|没|未(?!来)|无(?![论线人])|[并绝毫]非|毫无|难以")


def _compiled(
    names: Mapping[str, tuple[str, str]], before: str, behind: str, flags: re.RegexFlag = re.NOFLAG
) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """By name: what English says, between two patterns, and what Chinese says."""
    return {
        name: (re.compile(rf"{before}(?:{english}){behind}", flags), re.compile(chinese))
        for name, (english, chinese) in names.items()
    }


# What stands before a number and says on which side of it the truth lies, and how Chinese says so.
_BOUNDS = {
    "more than": (
        r"over|more than|above|exceed\w*|at least|upwards of",
        "以上|超|逾|至少|不少于|不低于|不止|突破|[0-9十百千万亿][余多]",
    ),
    "less than": (
        r"up to|less than|under|below|nearly|almost|at most|no more than|close to|a maximum of",
        "以下|以内|近(?=[0-9一二三四五六七八九十百千])|不到|不足|至多|最[多高大]|不超过|不高于|低于|少于|接近|达",
    ),
    "about": (r"about|around|approximately|roughly|some", "约|左右|上下|大概|前后|[0-9十百千万亿][余多]"),
}
_BOUND_PATTERNS = _compiled(_BOUNDS, r"\b", r"\s+(?:US|HK|RMB|CNY|USD|EUR)?\s?[$€£¥]?\s?\d", re.IGNORECASE)
_ENDINGS = frozenset(
    {"", "s", "es", "d", "ed", "ing", "e", "er", "ers", "ly", "al", "n", "y", "ies", "ion", "ions", "’s", "'s"}
)
_PERSONS = {
    "a man": re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE),
    "a woman": re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE),
}
# Units by what they measure, each as English writes it and as Chinese does. A mu is a sixth of an acre.
_UNITS = {
    "money": {
        "yuan": (r"yuan|[Rr]enminbi|RMB|CNY|¥", r"(?<![美欧日港加澳新])元|块|毛|人民币|[¥￥]|RMB|CNY"),
        "dollars": (r"dollars?|US\$|HK\$|USD|HKD|\$", r"[美港加澳新]元|美金|美分|美刀|港[币纸]|[台新]币|\$|USD|HKD"),
        "euros": (r"euros?|EUR|€", r"欧元|€|EUR"),
        "pounds": (r"pounds?|£", r"镑|£"),
        "yen": (r"yen|JPY", r"日[元圆币]|JPY"),
    },
    "length": {
        "kilometres": (r"kilomet(?:er|re)s?|[Kk]ms?|KM", r"公里|千米|里路|[Kk][Mm]"),
        "miles": (r"miles?", r"[英海]里"),
        "metres": (r"met(?:er|re)s?", r"(?<!千)米|公尺|㎡|[^a-z]m"),
    },
    "weight": {
        "kilograms": (r"kilogram(?:me)?s?|kilos?|kg", r"[公市]?斤|千克|[Kk][Gg]"),
        "tons": (r"ton(?:ne)?s?", r"吨"),
    },
    "area": {
        "hectares": (r"hectares?", r"公顷|hm"),
        "acres": (r"acres?", r"英亩"),
        "mu": (r"(?<=\d )M[uU]|mu", r"(?<!英)亩"),
    },
    "energy": {
        "joules": (r"(?:kilo|mega|giga|tera)?joules?|[kMGT]J", r"焦|[kKMGT]J"),
        "watts": (r"(?:kilo|mega|giga|tera)?watts?|[kMGT]W|[kMGT]Wh", r"瓦|度|电|[kKMGT][Ww]"),
    },
    "share": {"percent": (r"%|percent|per cent|percentages?", r"[%％]|百分|[成折率比]|percent")},
}
_UNIT_PATTERNS = {kind: _compiled(units, r"(?<![A-Za-z])", r"(?![A-Za-z])") for kind, units in _UNITS.items()}


# Treaties write their States with a capital; they are no name.
_STATES = re.compile(r"(?<!United )(?<!\bthe )\bStates\b")
_COUNTRIES = re.compile(r"\b(?:states|countries|nations)\b")


def changes_a_number(segment: Segment, text: str) -> str | None:
    """The draft's numbers stay, unless the source says that they were wrong.

    >>> changes_a_number(Segment("It rose 3.5% in 2019.", 0), "It rose 35% in 2019.")
    'changes a number: 3.5% → 35%'
    >>> changes_a_number(Segment("It rose by 15 million.", 0, source="增长了1.5亿。"), "It rose by 150 million.")
    >>> changes_a_number(Segment("Only a fourth came.", 0, source="只来了四成。"), "Only 40% came.")
    """
    said = quantities(text)
    missing, added = same_quantities(quantities(segment.text), said, strict=True)
    if segment.source:
        told = quantities(segment.source)
        owed, supported = unsaid(told, said), frozenset().union(*(one.readings for one in told))
        if _TWO.search(segment.source):
            supported |= {Decimal(2)}
        missing = tuple(one for one in missing if one.readings & owed)
        added = tuple(one for one in added if not one.readings & supported)
    if missing and added:
        return f"changes a number: {_list(missing)} → {_list(added)}"
    if missing:
        return f"loses a number: {_list(missing)}"
    return f"adds a number: {_list(added)}" if added else None


def changes_a_bound(segment: Segment, text: str) -> str | None:
    """More than five billion stays more than five billion, unless the source says otherwise.

    >>> changes_a_bound(Segment("It cost over $5 billion.", 0), "It cost $5 billion.")
    'changes "more than" before a number'
    >>> changes_a_bound(Segment("It has 1.5 million.", 0, source="有150万以上。"), "It has over 1.5 million.")
    """
    for bound, (english, chinese) in _BOUND_PATTERNS.items():
        before, after = (len(english.findall(one)) for one in (segment.text, text))
        told = bool(segment.source) and bool(chinese.search(segment.source or "")) == (after > before)
        if before != after and not told:
            return f'changes "{bound}" before a number'
    return None


def changes_an_address(segment: Segment, text: str) -> str | None:
    """Web and mail addresses, placeholders, tags, @names and #topics stay to the letter.

    >>> changes_an_address(Segment("See {0} at http://a.cn/x", 0), "See {0} at http://a.cn/X")
    'changes http://a.cn/x'
    """
    before, after = (set(_ADDRESS.findall(html.unescape(one))) for one in (segment.text, text))
    if before - after:
        return f"changes {_list(sorted(before - after))}"
    return f"adds {_list(sorted(after - before))}" if after - before else None


def loses_a_name(segment: Segment, text: str) -> str | None:
    """Every name of the draft is still there, in any case, number or possessive.

    >>> loses_a_name(Segment("The mayor of Zhaoqing spoke.", 0), "The mayor of Zhaoking spoke.")
    'loses a name: Zhaoqing'
    """
    kept = stems(text)
    if _STATES.search(segment.text) and _COUNTRIES.search(text):
        kept |= {stem("States")}
    lost = [name for stem, name in names(segment.text).items() if stem not in kept]
    return f"loses a name: {_list(lost)}" if lost else None


def adds_a_name(segment: Segment, text: str) -> str | None:
    """No name comes from nowhere: the draft or the source has it.

    >>> adds_a_name(Segment("The mayor spoke.", 0), "The mayor of Beijing spoke.")
    'adds a name: Beijing'
    """
    known = stems(segment.text) | stems(re.sub(r"[^\x00-\x7f]", " ", segment.source or ""))
    new = [name for stem, name in names(text).items() if stem not in known]
    return f"adds a name: {_list(new)}" if new else None


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


def changes_a_unit(segment: Segment, text: str) -> str | None:
    """Yuan stay yuan, and kilometres kilometres; none comes from nowhere. Where there is a source, it knows better.

    >>> changes_a_unit(Segment("It cost 5 yuan.", 0), "It cost $5.")
    'changes a unit: yuan → dollars'
    >>> changes_a_unit(Segment("It has 320 mu.", 0, source="有320亩。"), "It has 320 acres.")
    'changes a unit: mu → acres'
    >>> changes_a_unit(Segment("It cost 5 dollars.", 0, source="花了5元。"), "It cost 5 yuan.")
    """
    source = segment.source or ""
    for units in _UNIT_PATTERNS.values():
        before, after = (
            [name for name, (english, _) in units.items() if english.search(one)] for one in (segment.text, text)
        )
        known = [name for name, (_, chinese) in units.items() if chinese.search(source)]
        lost = [name for name in before if name not in after]
        new = [name for name in after if name not in before and name not in known]
        if lost and set(after) & set(known):
            lost = [name for name in lost if name in known]
        if lost and set(after) - set(before):
            return f"changes a unit: {lost[0]} → {next(name for name in after if name not in before)}"
        if lost or new:
            return f"loses a unit: {lost[0]}" if lost else f"adds a unit: {new[0]}"
    return None


CHECKS: dict[str, Check] = {
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
    "read names left in Chinese": _NAMES,
    "name months like the source": frozenset({"numbers"}),
    "count in yuan like the source": frozenset({"units"}),
}


def _list(items: Iterable[object]) -> str:
    return ", ".join(str(item) for item in items)
