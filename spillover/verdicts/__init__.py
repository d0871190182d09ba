"""Verdicts: what a judge said of one answer. Importing this loads the standard library only."""

from ._reading import MIN_MASS, Reading, integer, read_distribution, read_label, read_samples, read_score

__all__ = ["MIN_MASS", "Reading", "integer", "read_distribution", "read_label", "read_samples", "read_score"]
