"""Shapes of the report's plots: SVG elements whose colours are classes of report.css, every text escaped."""

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from spillover.common import visible

WIDTH = 460
LEFT, RIGHT = 184, 16
LONGEST, LINE = 22, 14
"""Characters of a line of a name beside a plot, and its height."""
SERIES = 8
"""Styles of lines and markers; further models use them again."""


def tag(name: str, body: str | Markup = "", **attributes: Any) -> Markup:
    """One element; `class_` is class, and underscores in names are hyphens."""
    said = " ".join(
        f'{key.rstrip("_").replace("_", "-")}="{escape(_rounded(value))}"' for key, value in attributes.items()
    )
    return Markup(f"<{name} {said}>{escape(body)}</{name}>")


def _rounded(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


def svg(height: float, title: str, parts: Sequence[Markup], width: int = WIDTH, kind: str = "plot") -> Markup:
    """A plot with its name, which readers of the screen hear."""
    body = tag("title", title) + Markup("").join(parts)
    return tag("svg", body, viewBox=f"0 0 {width} {math.ceil(height)}", role="img", class_=kind)


def label(x: float, y: float, said: str, anchor: str = "start", cut: int = LONGEST) -> Markup:
    """A text; what is longer is cut."""
    plain = visible(said, keep="\n\t")
    shown = plain if len(said) <= cut else f"{plain[: cut - 1]}…"
    return tag("text", shown, x=x, y=y, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """A line of a class."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round numbers between two ends."""
    step = 10 ** math.floor(math.log10((high - low) / most))
    step *= next(times for times in (1, 2, 5, 10) if (high - low) / (step * times) <= most)
    return [step * k for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def key_line(place: int, left: float, name: str, number: int, colour: int) -> list[Markup]:
    """A line of the key above a plot: the line and mark of a series, and its name."""
    y = 8 + 16 * place
    shown = line(left, y, left + 26, y, f"series s{colour % SERIES}")
    return [shown, marker(number, left + 13, y, colour), label(left + 34, y + 4, name, cut=44)]


def marker(number: int, x: float, y: float, colour: int, size: float = 4.0) -> Markup:
    """The mark of a series: circle, square, triangle, diamond, cross, and again from the first."""
    kind = f"mark s{colour % SERIES}"
    if number % 5 == 0:
        return tag("circle", cx=x, cy=y, r=size * 0.8, class_=kind)
    shapes: dict[int, list[tuple[float, float]]] = {
        1: [(-1, -1), (1, -1), (1, 1), (-1, 1)],
        2: [(0, -1.2), (1.1, 0.9), (-1.1, 0.9)],
        3: [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
        4: [(-1.2, -0.4), (-0.4, -0.4), (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
            (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4)],
    }  # fmt: skip
    corners = " ".join(f"{x + size * a:.1f},{y + size * b:.1f}" for a, b in shapes[number % 5])
    return tag("polygon", points=corners, class_=kind)
