from .halving import Pair, Search, check_budget, p_worse, search_triggers

__all__ = [
    "Pair",
    "Search",
    "check_budget",
    "p_worse",
    "search_triggers",
]
