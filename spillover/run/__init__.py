"""Plan and execution: what is asked of which models, in chunks that survive a kill; the manifest."""

from ._design import Design, Model
from ._execute import chunk_logs, run_chunk
from ._loop import LOGS, alone_in, run_chunks
from ._manifest import plan_sha256, read_manifest, versions, write_done, write_plan
from ._options import Options
from ._replicate import run_replication
from ._reuse import reuse

__all__ = [
    "LOGS",
    "Design",
    "Model",
    "Options",
    "alone_in",
    "chunk_logs",
    "plan_sha256",
    "read_manifest",
    "reuse",
    "run_chunk",
    "run_chunks",
    "run_replication",
    "versions",
    "write_done",
    "write_plan",
]
