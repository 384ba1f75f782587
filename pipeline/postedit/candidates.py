"""Propose: for each segment the draft, its repair, and what a model would rather say. The only stage that asks a model.

The draft is always first. A model is asked once a job for all segments that want as many answers, and it scores a whole
row in one way, so that the scores of a row compare.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from postedit.article import Candidate, Origin, Segment
from postedit.hints import Hints, hints, says_more
from postedit.known_names import Spelling
from postedit.manner import written_like
from postedit.markup import lay, shield
from postedit.repairs import Known, Repaired
from postedit.repairs import repair as repair_text
from postedit.signals import LIKENESS, POOL, Asked, with_signals
from postedit.spelling import parted, spellings, spelt, unsaid
from postedit.translator import Job, Request, Translator

# Stands among the draft's steps where no model was asked: what `choose` and the report say about it.
TOO_LONG = "longer than the model reads"

# The same where the sentences of its article together need no rewriting.
NOT_ROUGH = "its article is not rough"  # and what its sentences tell

# Polishes of a draft that are weighed against each other (`polishing`).
POLISHES = 5

_ORIGINS = {Job.POLISH: Origin.POLISH, Job.POST_EDIT: Origin.POST_EDIT, Job.RETRANSLATE: Origin.RETRANSLATE}


# A text, what is known of it and what may come of it, to the text with its faults mended.
Repair = Callable[[str, Known, Callable[[str], bool] | None], Repaired]

NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be made of a segment."""

    candidates: tuple[Candidate, ...]  # the draft first, no wording twice
    translated: float | None = None  # how likely the repaired draft is as a translation, in log-probability a token
    hints: Hints = NO_HINTS  # what of its source can be said in English beforehand


def propose(
    segments: Sequence[Segment],
    translator: Translator | None,
    hypotheses: int = 1,
    known: Sequence[Known] = (),
    repair: Repair = repair_text,
    *,
    signals: bool = False,
) -> list[tuple[Candidate, ...]]:
    """The candidates of `proposals`, a row of them a segment.

    >>> from postedit.translator import FakeTranslator
    >>> fake = FakeTranslator({"He come home.": "He came home."})
    >>> for candidate in propose([Segment("He come home .", 0)], fake)[0]:
    ...     print(candidate.origin, candidate.score, candidate.text)
    draft -1.0 He come home .
    repair -1.0 He come home.
    polish 0.0 He came home.
    """
    found = proposals(segments, translator, hypotheses, known, repair, signals=signals)
    return [one.candidates for one in found]


def proposals(  # noqa: PLR0913  # what `propose` takes, and three more
    segments: Sequence[Segment],
    translator: Translator | None,
    hypotheses: int = 1,
    known: Sequence[Known] = (),
    repair: Repair = repair_text,
    *,
    signals: bool = False,
    several: bool = False,
    polished: frozenset[int] = frozenset(),
) -> list[Proposal]:
    """What may be made of each segment, in order.

    The model reads the repaired text: debris misleads it. What it writes is repaired too. A segment that is longer
    than the model reads gets its repair, and the draft's steps say why there is no more. `known` says what is
    known of each segment; its source, where nothing is said. With `signals`, candidates of segments with a source get
    what a `Predictor` looks at, for which the model is asked for `POOL` answers to each job that reads the source.
    Where `several` are wanted, `POOL` post-edits are candidates, all but the best of them unscored; names, numbers and
    rare words that most of them lack are written into the source, and the model is asked again (`hints`); what has a
    source is not polished; and `with_retranslations` has the rest.
    """
    rows, about = [], _known(known, segments)
    for segment, one in zip(segments, about, strict=True):
        mended = _mended(repair, segment, segment.text, one)
        mends = [Candidate(mended.text, Origin.REPAIR, steps=mended.steps)] if mended.text != segment.text else []
        rows.append([Candidate(segment.text, Origin.DRAFT), *mends])
    if translator is None:
        return [Proposal(tuple(row)) for row in rows]

    pools: list[dict[Job, list[str]]] = [{} for _ in rows]
    further: list[list[Candidate]] = [[] for _ in rows]
    asked = {job: _asked_for(job, segments, rows, translator) for job in Job}
    translations = asked[Job.RETRANSLATE]
    if several:
        asked[Job.POLISH] = {n: one for n, one in asked[Job.POLISH].items() if n not in asked[Job.POST_EDIT]}
        asked[Job.RETRANSLATE] = {}
    hinted = [Hints(one.terms) for one in segments]
    for n, names in _names(asked[Job.POST_EDIT], segments).items() if several else ():
        hinted[n] = hints(asked[Job.POST_EDIT][n].source, names)
    for job, requests in asked.items():
        usual = max(hypotheses, POOL) if (signals or several) and job in LIKENESS else hypotheses
        many = {n: max(usual, POLISHES) if job is Job.POLISH and n in polished else usual for n in requests}
        told = {n: hinted[n].every for n in requests if job is not Job.POLISH}
        for n, texts in _told(requests, rows, translator, many, told).items():
            offered = _offered(job, texts, segments[n], rows[n], about[n], repair)
            pool = (several and job is Job.POST_EDIT) or (n in polished and job is Job.POLISH)
            scored = 1 if several and job is Job.POST_EDIT else hypotheses
            rows[n] += offered[:scored]
            further[n] += offered[scored:] if pool or several else []
            pools[n][job] = [one.text for one in offered[:POOL]]
    found = _score([_distinct(row) for row in rows], segments, translator, alone=several)
    if signals:
        found = with_signals(found, _asked(found, segments, pools, translator), translator)
    translated = _as_translations(translations, rows, translator) if several else [None] * len(rows)
    found = [tuple(_distinct([*row, *rest])) for row, rest in zip(found, further, strict=True)]
    return [Proposal(*one) for one in zip(found, translated, hinted, strict=True)]


