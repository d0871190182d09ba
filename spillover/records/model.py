"""A record: one model's result as one JSON file, read back strictly because strangers send them."""

import hashlib
import json
import math
import re
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import LogError, methods_of, read_once, write_bytes

SCHEMA = "spillover-record/2"
FIRST = "spillover-record/1"
"""Schema of records by methods 1, which name no methods; they are still read."""
LARGEST_RECORD = 2**24
"""Bytes that a record may have."""
DEEPEST = 64
"""Levels that a record may be nested; one of ours has ten or so."""
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Record:
    """One model's result.

    Attributes:
        data: Plain data as `record.schema.json` describes them.
    """

    data: dict[str, Any]

    @property
    def model(self) -> str:
        """Name of the model under test."""
        return str(self.data["model"]["name"])

    @property
    def methods(self) -> int:
        """Version of the methods behind its intervals."""
        return methods_of(self.data)

    @property
    def place(self) -> Path:
        """Where it belongs in a folder of records: `MODEL/RUN.json`, whatever the model is called."""
        logs = [log["sha256"] for log in self.data["logs"]]
        run = hashlib.sha256("".join(logs).encode()).hexdigest()[:8]
        return Path(safe_name(self.model)) / f"{safe_name(self.data['created'][:10])}_{run}.json"

    def having(self, **parts: Any) -> "Record":
        """The same with other parts, hashed anew.

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
            raise LogError(f"{target}: cannot be written ({error.strerror}); give another folder") from error
        return target


def safe_name(name: str) -> str:
    """A file name for any text: plain characters, not hidden, not long; what was changed is told apart by a hash."""
    plain = _UNSAFE.sub("_", name).strip("._-")[:80]
    return plain if plain and plain == name else f"{plain or 'model'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def digest(plain: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def finite(value: Any, file: str) -> Any:
    """Plain data with NaN as null; an infinite number is nobody's result.

    Raises:
        LogError: Where a number is infinite.
    """
    if isinstance(value, dict):
        return {str(key): finite(one, file) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one, file) for one in value]
    if isinstance(value, float) and math.isinf(value):
        raise LogError(f"{file}: a score or figure is infinite; see which with spillover verify")
    return None if isinstance(value, float) and math.isnan(value) else value


def read_record(file: str | Path) -> Record:
    """Read a record and check it against its schema, once for as long as the file stays as it is.

    Raises:
        LogError: Where it cannot be read, has a key twice, a number that is none, or says what no record says.
    """
    return Record(deepcopy(_read(Path(file)).data))


@read_once
def _read(file: Path) -> Record:
    try:
        if file.stat().st_size > LARGEST_RECORD:
            raise LogError(f"{file}: larger than {LARGEST_RECORD // 2**20} MB, no record is")
        text = file.read_text(encoding="utf-8")
        hooks = {"parse_constant": no_number, "parse_float": finite_float, "parse_int": small_int}
        data = json.loads(text, object_pairs_hook=once, **hooks)  # type: ignore[arg-type]
        if deeper_than(data, DEEPEST):
            raise ValueError(f"nested more than {DEEPEST} levels deep")
    except (OSError, ValueError, RecursionError) as error:
        raise LogError(f"{file}: not a record ({' '.join(str(error).split())[:200]})") from error
    check_schema(data, str(file))
    if (data["schema"] == FIRST) == ("methods" in data):
        raise LogError(f"{file}: $.methods: {SCHEMA} names its methods, {FIRST} does not; make it anew")
    return Record(data)


def check_schema(data: Any, where: str) -> None:
    """Compare plain data with `record.schema.json`.

    Raises:
        LogError: Where they do not fit; the first misfit is named.
    """
    from jsonschema import Draft202012Validator

    schema = json.loads(Path(__file__).with_name("record.schema.json").read_text(encoding="utf-8"))
    wrong = next(Draft202012Validator(schema).iter_errors(data), None)
    if wrong is not None:
        said = " ".join(wrong.message.split())
        raise LogError(f"{where}: {wrong.json_path}: {said[:200]}; make it anew with spillover record")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON whose every key stands once.

    Raises:
        ValueError: Where one stands twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"key {twice[:50]!r} stands twice")
    return found


def no_number(said: str) -> Any:
    """Refuse NaN and Infinity, which JSON does not have.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"{said} is not a number")


def finite_float(said: str) -> float:
    """A number of JSON.

    Raises:
        ValueError: Where it is too large for one.
    """
    value = float(said)
    if math.isinf(value):
        raise ValueError(f"{said[:20]} is too large for a number")
    return value


def small_int(said: str) -> int:
    """A whole number of at most 18 digits.

    Raises:
        ValueError: Where it has more.
    """
    if len(said) > 18:
        raise ValueError(f"{said[:20]} is too large")
    return int(said)


def deeper_than(value: Any, levels: int) -> bool:
    """Whether plain data are nested deeper than so many levels; found without recursion."""
    layer = [value]
    for _ in range(levels + 1):
        holders = [one for one in layer if isinstance(one, dict | list)]
        if not holders:
            return False
        layer = [inner for one in holders for inner in (one.values() if isinstance(one, dict) else one)]
    return True
