"""Files in, files out: what the `clean` command does with its inputs.

A result is whole or absent: everything is made first, then written beside its place and renamed. The details are
moved last and know the digest of the result beside them, so "done" means: this run made this result from this input.
What is done of a long file of records is kept beside the place of its result until all is.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from postedit import __version__
from postedit.article import Article
from postedit.cleaner import Cleaner
from postedit.errors import ArticleError, Interrupted, PosteditError
from postedit.formats import atomic, encoding, format_of, jsonl, parse, read_bytes, source_format_of
from postedit.formats.encoding import Decoded
from postedit.journal import Done, Journal
from postedit.places import Job

# How many articles go to the model together: enough to fill its batches, few enough to stop soon when interrupted.
ARTICLES_AT_ONCE = 16

# The same where they are judged together: from so many even single sentences tell which engine is rough.
JUDGED_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input."""

    job: Job
    counts: Mapping[str, int]
    furniture: int = 0  # blocks left out
    sourceless: int = 0  # segments of articles with a source that has nothing for them
    seconds: float = 0.0
    skipped: bool = False  # it was done before
    content: bytes = b""  # for standard output
    warnings: tuple[str, ...] = ()
    error: PosteditError | None = None  # why there is no result


@dataclass(frozen=True, slots=True)
class _Given:
    """An input, read: its articles, and for JSONL the records that they came in."""

    decoded: Decoded
    facts: Mapping[str, Any]  # what the details say of it
    articles: Sequence[Article]
    records: Sequence[jsonl.Record] = ()


def run(cleaner: Cleaner, jobs: Sequence[Job], *, resume: bool = False) -> Iterator[Outcome]:
    """Each job's outcome as it is done. An input that fails stops no other: its outcome holds the error.

    With `resume`, what this very run has made before from this very input is not made again.
    """
    for job in jobs:
        try:
            yield _run_one(cleaner, job, resume=resume)
        except PosteditError as error:
            yield Outcome(job, {}, error=error)


def _run_one(cleaner: Cleaner, job: Job, *, resume: bool) -> Outcome:
    started = time.perf_counter()
    given = _read(job)
    if resume and (counts := _done_before(job, given.facts, cleaner.signature)) is not None:
        return Outcome(job, counts, skipped=True)
    journal = _journal(job, given, cleaner)
    before = journal.done([one.id for one in given.articles]) if resume else []
    try:
        made = _clean(cleaner, given, journal, before)
    except KeyboardInterrupt as error:
        raise Interrupted(journal.kept) from error
    content = _content(job, given, made, cleaner)
    if job.output is not None:
        details = {} if job.details is None else {job.details: _document(given, made, cleaner, content)}
        atomic.write_all({job.output: content} | details)
        journal.remove()
        content = b""
    counts = _sum([one.article["counts"] for one in made])
    furniture = sum(block["dropped"] for one in made for block in one.article["furniture"])
    pairs = zip(made, given.articles, strict=True)
    with_source = [one.article for one, article in pairs if article.source and not one.warning]
    sourceless = sum(not segment["source"] for one in with_source for segment in one["segments"])
    warnings, seconds = tuple(one.warning for one in made if one.warning), time.perf_counter() - started
    if job.glossary is not None and not with_source:
        warnings += ("without its Chinese: the glossary was not used. Add --source, or a source to each record.",)
    return Outcome(job, counts, furniture, sourceless, seconds, content=content, warnings=warnings)


def _read(job: Job) -> _Given:
    """An input and its source, each read once: they may be pipes."""
    raw = sys.stdin.buffer.read() if job.input == "-" else read_bytes(Path(job.input))
    where = "standard input" if job.input == "-" else job.name
    decoded = encoding.decode(raw, where, job.encoding)
    format_ = job.input_format or ("text" if job.input == "-" else format_of(Path(job.input)))
    facts = {"name": job.name, "sha256": _digest(raw), "encoding": decoded.encoding, "format": format_}
    if format_ == "jsonl":
        if job.source is not None:
            raise ArticleError(f'{where}: a JSONL record carries its own "source"; --source goes with one text.')
        records = list(jsonl.read_records(decoded.text, where))
        return _Given(decoded, facts, [record.article for record in records], records)
    source, source_format = None, "text"
    if job.source is not None:
        source_format = source_format_of(job.source)
        raw = read_bytes(job.source)
        facts |= {"source": str(job.source), "source_sha256": _digest(raw)}
        source = encoding.decode(raw, str(job.source), job.source_encoding).text
    name = "stdin" if job.input == "-" else Path(job.name).name
    return _Given(decoded, facts, [parse(decoded.text, format_, name, source, source_format)])


