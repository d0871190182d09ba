"""The dataset that searches for probes look in."""

from ..overlap.conftest import demo as demo
