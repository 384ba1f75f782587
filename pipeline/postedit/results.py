"""Reading what `clean` and `eval` wrote, for whoever shows it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from postedit.errors import ArticleError


def read_document(path: str, text: str | None = None) -> Any:
    """The JSON of a file (or of the given text), or the records of a JSONL file. Raises ArticleError for neither."""
    if text is None:
        text = _text(path)
    try:
        return json.loads(text)
    except ValueError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        try:
            return [json.loads(line) for line in lines]
        except ValueError:
            beside = f"{path}.json"
            instead = beside if Path(beside).is_file() else "the .json file that stands beside the output"
            raise ArticleError(f"{path}: no result of clean or eval, for it is not JSON. Pass {instead}.") from error


def read_results(path: Path) -> Iterator[dict[str, Any]]:
    """The results in a JSON or JSONL file, one a cleaned article. Raises ArticleError where there are none."""
    document = read_document(str(path))
    for one in document if isinstance(document, list) else [document]:
        articles = one.get("articles", [one]) if isinstance(one, dict) else [one]
        for article in articles:
            if not isinstance(article, dict) or "segments" not in article:
                raise ArticleError(f"{path}: no segments in it; pass a file that `postedit clean -o` wrote.")
            yield article


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ArticleError(
            f"{path}: cannot be read: there is no such file. `postedit clean INPUT -o OUT` writes OUT.json."
        ) from None
    except OSError as error:
        raise ArticleError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ArticleError(f"{path}: byte {error.start} is not UTF-8, so this is not a result.") from error
