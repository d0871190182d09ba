"""`--model replay/NAME -M path=FILE`: plays recorded answers or verdicts back, the same under any concurrency."""

import math
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    Logprob,
    Logprobs,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    TopLogprob,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from spillover.common import RecordingError, current_cell, file_sha256, inspect_errors

from .account import Account
from .columns import Columns, columns_of
from .record import Record
from .recorded_rows import one_file
from .recording import Recording
from .recording_file import read_recording


@lru_cache(maxsize=16)
def _read(path: str, columns: Columns, stamp: tuple[int, int]) -> Recording:
    """The recording, read once as long as the file stays as it is; `stamp` tells when it was changed."""
    return replace(read_recording(path, columns), sha256=file_sha256(path))


def _recording(path: str, columns: Columns, name: str) -> Recording:
    file = Path(path)
    stamp = (file.stat().st_mtime_ns, file.stat().st_size) if file.is_file() else (0, 0)
    return replace(_read(path, columns, stamp), name=name)


class ReplayAPI(ModelAPI):
    """Plays back what was recorded elsewhere; calls nobody and invents nothing."""

    @partial(inspect_errors, aloud=False)
    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - Inspect's own signature
        path: str = "",
        missing: Literal["error", "skip"] = "error",
        **columns: Any,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        if not path:
            raise RecordingError(f"replay/{model_name}: no recording given; give -M path=FILE")
        if missing not in ("error", "skip"):
            raise RecordingError(
                f"replay/{model_name}: missing is {missing!r}; give -M missing=error or -M missing=skip"
            )
        self.missing = missing
        self.recording: Recording = _recording(
            one_file(path, f"replay/{model_name}: path"), columns_of(f"replay/{model_name}", columns), model_name
        )
        self.account = Account(self.recording)

    def max_connections(self) -> int:
        """Nobody is waiting at the other end."""
        return 200

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Play back the record of the cell that is being asked."""
        cell = current_cell.get()
        if cell is None:
            raise RecordingError(
                "replay works only with Spillover's tasks, and this call has no probe; run a Spillover task"
            )
        record = self.recording.get(cell)
        self.account.add(cell)
        notes: dict[str, Any] = {"origin": self.recording.origin}
        if cell.dimension is None:
            notes["recorded_model"] = self.recording.answering() or None
            return _output(self.model_name, record, notes)
        if record.kind == "text" and record.text and self.recording.kind(cell.dimension) == "distribution":
            record = replace(record, kind="distribution", distribution={record.text: 1.0})  # a word among them
        if record.kind == "score" and self.recording.kind(cell.dimension) == "score":
            record = replace(record, text="")
            notes["recorded_score"] = record.score
            return _output(self.model_name, record, notes, keep=("recorded_score",))
        return _output(self.model_name, record, notes)


def _output(model: str, record: Record, notes: dict[str, Any], keep: tuple[str, ...] = ()) -> ModelOutput:
    """A reply as a provider gives it; of the notes, those that say nothing are left out but for what is kept."""
    text, logprobs = record.text, None
    if record.distribution:
        shares = record.distribution
        text = max(shares, key=lambda token: shares[token])
        top = [TopLogprob(token=t, logprob=math.log(p) if p > 0 else -9999.0) for t, p in shares.items()]
        logprobs = Logprobs(content=[Logprob(token=text, logprob=0.0, top_logprobs=top)])
    message = ChatMessageAssistant(content=text, model=model, source="generate")
    choice = ChatCompletionChoice(message=message, stop_reason="stop", logprobs=logprobs)
    metadata = {name: value for name, value in notes.items() if value is not None or name in keep}
    return ModelOutput(model=model, choices=[choice], usage=ModelUsage(), metadata=metadata or None)
