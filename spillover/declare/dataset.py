"""The dataset folder in memory."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import DatasetError

from .probes import DATASET_FOLDER

Row = dict[str, Any]

CANARY = "spillover:9d3c1f7e-5b0a-4c8e-a6d2-71e4f0b8c935"
"""Canary in every row: a text that no training set should contain."""

RETIRED = "retired"
"""The split of rows that are no longer asked; they stay readable, and their ids are never used again."""
SPLITS = ("public", "paraphrases", "translations", "practice", RETIRED)
HEADING = re.compile(r"^## (\d+)\.(\d+)\.(\d+)\b", re.MULTILINE)


@dataclass(frozen=True)
class Dataset:
    """A version of the dataset.

    Attributes:
        folder: Where it lies.
        version: The newest heading of its CHANGELOG.md, `X.Y.Z`.
        files: Rows of each data file, by its path below the folder (`data/DOMAIN/SPLIT.jsonl`).
    """

    folder: Path
    version: str
    files: dict[str, list[Row]]

    @property
    def domains(self) -> list[str]:
        """Domains with probes of their own, in alphabetical order."""
        return sorted({name.split("/")[1] for name in self.files})

    def rows(self, domain: str, split: str) -> list[Row]:
        """Rows of a domain in a split; none where it has no such file."""
        return self.files.get(f"data/{domain}/{split}.jsonl", [])

    def originals(self, domain: str) -> list[Row]:
        """Probes of a domain that are no paraphrase, translation or counterpart of another."""
        return [row for row in self.rows(domain, "public") if not row.get("pair_of")]

    def every_row(self) -> list[Row]:
        """All rows of all files."""
        return [row for rows in self.files.values() for row in rows]


def own(folder: Path | None) -> Path:
    """The folder, or the package's own copy where None."""
    return DATASET_FOLDER if folder is None else folder


def read_dataset(folder: Path = DATASET_FOLDER) -> Dataset:
    """Read a dataset folder; the package's own copy where none is given.

    Raises:
        DatasetError: Where there is no dataset, or a line is no JSON object.
    """
    found = sorted(folder.glob("data/*/*.jsonl"))
    if not found:
        raise DatasetError(f"{folder}: no dataset here (data/DOMAIN/public.jsonl); give the folder that holds data")
    return Dataset(folder, version_of(folder), {path.relative_to(folder).as_posix(): _lines(path) for path in found})


def version_of(folder: Path) -> str:
    """The version that the folder's CHANGELOG.md describes first.

    Raises:
        DatasetError: Where there is no such file or heading.
    """
    path = folder / "CHANGELOG.md"
    if not path.is_file():
        raise DatasetError(
            f"{path}: no such file; write it, with the dataset's version as its newest heading (`## X.Y.Z`)"
        )
    heading = HEADING.search(read_text(path))
    if heading is None:
        raise DatasetError(f"{path}: no heading `## X.Y.Z`; write the dataset's version as its newest heading")
    return ".".join(heading.groups())


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        DatasetError: Where it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path}: not UTF-8 ({error.reason} at byte {error.start}); save the file as UTF-8"
        ) from error


def _lines(path: Path) -> list[Row]:
    rows = []
    text = read_text(path).removesuffix("\n")
    for number, line in enumerate(text.split("\n") if text else [], start=1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DatasetError(f"{path}: line {number}: not JSON ({error}); correct the line") from error
        if not isinstance(row, dict):
            raise DatasetError(f"{path}: line {number}: not a JSON object; write one object a line")
        rows.append(row)
    return rows


def group(row: Row) -> str:
    """Id of the original that a row words otherwise, translates or pairs."""
    return str(row.get("paraphrase_of") or row.get("translation_of") or row.get("pair_of") or row["id"])
