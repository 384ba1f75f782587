"""The scores of a report: a table, the intervals drawn, and what each stage gave."""

from collections.abc import Mapping, Sequence
from typing import Any

from postedit.report.charts import bars, signed, whiskers
from postedit.report.segments import escape

NAMES = {"bleu": "BLEU", "chrf": "chrF", "chrf++": "chrF++", "ter": "TER", "comet": "COMET"}


def scores_section(systems: Mapping[str, Any], name: str) -> str:
    """Table and charts of one run; `systems` maps a name to its scores by metric."""
    found = {system: metrics_of(scores) for system, scores in systems.items()}
    metrics = list(dict.fromkeys(metric for scores in found.values() for metric in scores))
    if not metrics:
        return ""
    charts = (_interval_chart, _stage_chart)
    figures = [chart(found, metric) for metric in metrics for chart in charts]
    title = f"Scores: {escape(name)}" if name else "Scores"
    return (
        f"<section><h2>{title}</h2>{_table(found, metrics)}"
        f"<div class=figures>{''.join(figures)}</div>{_signatures(found, metrics)}</section>"
    )


def metrics_of(scores: Any) -> dict[str, dict[str, Any]]:
    """A number stands for a score with nothing known but its value."""
    inner = scores.get("scores", scores) if isinstance(scores, Mapping) else {}
    found: dict[str, dict[str, Any]] = {}
    for metric, score in inner.items():
        if isinstance(score, Mapping) and isinstance(score.get("value"), int | float):
            found[metric] = dict(score)
        elif isinstance(score, int | float) and metric in NAMES:
            found[metric] = {"value": score}
    return found


def _table(found: Mapping[str, Mapping[str, Mapping[str, Any]]], metrics: Sequence[str]) -> str:
    base = "draft" if "draft" in found else next(iter(found))
    head = "".join(f"<th colspan=2 scope=colgroup>{_metric(metric)}</th>" for metric in metrics)
    rows = []
    for system, scores in found.items():
        cells = []
        for metric in metrics:
            cells += _cells(scores.get(metric), found[base].get(metric), metric)
        rows.append(f"<tr><th scope=row>{escape(system)}</th>{''.join(cells)}</tr>")
    head = f"<thead><tr><th scope=col>system</th>{head}</tr></thead>"
    return (
        f"<div class=scroll><table>{head}<tbody>{''.join(rows)}</tbody></table></div>"
        f"<p class=note>± is half of the 95 % interval. The second number is the difference to {escape(base)}; it has "
        "an arrow where two paired tests call it real.</p>"
    )


def _metric(metric: str) -> str:
    return f"{escape(NAMES.get(metric, metric))}{' (lower is better)' if metric == 'ter' else ''}"


def _cells(score: Mapping[str, Any] | None, base: Mapping[str, Any] | None, metric: str) -> list[str]:
    if score is None:
        return ["<td></td>", "<td></td>"]
    width = 3 if metric == "comet" else 1
    value = f"<td>{spread(score, width)}</td>"
    if base is None or base is score:
        return [value, "<td></td>"]
    return [value, arrow({"higher_is_better": metric != "ter", **score}, difference(score, base), width)]


def spread(score: Mapping[str, Any], width: int) -> str:
    """A value with half of its interval.

    >>> spread({"value": 51.68, "interval": {"half_width": 1.2}}, 1)
    '51.7 <small>± 1.2</small>'
    """
    if "value" not in score:
        return ""
    half = (score.get("interval") or {}).get("half_width")
    return f"{score['value']:.{width}f}" + (f" <small>± {half:.{width}f}</small>" if half is not None else "")


def difference(score: Mapping[str, Any], base: Mapping[str, Any]) -> float:
    return float(score["value"]) - float(base["value"])


def arrow(score: Mapping[str, Any], change: float, width: int) -> str:
    """A cell with a change, which has an arrow and a word where it is real.

    >>> arrow({"significant": False}, -0.04, 1)
    '<td class=faint>0.0</td>'
    """
    shown = signed(change, width)
    if not score.get("significant"):
        return f"<td class=faint>{shown}</td>"
    better = change > 0 if score.get("higher_is_better", True) else change < 0
    style, word = ("up", "better") if better else ("down", "worse")
    return f'<td class="{style}">{shown} {"↑" if change > 0 else "↓"} <small>{word}</small></td>'


def _interval_chart(found: Mapping[str, Mapping[str, Mapping[str, Any]]], metric: str) -> str:
    if not any(scores.get(metric, {}).get("interval") for scores in found.values()):
        return ""
    points = []
    for system, scores in found.items():
        if metric in scores:
            bounds = scores[metric].get("interval") or {}
            value = float(scores[metric]["value"])
            points.append((system, value, float(bounds.get("low", value)), float(bounds.get("high", value))))
    return whiskers(f"{NAMES.get(metric, metric)} with 95 % intervals", points) if len(points) > 1 else ""


def _stage_chart(found: Mapping[str, Mapping[str, Mapping[str, Any]]], metric: str) -> str:
    """How much is lost when a stage is off: what it gave."""
    whole = found.get("cleaned", {}).get(metric)
    if whole is None:
        return ""
    sign = 1 if whole.get("higher_is_better", metric != "ter") else -1
    given = []
    for system, scores in found.items():
        stage = system.removeprefix("without ").removesuffix(" off")
        if stage != system and metric in scores:
            given.append((stage, sign * (float(whole["value"]) - float(scores[metric]["value"]))))
    return bars(f"What each stage gave, in {NAMES.get(metric, metric)}", given) if given else ""


def _signatures(found: Mapping[str, Mapping[str, Mapping[str, Any]]], metrics: Sequence[str]) -> str:
    lines = []
    for metric in metrics:
        known = [scores[metric]["signature"] for scores in found.values() if scores.get(metric, {}).get("signature")]
        lines += [
            f"<li><code>{_metric(metric)} | {escape(signature)}</code></li>" for signature in dict.fromkeys(known)
        ]
    return (
        f"<details class=signatures><summary>Signatures</summary><ul>{''.join(lines)}</ul></details>" if lines else ""
    )
