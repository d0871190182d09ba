from .adapt import MOST_CHANGES, ask_as_able
from .each import judged_each
from .forms import NO_LOGPROBS, REPLY_TOKENS, choose_form
from .leak import LEAKED, leak_prompt_sha256, leak_rubric, leaked
from .metrics import METRICS
from .panel import PANELS, stage_of
from .ready import require_judge
from .rubric import SECTIONS, Rubric, load_rubric, render, rubric_names
from .scorer import judged

__all__ = [
    "LEAKED",
    "METRICS",
    "MOST_CHANGES",
    "NO_LOGPROBS",
    "PANELS",
    "REPLY_TOKENS",
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
