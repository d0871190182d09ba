"""Probes from a JSONL, CSV, Parquet or YAML file."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from spillover.errors import DeclarationError, RecordingError
from spillover.providers._rows import rows

from ._files import given_file

TEXT = ("text", "question", "prompt")
ID = ("id", "probe", "qid", "question_id")

DATA = Path(__file__).resolve().parents[1] / "dataset" / "data"


@dataclass(frozen=True, slots=True)
class Probe:
    """One question put to a model.

    Attributes:
        id: Never changes once published.
        text: The question.
        cluster: Id that paraphrases and formats of one question share; the unit of resampling.
        system: The probe's own system prompt, or None.
    """

    id: str
    text: str
    cluster: str
    system: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The probe as plain data."""
        return asdict(self)


def read_probes(path: str | Path) -> list[Probe]:
    """Read probes; columns `id` (or qid, question_id) and `text` (or question, prompt), optional `cluster`, `system`.

    Raises:
        DeclarationError: Where the file, a column or a value is missing, or an id occurs twice.
    """
    path = given_file(path)
    try:
        table = _yaml(path) if path.suffix in (".yaml", ".yml") else list(rows(path))
    except (RecordingError, yaml.YAMLError, UnicodeDecodeError) as error:
        why = " ".join(str(error).split()).removeprefix(f"{path}: ").replace("-M path=FILE", "-T probes=FILE")
        raise DeclarationError(f"{path}: cannot read probes ({why})") from error
    probes = [_probe(path, number, row) for number, row in enumerate(table, start=1)]
    if not probes:
        raise DeclarationError(f"{path}: no probes")
    seen: set[str] = set()
    for probe in probes:
        if probe.id in seen:
            raise DeclarationError(f"{path}: probe id {probe.id!r} occurs twice; give each probe an id of its own")
        seen.add(probe.id)
    return probes


def declared_probes(domain: str, probes: dict[str, Any]) -> list[Probe]:
    """The probes that a declaration names: a file below `dataset/data/`, or ids of other domains.

    Raises:
        DeclarationError: Where it names none, or an id that no file has.
    """
    if "path" in probes:
        return read_probes(DATA / probes["path"])
    if "ids" not in probes:
        raise DeclarationError(f"{domain}: no probes declared; give -T probes=FILE")
    homes = {probe_id.rpartition("-")[0] for probe_id in probes["ids"]}
    found = {probe.id: probe for home in sorted(homes) for probe in read_probes(DATA / home / "public.jsonl")}
    for probe_id in probes["ids"]:
        if probe_id not in found:
            raise DeclarationError(f"{domain}.yaml: probes.ids: no probe {probe_id!r} in dataset/data")
    return [found[probe_id] for probe_id in probes["ids"]]


def _yaml(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise DeclarationError(f"{path}: no such file; give -T probes=FILE")
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise DeclarationError(f"{path}: expected a list of probes, each with id and text")
    return found


def _probe(path: Path, number: int, row: dict[str, Any]) -> Probe:
    found = {name: next((row[c] for c in names if row.get(c)), None) for name, names in (("id", ID), ("text", TEXT))}
    for name, value in found.items():
        if value is None or not str(value).strip():
            raise DeclarationError(f"{path}: row {number}: no {name}; columns found: {', '.join(map(str, row))}")
    system = row.get("system")
    return Probe(str(found["id"]), str(found["text"]), str(row.get("cluster") or found["id"]), system or None)
