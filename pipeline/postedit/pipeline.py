"""The pipeline, top to bottom. New here? This is the file to read first.

Every stage is a module with one public function, and its type says what it does. No stage sees a reference.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from postedit.alignment import align
from postedit.article import Article, Candidate, Segment
from postedit.candidates import Proposal, Repair, proposals, with_retranslations
from postedit.characters import readable
from postedit.choices import choose
from postedit.config import Config
from postedit.defects import inspect
from postedit.edited import Edited
from postedit.errors import ArticleError
from postedit.estimates import estimated
from postedit.gate import Gate
from postedit.glossary import Glossary
from postedit.knowledge import known_of, with_terms
from postedit.lines import HAN
from postedit.polishing import rough_without_source, weighed_polishes
from postedit.repairs import Known
from postedit.repairs import repair as repair_text
from postedit.segments import cut, segment
from postedit.structure import label
from postedit.translator import Job, Request, Translator
from postedit.weighing import weighed

# Letters of a source that need not be Chinese: "CCTV, 2023" has nothing else to say.
SHORT = 40


def clean_articles(
    articles: Sequence[Article],
    translator: Translator | None,
    gate: Gate,
    config: Config,
    signature: str = "",
    glossary: Glossary | None = None,
) -> list[Edited]:
    """Each article, improved where a rewrite is predicted to gain; everything else is the draft to the byte.

    The models are asked once for all articles together. Without a translator only repairs are proposed.
    """
    for article in articles:
        _check_source(article, config.source_language)
    articles = [label(readable(article, config.source_language)) for article in articles]
    rows = [with_terms(article, segments_of(article, translator), glossary) for article in articles]

    segments = [one for row in rows for one in row]
    known = [one for article, row in zip(articles, rows, strict=True) for one in known_of(article, row)]
    articles_of = [0 if config.together else number for number, row in enumerate(rows) for _ in row]
    proposed = candidates(articles_of, segments, translator, gate, config, known)
    chosen = [
        choose(one, row, inspect(one, about.year), gate)
        for one, row, about in zip(segments, proposed, known, strict=True)
    ]

    edited, at = [], 0
    for article, row in zip(articles, rows, strict=True):
        choices = tuple(chosen[at : at + len(row)])
        edited.append(Edited(article, choices, signature, config.keep_furniture))
        at += len(row)
    return edited


def candidates(  # noqa: PLR0913  # all that a segment is proposed and judged by
    articles: Sequence[int],
    segments: Sequence[Segment],
    translator: Translator | None,
    gate: Gate,
    config: Config,
    known: Sequence[Known],
    *,
    repair: Repair = repair_text,
) -> list[tuple[Candidate, ...]]:
    """What may be made of each segment, with all that the gate wants to know of it; `articles` numbers each one's."""
    judge, weighing, polishing = gate.judge, gate.judge and gate.judge.weighing, gate.polishing
    rough = rough_without_source(articles, segments, polishing) if polishing else frozenset[int]()
    found = proposals(
        segments,
        translator,
        config.hypotheses,
        known,
        repair,
        signals=gate.predictor is not None,
        several=weighing is not None,
        polished=rough,
    )
    if judge and weighing:

        def further(some: Sequence[int]) -> list[Proposal]:
            asked, about = [segments[n] for n in some], [known[n] for n in some]
            return with_retranslations(asked, [found[n] for n in some], translator, about, repair)

        rows = weighed(articles, segments, found, further, judge, weighing)
    else:
        rows = [one.candidates for one in found]
        rows = estimated(articles, segments, rows, judge) if judge else rows
    return weighed_polishes(articles, segments, rows, polishing, rough) if polishing else rows


def _check_source(article: Article, language: str) -> None:
    source = article.source or ""
    if language.startswith("zh") and not HAN.search(source) and sum(map(str.isalpha, source)) > SHORT:
        raise ArticleError(
            f"article {article.id!r}: there is no Chinese in its source. Check the source, or name its language: "
            "source_language in the settings."
        )


def segments_of(article: Article, translator: Translator | None) -> tuple[Segment, ...]:
    """The article's segments, each short enough for the model, with their sources where there are any."""
    segments = align(segment(article), article)
    return segments if translator is None else cut(segments, partial(_fits, translator))


def _fits(translator: Translator, text: str) -> bool:
    """Whether the model reads the draft whole. One that only retranslates never reads it: nothing is cut for it."""
    if not translator.jobs & {Job.POLISH, Job.POST_EDIT}:
        return True
    return translator.count(Request(Job.POLISH, draft=text)) <= translator.max_tokens


def gated(gate: Gate, config: Config) -> Gate:
    """The gate that ships with a model; one number that a user sets takes the place of what it learned.

    Where the user says that articles are rough, none has to sound so.
    """
    if config.rough and gate.polishing:
        gate = replace(gate, polishing=replace(gate.polishing, rough=float("-inf")))
    numbers = {"margin": config.margin, "max_edit_rate": config.max_edit_rate}
    given = {name: value for name, value in numbers.items() if value is not None}
    return replace(gate, predictor=None, judge=None, polishing=None, **given) if given else gate
