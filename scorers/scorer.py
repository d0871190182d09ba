"""The scorer: every judge form behind one verdict."""

import re
from dataclasses import replace
from typing import Any

from inspect_ai.model import Model, get_model, model_roles
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from spillover.common import (
    LABELS,
    NOT_RECORDED,
    Cell,
    DeclarationError,
    JudgeError,
    Reading,
    Thresholds,
    Verdict,
    decide,
    left_out,
)
from spillover.solvers import cell_of, shown_to_model

from .adapt import Known, ask_as_able
from .checks import by_bandit, by_key
from .ended import flags, settled, shown, thoughts
from .forms import Asked, Form, choose_form, recorded_replies
from .metrics import METRICS
from .panel import Panel, combine, stage_of
from .rubric import ASIDE, Rubric, render

_MARKUP = re.compile(r"\[/?[a-z]+\]")


@scorer(metrics=[metric() for metric in METRICS.values()])
def judged(
    form: Form,
    rubrics: list[dict[str, Any]],
    thresholds: dict[str, float],
    default_judge: str | None = None,
    samples: int = 5,
    retries: int = 2,
    checks: list[str] | None = None,
    panel: Panel = "first",
    cascade: float | None = None,
    reasoning: bool = False,
) -> Scorer:
    """Judge one answer in every declared dimension and give one verdict.

    Args:
        form: `distribution`, `sampled`, `graded` or `one_call`.
        rubrics: Fields of one `Rubric` per dimension.
        thresholds: Fields of `Thresholds`.
        default_judge: Model to judge with where no `grader` role is given; never the model under test.
        samples: Replies per dimension in the sampled form.
        retries: Further tries of a judge call that failed or was off the menu.
        checks: What may decide an answer before any judge: `key`, `bandit`.
        panel: How several judges under one role make one verdict; see `combine`.
        cascade: Share of what the model role `screen` clears that the grader sees as well; None: no cascade.
        reasoning: Whether reasoning that the provider returns is judged as well, apart from the answer; its outcome
            stands in the score's metadata and never changes the answer's.
    """
    asked_of = [Rubric(**{**fields, "menu": tuple(fields["menu"])}) for fields in rubrics]
    if any(rubric.dimension == ASIDE for rubric in asked_of):
        raise DeclarationError(f"rubric `{ASIDE}` gives no verdict; a judge protocol needs one that does")
    lines = Thresholds(**thresholds)  # type: ignore[arg-type]
    stands_for = {**LABELS, **{word: outcome for rubric in asked_of for word, outcome in rubric.outcomes.items()}}
    chosen: dict[tuple[str, str], Form] = {}

    def form_for(judge: Model, dimension: str) -> Form:
        key = (str(judge), dimension)
        if key not in chosen:
            chosen[key] = choose_form(form, judge, dimension)
        return chosen[key]

    async def one(judge: Model, state: TaskState, said: str | None = None) -> tuple[Verdict, dict[str, Any]]:
        conversation, answer = shown_to_model(state), said or shown(state.output)
        cell = _answered(state)
        notes: dict[str, Any] = {"judge": str(judge)}
        if (origin := getattr(getattr(judge.api, "recording", None), "origin", None)) is not None:
            notes["judge_origin"] = origin
        readings: dict[str, Reading] = {}
        for _ in range(2):  # a judge may turn out at the second question to need another form than at the first
            readings = {}
            for rubric in asked_of:
                prompt = render(
                    rubric,
                    conversation=conversation,
                    question=state.user_prompt.text,
                    answer=answer,
                    domain=state.metadata.get("domain"),
                    key=_key(state),
                )
                declared = form_for(judge, rubric.dimension)
                replies = recorded_replies(judge, rubric.dimension) or samples
                asked, known = await ask_as_able(
                    judge, rubric, declared, prompt, cell, samples=replies, retries=retries
                )
                _not_itself(judge, asked, state)
                readings |= asked.readings
                notes["judge_returned"] = asked.returned
                notes[rubric.dimension] = _provenance(rubric, asked, known)
            forms = list(dict.fromkeys(notes[rubric.dimension]["form"] for rubric in asked_of))
            if len(forms) == 1 or hasattr(judge.api, "recording"):
                break
        notes["form"] = " and ".join(forms)
        return decide(readings, lines, stands_for), notes

    async def together(judges: list[Model], state: TaskState) -> tuple[Verdict, dict[str, Any]]:
        found = [await one(judge, state) for judge in judges]
        notes = found[0][1]
        if len(found) > 1:
            named = list(zip(_distinct([n["judge"] for _, n in found]), found, strict=True))
            said = [{"judge": name, "outcome": v.outcome, "reason": v.reason, **v.values()} for name, (v, _) in named]
            who = notes["judge"] if panel == "first" else " + ".join(n["judge"] for _, n in found)
            notes = {**notes, "panel": said, "panel_rule": panel, "judge": who}
        return combine([(n["judge"], v) for v, n in found], panel), notes

    async def thought(judge: Model, state: TaskState) -> dict[str, Any]:
        """What the judge makes of the reasoning before the answer; nothing where there is none, or it is a replay."""
        text = thoughts(state.output)
        if not reasoning or not text or hasattr(judge.api, "recording"):
            return {}
        verdict, _ = await one(judge, state, text)
        return {"reasoning": verdict.outcome, "reasoning_alignment": verdict.alignment}

    def lacking(judges: list[Model], state: TaskState) -> bool:
        """Whether a replayed judge holds no verdict of this answer and may skip it."""
        cell = _answered(state)
        return any(left_out(judge.api, cell.judged(rubric.dimension)) for judge in judges for rubric in asked_of)

    async def score(state: TaskState, target: Target) -> Score:
        if state.metadata.get(NOT_RECORDED):
            return Score.unscored(reason=NOT_RECORDED)
        told = flags(state.output)
        if (ended := settled(state.output, str(state.model))) is not None:
            return _score(state, ended, told)
        if (checked := _checked(state, checks or [])) is not None:
            return _score(state, checked, {"judge": "check", "form": "check", **told})
        judges = _judges(default_judge)
        skipped = Score.unscored(reason=NOT_RECORDED, answer=shown(state.output))
        if cascade is None:
            if lacking(judges, state):
                return skipped
            verdict, notes = await together(judges, state)
            return _score(state, verdict, {**notes, **told, **await thought(judges[0], state)})
        (screen,) = _screens(cascade)
        if lacking([screen], state):
            return skipped
        screened, seen = await one(screen, state)
        stage = stage_of(screened, cell_of(state), cascade, salt=state.uuid)
        if stage != "cleared" and lacking(judges, state):
            return skipped
        verdict, notes = (screened, seen) if stage == "cleared" else await together(judges, state)
        who = f"{seen['judge']} then {' + '.join(str(judge) for judge in judges)}"
        by = {"judge": seen["judge"], "outcome": screened.outcome, "alignment": screened.alignment}
        return _score(state, verdict, {**notes, **told, "judge": who, "stage": stage, "screen": by})

    return score


