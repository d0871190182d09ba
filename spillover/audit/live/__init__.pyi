from .chunks import Asked, ask
from .controls import Control, drift_control, judged_controls, live_control, recognised, written_controls, written_items
from .ended import done_once, require_as_it_ended
from .halving import Pair, Search, check_budget, p_worse, search_triggers
from .request import Request
from .sensitivity import NOT_RECOGNISED, RECORDED, SATURATED, held_back, in_live_audit, in_logs, reasons_again
from .took import ALPHA, MOST_OF_FILE, NOT_SHOWN, Took, answers_asked, compare, is_played, prompts, took_controls
from .took_ask import heard
from .took_draws import Files, base_named, with_draws
from .trigger_search import search, search_again
from .version import require_this_rule

__all__ = [
    "ALPHA",
    "MOST_OF_FILE",
    "NOT_RECOGNISED",
    "NOT_SHOWN",
    "RECORDED",
    "SATURATED",
    "Asked",
    "Control",
    "Files",
    "Pair",
    "Request",
    "Search",
    "Took",
    "answers_asked",
    "ask",
    "base_named",
    "check_budget",
    "compare",
    "done_once",
    "drift_control",
    "heard",
    "held_back",
    "in_live_audit",
    "in_logs",
    "is_played",
    "judged_controls",
    "live_control",
    "p_worse",
    "prompts",
    "reasons_again",
    "recognised",
    "require_as_it_ended",
    "require_this_rule",
    "search",
    "search_again",
    "search_triggers",
    "took_controls",
    "with_draws",
    "written_controls",
    "written_items",
]
