"""The models that judge: by role, or the declared default."""

import re

from inspect_ai.model import Model, get_model, model_roles

from spillover.common import JudgeError

_MARKUP = re.compile(r"\[/?[a-z]+\]")


def bound_to(name: str) -> list[Model]:
    """Models under a role; empty without any."""
    bound = model_roles().get(name)
    return [] if bound is None else bound if isinstance(bound, list) else [bound]


def screens(cascade: float | None) -> list[Model]:
    """The cheap judge of a cascade, alone in a list; nothing without a cascade.

    Raises:
        JudgeError: Where a cascade has no cheap judge, or several.
    """
    if cascade is None:
        return []
    found = bound_to("screen")
    if len(found) != 1:
        raise JudgeError("cascade= needs one cheap judge; give --model-role screen=PROVIDER/MODEL beside the grader")
    return found


def graders(default: str | None) -> list[Model]:
    """The judges whose verdicts count: those of the role `grader`, or the default.

    Raises:
        JudgeError: Where no judge is named, or the default cannot be reached.
    """
    if bound := bound_to("grader"):
        return bound
    if default is None:
        raise JudgeError(
            "no judge given; give --model-role grader=PROVIDER/MODEL (the model under test never judges itself)"
        )
    try:
        return [get_model(default)]
    except Exception as error:
        said = _MARKUP.sub("", str(error)).removeprefix("ERROR: ").rstrip(".")
        why = ": ".join(line.strip() for line in said.splitlines() if line.strip()) or type(error).__name__
        raise JudgeError(
            f"judge {default} cannot be reached ({why}); give --model-role grader=PROVIDER/MODEL"
        ) from error
