"""Reading: files and strings become articles. One module a format; bytes and files have theirs."""

from collections.abc import Callable
from pathlib import Path

from postedit.article import Article, Block
from postedit.errors import ArticleError
from postedit.formats import encoding as _encoding
from postedit.formats import jsonl, markdown, text

# What one string can be written in, and how each is cut into blocks. JSONL holds many articles: see `jsonl`.
FORMATS: dict[str, Callable[[str], tuple[Block, ...]]] = {"text": text.blocks, "markdown": markdown.blocks}

SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def read(path: Path, encoding: str | None = None, source: Path | None = None) -> list[Article]:
    """The articles of a file: one, or for JSONL one a record. Their ids are the file's name or the records' ids.

    >>> read(Path("missing.txt"))
    Traceback (most recent call last):
        ...
    postedit.errors.ArticleError: missing.txt: there is no such file. Check the name and the folder.
    """
    draft = _encoding.decode(read_bytes(path), str(path), encoding).text
    if format_of(path) == "jsonl":
        if source is not None:
            raise ArticleError(f'{path}: records carry their own "source"; leave out the file {source}.')
        return [record.article for record in jsonl.read_records(draft, str(path))]
    if source is None:
        return [parse(draft, format_of(path), path.name)]
    made_from = _encoding.decode(read_bytes(source), str(source), encoding).text
    return [parse(draft, format_of(path), path.name, made_from, source_format_of(source))]


def parse(text: str, format: str, id: str, source: str | None = None, source_format: str = "text") -> Article:  # noqa: A002
    """The article in a string, "text" or "markdown", and its source in another.

    >>> parse("# Hello", "markdown", "a1").blocks
    (Block(start=2, end=7, kind=<Kind.HEADING: 'heading'>, why='', marks=(), markdown=True),)
    """
    if not isinstance(text, str):
        raise ArticleError(
            f"article {id!r}: a draft is one text, not {type(text).__name__}. For many, use Cleaner.pipe."
        )
    if format not in FORMATS:
        raise ArticleError(f"article {id!r}: there is no format {format!r}. Use one of {', '.join(FORMATS)}.")
    if jsonl.HALF_A_CHARACTER.search(text + (source or "")):
        raise ArticleError(f"article {id!r}: half of a surrogate pair in it, which is no text. Decode it again.")
    if page := jsonl.web_page(text, source):
        raise ArticleError(
            f"article {id!r}: its {page} is a web page (HTML). Save it as plain text, or paste its text."
        )
    return Article(id, text, FORMATS[format](text), source, FORMATS[source_format](source) if source else ())


def format_of(path: Path) -> str:
    """The format that a file's suffix says; without a known one it is plain text.

    >>> format_of(Path("News.MD")), format_of(Path("news")), format_of(Path("drafts.jsonl"))
    ('markdown', 'text', 'jsonl')
    """
    return SUFFIXES.get(path.suffix.lower(), "text")


def source_format_of(path: Path) -> str:
    """The format of a file with a source; ArticleError for one of records.

    >>> source_format_of(Path("news.zh.md"))
    'markdown'
    """
    if (format_ := format_of(path)) == "jsonl":
        raise ArticleError(f"{path}: a source is text or Markdown; put it into the records of one JSONL file.")
    return format_


def read_bytes(path: Path) -> bytes:
    """What is in a file; a sentence, not a traceback, when it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ArticleError(f"{path}: there is no such file. Check the name and the folder.") from error
    except IsADirectoryError as error:
        raise ArticleError(f"{path}: is a folder. Name the files in it, for example {path}/*.txt.") from error
    except PermissionError as error:
        raise ArticleError(f"{path}: may not be read. Give yourself the right to read it, or copy it.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ArticleError(f"{path}: cannot be read ({reason}). Check the file and its disk.") from error
