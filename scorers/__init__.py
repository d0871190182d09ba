"""How an answer is judged: rubrics, the judge forms, the scorer, its metrics."""

from ._judged import judged
from ._rubric import Rubric, load_rubric, render

__all__ = ["Rubric", "judged", "load_rubric", "render"]
