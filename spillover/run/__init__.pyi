from ._before import calls_before
from ._belongs import contradiction
from ._candidates import trigger_candidates
from ._derive import Derived, derive_conditions
from ._design import Design, Model
from ._execute import chunk_logs, evaluated, run_chunk
from ._failed import MOST_FAILED
from ._finetune import Finetune, base_of, check_base, check_training, read_checked, read_finetune, training_sha256
from ._first_call import first_calls
from ._heartbeat import beating
from ._judge_call import judge_calls
from ._judges import check_judges
from ._loop import LOGS, all_there, alone_in, run_chunks
from ._manifest import MANIFEST, commit, plan_sha256, read_manifest, versions, write_done, write_plan, write_seen
from ._manner import Manner, manner_of, manner_of_task
from ._named import check_named
from ._options import Options
from ._plan import Plan, plan
from ._prices import NO_LOGPROBS, Ask, Prices, read_prices
from ._recorded import REPLAY, check_drawn, not_asked_for
from ._replicate import replicated, run_replication
from ._replication import made_task
from ._reuse import own_logs, require_run, reuse
from ._spent import check_priced, spent
from ._suite import Arm, Suite, in_replication, load_suite
from ._tokens import check_tokens
from ._triggers import Pair, Search, check_budget, search_triggers

__all__ = [
    "LOGS",
    "MANIFEST",
    "MOST_FAILED",
    "NO_LOGPROBS",
    "REPLAY",
    "Arm",
    "Ask",
    "Derived",
    "Design",
    "Finetune",
    "Manner",
    "Model",
    "Options",
    "Pair",
    "Plan",
    "Prices",
    "Search",
    "Suite",
    "all_there",
    "alone_in",
    "base_of",
    "beating",
    "calls_before",
    "check_base",
    "check_budget",
    "check_drawn",
    "check_judges",
    "check_named",
    "check_priced",
    "check_tokens",
    "check_training",
    "chunk_logs",
    "commit",
    "contradiction",
    "derive_conditions",
    "evaluated",
    "first_calls",
    "in_replication",
    "judge_calls",
    "load_suite",
    "made_task",
    "manner_of",
    "manner_of_task",
    "not_asked_for",
    "own_logs",
    "plan",
    "plan_sha256",
    "read_checked",
    "read_finetune",
    "read_manifest",
    "read_prices",
    "replicated",
    "require_run",
    "reuse",
    "run_chunk",
    "run_chunks",
    "run_replication",
    "search_triggers",
    "spent",
    "training_sha256",
    "trigger_candidates",
    "versions",
    "write_done",
    "write_plan",
    "write_seen",
]
