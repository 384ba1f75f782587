"""How near an English text is to a domain: the difference of two cross-entropies, by words.

Moore and Lewis, "Intelligent selection of language model training data" (ACL 2010), with word unigrams for language
models: https://aclanthology.org/P10-2041/. What a small model can read in its hours is a part of what there is; this
says which part first.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d|[^\w\s]")
DOUBT = 5  # words of no opinion that every text is given: a short one cannot be sure


@dataclass(frozen=True, slots=True)
class Nearness:
    """Nats a word by which a domain expects a text more than other text does. Above nothing is near.

    >>> news = ["Shares fell on Monday, the minister said.", "The minister said on Monday that he would resign."]
    >>> manuals = ["Click the button to save the file.", "The file is saved when you click."]
    >>> near = Nearness.of(news, manuals)
    >>> near("The minister resigned on Monday.") > 0 > near("Click to save the file.")
    True
    """

    odds: Mapping[str, float]

    @classmethod
    def of(cls, domain: Iterable[str], other: Iterable[str]) -> "Nearness":
        """Learned from texts of the domain and from texts of what is to be chosen from."""
        inside, outside = (Counter(word for text in texts for word in words(text)) for texts in (domain, other))
        every = set(inside) | set(outside)
        less, more = (math.log(sum(counts.values()) + len(every) + 1) for counts in (inside, outside))
        return cls({w: math.log(inside[w] + 1) - less - math.log(outside[w] + 1) + more for w in every})

    def __call__(self, text: str) -> float:
        known = [self.odds.get(word, 0.0) for word in words(text)]
        return sum(known) / (len(known) + DOUBT)


def words(text: str) -> list[str]:
    """Words in lower case, each digit and each mark by itself.

    >>> words("In 2020, it's 5%.")
    ['in', '2', '0', '2', '0', ',', "it's", '5', '%', '.']
    """
    return WORD.findall(text.lower())
