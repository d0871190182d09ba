"""The dataset that searches for probes look in."""

from ..probes.conftest import demo as demo
