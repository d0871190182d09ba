"""The `replay` model provider, and the readers of answers and verdicts made elsewhere."""

from ._recording import Columns, Record, Recording, read_recording

__all__ = ["Columns", "Record", "Recording", "read_recording"]
