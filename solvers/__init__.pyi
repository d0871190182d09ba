from .condition import Condition
from .solver import ask, ask_each, cell_of, messages, shown_to_model

__all__ = [
    "Condition",
    "ask",
    "ask_each",
    "cell_of",
    "messages",
    "shown_to_model",
]
