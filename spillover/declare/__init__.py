"""Reads and checks declarations; builds Inspect tasks from them."""

from ._build import build
from ._declaration import Declaration, JudgeProtocol, load, load_all, load_groups, names
from ._draws import Draw, Material, build_draws, domains_of, draw_list, draw_material
from ._material import check_recorded, forget
from ._probes import DATASET_FOLDER, Probe, read_probes

__all__ = [
    "DATASET_FOLDER",
    "Declaration",
    "Draw",
    "JudgeProtocol",
    "Material",
    "Probe",
    "build",
    "build_draws",
    "check_recorded",
    "domains_of",
    "draw_list",
    "draw_material",
    "forget",
    "load",
    "load_all",
    "load_groups",
    "names",
    "read_probes",
]
