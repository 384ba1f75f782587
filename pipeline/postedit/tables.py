"""Results for a terminal, a pipe or a Markdown file: aligned numbers, and arrows only where a difference is real."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from postedit.comparison import Comparison
from postedit.scores import SIGNIFICANT, Score, Scores
from postedit.terminal import columns, printable, wrapped

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
    foot = [_count(scores), *scores.notes]
    foot += [
        f"{score.name}|{score.signature} = {score.value:.{width}f} {score.detail}".rstrip() for score in scores.scores
    ]
    foot += [
        f"{score.name}: {'the difference may be chance' if score.gain else 'there is no difference'}; p-values are "
        f"sacrebleu's, which leave out ties (with them: {', '.join(f'{test.with_ties:.4f}' for test in score.tests)})"
        for score in scores.scores
        if score.tests and not score.significant and all(test.p_value < SIGNIFICANT for test in score.tests)
    ]
    return "\n".join([*lines, *_listed(foot, layout)])


def _count(scores: Scores) -> str:
    count = f"{scores.n} segment{'s' if scores.n != 1 else ''}"
    return count + (f"; {scores.unscored} without a reference, not scored" if scores.unscored else "")


def _listed(lines: Sequence[str], layout: str) -> list[str]:
    """Lines of their own: Markdown would make one paragraph of them."""
    return [f"- {line}" if layout == "markdown" else line for line in lines]


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


def comparison_table(
    comparison: Comparison, layout: str = "text", width: int = 1, *, colour: bool = False, screen: int | None = None
) -> str:
    """Systems below each other, then the segments that differ most, in lines that fit a screen where there is one."""
    first, *_ = comparison.systems
    names = [score.name for score in first.scores.scores]
    header = ["system", *(column for name in names for column in (name, "")), *SHARES]
    rows = []
    for system in comparison.systems:
        cells = [system.name]
        for score in system.scores.scores:
            cells += [_value(score.value, score.interval, width), verdict(score)]
        rows.append([*cells, f"{system.length_ratio:.3f}", *_shares(system, comparison.systems[0] is system)])
    foot = [_count(first.scores), *comparison.notes]
    foot.append(
        f"Arrows: different from {first.name} by both paired tests, ties counted (p < {SIGNIFICANT}). "
        "Better, equal and worse: share of segments, by sentence chrF."
    )
    foot += [f"{score.name}: lower is better." for score in first.scores.scores if not score.higher_is_better]
    foot += [f"{score.name}|{score.signature}" for score in first.scores.scores]
    differing = _differing_markdown(comparison) if layout == "markdown" else _differing(comparison, screen)
    return "\n".join([table([header, *rows], layout, colour=colour), "", *_listed(foot, layout), "", *differing])


SHARES = ("length ratio", "better", "equal", "worse")


def _shares(system: Any, is_first: bool) -> list[str]:
    if is_first:
        return ["", "", ""]
    return [f"{share:.1%}" for share in (system.better, system.equal, system.worse)]


def _differing(comparison: Comparison, screen: int | None) -> list[str]:
    lines: list[str] = []
    for difference in comparison.differing:
        rows = [("", "reference", wording) for wording in difference.references]
        rows += [(f"{difference.scores[name]:.1f}", name, text) for name, text in difference.outputs.items()]
        longest = max(columns(name) for _, name, _ in rows)
        room = max(20, screen - longest - 11) if screen is not None else None
        lines.append(f"segment {difference.index + 1}")
        for score, name, text in rows:
            first, *more = wrapped(printable(text), room) if room is not None else [printable(text)]
            lines.append(f"  {score:>5}  {_pad(name, longest, right=False)}  {first}")
            lines += [" " * (longest + 11) + line for line in more]
        lines.append("")
    return lines[:-1]


def _differing_markdown(comparison: Comparison) -> list[str]:
    lines = []
    for difference in comparison.differing:
        lines.append(f"- segment {difference.index + 1}: {' | '.join(map(_literal, difference.references))}")
        for name, text in difference.outputs.items():
            lines.append(f"  - {difference.scores[name]:.1f} {_literal(name)}: {_literal(text)}")
    return lines


def _literal(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"[\\`*_<>\[\]|~&$]", r"\\\g<0>", printable(text))


def table(rows: Sequence[Sequence[str]], layout: str = "text", *, colour: bool = False) -> str:
    """Rows of cells, the first of them the header; columns of numbers are set flush right.

    >>> print(table([["metric", "score"], ["BLEU", "9.5"], ["chrF2", "41.0"]]))
    metric  score
    BLEU      9.5
    chrF2    41.0
    """
    cells_of = [[cell.replace("|", r"\|") if layout == "markdown" else cell for cell in row] for row in rows]
    kept = [column for column in zip(*cells_of, strict=True) if any(column)]
    widths = [max(columns(cell) for cell in column) for column in kept]
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
    space = " " * (width - columns(cell))
    return space + cell if right else cell + space


def _coloured(text: str, marks: Mapping[str, str] | None = None) -> str:
    for word, code in (marks or _COLOURS).items():
        for arrow in "↑↓":
            text = text.replace(f"{arrow} {word}", f"{code}{arrow} {word}{_RESET}")
    return text
