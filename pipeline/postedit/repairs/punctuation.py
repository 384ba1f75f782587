"""Repairs of punctuation and spacing, outside quotation marks' own troubles."""

import re

from postedit.repairs.protected import substitute
from postedit.repairs.words import ABBREVIATIONS, NAME_PARTICLES, PRONOUNS, STARTERS, word_set

_STARTER = "(?:" + "|".join(sorted(STARTERS)) + ")"
# Behind a full stop without a space only these begin a sentence: "node.Value" and "System.Text" are one name.
_MORE_OPENERS = word_set(
    "A An I You My Your Our Its Under Through Over Between Without Within Until Because Several Every Another Other "
    "Last Next Later Besides Also Yet Still Even Who Where Whose To"
)
_OPENER = "(?:" + "|".join(sorted(STARTERS | _MORE_OPENERS)) + ")"
_CLOSER = "[\"”’')\\]]"

_SPACE_BEFORE = (
    (re.compile(r"\b(such as) ,(?= \w)"), r"\1"),
    (re.compile(r"(?<=[\w\"”’)\]%]) +([,!?](?=\s|$|[\"”)])|;(?=\s|$|[\"”])|(?<!\d ):(?=\s|$|[\"”]))"), r"\1"),
    (re.compile(r"(?<=[\w\"”’)\]%]) +\.(?=\s*$|\s+[A-Z])(?!\s*\.)"), "."),
    (re.compile(r"(?<=[\w\"”’)\]%]) +([,;])(?=[A-Za-z]{2})"), r"\1 "),
    (re.compile(rf"(?<=[a-z\"”)\]]) +(:(?=[A-Z][a-z]+ [a-z])|\.(?={_OPENER} [a-z]))"), r"\1 "),
    (re.compile(r"([(\[]) +(?=[\w\"“])"), r"\1"),
    (re.compile(r"(?<=[\w.!?%\"”]) +([)\]])"), r"\1"),
)

_SPACE_AFTER = (
    (re.compile(r"\b(Co\.),(?=(?:Ltd|LTD|Inc)\b)"), r"\1, "),
    (re.compile(r"(?<=[A-Za-z]{2})([,;])(?=[A-Za-z]{2})"), r"\1 "),
    (re.compile(r"(?<=[A-Za-z]{2}[,;][\"”])(?=[A-Za-z]{2})"), " "),
    (re.compile(r"(?<=[a-z0-9%\"”)])([,;])(?=[A-Za-z][a-z]+[ ,.])"), r"\1 "),
    (re.compile(r"(?<=[a-z]{3})([!?])(?=[A-Z][a-z]+[ ,’'])"), r"\1 "),
    (re.compile(rf"(?<=[a-z]{{3}})\.(?={_OPENER}[ ,’'])"), ". "),
    (re.compile(r"(?<=[a-z]{5})\.(?=\d{2,3}(?:,\d{3})* [a-z]{3,})"), ". "),
    (re.compile(rf"(?<=[a-z0-9%)])([.!?])(?={_STARTER} [a-z])"), r"\1 "),
    (re.compile(r"\b(Ltd|Inc|Corp|etc)\.(?=[A-Z][a-z]|(?<=etc\.)[a-z])"), r"\1. "),
    (re.compile(rf"(?<=[a-z][.!?,]{_CLOSER})(?=[A-Z][a-z]+ )(?<=[”)\]])"), " "),
)

# Words that no name ends in, run into a number of which more than one digit is there, or a noun or % behind it.
_RUN_IN = (
    "to|of|in|by|from|than|about|only|over|between|and|at|for|with|on|nearly|almost|around|since|after|until|before|"
    "within|exceed|exceeds|exceeded|exceeding|reach|reaches|reached|reaching|approximately|least|most|are|was|were|is|"
    "that|had|has|have|another"
)
_RUN_INTO_NUMBER = re.compile(
    rf"(?<![\w#@./'’&=-])({_RUN_IN})(?=(?:\d[\d,.]*\d|\d(?=%| [a-z]{{3,}}))(?:[%\s;:)”\"]|[.,](?:\s|$)|$))"
)

