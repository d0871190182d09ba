from ._ask import ask, ask_each, cell_of, messages, shown_to_model
from ._condition import Condition

__all__ = [
    "Condition",
    "ask",
    "ask_each",
    "cell_of",
    "messages",
    "shown_to_model",
]
