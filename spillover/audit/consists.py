"""What a live audit consists of: its logs by model, hashes, counts, and what was spent."""

from typing import Any

import pandas as pd

from spillover.audit.live import Asked, Request
from spillover.plan import Prices, spent
from spillover.run import LOGS, chunk_logs, commit, own_logs


def files_of(request: Request, asked: Asked) -> dict[str, dict[str, str]]:
    """By model: every log of its draws, file name to path."""
    found: dict[str, dict[str, str]] = {}
    for chunk in asked.chunks:
        for model, file in chunk_logs(request.out / LOGS / chunk).items():
            if model in asked.rows:
                found.setdefault(model, {})[file.name] = str(file)
    return found


def made_of(request: Request, asked: Asked) -> dict[str, Any]:
    """What the run consists of: hashes of its logs and counts of its answers."""
    logs = {fact.log: fact.sha256 for own in asked.logs.values() for fact in own}
    counts = {model: rows["outcome"].value_counts().to_dict() for model, rows in asked.rows.items()}
    found: dict[str, Any] = {"logs": logs, "outcomes": counts, "reused": asked.reused, "commit": commit()}
    if request.prices is not None:
        used = spent(own_logs(request.out), request.prices, request.options.batch)
        found |= {"usd": used.usd, "unpriced": list(used.unpriced), "tokens": used.tokens}
        found["verdicts"] = _verdicts(request, asked, request.prices) if asked.rows else {}
    return found


def _verdicts(request: Request, asked: Asked, prices: Prices) -> dict[str, dict[str, Any]]:
    """What a verdict of each judge cost; a judge that is an arm as well cannot be told from it and is left out."""
    files = [file for chunk in asked.chunks for file in sorted((request.out / LOGS / chunk).glob("*.eval"))]
    used = spent(files, prices, request.options.batch)
    rows = pd.concat(asked.rows.values())
    n = int(((rows["judge"] != "check") & rows["judge"].notna() & (rows["outcome"] != "unjudged")).sum())
    arms = {model.name for model in (request.base, *request.tuned)}
    found = {}
    for judge in request.judges:
        if n and judge.name in used.tokens and judge.name not in arms:
            sent, received = used.tokens[judge.name]
            usd = used.each[judge.name]
            found[judge.name] = {
                "verdicts": n,
                "usd_each": usd / n if usd is not None else None,
                "tokens_each": [sent / n, received / n],
            }
    return found
