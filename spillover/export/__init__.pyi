from .attestation import LARGEST, gate_statement, read_report, scores_statement, sign, signing_is_possible
from .eee import aggregate
from .eee_names import Publisher, place
from .hub_results import eval_results, eval_results_yaml
from .instance_rows import instances, write_instances
from .publishable import publishable_logs, publishable_site, view_bundle
from .read import sound_record, write_file

__all__ = [
    "LARGEST",
    "Publisher",
    "aggregate",
    "eval_results",
    "eval_results_yaml",
    "gate_statement",
    "instances",
    "place",
    "publishable_logs",
    "publishable_site",
    "read_report",
    "scores_statement",
    "sign",
    "signing_is_possible",
    "sound_record",
    "view_bundle",
    "write_file",
    "write_instances",
]
