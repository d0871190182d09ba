from .account import not_asked
from .answers import answer_text
from .columns import Columns
from .own import Answers, recording_of, require_own_verdicts
from .recorded_rows import id_text, one_file, rows
from .recording import Recording, describe
from .recording_file import read_recording
from .replay import ReplayAPI
from .verdicts import EMPTY

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