def with_retranslations(
    segments: Sequence[Segment],
    found: Sequence[Proposal],
    translator: Translator | None,
    known: Sequence[Known] = (),
    repair: Repair = repair_text,
) -> list[Proposal]:
    """The proposals for the segments, and behind the candidates of each up to `POOL` translations of its source.

    >>> from postedit.translator import FakeTranslator
    >>> segments = [Segment("He come home.", 0, source="他回家了。")]
    >>> fake = FakeTranslator({"他回家了。": "He went home."}, [Job.RETRANSLATE])
    >>> some = with_retranslations(segments, proposals(segments, fake, several=True), fake)[0]
    >>> [one.text for one in some.candidates]
    ['He come home.', 'He went home.']
    """
    rows, about, longer = [one.candidates for one in found], _known(known, segments), list(found)
    if translator is None:
        return longer
    asked = _asked_for(Job.RETRANSLATE, segments, rows, translator)
    many, told = dict.fromkeys(asked, POOL), {n: found[n].hints.every for n in asked}
    for n, texts in _told(asked, rows, translator, many, told).items():
        offered = _offered(Job.RETRANSLATE, texts, segments[n], rows[n], about[n], repair)
        longer[n] = replace(found[n], candidates=tuple(_distinct([*rows[n], *offered])))
    return longer


def _known(known: Sequence[Known], segments: Sequence[Segment]) -> list[Known]:
    return list(known) or [Known(source=segment.source, terms=segment.terms) for segment in segments]


def _offered(
    job: Job, texts: Sequence[str], segment: Segment, row: Sequence[Candidate], known: Known, repair: Repair
) -> list[Candidate]:
    """A model's answers for a segment, repaired beside the base of its row."""
    answers = [_mended(repair, segment, text, replace(known, draft=_base(row))) for text in texts]
    return [Candidate(one.text, _ORIGINS[job], steps=one.steps) for one in answers]


def _as_translations(
    asked: Mapping[int, Request], rows: Sequence[Sequence[Candidate]], translator: Translator
) -> list[float | None]:
    """What the model gives each repaired draft as a translation of its source; None where it cannot be asked."""
    scores = iter(translator.score([*asked.values()], [_base(rows[n]) for n in asked]) if asked else [])
    return [next(scores) if n in asked else None for n in range(len(rows))]


def _answers(
    asked: Mapping[int, Request], rows: Sequence[Sequence[Candidate]], translator: Translator, many: Mapping[int, int]
) -> dict[int, list[str]]:
    """Up to so `many` answers to each request, by its segment's number, in the manner of its draft, on one line."""
    outputs: dict[int, list[str]] = {}
    for count in sorted({many[n] for n in asked}):
        some = {n: one for n, one in asked.items() if many[n] == count}
        outputs |= dict(zip(some, translator.translate([*some.values()], count), strict=True))
    return {n: [written_like(rows[n][0].text, " ".join(text.split())) for text in outputs[n]] for n in asked}


def _names(asked: Mapping[int, Request], segments: Sequence[Segment]) -> dict[int, tuple[Spelling, ...]]:
    about = {n: segments[n] for n in asked}
    return {n: spellings(asked[n].source, people=one.given is None, terms=one.terms) for n, one in about.items()}


