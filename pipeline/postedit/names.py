"""Which words of an English sentence name something, judged by their letters alone."""

import html
import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")
_STARTS = re.compile(r"(?:^|[.!?:;…]['\"”’)\]]*\s+|\n)[^\w\s]*$")
# A code has capitals or digits inside: NATO, iPhone, COVID-19, 5G, "4S". Such a word is a name wherever it stands.
_CODE = re.compile(r"(?=.*[A-Z].*[A-Z]|.*[a-z][A-Z]|.*[A-Za-z].*\d|.*\d.*[A-Za-z]).{2,}", re.DOTALL)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|pm|am|km|kg|cm|mm|m|k|bn|mn|tn|p\.m|a\.m)", re.IGNORECASE)
# Who is called by letters, too. Each becomes one word, which no other name shares.
_LETTERS = {
    "US": "United States", "UN": "United Nations", "UK": "United Kingdom", "EU": "European Union",
    "WHO": "World Health Organization", "WTO": "World Trade Organization", "IMF": "International Monetary Fund",
}  # fmt: skip


def _called(whole: str, letters: str) -> re.Pattern[str]:
    dotted = "[.]".join(letters)
    return re.compile(rf"\b{whole.replace('za', '[sz]a')}\b|\b{dotted}(?:[.](?!\w)|(?![\w.]))|\b{letters}\b(?!\s?[$])")


_CALLED = {whole.replace(" ", ""): _called(whole, letters) for letters, whole in _LETTERS.items()}
_WHOLE = {whole.replace(" ", ""): whole for whole in _LETTERS.values()}
# Words that stand in many names and are spelt in two ways, as Britain does and as America does.
_BRITISH = {
    "centre": "center", "theatre": "theater", "defence": "defense", "programme": "program", "labour": "labor",
    "harbour": "harbor", "honour": "honor", "neighbour": "neighbor", "organisation": "organization",
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
    text = called_alike(html.unescape(text))
    for match in _WORD.finditer(text):
        word = match[0]
        if _is_code(word) or (
            word[0].isupper() and not _STARTS.search(text[max(0, match.start() - 8) : match.start()])
        ):
            for part in _parts(word):
                if _is_code(part) or (part[0].isupper() and stem(part) not in _ORDINARY):
                    found.setdefault(stem(part), _WHOLE.get(word, word))
    return found


def stems(text: str) -> frozenset[str]:
    """The stems of all words, to look names up in.

    >>> sorted(stems("American chips"))
    ['americ', 'chip']
    >>> stems("the US Centers") >= {*names("the United States Centre")}
    True
    >>> stems("a U.N. envoy") >= {*names("an envoy of the United Nations")}
    True
    >>> stems("US$5 million") >= {*names("the United States")}
    False
    """
    text = called_alike(html.unescape(text))
    return frozenset(stem(part) for word in _WORD.findall(text) for part in _parts(word))


def called_alike(text: str) -> str:
    """The text with one word for whoever is called by letters, too.

    >>> called_alike("The U.S. and the United Nations told us who paid US$5.")
    'The UnitedStates and the UnitedNations told us who paid US$5.'
    """
    for word, called in _CALLED.items():
        text = called.sub(word, text)
    return text


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
