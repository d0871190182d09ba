from .anchor import DOWNLOAD, VARIABLE, anchor_folder
from .arguments import words
from .check import choose, problem_line, shaped_source
from .dataset import CANARY, RETIRED, SPLITS, Dataset, Row, group, own, read_dataset, read_text, version_of
from .declaration import Declaration, JudgeProtocol, load, load_all, load_groups, names
from .decoding_shape import DecodingFields
from .draw_options import DrawsOptions, MaterialOptions
from .drawn import Deck, Draw, draw_list
from .drawn_from import OWN_PROBES, Material, domains_of, draw_material
from .draws import DRAWS_ARGUMENTS, build_draws
from .files import folder_of_command
from .material import check_recorded, forget
from .probes import DATA, DATASET_FOLDER, Probe, read_probes
from .splits import asked_probes
from .strata import ANCHOR, BROAD, CORE, CORE_FILE, STRATA, deck_of, exact_shares, without_anchor
from .task import build
from .task_options import TASK_ARGUMENTS
from .yaml import ODD, Source, overlay, read_source, read_yaml

__all__ = [
    "ANCHOR",
    "BROAD",
    "CANARY",
    "CORE",
    "CORE_FILE",
    "DATA",
    "DATASET_FOLDER",
    "DOWNLOAD",
    "DRAWS_ARGUMENTS",
    "ODD",
    "OWN_PROBES",
    "RETIRED",
    "SPLITS",
    "STRATA",
    "TASK_ARGUMENTS",
    "VARIABLE",
    "Dataset",
    "Deck",
    "Declaration",
    "DecodingFields",
    "Draw",
    "DrawsOptions",
    "JudgeProtocol",
    "Material",
    "MaterialOptions",
    "Probe",
    "Row",
    "Source",
    "anchor_folder",
    "asked_probes",
    "build",
    "build_draws",
    "check_recorded",
    "choose",
    "deck_of",
    "domains_of",
    "draw_list",
    "draw_material",
    "exact_shares",
    "folder_of_command",
    "forget",
    "group",
    "load",
    "load_all",
    "load_groups",
    "names",
    "overlay",
    "own",
    "problem_line",
    "read_dataset",
    "read_probes",
    "read_source",
    "read_text",
    "read_yaml",
    "shaped_source",
    "version_of",
    "without_anchor",
    "words",
]
