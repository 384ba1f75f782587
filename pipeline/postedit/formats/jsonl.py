"""JSON lines: one record a line, `{"id": …, "draft": …, "source": …}`, in the order they stand, nothing dropped.

Every key of a record is kept, in its order, for the record that comes out; only `id`, `draft` and `source` are read. A
`reference` is carried past the pipeline, never into it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from postedit.article import Article
from postedit.errors import ArticleError
from postedit.formats import text as plain

HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")
READ = ("id", "draft", "source")
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Record:
    """A line of a JSONL file, and the article in it."""

    line_number: int
    article: Article
    fields: Mapping[str, Any]  # the whole record, keys in the order they stand

    @property
    def extra(self) -> dict[str, Any]:
        """What is passed through unread, the reference among it."""
        return {key: value for key, value in self.fields.items() if key not in READ}


def read_records(text: str, where: str) -> Iterator[Record]:
    """The records of a JSONL text; a blank line is none.

    >>> [one] = read_records('{"id": "a1", "draft": "He come.", "year": 2023}', "drafts.jsonl")
    >>> one.article.draft, one.extra
    ('He come.', {'year': 2023})

    A record without an id gets its line number: it is what the messages say, too.
    """
    seen: dict[str, int] = {}
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if not line.strip(" \t\ufeff"):
            continue
        place = f"{where}:{number}"
        fields = _fields(line, place)
        id_ = _id(fields, number, place)
        if id_ in seen:
            raise ArticleError(f"{place}: the id {id_!r} stands on line {seen[id_]} already. Give each record its own.")
        seen[id_] = number
        source = fields.get("source")
        article = Article(
            id_, fields["draft"], plain.blocks(fields["draft"]), source, plain.blocks(source) if source else ()
        )
        yield Record(number, article, fields)


def line_of(value: Any) -> str:
    """A value as one line of a JSONL file.

    >>> line_of({"draft": "赣州"})
    '{"draft": "赣州"}\\n'
    """
    return json.dumps(value, ensure_ascii=False) + "\n"


def _fields(line: str, place: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it nests too deep, or a number is too long"
        raise ArticleError(
            f"{place}: not JSON ({reason}). Each line is one object, "
            'such as {"id": "a1", "draft": "…"}; a JSON file in one piece is not JSON lines.'
        ) from error
    if not isinstance(fields, dict):
        raise ArticleError(f'{place}: {_type(fields)}, not an object. Write {{"draft": "…"}} on each line.')
    if "draft" not in fields:
        keys = ", ".join(map(repr, fields)) or "none"
        raise ArticleError(f'{place}: no "draft" (its keys are {keys}). Put the rough translation under "draft".')
    if not isinstance(fields["draft"], str):
        raise ArticleError(
            f'{place}: "draft" is {_type(fields["draft"])}. Put the rough translation there, as a string.'
        )
    if not isinstance(fields.get("source"), str | None):
        raise ArticleError(f'{place}: "source" is {_type(fields["source"])}. Make it a string, or leave it out.')
    if HALF_A_CHARACTER.search(json.dumps(fields, ensure_ascii=False)):
        raise ArticleError(
            f"{place}: it has half of a character (a lone \\ud8.. or \\udc..). Mend it where it was written."
        )
    if page := web_page(fields["draft"], fields.get("source")):
        raise ArticleError(f'{place}: "{page}" is a web page (HTML). Put its text there, without the tags.')
    return fields


def web_page(draft: str, source: str | None) -> str | None:
    """Which of both is HTML from its first tag on, if any: its tags would be cleaned as if they were text.

    >>> web_page("<!DOCTYPE html><p>News</p>", None), web_page("<b>News</b>", "<html>"), web_page("News", None)
    ('draft', 'source', None)
    """
    return next((name for name, one in (("draft", draft), ("source", source)) if one and _PAGE.match(one)), None)


def _id(fields: Mapping[str, Any], number: int, place: str) -> str:
    given = fields.get("id")
    if given is None:
        return str(number)
    if isinstance(given, bool) or not isinstance(given, str | int) or given == "":
        raise ArticleError(f'{place}: "id" is {_type(given)}. Make it a string that is not empty, or leave it out.')
    return str(given)


def _type(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else names.get(type(value), "an empty string" if value == "" else "a string")
