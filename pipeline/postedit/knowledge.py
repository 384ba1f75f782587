"""What is known of a sentence beside its words: when it was written, from what, and of whom the article speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from postedit.article import Article, Segment
from postedit.dates import months_of, year_of
from postedit.glossary import Glossary
from postedit.known_names import Spelling
from postedit.repairs import Known
from postedit.repairs.calendar import months_in
from postedit.repairs.chinese_names import repeated_names
from postedit.spelling import find_told, people, towns


def known_of(article: Article, segments: Sequence[Segment]) -> list[Known]:
    """What is known of each segment of a labelled article.

    >>> article = Article("a", "Wang came. Wang Zheng left.", (), source="王伯祥来了，王伯祥走了。")
    >>> [(one.source, *one.names) for one in known_of(article, [Segment("Wang came.", 0, source="王伯祥来了，")])]
    [('王伯祥来了，', '王伯祥')]
    """
    source = article.source or ""
    year, names, months = year_of(article), repeated_names(source), months_in(source) | months_of(article)
    return [Known(year, segment.source, names, months, terms=segment.terms) for segment in segments]


def with_terms(article: Article, segments: Sequence[Segment], glossary: Glossary | None = None) -> tuple[Segment, ...]:
    """The segments, each with what its source names whose English is settled: a user's terms, the article's towns, and
    people whom it names again and again.

    >>> article = Article("County's hospital.", "a", (), source="江西省禾川县的医院。禾川县的医院。")
    >>> [segment] = with_terms(article, [Segment("County's hospital.", 0, source="禾川县的医院。")])
    >>> [one.english for one in segment.terms]
    ['Hechuan']
    """
    text = article.source or ""
    traditional = any(one.given for one in segments)  # who writes so seldom spells people in pinyin (`spellings`)
    known = towns(text) if traditional else people(text) | towns(text)
    return tuple(replace(one, terms=_terms(one.source, known, glossary)) if one.source else one for one in segments)


def _terms(source: str, known: Mapping[str, str], glossary: Glossary | None) -> tuple[Spelling, ...]:
    own = glossary.find(source) if glossary else ()
    taken = {place for one in own for place in range(one.start, one.end)}
    told = [one for one in find_told(source, known) if taken.isdisjoint(range(one.start, one.end))]
    return tuple(sorted([*own, *told], key=lambda one: one.start))
