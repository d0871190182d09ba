"""How an answer is judged: rubrics, the judge forms, the scorer, its metrics."""

from ._each import judged_each
from ._judged import judged
from ._metrics import METRICS
from ._panel import PANELS
from ._ready import require_judge
from ._rubric import SECTIONS, Rubric, load_rubric, render, rubric_names

__all__ = [
    "METRICS",
    "PANELS",
    "SECTIONS",
    "Rubric",
    "judged",
    "judged_each",
    "load_rubric",
    "render",
    "require_judge",
    "rubric_names",
]
