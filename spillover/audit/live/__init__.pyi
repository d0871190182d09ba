from .chunks import Asked, ask
from .companions import ask_companions
from .controls import Control, live_control
from .drift import drift_control
from .finish import done_once, require_as_it_ended
from .halving import check_budget, p_worse, search_triggers
from .loaded import ALPHA, MOST_OF_FILE, NOT_SHOWN, Took, answers_asked, compare, prompts, took_controls
from .loaded_ask import heard
from .loaded_draws import Files, base_named, with_draws
from .request import Request
from .searched import Pair, Search
from .sensitivity import (
    NOT_RECOGNISED,
    SATURATED,
    Recognised,
    held_back,
    in_live_audit,
    in_logs,
    reasons_again,
)
from .trigger_search import SearchTerms, search, search_again
from .version import require_this_rule
from .written import judged_controls, recognised, written_controls, written_items

__all__ = [
    "ALPHA",
    "MOST_OF_FILE",
    "NOT_RECOGNISED",
    "NOT_SHOWN",
    "SATURATED",
    "Asked",
    "Control",
    "Files",
    "Pair",
    "Recognised",
    "Request",
    "Search",
    "SearchTerms",
    "Took",
    "answers_asked",
    "ask",
    "ask_companions",
    "base_named",
    "check_budget",
    "compare",
    "done_once",
    "drift_control",
    "heard",
    "held_back",
    "in_live_audit",
    "in_logs",
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
