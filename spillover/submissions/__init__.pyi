from .checked import Checked, How
from .checks import check, check_each, write_statuses
from .contents import HeldOut
from .hostile import LOGS
from .names import hidden, oddities
from .package import Declared, prepare, read_overlap, read_submission
from .reproduction import Pairs, Reproduced, reproduce
from .shape import Status, Submission
from .siblings import Siblings
from .status import read_status, retract
from .unpack import parts_of
from .whole import sources_of

__all__ = [
    "LOGS",
    "Checked",
    "Declared",
    "HeldOut",
    "How",
    "Pairs",
    "Reproduced",
    "Siblings",
    "Status",
    "Submission",
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
