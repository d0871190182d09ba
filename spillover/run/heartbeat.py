"""A sign of life in a long silence: how many answers there are, and how often calls were tried again.

To be imported only once a model was loaded: Inspect then looks for hooks, and announces on stdout those it finds.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from inspect_ai.hooks import Hooks, ModelRetry, SampleEnd, TaskStart, hooks

from spillover.common import counted

_counting: "Counts | None" = None


class Counts:
    """What Inspect has done since counting began.

    Attributes:
        planned: Answers that are wanted, by model.
        done: Answers that are there, by model; those of an earlier call are not counted.
        retries: Calls that were tried again, by model or judge, without its provider, as Inspect names them here.
        of: The model of each log.
    """

    def __init__(self) -> None:
        self.planned: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.retries: Counter[str] = Counter()
        self.of: dict[str, str] = {}

    def line(self) -> str:
        """Who is waited for."""
        wanted = {
            name: f"{self.done[name]} of {counted(n, 'answer')}"
            for name, n in self.planned.items()
            if self.done[name] < n
        }
        said = [f"{name}: {answers}{self._tried(_short(name))}" for name, answers in wanted.items()]
        judges = sorted(set(self.retries) - {_short(name) for name in self.planned})
        said += [f"{name}{self._tried(name)}" for name in judges]
        return f"waiting for {'; '.join(said)}" if said else "still at work"

    def _tried(self, short: str) -> str:
        return f", {counted(self.retries[short], 'retry')} so far" if self.retries[short] else ""


def _short(name: str) -> str:
    return name.partition("/")[2]


@hooks(name="spillover_heartbeat", description="Counts answers and retries for a line of progress.")
class Beat(Hooks):
    """Counts while somebody wants to know."""

    def enabled(self) -> bool:
        """Whether anybody does."""
        return _counting is not None

    async def on_task_start(self, data: TaskStart) -> None:
        """A log was begun."""
        if _counting is not None:
            judge = (data.spec.model_roles or {}).get("grader")
            judges = judge if isinstance(judge, list) else [judge]
            name = data.spec.model if data.spec.model != "none/none" else str(getattr(judges[0], "model", "judge"))
            _counting.of[data.eval_id] = name
            _counting.planned[name] += (data.spec.dataset.samples or 0) * (data.spec.config.epochs or 1)

    async def on_sample_end(self, data: SampleEnd) -> None:
        """An answer is there."""
        if _counting is not None:
            _counting.done[_counting.of.get(data.eval_id, "models")] += 1

    async def on_model_retry(self, data: ModelRetry) -> None:
        """A call is tried again."""
        if _counting is not None:
            _counting.retries[data.model_name] += 1


@contextmanager
def beating(seconds: float) -> Iterator[None]:
    """Say on stderr every so often how far Inspect is.

    Args:
        seconds: How often; 0 for never.
    """
    global _counting
    if not seconds:
        yield
        return
    counts, ended = Counts(), Event()

    def say() -> None:
        while not ended.wait(seconds):
            print(counts.line(), file=sys.stderr, flush=True)

    before, _counting = _counting, counts
    thread = Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        _counting = before
        ended.set()
        thread.join()
