"""Reads and checks declarations; builds Inspect tasks from them."""

from ._build import build
from ._declaration import Declaration, JudgeProtocol, load, load_all, load_groups, names
from ._material import check_recorded, forget
from ._probes import DATASET_FOLDER, Probe, read_probes

__all__ = [
    "DATASET_FOLDER",
    "Declaration",
    "JudgeProtocol",
    "Probe",
    "build",
    "check_recorded",
    "forget",
    "load",
    "load_all",
    "load_groups",
    "names",
    "read_probes",
]
