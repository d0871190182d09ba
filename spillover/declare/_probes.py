"""Probes from a JSONL, CSV, Parquet or YAML file."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from spillover.errors import DeclarationError, RecordingError
from spillover.providers._rows import rows

from ._files import given_file
from ._yaml import ODD

TEXT = ("text", "question", "prompt")
ID = ("id", "probe", "qid", "question_id")
CLUSTER = ("cluster", "paraphrase_of", "translation_of", "pair_of")

DATASET_FOLDER = Path(__file__).resolve().parents[1] / "dataset"
"""The package's own copy of the dataset."""

DATA = DATASET_FOLDER / "data"


@dataclass(frozen=True, slots=True)
class Probe:
    """One question put to a model.

    Attributes:
        id: Never changes once published.
        text: The question; the first turn where there are several.
        cluster: Id that paraphrases, translations, pairs and formats of one question share; the unit of resampling.
        system: The probe's own system prompt, or None.
        domain: The domain it belongs to; says which section of a rubric the judge is shown.
        turns: What the user says after each answer, in order; only the last answer is judged.
        key: Words that decide an answer before any judge: `{"accept": [...], "reject": [...]}`.
        pair: Id of the probe from which this one differs in one word, or None.
        tags: Fields of fine-tuning that the probe touches, so that it can be marked in-domain; neither model nor judge
            sees them.
    """

    id: str
    text: str
    cluster: str
    system: str | None = None
    domain: str | None = None
    turns: tuple[str, ...] = ()
    key: dict[str, list[str]] | None = None
    pair: str | None = None
    tags: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What model and judge see of the probe, as plain data, without what it does not have."""
        found = {name: value for name, value in asdict(self).items() if name != "tags"}
        return {name: value for name, value in found.items() if value or name in ("id", "text", "cluster")}


def read_probes(path: str | Path) -> list[Probe]:
    """Read probes; columns `id` (or qid, question_id) and `text` (or question, prompt), optional `cluster`, `system`.

    Raises:
        DeclarationError: Where the file, a column or a value is missing, or an id occurs twice.
    """
    path = given_file(path)
    try:
        table = _yaml(path) if path.suffix in (".yaml", ".yml") else list(rows(path))
    except (RecordingError, *ODD) as error:
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


def declared_probes(domain: str, probes: dict[str, Any], data: Path = DATA) -> list[Probe]:
    """The probes that a declaration names: a file below `data`, or ids of other domains.

    Raises:
        DeclarationError: Where it names none, or an id that no file has.
    """
    if "path" in probes:
        return read_probes(data / probes["path"])
    if "ids" not in probes:
        raise DeclarationError(f"{domain}: no probes declared; give -T probes=FILE")
    homes = {probe_id.rpartition("-")[0] for probe_id in probes["ids"]}
    found = {probe.id: probe for home in sorted(homes) for probe in read_probes(data / home / "public.jsonl")}
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
    turns = _turns(path, number, row.get("turns"))
    row = {**row, "text": turns[0]} if turns else row
    found = {name: next((row[c] for c in names if row.get(c)), None) for name, names in (("id", ID), ("text", TEXT))}
    for name, value in found.items():
        if isinstance(value, list | dict):
            raise DeclarationError(f"{path}: row {number}: {name} must be text, found a {type(value).__name__}")
        if value is None or not str(value).strip():
            raise DeclarationError(f"{path}: row {number}: no {name}; columns found: {', '.join(map(str, row))}")
    original = next((row[c] for c in CLUSTER if row.get(c)), found["id"])
    return Probe(
        str(found["id"]),
        str(found["text"]),
        str(original),
        row.get("system") or None,
        row.get("domain") or None,
        tuple(turns[1:]),
        _key(path, number, row.get("key")),
        row.get("pair_of") or None,
        _tags(row.get("tags")),
    )


def _tags(given: Any) -> tuple[str, ...]:
    found = given.replace(",", " ").split() if isinstance(given, str) else given
    return tuple(str(tag) for tag in found) if isinstance(found, list) else ()


def _turns(path: Path, number: int, turns: Any) -> list[str]:
    if not turns:
        return []
    if not isinstance(turns, list) or not all(isinstance(turn, str) and turn.strip() for turn in turns):
        raise DeclarationError(f"{path}: row {number}: turns must be a list of what the user says, none empty")
    return turns


def _key(path: Path, number: int, key: Any) -> dict[str, list[str]] | None:
    if not key or (isinstance(key, dict) and not any(key.values())):
        return None
    lists = [key.get(side) for side in ("accept", "reject")] if isinstance(key, dict) else [None]
    if not all(isinstance(words, list) and words and all(isinstance(w, str) for w in words) for words in lists):
        raise DeclarationError(f"{path}: row {number}: key needs two lists of words, accept and reject")
    return {side: list(key[side]) for side in ("accept", "reject")}