def _journal(job: Job, given: _Given, cleaner: Cleaner) -> Journal:
    """Where it is kept what is done, if the input takes more than one go to the model."""
    long = len(given.articles) > _at_once(cleaner)
    run = {"postedit": __version__, "signature": cleaner.signature, "input": dict(given.facts)}
    return Journal(job.unfinished if long else None, run)


def _at_once(cleaner: Cleaner) -> int:
    return JUDGED_TOGETHER if cleaner.config.together else ARTICLES_AT_ONCE


def _clean(cleaner: Cleaner, given: _Given, journal: Journal, before: Sequence[Done]) -> list[Done]:
    """The articles, cleaned, behind those `before`.

    A record whose source is another text's is cleaned without it, and a warning says so.
    """
    many = _at_once(cleaner)
    made = [*before[: len(before) // many * many]]
    journal.begin(made)
    for at in range(len(made), len(given.articles), many):
        some = list(given.articles[at : at + many])
        try:
            done = [Done(one.to_json()) for one in cleaner.clean_articles(some)]
        except ArticleError:
            if not given.records:
                raise
            done = [_done(cleaner, article, given.records[place]) for place, article in enumerate(some, at)]
        journal.add(done)
        made += done
    return made


def _done(cleaner: Cleaner, article: Article, record: jsonl.Record) -> Done:
    try:
        return Done(cleaner.clean_articles([article])[0].to_json())
    except ArticleError as error:
        [edited] = cleaner.clean_articles([replace(article, source=None, source_blocks=())])
        return Done(edited.to_json(), f"line {record.line_number}: {error} It was cleaned without.")


def _content(job: Job, given: _Given, made: Sequence[Done], cleaner: Cleaner) -> bytes:
    """The result: the text as it came in, or the details themselves."""
    if job.format == "json":
        return _document(given, made, cleaner)
    if job.format == "jsonl":
        facts = _run_facts(given, cleaner)
        return "".join(jsonl.line_of({**facts, **one.article}) for one in made).encode()
    if not given.records:
        return encoding.encode(made[0].article["text"], given.decoded)
    lines = []
    for record, one in zip(given.records, made, strict=True):
        warning = {"warning": one.warning} if one.warning else {}
        said = {"cleaned": one.article["text"], "counts": one.article["counts"]}
        lines.append(jsonl.line_of({**record.fields, **said, **warning}))
    return encoding.encode("".join(lines), given.decoded)


def _document(given: _Given, made: Sequence[Done], cleaner: Cleaner, content: bytes | None = None) -> bytes:
    """The details as one JSON document; with the digest of the result that they stand beside."""
    details = _run_facts(given, cleaner)
    if content is not None:
        details["output"] = {"sha256": _digest(content), "counts": _sum([one.article["counts"] for one in made])}
    articles = [one.article for one in made]
    details |= {"articles": articles} if given.records else articles[0]
    return (json.dumps(details, ensure_ascii=False, indent=1) + "\n").encode()


def _run_facts(given: _Given, cleaner: Cleaner) -> dict[str, Any]:
    return {
        "postedit": __version__,
        "signature": cleaner.signature,
        "settings": cleaner.settings,
        "input": dict(given.facts),
    }


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _done_before(job: Job, facts: Mapping[str, Any], signature: str) -> dict[str, int] | None:
    """The counts of a result that is there and was made by this run from this input; None where it is not."""
    if job.output is None or job.details is None:
        return None
    try:
        details = json.loads(job.details.read_bytes())
        same = details["signature"] == signature and details["input"] == facts
        whole = details["output"]["sha256"] == _digest(job.output.read_bytes())
        return dict(details["output"]["counts"]) if same and whole else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _sum(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for status, count in one.items():
            total[status] = total.get(status, 0) + count
    return total


def write_out(content: bytes) -> None:
    """Standard output, at once: a reader that went away, or a full disk behind it, is known now and not at exit."""
    sys.stdout.flush()
    view = memoryview(content)
    while view:
        view = view[os.write(sys.stdout.fileno(), view) :]
