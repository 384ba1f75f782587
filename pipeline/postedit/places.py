"""Where the inputs of `clean` come from and where their results go, told before anything is read or written."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from postedit.errors import ArticleError, ConfigError, OutputError


@dataclass(frozen=True, slots=True)
class Job:
    """One input and where its result goes; "-" is standard input, and None is standard output."""

    input: str
    output: Path | None = None
    format: str = "text"  # of the result: text (as it came in), json or jsonl
    input_format: str | None = None  # None: by the file's name
    encoding: str | None = None  # None: recognised
    source: Path | None = None
    source_encoding: str | None = None
    glossary: Path | None = None

    @property
    def name(self) -> str:
        """The input's name as it can be printed: a file's name may be any bytes."""
        return os.fsencode(self.input).decode("utf-8", "replace")

    @property
    def details(self) -> Path | None:
        """Where the details go: beside the result, unless the result is the details."""
        if self.output is None or self.format != "text":
            return None
        return self.output.with_name(self.output.name + ".json")

    @property
    def unfinished(self) -> Path | None:
        """Where it is kept what is done of a long file of records until all is."""
        return None if self.output is None else self.output.with_name(f"{self.output.name}.unfinished")


def plan(inputs: Sequence[str], output: str | None, shared: Job) -> list[Job]:
    """One job an input; `shared` carries what they have in common.

    >>> [job] = plan(["-"], "out/", Job(""))
    >>> str(job.output), str(job.details)
    ('out/stdin.txt', 'out/stdin.txt.json')

    Raises OutputError where a result would take the place of an input or of another result, or cannot be written where
    it should go; ArticleError for an input that is not there; ConfigError for what makes no sense.
    """
    if list(inputs).count("-") > 1:
        raise ConfigError("- is standard input, and it can be read only once.")
    if shared.source is not None and len(inputs) > 1:
        raise ConfigError("--source goes with one input. For several, put draft and source into JSONL records.")
    if output is None and shared.format == "json" and len(inputs) > 1:
        raise ConfigError("several inputs are no one JSON document: use --format jsonl, or a folder with -o.")
    places = _outputs(inputs, output, shared.format)
    jobs = [replace(shared, input=name, output=place) for name, place in zip(inputs, places, strict=True)]
    _check_inputs(jobs)
    _check_outputs(jobs)
    return jobs


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


def _check_inputs(jobs: Sequence[Job]) -> None:
    for path in _read_paths(jobs):
        if not path.exists():
            raise ArticleError(f"{path}: there is no such file. Check the name and the folder.")
        if path.is_dir():
            raise ArticleError(f"{path}: is a folder. Name the files in it, for example {path}/*.txt.")


def _read_paths(jobs: Sequence[Job]) -> Iterator[Path]:
    for job in jobs:
        if job.input != "-":
            yield Path(job.input)
        yield from (path for path in (job.source, job.glossary) if path is not None)


def _check_outputs(jobs: Sequence[Job]) -> None:
    read = {path.resolve() for path in _read_paths(jobs)}
    written: dict[Path, str] = {}
    for job in jobs:
        for path in (job.output, job.details, job.unfinished):
            if path is None:
                continue
            if path.resolve() in read:
                raise OutputError(f"{path} is an input, and would be overwritten. Choose another name with -o.")
            if path.resolve() in written:
                raise OutputError(
                    f"{written[path.resolve()]} and {job.name} would both be written to {path}. Clean them one by one."
                )
            written[path.resolve()] = job.name
            _check_place(path)


def _check_place(path: Path) -> None:
    if path.is_dir():
        raise OutputError(f"{path}: there is a folder of that name. Give the name of a file with -o.")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is no ordinary file. Leave out -o and redirect standard output there.")
    parent = next(folder for folder in path.absolute().parents if folder.exists())
    if not parent.is_dir():
        raise OutputError(f"{parent} is a file, not a folder. Choose another place with -o.")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"the folder {parent} cannot be written to. Choose another with -o.")
