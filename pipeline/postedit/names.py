"""Which words of an English sentence name something, judged by their letters alone."""

import html
import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")
_STARTS = re.compile(r"(?:^|[.!?:;…]['\"”’)\]]*\s+|\n)[^\w\s]*$")
# A code has capitals or digits inside: NATO, iPhone, COVID-19, 5G, "4S". Such a word is a name wherever it stands.
_CODE = re.compile(r"(?=.*[A-Z].*[A-Z]|.*[a-z][A-Z]|.*[A-Za-z].*\d|.*\d.*[A-Za-z]).{2,}", re.DOTALL)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|pm|am|km|kg|cm|mm|m|k|bn|mn|tn|p\.m|a\.m)", re.IGNORECASE)
# One country by two names: a text that has one of them has the words of both.
_AMERICA = re.compile(r"\bUnited States\b|\bU\.S\.?(?![\w.])|\bUS\b(?!\s?\$)")
# Words that stand in many names and are spelt in two ways, as Britain does and as America does.
_BRITISH = {
    "centre": "center", "theatre": "theater", "defence": "defense", "programme": "program", "labour": "labor",
    "harbour": "harbor", "honour": "honor", "neighbour": "neighbor",
}  # fmt: skip
# The endings between a country, its people and its adjective, and between one and many.
_ENDING = re.compile(r"(?:ese|ians?|ans?|ish|ia|a|es|s)$")
# Capitalised for reasons of grammar or of the calendar (`quantities` compares months).
_ORDINARY_WORDS = """
i a an and are as at be but by can do for from had has have he her here his how if in into is it its let may more my no
not of on one or our she so some than that the their them then there these they this those to us was we were what when
where which who why will with would yes you your mr mrs ms dr january february march april june july august september
october november december jan feb mar apr jun jul aug sept sep oct nov dec
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())


def names(text: str) -> dict[str, str]:
    """The names of a text, each as its stem and as it is written.

    >>> names("The mayor of Zhaoqing met China's NATO envoy. Nobody in Russia came.")
    {'zhaoqing': 'Zhaoqing', 'chin': "China's", 'nato': 'NATO', 'russ': 'Russia'}

    A word that begins a sentence shows nothing by its capital, unless it also has one inside a sentence.
    """
    found: dict[str, str] = {}
    text = html.unescape(text)
    for match in _WORD.finditer(text):
        word = match[0]
        if _is_code(word) or (
            word[0].isupper() and not _STARTS.search(text[max(0, match.start() - 8) : match.start()])
        ):
            for part in _parts(word):
                if _is_code(part) or (part[0].isupper() and stem(part) not in _ORDINARY):
                    found.setdefault(stem(part), word)
    return found


def stems(text: str) -> frozenset[str]:
    """The stems of all words, to look names up in.

    >>> sorted(stems("American chips"))
    ['americ', 'chip']
    >>> stems("the US Centers") >= {*names("the United States Centre")}
    True
    >>> stems("US$5 million") >= {*names("the United States")}
    False
    """
    text = html.unescape(text)
    both = " United States US" if _AMERICA.search(text) else ""
    return frozenset(stem(part) for word in _WORD.findall(text + both) for part in _parts(word))


def stem(word: str) -> str:
    """The word in lower case without its possessive and the endings that do not change whom it names."""
    bare = re.sub(r"['’]s?$|\.", "", word).casefold()
    one, many = (bare[:-1], "s") if bare.endswith("s") else (bare, "")
    bare = _BRITISH.get(one, one) + many
    short = _ENDING.sub("", bare)
    return short if len(short) >= 4 else bare


def _is_code(word: str) -> bool:
    return bool(_CODE.fullmatch(re.sub(r"['’]s$", "", word))) and not _ORDINAL.fullmatch(word)


def _parts(word: str) -> Iterator[str]:
    """Hyphenated names are compared part by part: Guangdong-Hong Kong-Macao may lose a hyphen and stay itself."""
    yield from (part for part in re.split(r"[-.&]", word) if part) if not word.isupper() else (word,)
