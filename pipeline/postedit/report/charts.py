"""The charts of a report: inline SVG, drawn in the page's own colours, each with a title that a screen reader reads."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from postedit.report.segments import escape

WIDTH, ROW, LABELS = 420, 24, 150  # of every chart, in SVG units
BIN = 4  # chrF points a bar of the histogram
FEW = 100  # dots that are drawn large, so that they are seen
EDGE = 40  # gains beyond this share the outermost bars


def charts(segments: Sequence[Mapping[str, Any]]) -> str:
    """Histogram and scatter of the segments whose gain is known, or nothing."""
    gains = [float(segment["gain"]) for segment in segments if segment.get("gain") is not None]
    points = [(float(one["before"]), float(one["after"])) for one in segments if "before" in one and "after" in one]
    if not gains:
        return ""
    drawn = histogram(gains) + (scatter(points) if points else "")
    return f"<section><h2>Gains, segment by segment</h2><div class=figures>{drawn}</div></section>"


def histogram(gains: Sequence[float]) -> str:
    """How many segments gained how much; those that did not move are counted in words."""
    moved = [gain for gain in gains if abs(gain) >= 0.05]
    edges = range(-EDGE, EDGE, BIN)
    counts = [0] * len(edges)
    for gain in moved:
        counts[min(len(counts) - 1, max(0, math.floor((gain + EDGE) / BIN)))] += 1
    top, height, step = max([1, *counts]), 150, (WIDTH - 40) / len(edges)
    shapes = []
    for number, (edge, count) in enumerate(zip(edges, counts, strict=True)):
        tall = count / top * (height - 20)
        x, y = 20 + number * step, height - tall
        # The ends hold everything beyond them.
        low, high = f"{edge:+d}" if number else "below", f"{edge + BIN:+d}" if number < len(edges) - 1 else "above"
        about = f"<title>{low} to {high}: {count} segments</title>"
        shape = "up" if edge >= 0 else "down"
        shapes.append(
            f'<rect class={shape} x="{x + 1:.1f}" y="{y:.1f}" width="{step - 2:.1f}" height="{tall:.1f}">{about}</rect>'
        )
        if count:
            shapes.append(f'<text class=tiny x="{x + step / 2:.1f}" y="{y - 3:.1f}" text-anchor=middle>{count}</text>')
    for edge in range(-EDGE, EDGE + 1, 20):
        x = 20 + (edge + EDGE) / BIN * step
        shapes.append(f'<text x="{x:.1f}" y="{height + 16}" text-anchor=middle>{edge:+d}</text>'.replace("+0", "0"))
    shapes.append(f'<line class=axis x1="10" x2="{WIDTH - 10}" y1="{height}" y2="{height}"/>')
    shapes.append(f'<line class=axis x1="{WIDTH / 2}" x2="{WIDTH / 2}" y1="0" y2="{height}"/>')
    better, worse = sum(gain > 0 for gain in moved), sum(gain < 0 for gain in moved)
    words = f"{better} better, {worse} worse, {len(gains) - len(moved)} not moved (not drawn)"
    return _figure("Sentence chrF: cleaned less draft", words, shapes, height + 22)


def scatter(points: Sequence[tuple[float, float]]) -> str:
    """Each changed segment: draft to the right, cleaned upwards. Above the line it gained."""
    side = WIDTH - 70
    place = [(40 + x / 100 * side, 10 + (100 - y) / 100 * side) for x, y in points]
    shapes = [f'<line class=axis x1="40" y1="{10 + side}" x2="{40 + side}" y2="10"/>']
    for tick in range(0, 101, 25):
        x, y = 40 + tick / 100 * side, 10 + (100 - tick) / 100 * side
        shapes += [
            f'<line class=grid x1="{x:.1f}" x2="{x:.1f}" y1="10" y2="{10 + side}"/>',
            f'<line class=grid x1="40" x2="{40 + side}" y1="{y:.1f}" y2="{y:.1f}"/>',
            f'<text x="{x:.1f}" y="{side + 26}" text-anchor=middle>{tick}</text>',
            f'<text x="34" y="{y + 4:.1f}" text-anchor=end>{tick}</text>',
        ]
    few = " few" if len(points) < FEW else ""
    # Two paths, not thousands of elements: a dot is a line of no length with round ends; losses are squares.
    for name in ("up", "down"):
        chosen = [at for (x, y), at in zip(points, place, strict=True) if (y >= x) == (name == "up")]
        dots = "".join(f"M{x:.1f} {y:.1f}h.01" for x, y in chosen)
        shapes.append(f'<path class="dots {name}{few}" d="{dots}"/>')
    shapes.append(f'<text x="{40 + side / 2}" y="{side + 44}" text-anchor=middle>chrF of the draft</text>')
    middle = 10 + side / 2
    shapes.append(f'<text x="12" y="{middle}" text-anchor=middle transform="rotate(-90 12 {middle})">cleaned</text>')
    words = "Changed segments. Above the line: gained; below (squares): lost."
    return _figure("Draft against cleaned", words, shapes, side + 50)


def whiskers(title: str, points: Sequence[tuple[str, float, float, float]]) -> str:
    """(name, value, low, high): a dot and its interval for each, the first one's value as a line through all."""
    low, high = min(point[2] for point in points), max(point[3] for point in points)
    room = (high - low) * 0.05 or 1.0
    low, high = low - room, high + room

    def at(value: float) -> float:
        return LABELS + (value - low) / (high - low) * (WIDTH - LABELS - 50)

    first = at(points[0][1])
    shapes = [f'<line class=axis x1="{first:.1f}" x2="{first:.1f}" y1="4" y2="{len(points) * ROW + 4}"/>']
    for number, (name, value, left, right) in enumerate(points):
        y = number * ROW + ROW / 2 + 4
        shapes += [
            f'<text x="{LABELS - 10}" y="{y + 4}" text-anchor=end>{escape(_short(name))}</text>',
            f'<line class=whisker x1="{at(left):.1f}" x2="{at(right):.1f}" y1="{y}" y2="{y}"/>',
            f'<circle class=dot cx="{at(value):.1f}" cy="{y}" r="4"/>',
            f'<text x="{WIDTH - 2}" y="{y + 4}" text-anchor=end>{value:.{1 if abs(high) > 2 else 3}f}</text>',
        ]
    return _figure(title, "", shapes, len(points) * ROW + 8)


