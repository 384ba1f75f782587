"""Reading what `clean` wrote: details of one article or of many."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from postedit.errors import ArticleError


def read_results(path: Path) -> Iterator[dict[str, Any]]:
    """The results in a JSON or JSONL file, one a cleaned article. Raises ArticleError where there are none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ArticleError(f"{path}: there is no such file. `postedit clean INPUT -o OUT` writes OUT.json.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleError(f"{path}: cannot be read as JSON: {error}.") from error
    try:
        documents = [json.loads(text)]
    except ValueError:
        try:
            documents = [json.loads(line) for line in text.split("\n") if line.strip()]
        except ValueError as error:
            raise ArticleError(
                f"{path}: this is no result of clean; pass the .json file beside the output ({path}.json?)."
            ) from error
    for document in documents:
        articles = document.get("articles", [document]) if isinstance(document, dict) else [document]
        for article in articles:
            if not isinstance(article, dict) or "segments" not in article:
                raise ArticleError(f"{path}: no segments in it; pass a file that `postedit clean -o` wrote.")
            yield article
