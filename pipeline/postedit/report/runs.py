"""The runs of an evaluation below each other: what each was worth, how much it changed, what it cost."""

from collections.abc import Mapping, Sequence
from typing import Any

from postedit.report.parts import SHARES
from postedit.report.scores import arrow, difference, metrics_of, spread
from postedit.report.segments import escape

COSTS = {"words_per_second": "words a second", "peak_megabytes": "peak MB"}
STRUCTURE = {
    "pages": "pages",
    "blocks": "blocks",
    "furniture": "furniture",
    "found": "found",
    "precision": "precision",
    "recall": "recall",
    "prose": "prose",
    "prose lost": "prose lost",
}


def runs_section(parts: Sequence[Mapping[str, Any]]) -> str:
    """A table of the runs where there are several, and one of the counts where only structure was judged."""
    judged = [part for part in parts if "precision" in part]
    cleaned = [part for part in parts if "draft" in part and isinstance(part.get("systems"), Mapping)]
    tables = [_table(["pages", *STRUCTURE.values()], [_structure(part) for part in judged])] if judged else []
    if len(cleaned) > 1:
        heads = ["drafts", "job", "chrF", "cleaned", "", *SHARES, *COSTS.values()]
        tables.append(_table(heads, [_cleaned(part) for part in cleaned]))
    return f"<section><h2>Runs</h2>{''.join(tables)}</section>" if tables else ""


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in heads)
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"


def _structure(part: Mapping[str, Any]) -> str:
    cells = (f"{value:.2f}" if isinstance(value := part.get(name, ""), float) else str(value) for name in STRUCTURE)
    return _row(part["draft"], [f"<td>{escape(cell)}</td>" for cell in cells])


def _cleaned(part: Mapping[str, Any]) -> str:
    draft, after = (metrics_of(part["systems"].get(name)).get("chrf", {}) for name in ("draft", "cleaned"))
    cells = [f"<td>{escape(part.get('job', ''))}</td>", f"<td>{spread(draft, 1)}</td>", f"<td>{spread(after, 1)}</td>"]
    cells.append(arrow(after, difference(after, draft), 1) if draft and after else "<td></td>")
    cells += [f"<td>{part[name]:.1%}</td>" if name in part else "<td></td>" for name in SHARES]
    cells += [f"<td>{escape(part.get(name, ''))}</td>" for name in COSTS]
    return _row(part["draft"], cells)


def _row(name: object, cells: Sequence[str]) -> str:
    return f"<tr><th scope=row>{escape(name)}</th>{''.join(cells)}</tr>"
