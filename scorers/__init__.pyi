from ._adapt import ask_as_able
from ._each import judged_each
from ._forms import choose_form
from ._judged import judged
from ._leaked import LEAKED, leak_prompt_sha256, leak_rubric, leaked
from ._metrics import METRICS
from ._panel import PANELS, stage_of
from ._ready import require_judge
from ._rubric import SECTIONS, Rubric, load_rubric, render, rubric_names

__all__ = [
    "LEAKED",
    "METRICS",
    "PANELS",
    "SECTIONS",
    "Rubric",
    "ask_as_able",
    "choose_form",
    "judged",
    "judged_each",
    "leak_prompt_sha256",
    "leak_rubric",
    "leaked",
    "load_rubric",
    "render",
    "require_judge",
    "rubric_names",
    "stage_of",
]
