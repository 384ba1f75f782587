"""What a sentence and its translation have in common, as far as it can be seen without a model.

The lexicon (lexicon_zh_en.tsv) holds frequent words with few readings, written for this purpose. It is no dictionary:
a wrong idea now and then does no harm, because an alignment weighs all clues of a text together.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from postedit.quantities import quantities

_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:['’.-][A-Za-z0-9]+)*")
_ENDS = re.compile(r"[?？!！:：;；…](?=[\s\"'”’」』）)]*\Z)")
_QUOTE = re.compile(r"[\"“”「『]")
_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]+")
_NARROW = {ord("？"): "?", ord("！"): "!", ord("："): ":", ord("；"): ";"}
_LONGEST = 6  # characters of the longest Chinese word in the lexicon


def clues(text: str) -> frozenset[str]:
    """What a translation keeps: ideas of the lexicon, numbers, Latin words, the mark at the end, quotes.

    >>> sorted(clues("中国的GDP增长了5%？"))
    ['5', '?', 'gdp', '中国', '增长']
    """
    found = {
        f"{value.normalize():f}{' month' * (q.unit == 'month')}"
        for q in quantities(text)
        for value in q.readings
        if value > 1 or not q.weak or q.unit == "month"
    }
    found.update(_chinese_ideas(text))
    _, english = _lexicon()
    for word in _LATIN.findall(text.lower()):
        stem = word.removesuffix("'s").removesuffix("’s")
        found.add(stem)
        found.update(english.get(stem, ()))
        for length in range(2, len(stem) + 1):
            found.update(english.get(stem[:length] + "*", ()))
    if end := _ENDS.search(text):
        found.add(end[0].translate(_NARROW))
    if _QUOTE.search(text):
        found.add('"')
    return frozenset(found)


def _chinese_ideas(text: str) -> Iterator[str]:
    """The longest words of the lexicon, from left to right."""
    chinese, _ = _lexicon()
    for run in _CHINESE_RUN.findall(text):
        at = 0
        while at < len(run):
            length = next((n for n in range(_LONGEST, 0, -1) if run[at : at + n] in chinese), 0)
            if length:
                yield chinese[run[at : at + length]]
            at += length or 1


@cache
def _lexicon() -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]]]:
    """Chinese word -> its idea; English word, or beginning of one with a star -> its ideas."""
    chinese: dict[str, str] = {}
    english: dict[str, tuple[str, ...]] = defaultdict(tuple)
    rows = files("postedit").joinpath("lexicon_zh_en.tsv").read_text("utf-8").split("\n")
    for row in rows:
        if "\t" in row and not row.startswith("#"):
            left, _, right = row.partition("\t")
            idea = left.split()[0]
            chinese |= dict.fromkeys(left.split(), idea)
            for word in right.split():
                english[word] += (idea,)
    return chinese, dict(english)
