"""Recorded arms and judges of a run, held against each other before anything is asked."""

from collections.abc import Sequence
from typing import Any

from ._design import Model

REPLAY = "replay/"


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
    from spillover.providers._own import Answers, require_own_verdicts

    answers = [Answers(arm.name, played[arm.name]) for arm in arms]
    for one in answers:
        if one.recording is not None:
            one.recording.answering()
    for judge in judges:
        if (verdicts := played[judge.name]) is not None:
            require_own_verdicts(answers, judge.name, verdicts)


def recording(model: Model) -> Any:
    """What a model plays back; None for one that is asked, and where no file is named."""
    if not model.name.startswith(REPLAY) or not dict(model.args).get("path"):
        return None
    from spillover.providers._own import recording_of

    return recording_of(model.load().api)
