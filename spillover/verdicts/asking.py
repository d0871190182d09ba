"""How a log's model was asked; see `spillover.logs.header`, which reads it."""

from spillover.logs import CARRIAGE, LIMITS, OURS, apart, as_text, decoding_of, shown, solver_of, steps_of

__all__ = ["CARRIAGE", "LIMITS", "OURS", "apart", "as_text", "decoding_of", "shown", "solver_of", "steps_of"]
