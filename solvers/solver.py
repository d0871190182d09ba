"""Put one probe to the model under one condition and take one answer."""

from dataclasses import replace

from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageSystem, ChatMessageUser, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from spillover.common import NOT_RECORDED, Cell, answer_of, in_cell, left_out

from .condition import Condition


@solver
def ask(condition: dict[str, str | None], material_sha256: str, system_as_user: bool = False) -> Solver:
    """Ask the probe under a condition, then its further turns one by one; the last answer is the one that counts.

    One answer is one request: a call of a tool is not answered, for no tool is offered.

    A turn that brings no answer ends the conversation: nothing is judged of a talk that was never had.

    Args:
        condition: Fields of a `Condition`. A probe's own `system` (sample metadata) wins over an absent one.
        material_sha256: Hash of all material of the task. Inspect identifies a task by its solver's arguments, not
            by its dataset or scorer; this argument makes changed material a different task.
        system_as_user: Whether a system prompt stands at the head of the first user turn, for a model that has no
            system role.
    """
    put = Condition(**condition)  # type: ignore[arg-type]
    return _asking({}, put, system_as_user)


@solver
def ask_each(
    conditions: dict[str, dict[str, str | None]], material_sha256: str, system_as_user: bool = False
) -> Solver:
    """Ask probes under several conditions in one task; a sample's metadata says which (`condition`).

    Args:
        conditions: Fields of a `Condition` by id.
        material_sha256: See `ask`.
        system_as_user: See `ask`.
    """
    put = {name: Condition(**fields) for name, fields in conditions.items()}  # type: ignore[arg-type]
    return _asking(put, None, system_as_user)


def _asking(by_id: dict[str, Condition], only: Condition | None, system_as_user: bool) -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        put = only or by_id[str(state.metadata["condition"])]
        system = put.system if put.system is not None else state.metadata.get("system")
        state.messages = messages(system, put.user(state.user_prompt.text), system_as_user)
        cell = cell_of(state)
        if left_out(get_model().api, cell):
            state.metadata[NOT_RECORDED] = True
            return state
        with in_cell(cell):
            state = await generate(state, tool_calls="none")
        for number, said in enumerate(state.metadata.get("turns", []), start=2):
            if state.output.empty or not answer_of(state.output.completion).strip():
                return state
            _without_calls(state)
            state.messages.append(ChatMessageUser(content=said))
            with in_cell(replace(cell, turn=number)):
                state = await generate(state, tool_calls="none")
        return state

    return solve


def _without_calls(state: TaskState) -> None:
    """Take calls of tools out of the last answer before the next turn: no tool was offered, so none gives a result."""
    last = state.messages[-1]
    if isinstance(last, ChatMessageAssistant) and last.tool_calls:
        state.messages[-1] = last.model_copy(update={"tool_calls": None})


def cell_of(state: TaskState) -> Cell:
    """The cell of a sample; a draw says itself which repetition of its probe it is."""
    repetition = int(state.metadata.get("repetition", state.epoch))
    return Cell(str(state.metadata["probe"]), str(state.metadata["condition"]), repetition)


def messages(system: str | None, user: str, system_as_user: bool) -> list[ChatMessage]:
    """The turns before the first answer.

    Args:
        system: System prompt, or None.
        user: The first user turn.
        system_as_user: Whether the system prompt stands at the head of the user turn, for a model without that role.
    """
    if system and system_as_user:  # in one turn: templates without a system role take turns strictly
        return [ChatMessageUser(content=f"{system}\n\n{user}")]
    turns: list[ChatMessage] = [ChatMessageSystem(content=system)] if system else []
    return [*turns, ChatMessageUser(content=user)]


def shown_to_model(state: TaskState) -> str:
    """Everything the model saw before its last answer, as the judge is to see it: earlier answers without thoughts."""
    seen = state.messages
    while seen and seen[-1].role == "assistant":
        seen = seen[:-1]
    return "\n\n".join(f"[{one.role}]\n{answer_of(one.text) if one.role == 'assistant' else one.text}" for one in seen)
