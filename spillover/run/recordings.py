"""Check the recorded models and judges of a run against each other, before any model is asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spillover.common import counted, is_recording
from spillover.plan import Design, Model

if TYPE_CHECKING:
    import pandas as pd


def check_recorded(arms: Sequence[Model], judges: Sequence[Model]) -> None:
    """Check that recorded verdicts are those of the answers that they are to judge.

    Args:
        arms: Models that answer.
        judges: Judges.

    Raises:
        DeclarationError: Where a recording cannot be read.
        RecordingError: Where a recording holds several models and none is named, verdicts of one model would serve
            two, or a verdict is about another answer.
    """
    played = {model.name: recording(model) for model in (*arms, *judges)}
    if not any(played.values()):
        return
    from spillover.providers import Answers, require_own_verdicts

    answers = [Answers(arm.name, played[arm.name]) for arm in arms]
    for one in answers:
        if one.recording is not None:
            one.recording.answering()
    for judge in judges:
        if (verdicts := played[judge.name]) is not None:
            require_own_verdicts(answers, judge.name, verdicts)


def check_drawn(design: Design, arms: Sequence[Model]) -> None:
    """Check that recorded arms hold every answer that a list of draws asks for.

    Args:
        design: What is asked.
        arms: Models that answer; one whose recording may lack answers (`missing: skip`) is passed over.

    Raises:
        RecordingError: Where a recording lacks some; says how many answers to each question it can serve.
    """
    held = [(arm, recording(arm)) for arm in arms if dict(arm.args).get("missing", "error") == "error"]
    if not any(found is not None for _, found in held):
        return
    from spillover.common import Cell, RecordingError
    from spillover.providers import describe

    drawn = [Cell(one.probe, one.condition, one.repetition) for one in design.listed()]
    for arm, found in held:
        lacks = [cell for cell in drawn if not found.has(cell)] if found is not None else []
        if lacks:
            raise RecordingError(
                f"{found.path}: lacks {len(lacks)} of the {counted(len(drawn), 'answer')} that this run "
                f"needs of {arm.name}, first {describe(lacks[0])}; record more answers, ask for fewer with --draws "
                "or for each question equally often with --all-draws, or add missing: skip to its model_args"
            )


def recording(model: Model) -> Any:
    """What a model plays back; None for one that is asked, and where no file is named."""
    if not is_recording(model.name) or not dict(model.args).get("path"):
        return None
    from spillover.providers import recording_of

    return recording_of(model.load().api)


def not_asked_for(models: Sequence[Model], rows: "Sequence[pd.DataFrame]") -> list[str]:
    """A line for each recorded model that holds answers which a run did not ask for.

    Args:
        models: Models that answered.
        rows: Rows of `spillover.logs.read` of the run, in any parts; nothing is said where there are none.
    """
    from spillover.providers import not_asked

    said = []
    for model in models if rows else ():
        if (found := recording(model)) is None:
            continue
        asked = {
            (str(probe), str(condition) if found.has_conditions else "", int(epoch))
            for part in rows
            for name, probe, condition, epoch in part[["model", "probe", "condition", "epoch"]].itertuples(index=False)
            if name == model.name
        }
        if (line := not_asked(found, asked)) is not None:
            said.append(f"{model.name}: {line}")
    return said