def _told(
    asked: Mapping[int, Request],
    rows: Sequence[Sequence[Candidate]],
    translator: Translator,
    many: Mapping[int, int],
    told: Mapping[int, tuple[Spelling, ...]],
) -> dict[int, list[str]]:
    """The answers; where most lack some of what can be `told` of the source, those to it with that, if more say it."""
    first = _answers(asked, rows, translator, many)
    missing = {n: unsaid(some, first[n]) for n, some in told.items()}
    again = {n: replace(asked[n], source=spelt(asked[n].source, some)) for n, some in missing.items() if some}
    second = _answers({n: one for n, one in again.items() if _fits(translator, one)}, rows, translator, many)
    second = {n: [parted(one, missing[n]) for one in texts] for n, texts in second.items()}
    better = {n for n, texts in second.items() if says_more(missing[n], texts, first[n])}
    return {n: second[n] if n in better else texts for n, texts in first.items()}


def _mended(repair: Repair, segment: Segment, text: str, known: Known) -> Repaired:
    """The segment's text, or a rewrite of it, repaired; code in it is not touched."""
    shielded = shield(segment, text)
    mended = repair(shielded.text, known, None)
    if segment.marks and lay(segment, shielded.restore(mended.text)) is None:
        # One repair has no place for the markup; the others may have.
        mended = repair(shielded.text, known, lambda fixed: lay(segment, shielded.restore(fixed)) is not None)
    return replace(mended, text=shielded.restore(mended.text))


def _asked_for(
    job: Job, segments: Sequence[Segment], rows: Sequence[Sequence[Candidate]], translator: Translator
) -> dict[int, Request]:
    """What a job is asked, by the number of the segment: everything it needs, or nothing; nothing that is too long."""
    if job not in translator.jobs:
        return {}
    requests = {}
    for n, (segment, row) in enumerate(zip(segments, rows, strict=True)):
        if not row[0].text or (job is not Job.POLISH and not segment.source):
            continue
        requests[n] = _request(job, segment, row)
    return {n: one for n, one in requests.items() if _fits(translator, one)}


def _request(job: Job, segment: Segment, row: Sequence[Candidate]) -> Request:
    draft = "" if job is Job.RETRANSLATE else _base(row)
    return Request(job, draft=draft, source="" if job is Job.POLISH else segment.source or "")


def _base(row: Sequence[Candidate]) -> str:
    """The repaired draft, or the draft."""
    return next((one.text for one in row if one.origin is Origin.REPAIR), row[0].text)


def _asked(
    rows: Sequence[Sequence[Candidate]],
    segments: Sequence[Segment],
    pools: Sequence[Mapping[Job, Sequence[str]]],
    translator: Translator,
) -> list[Asked]:
    asked = []
    for row, segment, pool in zip(rows, segments, pools, strict=True):
        requests = {job: _request(job, segment, row) for job in translator.jobs if segment.source}
        asked.append(Asked({job: one for job, one in requests.items() if _fits(translator, one)}, pool))
    return asked


def _fits(translator: Translator, request: Request) -> bool:
    return translator.count(request) <= translator.max_tokens


def _distinct(row: Sequence[Candidate]) -> list[Candidate]:
    """The row without repetitions and silence; of two alike the first stays, and the draft always does."""
    first: dict[str, Candidate] = {}
    for candidate in row:
        if candidate.text or candidate.origin is Origin.DRAFT:
            first.setdefault(candidate.text, candidate)
    return list(first.values())


def _score(
    rows: Sequence[list[Candidate]], segments: Sequence[Segment], translator: Translator, *, alone: bool
) -> list[tuple[Candidate, ...]]:
    """The rows with their scores. What is too long is not scored, nor a row of one but where it is wanted `alone`."""
    scored: list[tuple[Candidate, ...]] = []
    places: list[tuple[int, Request]] = []
    for n, (row, segment) in enumerate(zip(rows, segments, strict=True)):
        askable = _scorings(translator, segment, row)
        request = next((one for one in askable if _fits(translator, one)), None)
        if request is None and askable and row[0].text:
            row[0] = replace(row[0], steps=(TOO_LONG,))
        elif request is not None and (len(row) > 1 or alone):
            places.append((n, request))
        scored.append(tuple(row))

    requests = [request for n, request in places for candidate in rows[n] if candidate.text]
    outputs = [candidate.text for n, _ in places for candidate in rows[n] if candidate.text]
    scores = iter(translator.score(requests, outputs) if outputs else [])
    for n, _ in places:
        scored[n] = tuple(replace(one, score=next(scores)) if one.text else one for one in rows[n])
    return scored


def _scorings(translator: Translator, segment: Segment, row: Sequence[Candidate]) -> list[Request]:
    """What the model can be asked to score with: first what lets it read the most of source and draft."""
    order = (Job.POST_EDIT, Job.POLISH, Job.RETRANSLATE) if segment.source else (Job.POLISH,)
    return [_request(job, segment, row) for job in order if job in translator.jobs]
