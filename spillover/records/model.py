"""A record: one model's result as one JSON file, read back strictly because strangers send them."""

import json
import re
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spillover.common import LogError, digest, hash_of, in_file, read_once, shaped, strict_json, write_bytes

from .shape import FIRST, SECOND, RecordShape

SCHEMA = SECOND
"""Schema of the records that are made now."""
LARGEST_RECORD = 2**24
"""Most bytes of a record."""
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Record:
    """One model's result.

    Attributes:
        data: Plain data as `record.schema.json` describes them; they are what is hashed and written.
        checked: The same, typed, where it was checked when it was read.
    """

    data: dict[str, Any]
    checked: RecordShape | None = field(default=None, compare=False, repr=False)

    @property
    def typed(self) -> RecordShape:
        """The record's fields, typed.

        Raises:
            LogError: Where the data are not those of a record.
        """
        if self.checked is None:
            object.__setattr__(self, "checked", _typed(self.data, "record"))
        return self.checked  # type: ignore[return-value]

    @property
    def model(self) -> str:
        """Name of the model under test."""
        return str(self.data["model"]["name"])

    @property
    def methods(self) -> int:
        """Version of the methods behind its intervals."""
        return self.typed.methods or 1

    @property
    def place(self) -> Path:
        """Where it belongs in a folder of records: `MODEL/RUN.json`, whatever the model is called."""
        run = hash_of("".join(log.sha256 for log in self.typed.logs))[:8]
        return Path(safe_name(self.model)) / f"{safe_name(self.typed.created[:10])}_{run}.json"

    def having(self, **parts: Any) -> "Record":
        """The same with other parts, hashed again.

        Args:
            **parts: Fields of the record by name.
        """
        data = {name: one for name, one in self.data.items() if name != "content_sha256"} | parts
        return Record({**data, "content_sha256": digest(data)})

    def text(self) -> str:
        """As JSON, the same for the same logs: keys sorted, no NaN."""
        return json.dumps(self.data, indent=2, sort_keys=True, allow_nan=False) + "\n"

    def write(self, folder: Path) -> Path:
        """Write it to its place in a folder; nothing half-written is left.

        Raises:
            LogError: Where the folder cannot be made.
        """
        target = folder / self.place
        try:
            write_bytes(target, self.text().encode())
        except OSError as error:
            raise LogError(f"{target}: cannot be written ({error.strerror}); give another folder with --out") from error
        return target


def safe_name(name: str) -> str:
    """A file name for any text: plain characters, not hidden, not long; what was changed is told apart by a hash."""
    plain = _UNSAFE.sub("_", name).strip("._-")[:80]
    return plain if plain and plain == name else f"{plain or 'model'}-{hash_of(name)[:8]}"


def read_record(file: str | Path) -> Record:
    """Read a record and check it against its schema, once for as long as the file stays as it is.

    Raises:
        LogError: Where it cannot be read, has a key twice, a number that is none, or says what no record says.
    """
    found = _read(Path(file))
    return Record(deepcopy(found.data), found.checked)


@read_once
def _read(file: Path) -> Record:
    try:
        if file.stat().st_size > LARGEST_RECORD:
            raise LogError(
                f"{file}: larger than {LARGEST_RECORD // 2**20} MB, so it is no record; give a file that spillover "
                "record wrote"
            )
        text = file.read_text(encoding="utf-8")
        data = strict_json(text)
    except (OSError, ValueError) as error:
        raise LogError(
            f"{file}: not a record ({' '.join(str(error).split())[:200]}); give a file that spillover record wrote"
        ) from error
    found = _typed(data, str(file))
    if (found.kind == FIRST) == (found.methods is not None):
        raise LogError(f"{file}: $.methods: {SCHEMA} needs this field, {FIRST} must not have it; make it again")
    return Record(data, found)


def _typed(data: Any, where: str) -> RecordShape:
    return shaped(RecordShape, data, in_file(where, "make it again with spillover record"))