_DOUBLED = (
    (re.compile(r"(?:\.{4,}|…{2,})"), "..."),
    (re.compile(r"(?<=[A-Za-z])\.。|(?<=[A-Za-z])。\."), "."),
    (re.compile(r"([,;:])(?:\s*,)+(?=[\s\w\"“”]|$)"), r"\1"),
    (re.compile(r"(?<=\w)\s*([;:])(?:\s+\1)+(?=\s|$)"), r"\1"),
    (re.compile(r"(?<=[\w\"”)\]%])\s*[,;:、]\s*([.!?])(?=\s|$)(?!\.)"), r"\1"),
    (re.compile(r"(?<=[a-z0-9%)])([.!?])([\"”]?)(?:\s*\.)(?=\s|$)(?<!\.\.\.)(?!\s*\.)"), r"\1\2"),
    (re.compile(rf"(?<=\w[\"”])\s+\.\s+\.(?=\s|$)|(?<=\w{_CLOSER})\.\.(?=\s|$)"), "."),
    (re.compile(r"(?<=\w)([,.!?])([\"”]),(?=\s|$)"), r"\1\2"),
)

# The word before a full stop that does not belong there, the mark that belongs instead, and what follows.
_STOP_THEN_COMMA = re.compile(rf"(?P<word>\b[\w%’'-]*[\w%)\]]) ?\.(?P<closer>{_CLOSER}?)\s+,(?=\s|$)")
_STOP_THEN_OTHER = re.compile(r"(?<=[a-z0-9%)\"”])\.\s+([;:])(?=\s|$)")
_STOP_THEN_WORD = re.compile(
    r"(?P<word>[\w%’'-]*[\w%)\]])\.(?P<quote>[\"”]?)(?P<space> +)(?P<next>[a-z][\w’'-]*)(?P<rest>[\s,.;:!?]|$)"
)

_COMMA_BEFORE = word_set("but which while whereas thereby thus so including")
_FORKS = PRONOUNS | word_set("the a an this that these those in on at if when as not yes no please then")


def close_up_spaces(text: str) -> str:
    """No space stands before a comma, a stop or a closing bracket, nor after an opening one.

    >>> close_up_spaces("On 1 October , they sang ( twice ) .")
    'On 1 October, they sang (twice).'
    """
    for pattern, replacement in _SPACE_BEFORE:
        text = substitute(pattern, replacement, text)
    return text


def space_after_punctuation(text: str) -> str:
    """A space follows a comma or a stop between words, not one inside a number, an address or a file's name.

    >>> space_after_punctuation("It opened,then moved.The Panda Co.,Ltd. has 1,356 shops at 10.30 on u.com/a,b")
    'It opened, then moved. The Panda Co., Ltd. has 1,356 shops at 10.30 on u.com/a,b'
    """
    for pattern, replacement in _SPACE_AFTER:
        text = substitute(pattern, replacement, text)
    return text


def space_before_numbers(text: str) -> str:
    """A word that no name ends in stands apart from the number that follows.

    >>> space_before_numbers("It rose to91.2%, more than6 times as much as in2019, says mp3.com of in2.")
    'It rose to 91.2%, more than 6 times as much as in 2019, says mp3.com of in2.'
    """
    return substitute(_RUN_INTO_NUMBER, r"\1 ", text)


def collapse_doubled_punctuation(text: str) -> str:
    """Of two marks side by side where one belongs, the stronger stays.

    >>> collapse_doubled_punctuation("In Shandong,, it rained. . It rained; , then it stopped,. Wait...")
    'In Shandong, it rained. It rained; then it stopped. Wait...'
    """
    for pattern, replacement in _DOUBLED:
        text = substitute(pattern, replacement, text)
    return text


_COUNT_BEGINS_A_CLAUSE = re.compile(r"\s*\d[\d,.]*(?: [a-z][a-z-]*){1,4} (?:have|has|had|were|was|are|is|will)\b")


