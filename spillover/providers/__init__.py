"""The `replay` model provider, and the readers of answers and verdicts made elsewhere."""

from ._columns import Columns
from ._record import Record
from ._recording import Recording, read_recording

__all__ = ["Columns", "Record", "Recording", "read_recording"]
