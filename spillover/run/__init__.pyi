from .execute import chunk_logs, evaluated, run_chunk
from .failed import MOST_FAILED
from .first_call import first_calls
from .heartbeat import beating
from .judge_call import JudgeSeen, judge_calls
from .log_matches_plan import contradiction
from .loop import LOGS, all_there, alone_in, run_chunks
from .manifest import (
    DRAWN,
    GIVEN,
    MANIFEST,
    Manifest,
    commit,
    read_manifest,
    versions,
    write_done,
    write_plan,
    write_seen,
)
from .manner import Manner, manner_of, manner_of_task
from .measured_base import own_logs, require_run, reuse
from .model_names import check_named
from .recordings import check_drawn, not_asked_for
from .replicate import replicated, run_replication
from .tokens import check_tokens

__all__ = [
    "DRAWN",
    "GIVEN",
    "LOGS",
    "MANIFEST",
    "MOST_FAILED",
    "JudgeSeen",
    "Manifest",
    "Manner",
    "all_there",
    "alone_in",
    "beating",
    "check_drawn",
    "check_named",
    "check_tokens",
    "chunk_logs",
    "commit",
    "contradiction",
    "evaluated",
    "first_calls",
    "judge_calls",
    "manner_of",
    "manner_of_task",
    "not_asked_for",
    "own_logs",
    "read_manifest",
    "replicated",
    "require_run",
    "reuse",
    "run_chunk",
    "run_chunks",
    "run_replication",
    "versions",
    "write_done",
    "write_plan",
    "write_seen",
]
