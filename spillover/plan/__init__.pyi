from .anchored import anchored_design, anchored_suite, without_anchor_said
from .assumptions import TRIES
from .before import Before, calls_before, is_live
from .design import Design, Model
from .make import plan_suite
from .options import Options
from .planned import Plan
from .prices import NO_LOGPROBS, Ask, Price, Prices, read_prices
from .replication import made_task
from .retired_judges import check_judges
from .spending import check_priced, spent
from .suite import Arm, Replication, Suite, in_replication
from .suite_file import FOLDER, SCHEMA, load_suite, suite_names
from .suite_shape import SuiteFile

__all__ = [
    "FOLDER",
    "NO_LOGPROBS",
    "SCHEMA",
    "TRIES",
    "Arm",
    "Ask",
    "Before",
    "Design",
    "Model",
    "Options",
    "Plan",
    "Price",
    "Prices",
    "Replication",
    "Suite",
    "SuiteFile",
    "anchored_design",
    "anchored_suite",
    "calls_before",
    "check_judges",
    "check_priced",
    "in_replication",
    "is_live",
    "load_suite",
    "made_task",
    "plan_suite",
    "read_prices",
    "spent",
    "suite_names",
    "without_anchor_said",
]
