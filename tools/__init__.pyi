from .loopback_hub import Loopback
from .register import Asked, entry_yaml, register_entry, source_of

__all__ = [
    "Asked",
    "Loopback",
    "entry_yaml",
    "register_entry",
    "source_of",
]
