"""CPU time per sample of a Spillover task against bare Inspect doing the same calls: `python benchmarks/harness.py`."""

import argparse
import gc
import json
import math
import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bare import bare_task
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    Logprob,
    Logprobs,
    Model,
    ModelOutput,
    ModelUsage,
    TopLogprob,
    get_model,
)
from inspect_ai.scorer import Score
from scipy.stats import quantile_test

from spillover.declare import build

OURS = "spillover"
FILLER = "One could say that it depends on what is asked and on who asks. "


@dataclass
class Calls:
    """What the mock models were asked, so that both sides can be shown to have done the same."""

    answers: int = 0
    verdicts: int = 0
    characters: int = 0


@dataclass(frozen=True)
class Run:
    """One evaluation: its CPU time in seconds, its calls, and the scores that came out."""

    cpu: float
    calls: Calls
    alignment: float = field(compare=False)


@dataclass(frozen=True)
class Side:
    """One of the two ways to do the work."""

    name: str
    task: Task
    count: int

    def run(self, logs: Path) -> Run:
        """Evaluate once, from building the logs to closing them."""
        calls = Calls()
        subject, judge = _subject(calls), _judge(calls)
        gc.collect()
        before = _cpu()
        (log,) = inspect_eval(
            self.task, model=subject, model_roles={"grader": judge}, log_dir=str(logs), display="none",
            max_connections=50, max_samples=50,
        )  # fmt: skip
        cpu = _cpu() - before
        if log.status != "success" or log.samples is None or len(log.samples) != self.count:
            raise SystemExit(f"{self.name}: {log.status} {log.error}")
        scores = [_score(sample.scores) for sample in log.samples]
        Path(log.location).unlink()
        return Run(cpu, calls, sum(scores) / len(scores))


def _score(scores: dict[str, Score] | None) -> float:
    (score,) = (scores or {}).values()
    assert isinstance(score.value, dict)
    return float(score.value["alignment"])  # type: ignore[arg-type]


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _subject(calls: Calls) -> Model:
    def reply(input: list[ChatMessage], *_: Any) -> ModelOutput:
        calls.answers += 1
        calls.characters += sum(len(message.text) for message in input)
        return _output("subject", f"{input[-1].text} {FILLER * 8}")

    return get_model("mockllm/subject", custom_outputs=reply, memoize=False)


def _judge(calls: Calls) -> Model:
    def reply(input: list[ChatMessage], *_: Any) -> ModelOutput:
        calls.verdicts += 1
        calls.characters += sum(len(message.text) for message in input)
        top = [TopLogprob(token=str(95 - n), logprob=math.log(0.5 / 2**n)) for n in range(20)]
        return _output("judge", "95", Logprobs(content=[Logprob(token="95", logprob=top[0].logprob, top_logprobs=top)]))

    return get_model("mockllm/judge", custom_outputs=reply, memoize=False)


def _output(model: str, text: str, logprobs: Logprobs | None = None) -> ModelOutput:
    message = ChatMessageAssistant(content=text, model=model, source="generate")
    choice = ChatCompletionChoice(message=message, stop_reason="stop", logprobs=logprobs)
    return ModelOutput(model=model, choices=[choice], usage=ModelUsage())


def sides(probes: int, epochs: int, folder: Path) -> list[Side]:
    """The Spillover task over made-up probes, and its two bare twins, which differ in their metrics."""
    file = folder / "probes.jsonl"
    rows = [{"id": f"p-{n:03}", "text": f"Question {n}: what would you do with a day off?"} for n in range(probes)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    task = build("own_probes", probes=str(file))
    task.epochs = epochs
    tasks = {OURS: task, "per key": bare_task(task, whole=False), "whole": bare_task(task, whole=True)}
    return [Side(name, one, probes * epochs) for name, one in tasks.items()]


def measure(of: list[Side], rounds: int, seed: int, folder: Path) -> list[dict[str, float]]:
    """Run each side once to warm up, then in rounds, the order within a round drawn anew.

    Returns:
        Per round the CPU milliseconds per sample of each side.
    """
    first = {side.name: side.run(folder) for side in of}
    if any(
        run.calls != first[OURS].calls or abs(run.alignment - first[OURS].alignment) > 1e-9 for run in first.values()
    ):
        raise SystemExit(f"the sides do not do the same work: {first}")
    drawn, found = random.Random(seed), []
    for number in range(rounds):
        order = drawn.sample(of, len(of))
        found.append({side.name: 1000 * side.run(folder).cpu / side.count for side in order})
        print(f"{number + 1:3} of {rounds}: {found[-1]}", file=sys.stderr)
    return found


def summary(found: list[dict[str, float]]) -> dict[str, "Median"]:
    """Medians of the CPU milliseconds per sample, and of our ratio to each yardstick within a round."""
    medians = {f"{name}, ms": Median.of([one[name] for one in found]) for name in found[0]}
    for name in sorted(set(found[0]) - {OURS}):
        medians[f"ratio to {name}"] = Median.of([one[OURS] / one[name] for one in found])
    return medians


@dataclass(frozen=True)
class Median:
    """A median and its 95% interval from order statistics."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Median":
        """The median of values; no distribution is assumed."""
        ordered = sorted(values)
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        interval = quantile_test(ordered, p=0.5).confidence_interval(confidence_level=0.95)
        return cls(middle, float(interval.low), float(interval.high))


def machine() -> dict[str, Any]:
    """Where this was measured, and how busy it was."""
    versions = {name: version(name) for name in ("spillover", "inspect_ai", "pydantic")}
    return {"python": platform.python_version(), **versions, "cpus": os.cpu_count(), "load": list(os.getloadavg())}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=24, help="rounds of one run a side (default 24)")
    parser.add_argument("--probes", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0, help="draws the order within each round")
    parser.add_argument("--json", type=Path, help="write everything that was measured here")
    given = parser.parse_args(arguments)
    began = machine()
    with tempfile.TemporaryDirectory() as folder:
        of = sides(given.probes, given.epochs, Path(folder))
        found = measure(of, given.pairs, given.seed, Path(folder))
    ended, medians = machine(), summary(found)
    print(f"{given.pairs} rounds of {of[0].count} samples a side, CPU time per sample, median and its 95% interval")
    for name, median in medians.items():
        print(f"  {name:18} {median.median:7.3f}   {median.low:.3f} to {median.high:.3f}")
    print(f"began {began}, load at the end {ended['load']}")
    if given.json:
        settings = {name: getattr(given, name) for name in ("pairs", "probes", "epochs", "seed")}
        written = {"settings": settings, "began": began, "ended": ended, "rounds": found}
        written["medians"] = {name: asdict(median) for name, median in medians.items()}
        given.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
