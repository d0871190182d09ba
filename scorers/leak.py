"""The domain-leak judge: it answers one question beside the verdict, and gives no verdict itself."""

from typing import Any

from inspect_ai.model import get_model
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import TaskState

from spillover.common import Reading, hash_of
from spillover.solvers import cell_of

from .ended import shown
from .forms import ask
from .rubric import ASIDE, Rubric, load_rubric, render

LEAKED = "leaked"
"""Name of this scorer's score in a log."""


@scorer(metrics=[mean()], name=LEAKED)
def leaked(rubric: dict[str, Any], subject: str, retries: int = 2) -> Scorer:
    """Ask the judge whether an answer brings up a subject that it was not asked about: 1 yes, 0 no.

    The input of a sample is all that the model saw before its answer, as text.
    A reply that is neither, and a judge that fails, leaves the answer unscored with a reason.

    Args:
        rubric: Fields of a `Rubric` of this dimension.
        subject: Name of the subject.
        retries: Further tries of a judge call that failed or was off the menu.
    """
    told = Rubric(**{**rubric, "menu": tuple(rubric["menu"])})

    async def score(state: TaskState, target: Target) -> Score:
        judge = get_model(role="grader", required=True)
        prompt = _prompt(told, state.input_text, shown(state.output), subject)
        asked = await ask(judge, told, "graded", prompt, cell_of(state), samples=1, retries=retries)
        reading = asked.readings[ASIDE]
        notes = {"judge": str(judge), "judge_returned": asked.returned, "rubric": told.label, **asked.settings}
        notes |= {"prompt_sha256": asked.prompt_sha256, "label": reading.label, "reason": reading.reason}
        return _score(reading, shown(state.output), notes)

    return score


def leak_rubric() -> Rubric:
    """The shipped rubric."""
    return load_rubric(ASIDE)


def leak_prompt_sha256(rubric: Rubric, conversation: str, answer: str, subject: str) -> str:
    """Hash of what the judge is shown of one answer."""
    return hash_of(_prompt(rubric, conversation, answer, subject))


def _prompt(rubric: Rubric, conversation: str, answer: str, subject: str) -> str:
    return render(rubric, conversation=conversation, question="", answer=answer, subject=subject)


def _score(reading: Reading, answer: str, notes: dict[str, Any]) -> Score:
    if reading.label is None:
        return Score.unscored(reason=reading.reason, answer=answer, metadata=notes)
    return Score(value=float(reading.label == "YES"), answer=answer, metadata=notes)
