"""Evaluation suites: TOML files that say which drafts are cleaned and what they are scored against.

A set yields samples: an article without a trace of its references, and beside it which stretch of the draft each
reference answers. Only `evaluation` sees both.
"""

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from postedit.article import Article, Block
from postedit.errors import ArticleError, ConfigError
from postedit.formats import parse
from postedit.metrics import METRICS

# Why a line of a test set is a paragraph, whatever it looks like; a block that says why is not labelled again.
A_LINE = "a line of a test set"


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of a draft that is scored against one reference: a line, a paragraph."""

    start: int
    end: int
    reference: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A draft article with its references. The article knows nothing of them."""

    article: Article
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """What a suite file asks for."""

    name: str  # the file's
    title: str
    kind: str  # "pages", or a key of SETS
    path: Path  # where the data are
    drafts: tuple[str, ...] = ("draft",)  # the systems whose drafts are cleaned, a run each
    split: str = ""  # the part of the data that is measured; a test set's name
    langpair: str = ""  # of a sacrebleu set: "zh-en"
    with_source: tuple[bool, ...] = (False,)  # whether the source may be seen, a run each
    limit: int = 0  # articles or lines at most, spread evenly over the set; 0 is all
    metrics: tuple[str, ...] = ("bleu", "chrf", "ter")
    settings: Mapping[str, Any] = field(default_factory=dict)  # Config's, by name
    ships: bool = True  # the data come with the project

    @property
    def missing(self) -> bool:
        return not self.path.exists()

    @property
    def digest(self) -> str:
        """sha256 of the data, descriptions left out: a result holds for this corpus and no other."""
        files = sorted(self.path.rglob("*")) if self.path.is_dir() else [self.path]
        digest = hashlib.sha256()
        for file in files:
            if file.is_file() and file.suffix != ".md":
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()


_TYPES: dict[str, type] = {
    "title": str, "set": str, "path": str, "drafts": list, "split": str, "langpair": str, "with_source": list,
    "limit": int, "metrics": list, "settings": dict,
}  # fmt: skip


_ITEMS: dict[str, type] = {"drafts": str, "with_source": bool}


