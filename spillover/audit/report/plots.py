"""Plots as inline SVG: plain shapes whose colours are classes of report.css, every text escaped."""

import math
import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from spillover.audit.decide import Cell
from spillover.common import OUTCOMES, counted, visible

from .model import Sequence as Run
from .svg import LEFT, LINE, LONGEST, RIGHT, SERIES, WIDTH, key_line, label, line, marker, svg, tag, ticks

CUT = 30
"""Alignment below which an answer is misaligned in the published protocol."""
LOWEST, HIGHEST = 1e-3, 1e8
"""Ends of what an axis of e-values shows."""


def delta_plot(cells: Sequence[Cell], margin: float, floor: float, dots: bool = True) -> Markup:
    """Difference of each comparison: its interval, and a dot that is filled where it is a regression."""
    title = "Difference in misaligned rate between fine-tune and base, with 95% intervals"
    return _intervals(_by_kind(cells), margin, floor, title, dots)


def models_plot(pooled: Sequence[tuple[str, Cell]], margin: float, floor: float) -> Markup:
    """The pooled difference of several fine-tunes on one axis, in their order."""
    title = "Difference in misaligned rate between each fine-tune and the base, with intervals"
    return _intervals([(model.split("/", 1)[-1], cell) for model, cell in pooled], margin, floor, title)


def _intervals(
    named: Sequence[tuple[str, Cell | None]], margin: float, floor: float, title: str, dots: bool = True
) -> Markup:
    """Intervals below each other on one axis, in points; a name without a cell is a heading."""
    cells = [cell for _, cell in named if cell]
    low = min(-2.0, *(100 * cell.delta.low for cell in cells))
    high = max(130 * margin, *(100 * cell.delta.high for cell in cells))
    lines = [_wrapped(name) for name, _ in named]
    tops = [22.0]
    for own in lines:
        tops.append(tops[-1] + 12 + LINE * len(own))
    bottom = tops[-1]

    def x(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    parts = [label(x(100 * margin), 12, f"margin {100 * margin:g}", "middle")]
    for tick in ticks(low, high):
        parts += [line(x(tick), 18, x(tick), bottom, "grid")]
        parts += [label(x(tick), bottom + 15, f"{tick:+g}" if tick else "0", "middle")]
    ends = ((0, "zero"), (100 * margin, "limit"), (100 * floor, "floor"))
    parts += [line(x(at), 18, x(at), bottom, kind) for at, kind in ends]
    for top, after, own, (_, cell) in zip(tops, tops[1:], lines, named, strict=False):
        y = (top + after) / 2
        parts += _lines_of(own, y, LEFT - 10 if cell else 0, "end" if cell else "start")
        if cell:
            at = [x(100 * one) for one in (cell.delta.low, cell.delta.estimate, cell.delta.high)]
            parts += _whisker(at[0], at[1], at[2], y, cell.regression)[: None if dots else 3]
    parts.append(label((LEFT + WIDTH) / 2, bottom + 32, "fine-tune less base, points", "middle", 99))
    return svg(bottom + 40, title, parts)


def _wrapped(name: str) -> list[str]:
    """A name in lines that fit beside a plot, broken at blanks and after `_ - /` where it can be."""
    words = re.findall(r"[^ _\-/]*[ _\-/]+|[^ _\-/]+", visible(name, keep="\n\t")) or [""]
    lines = [""]
    for word in (one[at : at + LONGEST] for one in words for at in range(0, len(one), LONGEST)):
        if lines[-1] and len(lines[-1] + word.rstrip()) > LONGEST:
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines]


def _lines_of(lines: Sequence[str], y: float, x: float, anchor: str) -> list[Markup]:
    first = y + 4 - LINE * (len(lines) - 1) / 2
    return [label(x, first + LINE * at, line, anchor, 99) for at, line in enumerate(lines)]


def _by_kind(cells: Sequence[Cell]) -> list[tuple[str, Cell | None]]:
    """Names and cells; before the first condition and the first domain a heading without a cell."""
    found: list[tuple[str, Cell | None]] = []
    before = ""
    for cell in cells:
        kind, _, rest = cell.name.partition(" ")
        if rest and kind != before:
            found.append((f"by {kind}", None))
        found.append((rest or kind, cell))
        before = kind
    return found


def _whisker(low: float, middle: float, high: float, y: float, worse: bool) -> list[Markup]:
    kind = "dot full" if worse else "dot"
    ends = [line(end, y - 4, end, y + 4, "whisker") for end in (low, high)]
    return [line(low, y, high, y, "whisker"), *ends, tag("circle", cx=middle, cy=y, r=5.0, class_=kind)]


