"""Deterministic repairs of one English sentence, heading or clause: each a named `str -> str` that keeps one promise.

A repair acts only where the fault and its cure are both certain; everything else is a defect to report
(`postedit.defects`) or a rewrite to propose. What repairs do is counted on clean references and on rough drafts:
see eval/false_alarms.py and eval/repairs.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from postedit.known_names import Spelling, without
from postedit.repairs.amounts import (
    count_in_yuan_like_the_source,
    take_numbers_from_the_draft,
    take_numbers_from_the_source,
)
from postedit.repairs.calendar import name_months_like_the_source
from postedit.repairs.characters import decode_entities, mend_mojibake, narrow_wide_characters
from postedit.repairs.known_names import spell_names_like_the_source
from postedit.repairs.leftovers import read_names_left_in_chinese
from postedit.repairs.persons import spell_persons_like_the_source
from postedit.repairs.punctuation import (
    close_up_spaces,
    collapse_doubled_punctuation,
    drop_stop_before_comma,
    join_cut_sentence,
    space_after_punctuation,
    space_before_numbers,
    space_list_items,
)
from postedit.repairs.quotation import (
    close_for_a_stray_sentence,
    close_up_apostrophes,
    close_up_quotation_marks,
    comma_before_said,
    drop_a_stray_sentence,
    pair_brackets,
)
from postedit.repairs.repetition import drop_doubled_words, drop_echoed_words, drop_repeated_phrases
from postedit.repairs.tense import past_tense_for_past_year
from postedit.repairs.wording import lower_stray_capitals, name_covid_19, phrase_literal_requirements

_STRAY = "close a quotation for a stray sentence"  # where a source tells, that decides

REPAIRS: dict[str, Callable[[str], str]] = {
    "decode HTML entities": decode_entities,
    "mend mojibake": mend_mojibake,
    "narrow wide characters": narrow_wide_characters,
    "name COVID-19": name_covid_19,
    "phrase literal requirements": phrase_literal_requirements,
    "close up quotation marks": close_up_quotation_marks,
    "close up apostrophes": close_up_apostrophes,
    _STRAY: close_for_a_stray_sentence,
    "drop a stop before a comma": drop_stop_before_comma,
    "collapse doubled punctuation": collapse_doubled_punctuation,
    "close up spaces": close_up_spaces,
    "space after punctuation": space_after_punctuation,
    "space before numbers": space_before_numbers,
    "space list items": space_list_items,
    "pair brackets": pair_brackets,
    "join a cut sentence": join_cut_sentence,
    "put a comma before said": comma_before_said,
    "drop repeated phrases": drop_repeated_phrases,
    "drop doubled words": drop_doubled_words,
    "drop echoed words": drop_echoed_words,
    "lower stray capitals": lower_stray_capitals,
}

# Repairs that need to know in which year the article was written.
DATED_REPAIRS: dict[str, Callable[[str, int], str]] = {
    "put a past year in the past tense": past_tense_for_past_year,
}

# Repairs that need to know what the text was translated from.
_PERSONS, _LEFT = "spell persons like the source", "read names left in Chinese"
_KNOWN = "spell names like the source"
_MONTHS = "name months like the source"
_NUMBERS = "take numbers from the draft"
SOURCED_REPAIRS: dict[str, Callable[[str, str], str]] = {
    "drop a stray sentence": drop_a_stray_sentence,
    _LEFT: read_names_left_in_chinese,
    _PERSONS: spell_persons_like_the_source,
    _KNOWN: spell_names_like_the_source,
    _MONTHS: name_months_like_the_source,
    "count in yuan like the source": count_in_yuan_like_the_source,
    "take numbers from the source": take_numbers_from_the_source,
}

# None of 32,000 drafts of wmt20 took more than two rounds to come to rest.
_ROUNDS = 12

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text after its repairs, and the names of those that did something, in the order in which they first did."""

    text: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a sentence beside its words."""

    year: int | None = None  # in which the article was written
    source: str | None = None  # what the sentence was translated from
    names: frozenset[str] = frozenset()  # of people whom the article's source speaks of again and again
    months: frozenset[int] = frozenset()  # that the article names with a day
    draft: str | None = None  # what the sentence is a rewrite of
    terms: tuple[Spelling, ...] = ()  # of the source, whose English is settled


NOTHING = Known()


def repair(text: str, known: Known = NOTHING, allowed: Callable[[str], bool] | None = None) -> Repaired:
    """The text with every certain fault mended, and how.

    >>> repair("the the plan&#39;s environment. , 20 measures")
    Repaired(text="the plan's environment, 20 measures",
             steps=('decode HTML entities', 'drop a stop before a comma', 'drop doubled words'))
    >>> repair("In 2021, the city will take the lead.", Known(year=2023)).text
    'In 2021, the city took the lead.'
    >>> repair("Zhang Zhi Minh paid $5 million.", Known(source="张志明支付了500万元。")).text
    'Zhang Zhiming paid 5 million yuan.'

    >>> repair("It opens 16 routes.", Known(source="开通116条航线。", draft="It open 116 routes.")).text
    'It opens 116 routes.'

    A repair whose text is not `allowed` is not made. The list is gone through until nothing changes, so a repaired text
    needs no repair; a text that never comes to rest, or of which nothing would be left, stays as it was.
    """
    repairs = dict(REPAIRS)
    if known.year is not None:
        repairs |= {name: _given(fix, known.year) for name, fix in DATED_REPAIRS.items()}
    if known.source:
        del repairs[_STRAY]
        repairs |= {name: _given(fix, known.source) for name, fix in SOURCED_REPAIRS.items()}
        others = without(known.source, known.terms)
        repairs[_LEFT] = _given(partial(read_names_left_in_chinese, names=known.names), others)
        repairs[_MONTHS] = _given(partial(name_months_like_the_source, months=known.months), known.source)
        if known.draft is not None:
            of_draft = partial(take_numbers_from_the_draft, draft=known.draft)
            repairs = {_NUMBERS: _given(of_draft, known.source), **repairs}
        repairs[_KNOWN] = _given(partial(spell_names_like_the_source, terms=known.terms), known.source)
        repairs[_PERSONS] = _given(partial(spell_persons_like_the_source, names=known.names), others)
    current, steps = text, dict[str, None]()
    for _ in range(_ROUNDS):
        before = current
        for name, fix in repairs.items():
            fixed = fix(current)
            if fixed != current and (allowed is None or allowed(fixed)):
                steps[name] = None
                current = fixed
        if current == before:
            break
    else:
        return Repaired(text)
    if current == text or not current.strip():
        return Repaired(text)
    return Repaired(current, tuple(steps))


def _given(fix: Callable[[str, Fact], str], fact: Fact) -> Callable[[str], str]:
    return lambda text: fix(text, fact)
