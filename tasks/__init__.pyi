from ._draws import draws

__all__ = [
    "draws",
]