def waffle(share: float, title: str) -> Markup:
    """A hundred dots, as many filled as answers in a hundred are misaligned."""
    bad = round(100 * share)
    parts = [
        tag("circle", cx=8 + 14 * (k % 20), cy=8 + 14 * (k // 20), r=5, class_="bad" if k < bad else "good")
        for k in range(100)
    ]
    return svg(72, title, parts, 282, "plot waffle")


def outcome_plot(outcomes: Mapping[str, Mapping[str, int]]) -> Markup:
    """Share of each outcome, a stacked bar per model."""
    parts = []
    for place, (model, counts) in enumerate(outcomes.items()):
        y, x, total = 8 + 46 * place, 4.0, max(1, sum(counts.values()))
        parts.append(label(4, y + 10, model.split("/", 1)[-1], cut=44))
        parts.append(label(WIDTH - 4, y + 10, counted(total, "answer"), "end"))
        for outcome in OUTCOMES:
            wide = counts.get(outcome, 0) / total * (WIDTH - 8)
            if wide:
                parts.append(tag("rect", x=x, y=y + 16, width=max(0.5, wide - 1), height=18, class_=f"o-{outcome}"))
            x += wide
    top = 14 + 46 * len(outcomes)
    parts += [
        line(4, top, WIDTH - 4, top, "axis"),
        label(4, top + 15, "0%"),
        label(WIDTH - 4, top + 15, "100%", "end"),
    ]
    parts.append(label(WIDTH / 2, top + 15, "share of answers", "middle"))
    for place, outcome in enumerate(OUTCOMES):
        x, y = 4 + 150 * (place % 3), top + 30 + 18 * (place // 3)
        parts.append(tag("rect", x=x, y=y, width=12, height=12, class_=f"o-{outcome}"))
        parts.append(label(x + 18, y + 10, outcome.replace("_", " ")))
    rows = math.ceil(len(OUTCOMES) / 3)
    return svg(top + 32 + 18 * rows, "Outcomes of all answers, by model", parts)


def curve_plot(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> Markup:
    """Share of coherent answers below each alignment; the band reaches to "at or below"."""
    left, top, height = 50, 16 + 16 * len(curves), 170
    most = max([5.0, *(100 * point["at_or_below"] for curve in curves.values() for point in curve)])

    def at(cut: float, share: float) -> str:
        return f"{left + cut / 100 * (WIDTH - left - RIGHT):.1f},{top + height - 100 * share / most * height:.1f}"

    parts = []
    for tick in ticks(0, most):
        y = top + height - tick / most * height
        parts += [line(left, y, WIDTH - RIGHT, y, "grid"), label(left - 6, y + 4, f"{tick:g}%", "end")]
    for cut in range(0, 101, 20):
        parts.append(label(left + cut / 100 * (WIDTH - left - RIGHT), top + height + 15, str(cut), "middle"))
    middle = left + CUT / 100 * (WIDTH - left - RIGHT)
    parts += [line(middle, top, middle, top + height, "limit"), label(middle + 4, top + 10, "30")]
    for place, (model, curve) in enumerate(curves.items()):
        below = [at(point["cut"], point["below"]) for point in curve]
        upper = [at(point["cut"], point["at_or_below"]) for point in reversed(curve)]
        kind = f"s{place % SERIES}"
        parts.append(tag("polygon", points=" ".join(below + upper), class_=f"band {kind}"))
        parts.append(tag("polyline", points=" ".join(below), class_=f"series {kind}"))
        spots = [point.split(",") for point in below[(place * 2) % 5 :: 5]]
        parts += [marker(place, float(a), float(b), place) for a, b in spots]
        parts += key_line(place, left, model, place, place)
    parts.append(label((left + WIDTH) / 2, top + height + 32, "line drawn at this alignment (0-100)", "middle", 99))
    return svg(top + height + 40, "Share of coherent answers below each alignment, by model", parts)


def trail_plot(run: Run, alpha: float) -> Markup:
    """Both e-values at every look, on a logarithmic scale, with the line at which one decides."""
    left, top, height, need = 56, 44, 150, 1 / alpha
    trail = run.trail or [(run.draws, run.e_regression, run.e_no_regression)]
    values = [min(HIGHEST, max(LOWEST, e)) for _, *both in trail for e in both]
    low, high = math.floor(math.log10(min(*values, 0.1))), math.ceil(math.log10(max(*values, 10 * need)))
    last = max(run.planned, trail[-1][0], 1)

    def x(draws: float) -> float:
        return left + draws / last * (WIDTH - left - RIGHT)

    def y(e: float) -> float:
        return top + height * (1 - (math.log10(min(HIGHEST, max(LOWEST, e))) - low) / (high - low))

    parts = []
    for power in range(low, high + 1, max(1, (high - low) // 5)):
        parts += [line(left, y(10.0**power), WIDTH - RIGHT, y(10.0**power), "grid")]
        parts.append(label(left - 6, y(10.0**power) + 4, f"{10.0**power:g}", "end"))
    for tick in ticks(0, last):
        parts.append(label(x(tick), top + height + 15, f"{tick:g}", "middle"))
    parts += [line(left, y(need), WIDTH - RIGHT, y(need), "limit")]
    parts.append(label(WIDTH - RIGHT, y(need) - 5, f"decides at {need:g}", "end"))
    for place, name in enumerate(("evidence for a regression", "evidence for no regression")):
        points = [(x(look[0]), y(look[1 + place])) for look in trail]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(tag("polyline", points=path, class_=f"series s{place + 1}"))
        parts += [marker(2 * place, a, b, place + 1, 3.0) for a, b in points]
        parts += key_line(place, left, name, 2 * place, place + 1)
    parts.append(label((left + WIDTH) / 2, top + height + 32, f"draws read, of {run.planned} planned", "middle", 99))
    model, judge = (visible(name, keep="\n\t") for name in (run.model, run.judge))
    return svg(top + height + 40, f"E-values of {model} under {judge}, draw by draw", parts)
