"""When an article was written, as far as its page says."""

import re

from postedit.article import Article, Kind
from postedit.quantities import quantities

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def year_of(article: Article) -> int | None:
    """The latest year in the article's own date line or byline; None where neither names one.

    >>> from postedit.article import Block
    >>> year_of(Article("a", "May 3, 2022\\n\\nBy then it rained.", (Block(0, 11, Kind.DATE), Block(13, 30))))
    2022
    >>> year_of(Article("a", "In 2022 it rained.", (Block(0, 18),)))

    A year in the text itself says nothing: the text may look ahead.
    """
    years = [int(found) for line in _lines(article) for found in _YEAR.findall(line)]
    return max(years, default=None)


def months_of(article: Article) -> frozenset[int]:
    """The months in the same lines, from 1 to 12.

    >>> from postedit.article import Block
    >>> sorted(months_of(Article("a", "May 3, 2022\\n\\nIn June it rained.", (Block(0, 11, Kind.DATE), Block(13, 31)))))
    [5]
    """
    found = [quantities(line, "en") for line in _lines(article)]
    return frozenset(int(one.value) for line in found for one in line if one.unit == "month")


def _lines(article: Article) -> list[str]:
    return [article.draft[b.start : b.end] for b in article.blocks if b.kind in (Kind.DATE, Kind.BYLINE)]
