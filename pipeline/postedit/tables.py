"""Results for a terminal, a pipe or a Markdown file: aligned numbers, and arrows only where a difference is real."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from postedit.comparison import Comparison
from postedit.scores import SIGNIFICANT, Score, Scores

# ANSI colours. The arrow and the word beside it say the same, so that nothing is told by colour alone.
_COLOURS = {"better": "\x1b[32m", "worse": "\x1b[31m"}
_RESET = "\x1b[0m"


def scores_table(scores: Scores, layout: str = "text", width: int = 1, *, colour: bool = False) -> str:
    """One line a metric, then the signatures and notes.

    >>> from postedit.scores import score
    >>> print(scores_table(score(["He came."], ["He came."], ["chrf"])))
    metric  score
    chrF2   100.0
    <BLANKLINE>
    1 segment
    chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2... = 100.0
    """
    tested = any(score.tests for score in scores.scores)
    header = [
        "metric",
        "score",
        *(["baseline", "difference", "p (bootstrap)", "p (randomisation)", ""] if tested else []),
    ]
    rows = [
        [_label(score), _value(score.value, score.interval, width), *_tested(score, width)] for score in scores.scores
    ]
    lines = [table([header, *rows], layout, colour=colour), ""]
    count = f"{scores.n} segment{'s' if scores.n != 1 else ''}"
    if scores.unscored:
        count += f"; {scores.unscored} without a reference, not scored"
    foot = [count, *scores.notes]
    foot += [
        f"{score.name}|{score.signature} = {score.value:.{width}f} {score.detail}".rstrip() for score in scores.scores
    ]
    foot += [
        f"{score.name}: the difference may be chance; p-values are sacrebleu's, which leave out ties (with them: "
        f"{', '.join(f'{test.with_ties:.4f}' for test in score.tests)})"
        for score in scores.scores
        if score.tests and not score.significant and all(test.p_value < SIGNIFICANT for test in score.tests)
    ]
    if layout == "markdown":
        foot = [f"- {line}" for line in foot]
    return "\n".join([*lines, *foot])


def _label(score: Score) -> str:
    return score.name if score.higher_is_better else f"{score.name} (lower is better)"


def _value(value: float | None, interval: Any, width: int) -> str:
    if value is None:
        return ""
    return f"{value:.{width}f}" + (f" ± {interval.half_width:.{width}f}" if interval is not None else "")


def _tested(score: Score, width: int) -> list[str]:
    if score.baseline is None:
        return []
    return [
        _value(score.baseline, score.baseline_interval, width),
        _signed(score.value - score.baseline, width),
        *(f"{test.p_value:.4f}" for test in score.tests),
        verdict(score),
    ]


def _signed(value: float, width: int) -> str:
    return f"{round(value, width) + 0.0:+.{width}f}"


def verdict(score: Score) -> str:
    """An arrow, the way the number went, and a word for what that means; nothing where it may be chance."""
    if not score.significant or score.baseline is None or score.gain is None:
        return ""
    return f"{'↑' if score.value > score.baseline else '↓'} {'better' if score.gain > 0 else 'worse'}"


def comparison_table(comparison: Comparison, layout: str = "text", width: int = 1, *, colour: bool = False) -> str:
    """Systems below each other, then the segments that differ most."""
    first, *_ = comparison.systems
    names = [score.name for score in first.scores.scores]
    header = [
        "system",
        *(column for name in names for column in (name, "")),
        "length ratio",
        "better",
        "equal",
        "worse",
    ]
    rows = []
    for system in comparison.systems:
        cells = [system.name]
        for score in system.scores.scores:
            cells += [_value(score.value, score.interval, width), verdict(score)]
        rows.append([*cells, f"{system.length_ratio:.3f}", *_shares(system, comparison.systems[0] is system)])
    lines = [table([header, *rows], layout, colour=colour), ""]
    lines.append(
        f"Arrows: different from {first.name} by both paired tests, ties counted (p < {SIGNIFICANT}). "
        "Better, equal and worse: share of segments, by sentence chrF."
    )
    lines += [f"{score.name}: lower is better." for score in first.scores.scores if not score.higher_is_better]
    lines += [f"{score.name}|{score.signature}" for score in first.scores.scores]
    lines += ["", *_differing(comparison)]
    return "\n".join(lines)


def _shares(system: Any, is_first: bool) -> list[str]:
    if is_first:
        return ["", "", ""]
    return [f"{share:.1%}" for share in (system.better, system.equal, system.worse)]


def _differing(comparison: Comparison) -> list[str]:
    lines = []
    for difference in comparison.differing:
        lines.append(f"segment {difference.index + 1}: {' | '.join(difference.references)}")
        longest = max(_columns(name) for name in difference.outputs)
        for name, text in difference.outputs.items():
            pad = " " * (longest - _columns(name))
            lines.append(f"  {difference.scores[name]:5.1f}  {name}{pad}  {text}")
    return lines


def table(rows: Sequence[Sequence[str]], layout: str = "text", *, colour: bool = False) -> str:
    """Rows of cells, the first of them the header; columns of numbers are set flush right.

    >>> print(table([["metric", "score"], ["BLEU", "9.5"], ["chrF2", "41.0"]]))
    metric  score
    BLEU      9.5
    chrF2    41.0
    """
    columns = list(zip(*rows, strict=True))
    kept = [column for column in columns if any(column)]
    widths = [max(_columns(cell) for cell in column) for column in kept]
    numeric = [all(not cell or cell[0] in "+-0123456789" for cell in column[1:]) for column in kept]
    lines = []
    for number, row in enumerate(zip(*kept, strict=True)):
        cells = [_pad(cell, width, right) for cell, width, right in zip(row, widths, numeric, strict=True)]
        if layout == "markdown":
            lines.append(f"| {' | '.join(cells)} |")
            if number == 0:
                rule = (
                    "-" * (w - 1) + (":" if right else "-")
                    for w, right in zip(map(_rule, widths), numeric, strict=True)
                )
                lines.append(f"| {' | '.join(rule)} |")
        else:
            lines.append("  ".join(cells).rstrip())
    return _coloured("\n".join(lines)) if colour else "\n".join(lines)


def _rule(width: int) -> int:
    return max(2, width)


def _pad(cell: str, width: int, right: bool) -> str:
    space = " " * (width - _columns(cell))
    return space + cell if right else cell + space


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def _coloured(text: str, marks: Mapping[str, str] | None = None) -> str:
    for word, code in (marks or _COLOURS).items():
        for arrow in "↑↓":
            text = text.replace(f"{arrow} {word}", f"{code}{arrow} {word}{_RESET}")
    return text
