"""How a probe is put to a model: conditions, and the solver that applies one."""

from ._ask import ask, shown_to_model
from ._condition import Condition

__all__ = ["Condition", "ask", "shown_to_model"]
