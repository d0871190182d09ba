"""The board as files: CSV, JSON, Parquet, and how to cite it."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from .table import COLUMNS

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that a spreadsheet would take for a formula."""
_ESCAPED = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}
_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def json_text(plain: Any) -> str:
    """JSON that may stand in a script element as it is: no `<`, `>`, `&` or line separator in it."""
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_ESCAPED)


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line per row; a text that a spreadsheet would take for a formula has a ' before it."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows([_said(row[name]) for name in COLUMNS] for row in rows)
    return out.getvalue()


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).lstrip(" ")  # wide signs and spaces before one start a formula too
        return f"'{value}" if plain.startswith(FORMULA) else value
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def parquet_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows as Parquet, with the columns of the CSV."""
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {"text": pa.string(), "number": pa.float64(), "whole": pa.int64()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    floats = {name for name, kind in COLUMNS.items() if kind == "number"}
    table = [{k: float(v) if k in floats and v is not None else v for k, v in row.items()} for row in rows]
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(table, schema=schema), out, compression="zstd")
    return out.getvalue()


def bibtex(title: str, versions: Sequence[str], newest: str, sha256: str) -> str:
    """How to cite a board: by the versions it shows, its newest result, and the hash of its JSON file."""
    year = newest[:4] if re.fullmatch(r"\d{4}", newest[:4]) else "n.d."
    said = ", ".join(versions) or "none"
    return (
        f"@misc{{spillover-leaderboard-{sha256[:8]},\n"
        f"  title = {{{{{_tex(title)}}}}},\n"
        "  author = {{The Spillover authors}},\n"
        f"  year = {{{year}}},\n"
        f"  note = {{Suite version {_tex(said)}; newest result of {_tex(newest)}; leaderboard.json sha256 {sha256}}}\n"
        "}\n"
    )


def _tex(text: str) -> str:
    return "".join(_TEX.get(one, f"\\{one}" if one in "{}$%#_&" else one) for one in text)
