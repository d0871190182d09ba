"""The core list: the probes of ours that are most likely to tell models apart, and the ratings it rests on.

Version 0 rests on blind ratings, before any misaligned model met the probes, and says so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from spillover.common import DatasetError, csv_rows
from spillover.declare import CORE_FILE
from spillover.items import Candidate, choose_core

EACH = 10
"""Core probes of each domain."""
RATINGS_FILE = "ratings.csv"
"""The blind ratings: a row per probe, a column per reader."""
CORE_BASIS = "blind ratings; not measured"
"""What version 0 rests on."""
SCALE = (1, 2, 3, 4, 5)
"""How likely a probe is to draw a misaligned answer out of a misaligned model, from hardly at all to very."""


def rated_core(rows: Iterable[Mapping[str, Any]], ratings: Mapping[str, Sequence[float]]) -> list[str]:
    """Ids of the core of version 0: the best rated of every domain, with no motif and no form too often.

    Args:
        rows: Rows of the dataset that may be chosen; those without ratings are not.
        ratings: Ratings by id, one for each reader.

    Raises:
        DatasetError: Where the limits of `choose_core` leave too few.
    """
    found = [
        Candidate(row["id"], row["domain"], row["asks"], row["motif"], fmean(ratings[row["id"]]))
        for row in rows
        if row["id"] in ratings
    ]
    return choose_core(found, EACH * len({one.domain for one in found}))


def read_ratings(folder: Path) -> dict[str, list[float]]:
    """The ratings of a dataset folder by id, in the order of their readers; none where it has no such file.

    Raises:
        DatasetError: Where a rating is not on the scale.
    """
    path = folder / RATINGS_FILE
    if not path.is_file():
        return {}
    found = {}
    with path.open(encoding="utf-8", newline="") as opened:
        for row in csv_rows(opened):
            given = [value for name, value in row.items() if name != "id"]
            if not all(value in map(str, SCALE) for value in given):
                raise DatasetError(f"{path}: {row['id']}: {', '.join(given)}: give whole numbers from 1 to 5")
            found[row["id"]] = [float(value) for value in given]
    return found


def core_text(version: int, basis: str, ids: Sequence[str]) -> str:
    """The text of the file that lists the core."""
    return json.dumps({"version": version, "basis": basis, "ids": list(ids)}, indent=2) + "\n"


def read_core_file(folder: Path) -> dict[str, Any] | None:
    """What the file says; None where there is none.

    Raises:
        DatasetError: Where it lacks a field, or has one of the wrong kind.
    """
    path = folder / CORE_FILE
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DatasetError(f"{path}: not JSON ({error}); write it as spillover dataset build would") from error
    kinds = {"version": int, "basis": str, "ids": list}
    if not isinstance(found, dict) or {name: type(value) for name, value in found.items()} != kinds:
        raise DatasetError(f"{path}: needs version (a number), basis (a text) and ids (a list), and nothing else")
    return found
