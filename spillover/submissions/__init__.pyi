from ._check import Checked, How, check, check_each, write_statuses
from ._contents import HeldOut
from ._hostile import LOGS
from ._names import hidden, oddities
from ._prepare import Declared, prepare, read_overlap, read_submission
from ._reproduce import Pairs, Reproduced, reproduce
from ._siblings import Siblings
from ._status import read_status, retract
from ._unpack import parts_of
from ._whole import sources_of

__all__ = [
    "LOGS",
    "Checked",
    "Declared",
    "HeldOut",
    "How",
    "Pairs",
    "Reproduced",
    "Siblings",
    "check",
    "check_each",
    "hidden",
    "oddities",
    "parts_of",
    "prepare",
    "read_overlap",
    "read_status",
    "read_submission",
    "reproduce",
    "retract",
    "sources_of",
    "write_statuses",
]
