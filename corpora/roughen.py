"""Make clean English rough, the way rough translations are: for training examples whose answer is known.

Each function does one kind of damage and returns the text unchanged where it finds nothing to damage. Only damage that
a reader could mend without the source is here: a lost name cannot be guessed back, a doubled word can be dropped.
"""

import random
import re
from collections.abc import Callable

Roughener = Callable[[str, random.Random], str]

FUTURE = {
    "announced": "will announce", "attended": "will attend", "became": "will become", "began": "will begin",
    "brought": "will bring", "called": "will call", "came": "will come", "continued": "will continue",
    "emerged": "will emerge", "ended": "will end", "entered": "will enter", "fell": "will fall", "found": "will find",
    "gave": "will give", "held": "will hold", "increased": "will increase", "issued": "will issue",
    "launched": "will launch", "led": "will lead", "left": "will leave", "made": "will make", "met": "will meet",
    "moved": "will move", "opened": "will open", "played": "will play", "published": "will publish",
    "reached": "will reach", "received": "will receive", "returned": "will return", "rose": "will rise",
    "said": "will say", "saw": "will see", "signed": "will sign", "started": "will start", "stopped": "will stop",
    "took": "will take", "visited": "will visit", "was": "will be", "went": "will go", "were": "will be",
    "won": "will win",
}  # fmt: skip

# "will" for a past can be mended only where the sentence itself tells that it is past.
PAST = re.compile(r"\b(?:19\d\d|20[01]\d|202[0-3]|ago|yesterday|last (?:week|month|year|night|summer|winter))\b")


def double_word(text: str, rng: random.Random) -> str:
    """One word said twice.

    >>> double_word("He came home.", random.Random(1))
    'He He came home.'
    """
    words = text.split(" ")
    places = [i for i, word in enumerate(words) if word.isalpha()]
    if len(words) < 3 or not places:
        return text
    at = rng.choice(places)
    return " ".join([*words[: at + 1], words[at], *words[at + 1 :]])


def double_clause(text: str, rng: random.Random) -> str:
    """One clause between commas said twice.

    >>> double_clause("In the morning, he came home, and slept.", random.Random(0))
    'In the morning, he came home, he came home, and slept.'
    """
    clauses = text.split(", ")
    places = [i for i, clause in enumerate(clauses[:-1]) if 2 <= len(clause.split()) <= 10]
    if not places:
        return text
    at = rng.choice(places)
    clause = clauses[at] if at else clauses[at][0].lower() + clauses[at][1:]
    return ", ".join([*clauses[: at + 1], clause, *clauses[at + 1 :]])


def stray_stop(text: str, rng: random.Random) -> str:
    """A full stop before a lower-case word that goes on.

    >>> stray_stop("He came home, and she left.", random.Random(0))
    'He came home. and she left.'
    """
    return _replace_one(text, re.compile(r",? (?=(?:and|but|or|which|while|because|as well as) )"), ". ", rng)


def drop_article(text: str, rng: random.Random) -> str:
    """An article lost.

    >>> drop_article("He saw the car.", random.Random(0))
    'He saw car.'
    """
    return _replace_one(text, re.compile(r"(?<= )(?:a|an|the) (?=[a-z])"), "", rng)


def wrong_article(text: str, rng: random.Random) -> str:
    """An article of the wrong form, or one where none belongs to.

    >>> wrong_article("He ate an apple.", random.Random(0))
    'He ate a apple.'
    """
    if re.search(r" an [a-z]", text):
        return _replace_one(text, re.compile(r"(?<= )an (?=[a-z])"), "a ", rng)
    return _replace_one(text, re.compile(r"(?<= )(?:in|of|for|with) (?=[a-z]+s\b)"), "of the ", rng)


def future_for_past(text: str, rng: random.Random) -> str:
    """A past told as if it were to come, only where the sentence says when it was.

    >>> future_for_past("The firm became a leader in 2019.", random.Random(0))
    'The firm will become a leader in 2019.'
    >>> future_for_past("The firm became a leader.", random.Random(0))
    'The firm became a leader.'
    """
    places = [match for match in re.finditer(r"(?<= )[a-z]+(?= )", text) if match[0] in FUTURE]
    if not places or not PAST.search(text):
        return text
    match = rng.choice(places)
    return text[: match.start()] + FUTURE[match[0]] + text[match.end() :]


def list_glue(text: str, rng: random.Random) -> str:
    """A list's "and" gone, or glued to what follows by a comma too many.

    >>> list_glue("They sell tea, milk and bread.", random.Random(3))
    'They sell tea, milk, bread.'
    """
    return _replace_one(text, re.compile(r"(?<=\w),? and (?=\w)"), rng.choice([", ", " , and ", ", and, "]), rng)


def loose_spacing(text: str, rng: random.Random) -> str:
    """Space before punctuation, as tokenizers leave it.

    >>> loose_spacing("It's over.", random.Random(2))
    "It 's over."
    """
    return _replace_one(text, re.compile(r"(?<=\w)(?=[,;:’']\w?)"), " ", rng)


def month_after_day(text: str, rng: random.Random) -> str:
    """ "On 1 June" where the text has "On June 1".

    >>> month_after_day("On June 1, it rained.", random.Random(0))
    'On 1 June, it rained.'
    """
    del rng
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    return re.sub(rf"\b({months}) (\d\d?)(?=[ ,.])", r"\2 \1", text, count=1)


ROUGHENERS: dict[str, Roughener] = {
    "double_word": double_word,
    "double_clause": double_clause,
    "stray_stop": stray_stop,
    "drop_article": drop_article,
    "wrong_article": wrong_article,
    "future_for_past": future_for_past,
    "list_glue": list_glue,
    "loose_spacing": loose_spacing,
    "month_after_day": month_after_day,
}


def roughen(text: str, rng: random.Random, faults: int = 2) -> str:
    """`text` with up to `faults` kinds of damage, in random order.

    >>> roughen("Hello", random.Random(0))
    'Hello'
    """
    for name in rng.sample(sorted(ROUGHENERS), len(ROUGHENERS)):
        rougher = ROUGHENERS[name](text, rng)
        faults -= rougher != text
        text = rougher
        if faults <= 0:
            break
    return text


def _replace_one(text: str, pattern: re.Pattern[str], replacement: str, rng: random.Random) -> str:
    places = list(pattern.finditer(text))
    if not places:
        return text
    match = rng.choice(places)
    return text[: match.start()] + replacement + text[match.end() :]
