"""The two runs behind `reproduce`: the same questions to the model, and the submitted answers to the judge."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import LogError, OutageError, trouble
from spillover.logs import CARRIAGE, CHANGED, LIMITS, LogSource

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.dataset import Sample
    from inspect_ai.log import EvalLog, EvalSample
    from inspect_ai.model import Model
    from inspect_ai.solver import Solver

ROLES = ("grader", "screen")
RETRIES = 4
"""Retries of a request to the model. Together they take about a minute."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Answers of one log that were drawn.

    Attributes:
        source: The log.
        samples: As Inspect reads them, in the order of the draw.
        score: Name of the score that counts.
    """

    source: LogSource
    samples: "list[EvalSample]"
    score: str

    @classmethod
    def of(cls, source: LogSource, cells: Sequence[tuple[str, int]]) -> "Drawn":
        """Read the samples of a log.

        Raises:
            LogError: Where one cannot be read.
        """
        from inspect_ai.log import read_eval_log

        try:
            held = {(str(one.id), one.epoch): one for one in read_eval_log(source.file).samples or []}
            return cls(source, [held[cell] for cell in cells], source.said.score)
        except Exception as error:
            raise LogError(f"{source.file}: Inspect cannot read it ({trouble(error)}); give the original") from error


def asked_again(drawn: Drawn, task: "Task", out: Path) -> "EvalLog":
    """Ask the model of a log the drawn questions, as the log says they were asked, and have the answers judged."""
    return _run(drawn, task, out, None)


def judged_again(drawn: Drawn, task: "Task", out: Path) -> "EvalLog":
    """Have the judge of a log judge the drawn answers; the model is asked nothing."""
    return _run(drawn, task, out, _as_submitted(drawn.samples))


def _run(drawn: Drawn, task: "Task", out: Path, solver: "Solver | None") -> "EvalLog":
    from inspect_ai import Epochs, task_with
    from inspect_ai import eval as inspect_eval
    from inspect_ai.dataset import MemoryDataset

    task = copy(task)  # `task_with` changes the task that it is given
    known = {str(one.id): one for one in task.dataset}
    data = [_placed(known, str(one.id), number) for number, one in enumerate(drawn.samples)]
    more: dict[str, Any] = {} if solver is None else {"solver": solver}
    anew = task_with(task, dataset=MemoryDataset(data, name=task.dataset.name), epochs=Epochs(1, []), **more)
    left_out = {*CARRIAGE, *LIMITS, CHANGED}
    decoding = {name: one for name, one in drawn.source.decoding.items() if name not in left_out}
    logs = inspect_eval(
        anew,
        model=drawn.source.model,
        model_roles=_judges(drawn.source),
        log_dir=str(out),
        display="none",
        log_realtime=False,
        fail_on_error=False,
        max_retries=RETRIES,
        **decoding,
    )
    log = logs[0] if logs else None
    if log is None or log.status != "success":
        why = "no log" if log is None else log.error.message if log.error is not None else log.status
        raise OutageError(
            f"{drawn.source.model}: the run ended with {' '.join(str(why).split())[:200]}; run the same command again"
        )
    return log


def _placed(known: "dict[str, Sample]", name: str, place: int) -> "Sample":
    """A copy of a sample with an id of its own and its place in the draw.

    Raises:
        LogError: Where the task has no such sample.
    """
    if name not in known:
        raise LogError(f"{name[:60]}: the log's task has no such question; run spillover leaderboard check first")
    one = known[name]
    return one.model_copy(update={"id": f"{name} again {place}", "metadata": {**(one.metadata or {}), "place": place}})


def _judges(source: LogSource) -> "dict[str, list[Model]]":
    """The judges that a header binds to roles, asked for by their names; addresses in a log are not followed."""
    from inspect_ai.model import GenerateConfig, get_model

    found: dict[str, list[Model]] = {}
    bound = source.header["eval"].get("model_roles") or {}
    for role in ROLES:
        held = bound.get(role)
        for one in held if isinstance(held, list) else [held] if held else []:
            config = GenerateConfig.model_validate(one.get("config") or {})
            found.setdefault(role, []).append(get_model(str(one["model"]), config=config, memoize=False))
    return found


def _as_submitted(samples: "Sequence[EvalSample]") -> "Solver":
    """A solver that puts a submitted conversation and answer in place of asking."""
    from inspect_ai.solver import Generate, TaskState, solver

    @solver(name="as_submitted")
    def made() -> "Solver":
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            held = samples[int(state.metadata["place"])]
            state.messages, state.output = list(held.messages), held.output.model_copy(deep=True)
            return state

        return solve

    return made()
