"""Verdicts: what a judge said of one answer. Importing this loads the standard library only."""