def bars(title: str, given: Sequence[tuple[str, float]]) -> str:
    """(name, gain): a bar to the right for what helped, to the left for what hurt."""
    most = max([abs(value) for _, value in given] + [1e-9])
    least = min([value for _, value in given] + [0.0])
    span = (WIDTH - LABELS - 60) / (most - least if least < 0 else most)
    zero = LABELS - least * span
    shapes = []
    for number, (name, value) in enumerate(given):
        y, long = number * ROW + 6, abs(value) * span
        x = zero if value >= 0 else zero - long
        after, shape = x + long + 5, "up" if value >= 0 else "down"
        shapes += [
            f'<text x="{LABELS - 10}" y="{y + 13}" text-anchor=end>{escape(_short(name))}</text>',
            f'<rect class={shape} x="{x:.1f}" y="{y}" width="{max(long, 1):.1f}" height="16"/>',
            f'<text x="{after:.1f}" y="{y + 13}">{signed(value, 2)}</text>',
        ]
    shapes.append(f'<line class=axis x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{len(given) * ROW + 6}"/>')
    return _figure(title, "The whole pipeline less the pipeline without it.", shapes, len(given) * ROW + 8)


def signed(value: float, width: int) -> str:
    """A difference with its sign; one that rounds to nothing has none.

    >>> signed(1.25, 1), signed(-0.04, 1)
    ('+1.2', '0.0')
    """
    shown = f"{value:+.{width}f}"
    return shown if float(shown) else shown[1:]


def _short(name: str) -> str:
    return name if len(name) <= 21 else name[:20] + "…"


def _figure(title: str, words: str, shapes: Sequence[str], height: float) -> str:
    caption = f"<b>{escape(title)}</b>{f'<br>{escape(words)}' if words else ''}"
    label = escape(f"{title}. {words}" if words else title)
    return (
        f"<figure><figcaption>{caption}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role=img aria-label="{label}">{"".join(shapes)}</svg></figure>'
    )
