"""What is known of a sentence beside its words: when it was written, from what, and of whom the article speaks."""

from collections.abc import Sequence

from postedit.article import Article, Segment
from postedit.dates import year_of
from postedit.repairs import Known
from postedit.repairs.persons import names_in


def known_of(article: Article, segments: Sequence[Segment]) -> list[Known]:
    """What is known of each segment of a labelled article.

    >>> article = Article("a", "Wang came. Wang Zheng left.", (), source="王伯祥来了，王伯祥走了。")
    >>> [(one.source, *one.names) for one in known_of(article, [Segment("Wang came.", 0, source="王伯祥来了，")])]
    [('王伯祥来了，', '王伯祥')]
    """
    year, names = year_of(article), names_in(article.source or "")
    return [Known(year, segment.source, names) for segment in segments]
