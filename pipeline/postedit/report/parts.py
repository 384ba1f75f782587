"""A result taken apart: articles and runs of the right shape, whatever they are wrapped in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from postedit.errors import ArticleError

WAY_OUT = "Pass what `clean -o` or `eval` wrote."
SHARES = ("changed", "better", "worse")  # of segments, in a run
_TEXTS = ("draft", "text")
_TEXTS_OR_NONE = ("source", "reference", "reason", "kind", "origin", "status")
_NUMBERS_OR_NONE = ("number", "gain")
_LISTS = ("candidates", "defects")


def take_apart(result: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The articles or runs in a result, each with what its wrapping says of all. Raises ArticleError for anything else.

    >>> take_apart({"suite": "pages", "runs": [{"draft": "a"}, {"draft": "b"}]})
    [{'suite': 'pages', 'draft': 'a'}, {'suite': 'pages', 'draft': 'b'}]
    """
    parts = list(_parts(result))
    for part in parts:
        for fault in _faults(part):
            raise ArticleError(f"this is no result of clean or eval: {fault}. {WAY_OUT}")
    return parts


def _parts(result: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(result, list | tuple):
        for one in result:
            yield from _parts(one)
    elif not isinstance(result, Mapping):
        raise ArticleError(f"a result is a JSON object or a list of them. {WAY_OUT}")
    else:
        inner = result.get("articles", result.get("runs"))
        if not isinstance(inner, list | tuple):
            yield result
            return
        around = {key: value for key, value in result.items() if key not in ("articles", "runs", "segments")}
        for one in _parts(inner):
            yield {**around, **one}
        if "segments" in result:
            yield {**around, "segments": result["segments"]}


def blocks_of(part: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The page furniture of an article; where structure was judged, a number has that name."""
    return part.get("furniture") or () if "segments" in part else ()


def _faults(part: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(part.get("systems", {}), Mapping):
        yield "its systems are no object"
    for name in SHARES:
        if not isinstance(part.get(name, 0), int | float):
            yield f"{name} is {part[name]!r}, not a number"
    for name in ("segments", "furniture") if "segments" in part else ():
        yield from _no_list(part, name)
        for at, one in enumerate(part.get(name) or (), 1):
            if not isinstance(one, Mapping):
                yield f"number {at} of its {name} is {one!r}"
    for at, segment in enumerate(part.get("segments") or (), 1):
        for fault in _segment_faults(segment):
            yield f"segment {at}: {fault}"


def _no_list(holder: Mapping[str, Any], name: str) -> Iterator[str]:
    if not isinstance(holder.get(name) or [], list | tuple):
        yield f"{name} is {holder[name]!r}, not a list"


def _segment_faults(segment: Mapping[str, Any]) -> Iterator[str]:
    for name in _TEXTS:
        if not isinstance(segment.get(name), str):
            yield f"{name} is {segment.get(name)!r}, not a text"
    for name in _TEXTS_OR_NONE:
        if not isinstance(segment.get(name), str | None):
            yield f"{name} is {segment[name]!r}, not a text"
    for name in _NUMBERS_OR_NONE:
        if not isinstance(segment.get(name), int | float | None):
            yield f"{name} is {segment[name]!r}, not a number"
    for name in _LISTS:
        yield from _no_list(segment, name)
        if not all(isinstance(one, Mapping) for one in segment.get(name) or ()):
            yield f"{name} are not objects"
