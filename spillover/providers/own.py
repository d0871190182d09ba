"""Check that recorded verdicts are about the answers that they judge, before the first is played back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spillover.common import Cell, RecordingError, counted

from .recording import Recording
from .recording_file import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Answers:
    """A model whose answers are to be judged.

    Attributes:
        model: Inspect's model string.
        recording: Its recorded answers; None for a model that is asked now.
    """

    model: str
    recording: Recording | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names under which its answers may be recorded."""
        own = [self.recording.answering()] if self.recording is not None else []
        return tuple(name for name in (*own, self.model, self.model.partition("/")[2]) if name)


def recording_of(api: Any) -> Recording | None:
    """The recording that a provider plays back, or None."""
    found = getattr(api, "recording", None)
    return found if isinstance(found, Recording) else None


def require_own_verdicts(arms: Sequence[Answers], judge: str, verdicts: Recording) -> None:
    """Check that a recorded judge's verdicts are those of these models' answers.

    Args:
        arms: The models.
        judge: Inspect's model string of the judge.
        verdicts: Its recording.

    Raises:
        RecordingError: Where answers that nobody has given yet would be judged, verdicts of one model would serve two,
            or a verdict is about another answer.
    """
    asked = next((arm.model for arm in arms if arm.recording is None), None)
    if asked is not None:
        raise RecordingError(
            f"{verdicts.path}: judge {judge} plays recorded verdicts back, but {asked} is asked only now, so that "
            "they cannot be about its answers; give --judge a model that can be asked, or play recorded "
            "answers back as replay/NAME"
        )
    if len(arms) > 1 and not verdicts.names_answers:
        raise RecordingError(
            f"{verdicts.path}: judge {judge} would give {counted(len(arms), 'model')} the same verdicts, for its "
            "rows do not say "
            "which answer they are about; give all verdicts in one file with the columns `model` and `answer`"
        )
    for arm in arms:
        _compare(arm, verdicts)


def _compare(arm: Answers, verdicts: Recording) -> None:
    answers = arm.recording
    if answers is None or (answers.has_conditions and not verdicts.has_conditions):
        return  # which condition the verdicts are of is known only when they are asked for
    if verdicts.has_conditions and not answers.has_conditions:
        return
    last: dict[tuple[str, str, int], Cell] = {}
    for cell in answers.answers():
        at = cell.probe, cell.condition, cell.epoch
        last[at] = max(last.get(at, cell), cell, key=lambda one: one.turn)
    for cell in last.values():
        for dimension in DIMENSIONS:
            verdict = verdicts.find(Cell(cell.probe, cell.condition, cell.epoch, dimension, names=arm.names))
            said = answers.records[cell]
            if verdict is not None and verdict.about is not None and not verdict.about.fits(said.text):
                of = f"that of {arm.model} ({answers.path}: row {said.row})"
                raise RecordingError(verdicts.of_another(cell, verdict, of))
