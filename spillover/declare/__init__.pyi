from ._arguments import words
from ._build import build
from ._check import choose, problem_line, suggest
from ._declaration import Declaration, JudgeProtocol, load, load_all, load_groups, names
from ._draws import OWN_PROBES, Draw, Material, build_draws, domains_of, draw_list, draw_material
from ._material import check_recorded, forget
from ._probes import DATA, DATASET_FOLDER, Probe, read_probes
from ._splits import asked_probes
from ._yaml import ODD, Source, overlay, read_source, read_yaml

__all__ = [
    "DATA",
    "DATASET_FOLDER",
    "ODD",
    "OWN_PROBES",
    "Declaration",
    "Draw",
    "JudgeProtocol",
    "Material",
    "Probe",
    "Source",
    "asked_probes",
    "build",
    "build_draws",
    "check_recorded",
    "choose",
    "domains_of",
    "draw_list",
    "draw_material",
    "forget",
    "load",
    "load_all",
    "load_groups",
    "names",
    "overlay",
    "problem_line",
    "read_probes",
    "read_source",
    "read_yaml",
    "suggest",
    "words",
]
