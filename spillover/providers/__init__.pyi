from ._account import not_asked
from ._answers import answer_text
from ._columns import Columns
from ._own import Answers, recording_of, require_own_verdicts
from ._recording import Recording, describe, read_recording
from ._replay import ReplayAPI
from ._rows import id_text, one_file, rows
from ._verdicts import EMPTY

__all__ = [
    "EMPTY",
    "Answers",
    "Columns",
    "Recording",
    "ReplayAPI",
    "answer_text",
    "describe",
    "id_text",
    "not_asked",
    "one_file",
    "read_recording",
    "recording_of",
    "require_own_verdicts",
    "rows",
]
