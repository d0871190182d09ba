"""`python -m spillover.cli`."""

from . import main

main()