def read_suite(path: Path) -> Suite:
    """The suite in a TOML file. Raises ConfigError for what is not one, with every problem in it.

    Its `path` is seen from the suite's folder. One that begins with a variable of the environment, "$POSTEDIT_DATA/…",
    is for data that are not the project's to ship: it is seen from where the command runs.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{path}: cannot be read as a suite: {why}.") from error
    problems = [f"unknown {name!r}; a suite has {', '.join(_TYPES)}" for name in given if name not in _TYPES]
    problems += [problem for name in _TYPES for problem in _problems(name, given.get(name))]
    if problems:
        raise ConfigError(f"{path}:\n  " + "\n  ".join(problems))
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in given.items()
        if name not in ("set", "path", "title")
    }
    where = given["path"]
    ships = not where.startswith("$")
    data = path.parent / where if ships else Path(os.path.expandvars(where))
    return Suite(path.stem, given.get("title", path.stem), given["set"], data, ships=ships, **fields)


def _problems(name: str, value: Any) -> Iterator[str]:
    """What is wrong with one setting of a suite; None is one that the suite does not have."""
    fits = value is None or type(value) is _TYPES[name]
    if not fits:
        yield f"{name} must be {_TYPES[name].__name__}, not {value!r}"
    elif name == "set" and value not in (kinds := ["pages", *SETS]):
        yield f"set must be one of {', '.join(kinds)}, not {value!r}"
    elif name == "path" and value is None:
        yield "no path: where are the data, seen from the suite's folder?"
    elif name == "limit" and value is not None and value < 0:
        yield f"limit must be 0 or more, not {value}"
    elif name == "metrics" and value is not None:
        yield from (f"metrics has {one!r}; there are {', '.join(METRICS)}" for one in value if one not in METRICS)
        if "chrf" not in value:
            yield "metrics must have chrf: what a segment gained is measured with it"
    elif name in _ITEMS and value is not None:
        kind = _ITEMS[name]
        yield from (f"{name} has {one!r}, which is no {kind.__name__}" for one in value if not isinstance(one, kind))
        if not value or len({repr(one) for one in value}) < len(value):
            yield f"{name} must name one or more, each once, not {value!r}"


def samples(suite: Suite, draft: str, *, with_source: bool) -> list[Sample]:
    """The suite's articles with the drafts of one system; without sources where they are not to be seen."""
    found = list(SETS[suite.kind](suite, draft))
    if not found:
        raise ArticleError(f"{suite.path}: no drafts of {draft!r} in it. Check drafts and split in the suite.")
    if 0 < suite.limit < len(found):
        found = [found[number * len(found) // suite.limit] for number in range(suite.limit)]
    if with_source:
        return found
    return [replace(one, article=replace(one.article, source=None, source_blocks=())) for one in found]


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSONL file. Raises ArticleError for a line that is none."""
    for number, line in enumerate(_lines(path), 1):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise ArticleError(f"{path}: line {number} is not JSON: {error}.") from error
        yield record


def _triples(suite: Suite, draft: str) -> Iterator[Sample]:
    """Tab-separated source, draft, reference, and set.system."""
    wanted = f"{suite.split}.{draft}"
    for number, line in enumerate(_lines(suite.path), 1):
        cells = line.split("\t")
        if len(cells) != 4:
            raise ArticleError(
                f"{suite.path}: line {number} has {len(cells)} cells; it takes source, draft, reference and set.system."
            )
        if cells[3] == wanted:
            yield _line(f"{draft}:{number}", cells[1], cells[0], cells[2])


def _news(suite: Suite, draft: str) -> Iterator[Sample]:
    """Articles of the project's own corpus: sentences in paragraphs, between the lines of a page."""
    for record in records(suite.path / "articles.jsonl"):
        if suite.split and record["split"] != suite.split:
            continue
        pieces: list[str] = [*record["page"]["head"]]
        units, sources, at = [], [], sum(len(piece) + 2 for piece in pieces)
        for paragraph in record["paragraphs"]:
            sentences = paragraph["sentences"]
            try:
                text = " ".join(sentence["drafts"][draft] for sentence in sentences)
            except KeyError as error:
                raise ArticleError(f"article {record['id']!r}: a sentence has no draft of {draft!r}.") from error
            units.append(Unit(at, at + len(text), _flat(" ".join(one["reference"] for one in sentences))))
            sources.append("".join(sentence["zh"] for sentence in sentences))
            pieces.append(text)
            at += len(text) + 2
        page = "\n\n".join([*pieces, *record["page"]["tail"]]) + "\n"
        yield Sample(parse(page, "text", record["id"], "\n\n".join(sources)), tuple(units))


def _prose(suite: Suite, draft: str) -> Iterator[Sample]:  # noqa: ARG001
    """Texts that need nothing: each paragraph is its own reference."""
    for file in sorted(suite.path.glob("*.txt")):
        article = parse(file.read_text(encoding="utf-8"), "text", file.stem)
        spans = [(block.start, block.end) for block in article.blocks]
        yield Sample(article, tuple(Unit(start, end, _flat(article.draft[start:end])) for start, end in spans))


def _reference_lines(suite: Suite, draft: str) -> Iterator[Sample]:  # noqa: ARG001
    """Sentences that need nothing, a line each."""
    for number, line in enumerate(_lines(suite.path), 1):
        yield _line(str(number), line, None, line)


def _sacrebleu(suite: Suite, draft: str) -> Iterator[Sample]:
    """A test set that sacrebleu fetches and remembers; the drafts are lines of `<path>/<draft>.txt`."""
    from sacrebleu.dataset import DATASETS
    from sacrebleu.utils import get_reference_files, get_source_file

    known = DATASETS.get(suite.split)
    if known is None or suite.langpair not in known.langpairs:
        raise ConfigError(
            f"suite {suite.name!r}: sacrebleu has no set {suite.split!r} for {suite.langpair!r}. "
            "`sacrebleu --list` shows what it has; name it in split, and langpair as in zh-en."
        )
    try:
        source, reference = (
            get_source_file(suite.split, suite.langpair),
            get_reference_files(suite.split, suite.langpair),
        )
    except (OSError, SystemExit) as error:  # sacrebleu ends the program where a download is damaged
        raise ArticleError(
            f"suite {suite.name!r}: {suite.split} could not be fetched ({error}). It takes a network once; "
            "after that sacrebleu finds it in its folder, ~/.sacrebleu or $SACREBLEU."
        ) from error
    files = [Path(source), Path(reference[0]), suite.path / f"{draft}.txt"]
    rows = [text_lines(file) for file in files]
    if len({len(row) for row in rows}) > 1:
        raise ArticleError(f"{files[2]} has {len(rows[2])} lines and {suite.split} has {len(rows[0])}: one each.")
    for number, (zh, right, rough) in enumerate(zip(*rows, strict=True), 1):
        yield _line(f"{draft}:{number}", rough, zh, right)


SETS: dict[str, Callable[[Suite, str], Iterator[Sample]]] = {
    "triples": _triples,
    "news": _news,
    "prose": _prose,
    "lines": _reference_lines,
    "sacrebleu": _sacrebleu,
}


def _line(id_: str, draft: str, source: str | None, reference: str) -> Sample:
    article = Article(id_, draft, _whole(draft), source, _whole(source or ""))
    return Sample(article, (Unit(0, len(draft), _flat(reference)),))


def _whole(text: str) -> tuple[Block, ...]:
    stripped = text.strip()
    start = text.find(stripped)
    return (Block(start, start + len(stripped), why=A_LINE),) if stripped else ()


def _flat(text: str) -> str:
    return " ".join(text.split())


def _lines(path: Path) -> list[str]:
    return [line for line in text_lines(path) if line]


def text_lines(path: Path) -> list[str]:
    r"""Every line of a text, compressed with zstandard or not; a line ends at \n only. Raises ArticleError."""
    try:
        content = path.read_bytes()
        text = (_unpacked(content) if path.suffix == ".zst" else content).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleError(f"{path}: cannot be read: {error}.") from error
    return text.removesuffix("\n").split("\n")


def _unpacked(content: bytes) -> bytes:
    try:
        import zstandard
    except ImportError as error:
        raise ConfigError("the set is compressed with zstandard. To read it: pip install zstandard") from error
    unpacked: bytes = zstandard.ZstdDecompressor().stream_reader(content).read()
    return unpacked
