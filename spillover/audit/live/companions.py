"""Companion scales of a live audit: a fixed number of answers of each model, whatever is decided."""

from pathlib import Path

import pandas as pd

from spillover.logs import read
from spillover.run import chunk_logs, run_chunk

from .request import Request

FOLDER = "companions"
"""Folder of their logs, below that of the audit."""


def ask_companions(request: Request) -> dict[str, pd.DataFrame]:
    """Ask every model the questions of the companion scales; what lies in the folder is read, not asked again.

    Args:
        request: What the audit is to do.

    Returns:
        Rows by model; none where the audit asks no such questions.

    Raises:
        RunError: See `spillover.run.run_chunk`.
        OutageError: Likewise.
    """
    if request.companions is None:
        return {}
    models, design = [request.base, *request.tuned], request.companions
    parts = (models, request.judges, request.out / FOLDER, request.options)
    return companion_rows([run_chunk(design, span, *parts) for span in design.chunks()])


def companion_rows(folders: list[Path]) -> dict[str, pd.DataFrame]:
    """Rows by model of finished chunks."""
    logs = [chunk_logs(folder) for folder in folders]
    models = dict.fromkeys(model for own in logs for model in own)
    return {model: read([str(own[model]) for own in logs if model in own]) for model in models}
