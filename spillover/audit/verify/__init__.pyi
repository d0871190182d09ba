from .report import verify_report

__all__ = [
    "verify_report",
]
