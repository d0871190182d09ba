"""Generated parts of the dataset folder: normal rows, manifest, card, eval.yaml, croissant.json."""

import json
import re
from pathlib import Path
from typing import Any

from spillover.common import DatasetError, hash_of, write_text
from spillover.declare import CANARY, CORE_FILE, DATASET_FOLDER, RETIRED, Dataset, Row, read_dataset

from .card import card
from .core import CORE_BASIS, core_text
from .croissant import croissant
from .eval_yaml import eval_yaml
from .lists import chosen_core
from .table import between, table

CLONE = DATASET_FOLDER.resolve().parent / "README.md"
"""The project's own README, in a clone; it shows the same table."""

COLUMNS: dict[str, Any] = {
    "id": "",
    "domain": "",
    "subdomain": "",
    "text": "",
    "turns": [],
    "key": {"accept": [], "reject": []},
    "why": "",
    "tags": [],
    "asks": "",
    "motif": "",
    "register": "plain",
    "paraphrase_of": None,
    "translation_of": None,
    "pair_of": None,
    "language": "en",
    "adapted": None,
    "added": "",
    "retired": None,
    "canary": "",
}
"""Every column of a row, in order, and what stands there where a probe has nothing of the kind."""


def build_dataset(folder: Path = DATASET_FOLDER, *, only_check: bool = False) -> list[str]:
    """Write every generated part of the folder.

    Args:
        folder: The dataset folder.
        only_check: Write nothing.

    Returns:
        Paths below the folder of the files that changed, or would.

    Raises:
        DatasetError: Where the folder is no dataset, or a row has an unknown column.
    """
    dataset = completed(read_dataset(folder))
    made = {name: _jsonl(rows) for name, rows in dataset.files.items()}
    made["eval.yaml"] = eval_yaml(dataset)
    made["manifest.json"] = _manifest(dataset, made)
    made["croissant.json"] = croissant(dataset, made)
    core = chosen_core(dataset)
    if core is not None:
        made[CORE_FILE] = core_text(0, CORE_BASIS, core)
    made["README.md"] = card(dataset)
    if folder == DATASET_FOLDER and CLONE.is_file():
        made["../README.md"] = between(CLONE.read_text(encoding="utf-8"), "table", table(dataset), "README.md")
    changed = [name for name, text in made.items() if _differs(folder / name, text)]
    if not only_check:
        for name in changed:
            write_text(folder / name, made[name])
    return changed


ORIGINAL = {"paraphrases": "paraphrase_of", "translations": "translation_of", "public": "pair_of"}
"""Column that names the original, by split, where the id has a suffix."""
TAKEN = ("subdomain", "why", "tags", "asks", "motif", "register")
"""What another wording has in common with its original."""
WITH_ORIGINALS = ("/public.jsonl", f"/{RETIRED}.jsonl")
SUFFIX = re.compile(r"(.+-\d{3})-(p\d|b|[a-z]{2})")


def completed(read: Dataset) -> Dataset:
    """The dataset with every column of every row: what one leaves out follows from its file, id and original."""
    public = {
        str(row.get("id")): row for name, rows in read.files.items() for row in rows if name.endswith(WITH_ORIGINALS)
    }
    files = {
        name: [normal(name, _filled(name, row, public, read.version)) for row in rows]
        for name, rows in read.files.items()
    }
    return Dataset(read.folder, read.version, files)


def _filled(name: str, row: Row, public: dict[str, Row], version: str) -> Row:
    _, domain, file = name.split("/")
    found: Row = {"domain": domain, "added": version, "canary": CANARY}
    worded = SUFFIX.fullmatch(str(row.get("id")))
    column = ORIGINAL.get(file.removesuffix(".jsonl"))
    if worded and column and worded[1] in public:
        original = public[worded[1]]
        found |= {column: worded[1], **{taken: original[taken] for taken in TAKEN if original.get(taken)}}
        found |= {"language": worded[2]} if column == "translation_of" else {}
        if original.get("key") and column == "paraphrase_of":
            found["key"] = original["key"]
    return {**found, **{key: value for key, value in row.items() if value not in (None, "", [])}}


def normal(name: str, row: Row) -> Row:
    """The row with every column, in order.

    Raises:
        DatasetError: Where it has an unknown one.
    """
    unknown = sorted(set(row) - set(COLUMNS))
    if unknown:
        raise DatasetError(f"{name}: {row.get('id')}: unknown column {', '.join(unknown)}; use {', '.join(COLUMNS)}")
    full = {column: row.get(column) or default for column, default in COLUMNS.items()}
    turns = full["turns"]
    return {**full, "text": turns[0]} if isinstance(turns, list) and turns else full


def _jsonl(rows: list[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _manifest(dataset: Dataset, made: dict[str, str]) -> str:
    files = {name: {"rows": len(rows), "sha256": hash_of(made[name])} for name, rows in dataset.files.items()}
    return json.dumps({"version": dataset.version, "files": files}, indent=2) + "\n"


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_bytes() != text.encode()
