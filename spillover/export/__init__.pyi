from ._attestation import LARGEST, canonical, gate_statement, read_report, scores_statement, sign, signing_is_possible
from ._eee import aggregate
from ._eee_names import Publisher, place
from ._eval_results import eval_results, eval_results_yaml
from ._instances import instances, write_instances
from ._publishable import publishable_logs, publishable_site, view_bundle
from ._read import sound_record, strict_json, write_file

__all__ = [
    "LARGEST",
    "Publisher",
    "aggregate",
    "canonical",
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
    "strict_json",
    "view_bundle",
    "write_file",
    "write_instances",
]
