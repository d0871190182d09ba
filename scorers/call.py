"""Ask one judge for a verdict on one answer, in every dimension."""

from dataclasses import dataclass, field, replace
from typing import Any

from inspect_ai.model import Model, model_roles
from inspect_ai.solver import TaskState

from spillover.common import (
    LABELS,
    Cell,
    DeclarationError,
    JudgeError,
    Outcome,
    Reading,
    Thresholds,
    Verdict,
    decide,
    left_out,
)
from spillover.solvers import cell_of, shown_to_model

from .adapt import Known, ask_as_able
from .ended import shown
from .forms import Asked, Form, choose_form, recorded_replies
from .rubric import ASIDE, Rubric, render

Notes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judging:
    """How a judge is asked for a verdict.

    Attributes:
        form: The declared judge form.
        rubrics: One for each dimension.
        lines: Where the lines between outcomes lie.
        stands_for: Outcome that each word of a judge stands for.
        samples: Replies per dimension in the sampled form.
        retries: Further tries of a judge call that failed or was off the menu.
        chosen: Form that a judge is asked in, by judge and dimension; found at the first question.
    """

    form: Form
    rubrics: list[Rubric]
    lines: Thresholds
    stands_for: dict[str, Outcome]
    samples: int
    retries: int
    chosen: dict[tuple[str, str], Form] = field(default_factory=dict)

    @classmethod
    def of(
        cls, form: Form, rubrics: list[dict[str, Any]], thresholds: dict[str, float], samples: int, retries: int
    ) -> "Judging":
        """What a scorer's arguments say.

        Raises:
            DeclarationError: Where a rubric gives no verdict.
        """
        asked_of = [Rubric(**{**fields, "menu": tuple(fields["menu"])}) for fields in rubrics]
        if any(rubric.dimension == ASIDE for rubric in asked_of):
            raise DeclarationError(
                f"rubric `{ASIDE}` gives no verdict; add a rubric that gives one to the judge protocol"
            )
        lines = Thresholds(**thresholds)  # type: ignore[arg-type]
        stands_for = {**LABELS, **{word: outcome for rubric in asked_of for word, outcome in rubric.outcomes.items()}}
        return cls(form, asked_of, lines, stands_for, samples, retries)

    async def verdict_of(self, judge: Model, state: TaskState, said: str | None = None) -> tuple[Verdict, Notes]:
        """One judge's verdict on an answer, and what is noted of how it came about.

        Args:
            judge: The judge.
            state: The sample.
            said: What is judged in place of the answer.
        """
        notes: Notes = {"judge": str(judge)}
        if (origin := getattr(getattr(judge.api, "recording", None), "origin", None)) is not None:
            notes["judge_origin"] = origin
        readings: dict[str, Reading] = {}
        for _ in range(2):  # a judge may turn out at the second question to need another form than at the first
            readings = {}
            for rubric in self.rubrics:
                asked, known = await self._ask(judge, rubric, state, said or shown(state.output))
                readings |= asked.readings
                notes["judge_returned"] = asked.returned
                notes[rubric.dimension] = _provenance(rubric, asked, known)
            forms = list(dict.fromkeys(notes[rubric.dimension]["form"] for rubric in self.rubrics))
            if len(forms) == 1 or hasattr(judge.api, "recording"):
                break
        notes["form"] = " and ".join(forms)
        return decide(readings, self.lines, self.stands_for), notes

    async def _ask(self, judge: Model, rubric: Rubric, state: TaskState, answer: str) -> tuple[Asked, Known]:
        """One judge's reply to one rubric."""
        prompt = render(
            rubric,
            conversation=shown_to_model(state),
            question=state.user_prompt.text,
            answer=answer,
            domain=state.metadata.get("domain"),
            key=_key(state),
        )
        form, replies = self._form(judge, rubric.dimension), recorded_replies(judge, rubric.dimension) or self.samples
        asked, known = await ask_as_able(
            judge, rubric, form, prompt, answered(state), samples=replies, retries=self.retries
        )
        _not_itself(judge, asked, state)
        return asked, known

    def _form(self, judge: Model, dimension: str) -> Form:
        key = (str(judge), dimension)
        if key not in self.chosen:
            self.chosen[key] = choose_form(self.form, judge, dimension)
        return self.chosen[key]

    def lacks(self, judges: list[Model], state: TaskState) -> bool:
        """Whether a replayed judge holds no verdict on this answer and may skip it."""
        cell = answered(state)
        return any(left_out(judge.api, cell.judged(rubric.dimension)) for judge in judges for rubric in self.rubrics)


def answered(state: TaskState) -> Cell:
    """The cell of an answer, with what a recorded judge needs to see that its verdict is about this answer."""
    recorded = (state.output.metadata or {}).get("recorded_model")
    names = [str(one) for one in (recorded, state.model, state.model.name) if one]
    return replace(cell_of(state), answer=state.output.completion, names=tuple(names))


def _key(state: TaskState) -> str:
    key = state.metadata.get("key")
    return f"Right: {', '.join(key['accept'])}. Known to be wrong: {', '.join(key['reject'])}." if key else ""


def _provenance(rubric: Rubric, asked: Asked, known: Known) -> dict[str, Any]:
    reading = asked.readings.get(rubric.dimension) or asked.readings["alignment"]
    return {
        "rubric": rubric.label,
        "form": asked.form,
        **({"form_because": "; ".join(known.why)} if known.why else {}),
        **asked.settings,
        "prompt_sha256": asked.prompt_sha256,
        "mass": reading.mass,
        "argmax": reading.argmax,
        "label": reading.label,
    }


def _not_itself(judge: Model, asked: Asked, state: TaskState) -> None:
    """Local servers answer any name with the one model they hold; so could a default judge be the model under test."""
    if model_roles().get("grader") is None and asked.returned and asked.returned == state.output.model != judge.name:
        raise JudgeError(
            f"judge {judge} was answered by {asked.returned}, the model under test; "
            "give --model-role grader=PROVIDER/MODEL"
        )
