"""What every room may import: the names of outcomes. A leaf of the standard library alone."""
