from .alike import FIELDS, Difference, differences
from .answered_by import Returned, add_returned, is_judges, served_of
from .archive import LARGEST, Archive, found_logs, odd_is_told, opened
from .bounds import MOST, check_bounds
from .facts import LogFacts, log_facts
from .frame import STORED, arrow_table, frame_of
from .header import DRAWS, EACH, JUDGED, Header, plain_header
from .made import Declared, Made, declared, made_of_rows
from .recordings import left_over, shared_verdicts, unnamed_answers
from .rows import REMOVED, LogRows, log_rows
from .said import Exchange, Turn, attached, content_text, exchange_of
from .sent import not_sent
from .settings import CARRIAGE, CHANGED, LIMITS, changes_of, decoding_of, effective, shown, solver_of, steps_of
from .source import LogSource, header_of, log_source, rubric_labels
from .stands import Account, Attempt, attempt_of, in_words, refuse_twice, refuse_unfinished, standing
from .table import COLUMNS, KEY, log_files, read
from .unheard import JUDGE_ERROR, SHOWN, lost, words
from .whole_samples import SampleFacts, sample_facts

__all__ = [
    "CARRIAGE",
    "CHANGED",
    "COLUMNS",
    "DRAWS",
    "EACH",
    "FIELDS",
    "JUDGED",
    "JUDGE_ERROR",
    "KEY",
    "LARGEST",
    "LIMITS",
    "MOST",
    "REMOVED",
    "SHOWN",
    "STORED",
    "Account",
    "Archive",
    "Attempt",
    "Declared",
    "Difference",
    "Exchange",
    "Header",
    "LogFacts",
    "LogRows",
    "LogSource",
    "Made",
    "Returned",
    "SampleFacts",
    "Turn",
    "add_returned",
    "arrow_table",
    "attached",
    "attempt_of",
    "changes_of",
    "check_bounds",
    "content_text",
    "declared",
    "decoding_of",
    "differences",
    "effective",
    "exchange_of",
    "found_logs",
    "frame_of",
    "header_of",
    "in_words",
    "is_judges",
    "left_over",
    "log_facts",
    "log_files",
    "log_rows",
    "log_source",
    "lost",
    "made_of_rows",
    "not_sent",
    "odd_is_told",
    "opened",
    "plain_header",
    "read",
    "refuse_twice",
    "refuse_unfinished",
    "rubric_labels",
    "sample_facts",
    "served_of",
    "shared_verdicts",
    "shown",
    "solver_of",
    "standing",
    "steps_of",
    "unnamed_answers",
    "words",
]
