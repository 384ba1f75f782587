"""Files in, files out: what the `clean` command does with its inputs.

A result is whole or absent: everything is made first, then written beside its place and renamed. "Done" is "the result
exists and says that it was made from this input by this run", so any batch can be taken up again.
"""

import hashlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postedit.article import Article
from postedit.cleaner import Cleaner
from postedit.edited import Edited
from postedit.errors import ArticleError, OutputError
from postedit.formats import atomic, encoding, format_of, jsonl, parse, read_bytes
from postedit.formats.encoding import Decoded

# How many articles go to the model together: enough to fill its batches, few enough to show progress.
ARTICLES_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Job:
    """One input and where its result goes; "-" is standard input, and None is standard output."""

    input: str
    output: Path | None
    format: str = "text"  # of the result: text (as it came in), json or jsonl
    input_format: str | None = None  # None: by the file's name
    encoding: str | None = None  # None: recognised
    source: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input."""

    job: Job
    counts: dict[str, int]
    furniture: int  # blocks left out
    seconds: float
    skipped: bool = False  # it was done before
    content: bytes = b""  # for standard output


@dataclass(frozen=True, slots=True)
class _Given:
    """An input, read: its articles, and for JSONL the records that they came in."""

    decoded: Decoded
    format: str
    articles: list[Article]
    records: Sequence[jsonl.Record] = ()


def plan(inputs: Sequence[str], output: str | None, job: Job) -> list[Job]:
    """One job an input. `job` carries what they share. Raises OutputError where two results would be one file.

    >>> shared = Job("", None)
    >>> [str(job.output) for job in plan(["a/x.txt", "y.md"], "out", shared)]
    ['out/x.txt', 'out/y.md']
    """
    paths = _outputs(inputs, output, job.format)
    by_path: dict[Path, str] = {}
    for name, path in zip(inputs, paths, strict=True):
        if path is None:
            continue
        if path in by_path:
            raise OutputError(f"{by_path[path]} and {name} would both be written to {path}. Clean them one by one.")
        if name != "-" and path.exists() and Path(name).exists() and path.samefile(name):
            raise OutputError(f"{path} is the input itself. Choose another output: the draft is worth keeping.")
        by_path[path] = name
    return [
        Job(name, path, job.format, job.input_format, job.encoding, job.source)
        for name, path in zip(inputs, paths, strict=True)
    ]


def _outputs(inputs: Sequence[str], output: str | None, format_: str) -> list[Path | None]:
    if output is None:
        return [None] * len(inputs)
    folder = Path(output)
    if len(inputs) == 1 and not output.endswith("/") and not folder.is_dir():
        return [folder]
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{output} is a file, and {len(inputs)} results need a folder. Pass a folder to -o.")
    names = [Path("stdin.txt" if name == "-" else name).name for name in inputs]
    return [folder / (name if format_ == "text" else f"{name}.{format_}") for name in names]


def run(cleaner: Cleaner, jobs: Sequence[Job], *, resume: bool = False) -> Iterator[Outcome]:
    """Each job's outcome as it is done; with `resume`, what this very run has made before is not made again."""
    for job in jobs:
        started = time.perf_counter()
        raw = _read_raw(job)
        digest = _digest(raw, job)
        if resume and job.output is not None and _is_done(job, digest, cleaner.signature):
            yield Outcome(job, {}, 0, 0.0, skipped=True)
            continue
        given = _read(raw, job)
        edited: list[Edited] = []
        for at in range(0, len(given.articles), ARTICLES_AT_ONCE):
            edited += cleaner.clean_articles(given.articles[at : at + ARTICLES_AT_ONCE])
        content, details = _results(cleaner, job, given, edited, digest)
        if job.output is not None:
            if details is not None:
                atomic.write(_details_path(job.output), details)
            atomic.write(job.output, content)
            content = b""
        counts = _sum([one.counts for one in edited])
        dropped = 0 if cleaner.config.keep_furniture else sum(len(one.furniture) for one in edited)
        yield Outcome(job, counts, dropped, time.perf_counter() - started, content=content)


def check(jobs: Sequence[Job]) -> None:
    """Everything that would fail for its path alone, told before a model is loaded and the first input is cleaned."""
    for job in jobs:
        if job.input != "-":
            read_bytes(Path(job.input))
        if job.source is not None:
            read_bytes(job.source)


def _read_raw(job: Job) -> bytes:
    return sys.stdin.buffer.read() if job.input == "-" else read_bytes(Path(job.input))


def _read(raw: bytes, job: Job) -> _Given:
    where = "standard input" if job.input == "-" else job.input
    decoded = encoding.decode(raw, where, job.encoding)
    format_ = job.input_format or ("text" if job.input == "-" else format_of(Path(job.input)))
    id_ = "stdin" if job.input == "-" else Path(job.input).name
    if format_ == "jsonl":
        if job.source is not None:
            raise ArticleError(f'{where}: a JSONL record carries its own "source"; --source goes with one text.')
        records = list(jsonl.read_records(decoded.text, where))
        return _Given(decoded, format_, [record.article for record in records], records)
    source = None
    if job.source is not None:
        source = encoding.decode(read_bytes(job.source), str(job.source), job.encoding).text
    return _Given(decoded, format_, [parse(decoded.text, format_, id_, source)])


def _results(
    cleaner: Cleaner, job: Job, given: _Given, edited: Sequence[Edited], digest: str
) -> tuple[bytes, bytes | None]:
    """The result's bytes, and those of the details beside it (None where the result is itself the details)."""
    run_facts = {
        "postedit": cleaner.signature,
        "settings": cleaner.settings,
        "input": {"name": job.input, "sha256": digest, "encoding": given.decoded.encoding, "format": given.format},
    }
    articles = [one.to_json() for one in edited]
    if job.format == "jsonl":
        return "".join(_line({**run_facts, **article}) for article in articles).encode(), None
    single = given.format != "jsonl"
    details = {**run_facts, **articles[0]} if single else {**run_facts, "articles": articles}
    document = (json.dumps(details, ensure_ascii=False, indent=1) + "\n").encode()
    if job.format == "json":
        return document, None
    if single:
        return encoding.encode(edited[0].text, given.decoded), document
    lines = [
        _line({**record.fields, "text": one.text, "counts": one.counts})
        for record, one in zip(given.records, edited, strict=True)
    ]
    return encoding.encode("".join(lines), given.decoded), document


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _details_path(output: Path) -> Path:
    return output.with_name(output.name + ".json")


def _digest(raw: bytes, job: Job) -> str:
    digest = hashlib.sha256(raw)
    if job.source is not None:
        digest.update(b"\0" + read_bytes(job.source))
    return digest.hexdigest()


def _is_done(job: Job, digest: str, signature: str) -> bool:
    assert job.output is not None
    details = _details_path(job.output) if job.format == "text" else job.output
    try:
        facts = json.loads(
            details.read_text(encoding="utf-8").partition("\n")[0] if job.format == "jsonl" else details.read_bytes()
        )
    except (OSError, ValueError):
        return False
    return job.output.exists() and facts.get("postedit") == signature and facts["input"]["sha256"] == digest


def _sum(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for status, count in one.items():
            total[status] = total.get(status, 0) + count
    return total
