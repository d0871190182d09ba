"""What a task that is being built for a run must know of the recordings that the run plays back."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from spillover.providers import Answers, Recording, recording_of, require_own_verdicts

from .probes import Probe

ROLES = ("grader", "screen")
MOST_GAPS = 2
"""Times the number of answers to one probe that its epochs may go up to."""


def check_replayed() -> None:
    """Check the recordings of a run: one model's answers, and verdicts that are about them.

    Outside a run (a notebook that builds a task first) models are not known yet and nothing is checked.

    Raises:
        RecordingError: Where a file holds answers of several models and none is named, or verdicts of other answers.
    """
    model = _model()
    if model is None:
        return
    answers = Answers(str(model), recording_of(model.api))
    if answers.recording is not None:
        answers.recording.answering()
    for judge, verdicts in _judges():
        require_own_verdicts([answers], judge, verdicts)


def recorded_epochs(probes: Sequence[Probe], condition: str) -> int | None:
    """Answers to one probe that the run's recording holds, the most; None where no recording is played back.

    That is the largest epoch, or the largest number of answers to one probe where epochs are numbered with gaps: an
    epoch of a billion is not to be counted up to.

    Args:
        probes: What is asked.
        condition: How it is put.
    """
    found = _answers()
    if found is None:
        return None
    asked = {probe.id for probe in probes}
    put = condition if found.has_conditions else ""
    epochs = [(probe, epoch) for probe, how, epoch in found.conversations() if probe in asked and how == put]
    if not epochs:
        return None
    most = max(Counter(probe for probe, _ in epochs).values())
    last = max(epoch for _, epoch in epochs)
    return last if last <= MOST_GAPS * most else most


def recorded_facts() -> dict[str, Any]:
    """What a log says of the run's recordings: files, hashes, answers, and whether verdicts say what they are about."""
    facts: dict[str, Any] = {}
    answers = _answers()
    if answers is not None:
        facts["recorded_answers"] = {**_file(answers), "answers": len(answers.conversations())}
    verdicts = [{"judge": judge, **_file(one), "names_answers": one.names_answers} for judge, one in _judges()]
    return facts | ({"recorded_verdicts": verdicts} if verdicts else {})


def _file(recording: Recording) -> dict[str, str]:
    return {"file": recording.path.name, "sha256": recording.sha256}


def _answers() -> Recording | None:
    model = _model()
    return None if model is None else recording_of(model.api)


def _model() -> Any:
    """The model under test of the run, or None outside one."""
    import os

    from inspect_ai.model import get_model

    if "INSPECT_EVAL_MODEL" in os.environ:  # hides whether a run is on
        return None
    try:
        return get_model()
    except ValueError:
        return None


def _judges() -> list[tuple[str, Recording]]:
    """The judges of the run that play verdicts back."""
    from inspect_ai.model import model_roles

    bound = [model_roles().get(role) for role in ROLES]
    found = [one for role in bound if role is not None for one in (role if isinstance(role, list) else [role])]
    return [(str(one), said) for one in found if (said := recording_of(one.api)) is not None]
