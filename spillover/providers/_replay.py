"""`--model replay/NAME -M path=FILE`: plays recorded answers or verdicts back, the same under any concurrency."""

import math
from functools import lru_cache
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

from spillover.cell import current_cell
from spillover.errors import RecordingError

from ._recording import Columns, Record, Recording, read_recording


@lru_cache(maxsize=16)
def _read(path: str, columns: Columns, stamp: tuple[int, int]) -> Recording:
    """The recording, read once as long as the file stays as it is; `stamp` tells when it was changed."""
    return read_recording(path, columns)


def _recording(path: str, columns: Columns) -> Recording:
    file = Path(path)
    stamp = (file.stat().st_mtime_ns, file.stat().st_size) if file.is_file() else (0, 0)
    return _read(path, columns, stamp)


class ReplayAPI(ModelAPI):
    """Plays back what was recorded elsewhere; calls nobody and invents nothing."""

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
            raise RecordingError(f"replay/{model_name}: no recording named; give -M path=FILE")
        if missing not in ("error", "skip"):
            raise RecordingError(f"replay/{model_name}: missing must be 'error' or 'skip', found {missing!r}")
        unknown = sorted(set(columns) - set(Columns.__slots__))
        if unknown:
            raise RecordingError(f"replay/{model_name}: unknown -M {unknown[0]}; use {', '.join(Columns.__slots__)}")
        self.missing = missing
        self.recording: Recording = _recording(path, Columns(**columns))

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
            raise RecordingError("replay plays back Spillover's own tasks only; this call names no probe")
        return _output(self.model_name, self.recording.get(cell), self.recording.origin)


def _output(model: str, record: Record, origin: str | None) -> ModelOutput:
    text, logprobs = record.text, None
    if record.kind == "distribution" and record.distribution:
        text = max(record.distribution, key=lambda token: record.distribution[token])
        top = [TopLogprob(token=t, logprob=math.log(p) if p > 0 else -9999.0) for t, p in record.distribution.items()]
        logprobs = Logprobs(content=[Logprob(token=text, logprob=0.0, top_logprobs=top)])
    message = ChatMessageAssistant(content=text, model=model, source="generate")
    choice = ChatCompletionChoice(message=message, stop_reason="stop", logprobs=logprobs)
    metadata: dict[str, Any] = {"recorded_score": record.score} if record.kind == "score" else {}
    if origin:
        metadata["origin"] = origin
    return ModelOutput(model=model, choices=[choice], usage=ModelUsage(), metadata=metadata or None)
