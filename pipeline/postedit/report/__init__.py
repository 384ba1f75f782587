"""A result as one HTML page for people who would rather look than read.

The page asks nothing of the network, opens from disk, and needs no script to be read: every segment is in it as text,
and the script only sorts, filters, moves and unfolds the candidates. All text is escaped, and the page's own policy
refuses any other script.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from postedit.errors import ArticleError
from postedit.report.charts import charts
from postedit.report.parts import SHARES, WAY_OUT, blocks_of, take_apart
from postedit.report.segments import candidates_json, escape, segment_rows, with_gains

PAGE = Path(__file__).parent
STATUSES = ("edited", "review", "failed", "kept")


def render(result: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """The page of a cleaned article, of many, or of an evaluation.

    >>> page = render({"id": "a1", "segments": [{"draft": "<b>He come.", "text": "He came.", "status": "edited"}]})
    >>> "<b>He" in page, "&lt;b&gt;He" in page
    (False, True)
    """
    from postedit.report.runs import runs_section

    parts = take_apart(result)
    if not any(name in part for part in parts for name in ("segments", "systems", "precision")):
        raise ArticleError(f"there are neither segments nor scores in this result. {WAY_OUT}")
    segments = with_gains([segment for part in parts for segment in _labelled(part, len(parts) > 1)])
    style, script = _file("page.css"), _file("page.js")
    return Template(_file("page.html")).substitute(
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}",
        style=style,
        script=script,
        title=escape(_title(parts)),
        facts=_facts(parts),
        summary=_summary(parts, segments),
        in_reference=" <mark>in the reference only</mark>" if any(one.get("reference") for one in segments) else "",
        runs=runs_section(parts),
        scores="".join(_scores(part, len(parts) > 1) for part in parts),
        charts=charts(segments),
        furniture=_furniture(parts),
        filters=_filters(segments),
        sorts=_sorts(segments),
        rows="\n".join(segment_rows(segments)),
        candidates=candidates_json(segments),
        total=len(segments),
        hidden="" if segments else " hidden",
    )


def _labelled(part: Mapping[str, Any], several: bool) -> Iterator[dict[str, Any]]:
    for segment in part.get("segments") or ():
        yield {**segment, "article": _name(part) if several else ""}


def _name(part: Mapping[str, Any]) -> str:
    names = [str(part[key]) for key in ("suite", "id", "draft", "job") if part.get(key)]
    return " · ".join(dict.fromkeys(names))


def _title(parts: Sequence[Mapping[str, Any]]) -> str:
    if len(parts) == 1:
        return _name(parts[0]) or "A result"
    suites = {str(part.get("title") or part["suite"]) for part in parts if part.get("suite")}
    return suites.pop() if len(suites) == 1 else f"{len(parts)} articles"


def _file(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    """What the policy calls this very text, so that it may be used and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode('utf-8')).digest()).decode('ascii')}'"


def _facts(parts: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for name, label in FACTS.items():
        values = dict.fromkeys(_plain(name, part[name]) for part in parts if part.get(name) not in (None, "", {}))
        # A dozen articles have as many counts; only what they share, or what is one, is a fact of the page.
        if len(values) == 1:
            rows.append(f"<div><dt>{label}</dt><dd>{escape(next(iter(values)))}</dd></div>")
    return "".join(rows)


FACTS = {
    "signature": "Signature",
    "model": "Model",
    "settings": "Settings",
    "commit": "Commit",
    "corpus": "Corpus",
    "units": "Sentences scored",
    "changed": "Share of segments changed",
    "better": "Share better",
    "worse": "Share worse",
    "origins": "Chosen from",
    "vetoes": "Vetoes",
    "words_per_second": "Words a second",
    "peak_megabytes": "Peak memory, MB",
}


def _plain(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(key, one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain("", one) for one in value)
    if name in SHARES:
        return f"{value:.1%}"
    return f"{value:.3g}" if isinstance(value, float) and abs(value) < 1 else str(value)


def _scores(part: Mapping[str, Any], several: bool) -> str:
    from postedit.report.scores import scores_section

    systems = part.get("systems")
    return scores_section(systems, _name(part) if several else "") if isinstance(systems, Mapping) else ""


def _furniture(parts: Sequence[Mapping[str, Any]]) -> str:
    blocks = [block for part in parts for block in blocks_of(part)]
    if not blocks:
        return ""
    rows = "".join(
        f"<li><q dir=auto>{escape(block.get('text', ''))}</q> <small>{escape(block.get('why') or '')}"
        f"{'' if block.get('dropped', True) else ' (kept)'}</small></li>"
        for block in blocks
    )
    summary = f"<summary>Page furniture: {len(blocks)} block{'s' if len(blocks) != 1 else ''}</summary>"
    return f"<details class=furniture>{summary}<ul>{rows}</ul></details>"


def _summary(parts: Sequence[Mapping[str, Any]], segments: Sequence[Mapping[str, Any]]) -> str:
    """What became of it all, in a sentence."""
    counts = {status: sum(segment.get("status") == status for segment in segments) for status in STATUSES}
    dropped = sum(bool(block.get("dropped", True)) for part in parts for block in blocks_of(part))
    if not any("segments" in part for part in parts):
        elsewhere = " The segments of each run are in a file of their own: see <code>eval --details</code>."
        return "Numbers only." + (elsewhere if any("suite" in part and "systems" in part for part in parts) else "")
    told = [f"{counts['edited']} of {len(segments)} segments changed"]
    told += [f"{counts[status]} {what}" for status, what in NEEDY.items() if counts[status]]
    told += [f"{dropped} block{'s' if dropped != 1 else ''} of page furniture left out"] if dropped else []
    return "; ".join(told) + "."


NEEDY = {"review": "want a person's review", "failed": "could not be worked on"}


def _filters(segments: Sequence[Mapping[str, Any]]) -> str:
    counts = {status: sum(segment.get("status") == status for segment in segments) for status in STATUSES}
    return "".join(
        f'<label class="chip {status}"><input type=checkbox value={status} checked> {status} <b>{count}</b></label>'
        for status, count in counts.items()
        if count
    )


def _sorts(segments: Sequence[Mapping[str, Any]]) -> str:
    options = {"order": "as in the text"}
    if any("gain" in segment for segment in segments):
        options |= {"loss": "losses first", "gain": "gains first"}
    if any(segment.get("defects") for segment in segments):
        options["defects"] = "most defects first"
    return "".join(f"<option value={value}>{label}</option>" for value, label in options.items())
