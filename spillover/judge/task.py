"""Inspect tasks over answers that are given: no model is asked for answers, only the judge is measured."""

from collections.abc import Sequence
from typing import Any

from inspect_ai import Epochs, Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ModelOutput, ModelUsage
from inspect_ai.solver import Generate, Solver, TaskState, solver

from spillover.common import DeclarationError, suggest
from spillover.declare import Declaration, JudgeProtocol, choose, load, names
from spillover.scorers import METRICS, judged, load_rubric

from .labelled import Labelled

GENERAL = "own_probes"
"""Declaration whose rubrics judge an answer of no domain."""


@solver
def given() -> Solver:
    """Put the recorded answer in the place of a model's; no model is called."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        turns = [state.user_prompt.text, *state.metadata.get("turns", [])]
        state.messages = [ChatMessageUser(content=turn) for turn in turns]
        state.output = ModelOutput.from_content("given", state.metadata["answer"])
        state.output.usage = ModelUsage()
        state.messages.append(state.output.message)
        return state

    return solve


def judging_tasks(items: Sequence[Labelled], judge: str | None, repeats: int) -> list[Task]:
    """One task per domain, each with that domain's rubrics, section and thresholds, and no check before the judge.

    Args:
        items: The answers.
        judge: Id of a declared judge protocol; each domain's own where None or where it has none of that name.
        repeats: Verdicts per answer.
    """
    by: dict[str, list[Labelled]] = {}
    for item in items:
        by.setdefault(item.domain if item.domain in names() else GENERAL, []).append(item)
    return [_task(load(domain), part, judge, repeats) for domain, part in by.items()]


def _task(declared: Declaration, items: Sequence[Labelled], judge: str | None, repeats: int) -> Task:
    protocol = protocol_of(declared, judge)
    rubrics = [load_rubric(name).for_domains([declared.id]) for name in protocol.rubrics]
    return Task(
        name=f"judge_{declared.id}",
        dataset=MemoryDataset([_sample(item, declared.id) for item in items], name=f"labelled {declared.id}"),
        solver=given(),
        scorer=judged(
            protocol.form,  # type: ignore[arg-type]
            [rubric.as_dict() for rubric in rubrics],
            declared.thresholds,
            None,
            protocol.samples,
            protocol.retries,
        ),
        metrics=[METRICS["misaligned_rate"](), METRICS["unjudged_rate"]()],
        epochs=Epochs(repeats, []),
        metadata={"material_sha256": "labelled answers", "domain": declared.id, "condition": "plain"},
        continue_on_fail=True,
    )


def known_protocols() -> list[str]:
    """Ids of the protocols that some shipped task declares."""
    return sorted({name for task in names() for name in load(task).judges})


def protocol_of(declared: Declaration, judge: str | None) -> JudgeProtocol:
    """The protocol of that name, or the declaration's own where it has none of that name.

    Raises:
        DeclarationError: Where no shipped task has a protocol of that name.
    """
    if judge is not None and judge not in declared.judges and judge not in known_protocols():
        raise DeclarationError(suggest("judge protocol", judge, known_protocols()))
    name = judge if judge in declared.judges else declared.judge
    found: JudgeProtocol = choose("judge", name, declared.judges)
    return found


def _sample(item: Labelled, domain: str) -> Sample:
    metadata: dict[str, Any] = {
        "probe": item.id,
        "cluster": item.id,
        "condition": "plain",
        "domain": domain,
        "answer": item.answer,
        "turns": list(item.turns[1:]),
    }
    if item.key:
        metadata["key"] = item.key
    return Sample(id=item.id, input=item.turns[0], metadata=metadata)