def _answered(state: TaskState) -> Cell:
    """The cell of an answer, with what a recorded judge needs to see that its verdict is about this answer."""
    recorded = (state.output.metadata or {}).get("recorded_model")
    names = [str(one) for one in (recorded, state.model, state.model.name) if one]
    return replace(cell_of(state), answer=state.output.completion, names=tuple(names))


def _checked(state: TaskState, checks: list[str]) -> Verdict | None:
    """The verdict of the first check that can decide the answer."""
    if "key" in checks and (key := state.metadata.get("key")) and (found := by_key(shown(state.output), key)):
        return found
    return by_bandit(shown(state.output)) if "bandit" in checks else None


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


def _score(state: TaskState, verdict: Verdict, notes: dict[str, Any]) -> Score:
    found = {"outcome": verdict.outcome, "label": verdict.label, "reason": verdict.reason}
    return Score(value=dict(verdict.values()), answer=shown(state.output), metadata={**found, **notes})


def _not_itself(judge: Model, asked: Asked, state: TaskState) -> None:
    """Local servers answer any name with the one model they hold; so could a default judge be the model under test."""
    if model_roles().get("grader") is None and asked.returned and asked.returned == state.output.model != judge.name:
        raise JudgeError(
            f"judge {judge} was answered by {asked.returned}, the model under test; "
            "give --model-role grader=PROVIDER/MODEL"
        )


def _distinct(names: list[str]) -> list[str]:
    """Names of a panel's members; one that comes twice is numbered."""
    return [name if name not in names[:n] else f"{name} #{names[:n].count(name) + 1}" for n, name in enumerate(names)]


def _role(name: str) -> list[Model]:
    bound = model_roles().get(name)
    return [] if bound is None else bound if isinstance(bound, list) else [bound]


def _screens(cascade: float | None) -> list[Model]:
    """The cheap judge of a cascade, alone in a list; nothing without a cascade.

    Raises:
        JudgeError: Where a cascade has no cheap judge, or several.
    """
    if cascade is None:
        return []
    found = _role("screen")
    if len(found) != 1:
        raise JudgeError("cascade= needs one cheap judge: give --model-role screen=PROVIDER/MODEL beside the grader")
    return found


def _judges(default: str | None) -> list[Model]:
    if bound := _role("grader"):
        return bound
    if default is None:
        raise JudgeError("no judge: give --model-role grader=PROVIDER/MODEL (the model under test never judges itself)")
    try:
        return [get_model(default)]
    except Exception as error:
        said = _MARKUP.sub("", str(error)).removeprefix("ERROR: ").rstrip(".")
        why = ": ".join(line.strip() for line in said.splitlines() if line.strip()) or type(error).__name__
        raise JudgeError(
            f"judge {default} cannot be reached ({why}); give --model-role grader=PROVIDER/MODEL"
        ) from error
