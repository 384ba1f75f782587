"""What is known of a sentence beside its words: when it was written, from what, and of whom the article speaks."""

from collections.abc import Sequence

from postedit.article import Article, Segment
from postedit.dates import months_of, year_of
from postedit.repairs import Known
from postedit.repairs.calendar import months_in
from postedit.repairs.chinese_names import repeated_names


def known_of(article: Article, segments: Sequence[Segment]) -> list[Known]:
    """What is known of each segment of a labelled article.

    >>> article = Article("a", "Wang came. Wang Zheng left.", (), source="王伯祥来了，王伯祥走了。")
    >>> [(one.source, *one.names) for one in known_of(article, [Segment("Wang came.", 0, source="王伯祥来了，")])]
    [('王伯祥来了，', '王伯祥')]
    """
    source = article.source or ""
    year, names, months = year_of(article), repeated_names(source), months_in(source) | months_of(article)
    return [Known(year, segment.source, names, months, terms=segment.terms) for segment in segments]
