from .declared_base import DeclaredBase, base_of, check_base
from .record import check_training, read_checked, read_finetune, training_sha256, yaml_errors
from .shape import Finetune
from .training_file import TrainingFile

__all__ = [
    "DeclaredBase",
    "Finetune",
    "TrainingFile",
    "base_of",
    "check_base",
    "check_training",
    "read_checked",
    "read_finetune",
    "training_sha256",
    "yaml_errors",
]
