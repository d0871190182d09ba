"""Rows of CSV files whose texts may be long."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

LONGEST = 2**27
"""Characters that one field of a CSV file may have: a text, a list of messages, recorded verdicts."""


def csv_rows(lines: Iterable[str], **options: Any) -> Iterator[dict[str | Any, Any]]:
    """The rows of a CSV file; Python's own limit of a field is raised while a row is read, and only then.

    Args:
        lines: The lines of the file, the header first.
        options: Further options of `csv.DictReader`.

    Raises:
        csv.Error: If the file is no CSV file.
    """
    rows = csv.DictReader(lines, **options)
    while True:
        before = csv.field_size_limit(LONGEST)
        try:
            row = next(rows, None)
        finally:
            csv.field_size_limit(before)
        if row is None:
            return
        yield row