def drop_stop_before_comma(text: str) -> str:
    """A full stop with a comma behind it goes; the comma stays, inside the quotation mark if there is one.

    >>> drop_stop_before_comma('"replenishing the chain". , thereby')
    '"replenishing the chain", thereby'
    >>> drop_stop_before_comma("a humanistic environment. , 20 measures have been formulated")
    'a humanistic environment; 20 measures have been formulated'

    Where a count begins a clause of its own, a comma would splice two sentences, and a semicolon stands.
    """

    def replace(match: re.Match[str]) -> str:
        stop = "." if match["word"].lower() in ABBREVIATIONS else ""
        tie = ";" if not match["closer"] and _COUNT_BEGINS_A_CLAUSE.match(text, match.end()) else ","
        return f"{match['word']}{stop}{tie}{match['closer']}"

    text = re.sub(r"([\"”])\.\s+,(?=\s|$)", r"\1,", text)
    text = substitute(_STOP_THEN_OTHER, r"\1", text)
    return _STOP_THEN_COMMA.sub(replace, text)


_GOES_ON = word_set(
    "and or but nor yet with without which who whom whose that where when while whereas as for of to in on by from at "
    "into onto through including such than thereby thus so then also because since until after before under over "
    "between among during per via plus etc within across toward towards upon amid along"
)
_PHRASE_GOES_ON = re.compile(r" (?:and|or|of|to|for|in|with|on|by|from|as|at)\b")


def join_cut_sentence(text: str) -> str:
    """A full stop before a lower-case word that cannot begin a sentence goes.

    >>> join_cut_sentence("They make cars, e.g. vans, and high-end equipment. and other industries. it is so.")
    'They make cars, e.g. vans, and high-end equipment, and other industries. it is so.'

    Before a pronoun or an article the stop may be right and the capital missing: that is left to a person.
    """
    if not text[:1].isupper() and text[:1].isalpha():  # written without capitals: nothing can be concluded
        return text
    return _STOP_THEN_WORD.sub(_join, text)


def _join(match: re.Match[str]) -> str:
    word, following = match["word"], match["next"]
    start = match.start("word")
    inside_a_name = match.string[:start].endswith(".") or match["quote"] or not any(map(str.isalpha, word))
    if inside_a_name or len(word) < 3 or word.lower() in ABBREVIATIONS or (word[:1].isupper() and len(word) < 5):
        return match[0]
    if following in _FORKS or following in NAME_PARTICLES or not following.isalpha() or len(following) < 2:
        return match[0]
    if following != following.lower() or match["rest"] == ".":
        return match[0]
    # A noun after the stop may be a sentence's own lower-case name: "sacrebleu uses", "electrons carry".
    if following not in _GOES_ON and not _PHRASE_GOES_ON.match(match.string, match.end("next")):
        return match[0]
    is_list = following in {"and", "or"} and re.match(r"\s+others?\b", match.string[match.end("next") :])
    mark = "," if is_list or following in _COMMA_BEFORE else ""
    return f"{word}{mark} {following}{match['rest']}"


_MARKER = re.compile(r"(?<![\d.,$€£¥-])(\d{1,2}) ?\. ?(?=[A-Z][a-z])")


def space_list_items(text: str) -> str:
    """The numbers of a list that ran together stand apart from its items.

    >>> space_list_items("1 .Plan the work2 .Do it3.Rest")
    '1. Plan the work 2. Do it 3. Rest'
    """
    markers = list(_MARKER.finditer(text))
    if len(markers) < 2 or [int(marker[1]) for marker in markers] != list(range(1, len(markers) + 1)):
        return text
    pieces, at = [], 0
    for marker in markers:
        before = text[at : marker.start()]
        pieces += [before, "" if not before or before[-1:] in " (" else " ", f"{marker[1]}. "]
        at = marker.end()
    return "".join([*pieces, text[at:]])
