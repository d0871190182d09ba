"""Probes from a JSONL, CSV, Parquet or YAML file."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spillover.common import DeclarationError, RecordingError, kind_of, read_once
from spillover.providers import id_text, rows

from .arguments import file_value
from .texts import read_texts
from .yaml import ODD

TEXT = ("text", "question", "prompt")
ID = ("id", "probe", "qid", "question_id")
UNSEEN = ("tags", "asks", "motif")
"""What neither model nor judge sees of a probe."""
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
        asks: What the probe asks for, one word (`view`, `advice`, ...); empty where its file does not say.
        motif: The situation at its heart; empty where its file does not say.
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
    asks: str = ""
    motif: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What model and judge see of the probe, as plain data, without what it does not have."""
        found = {name: value for name, value in asdict(self).items() if name not in UNSEEN}
        return {name: value for name, value in found.items() if value or name in ("id", "text", "cluster")}


def read_probes(path: str | Path) -> list[Probe]:
    """Read probes; columns `id` (or qid, question_id) and `text` (or question, prompt), optional `cluster`, `system`.

    Raises:
        DeclarationError: Where the file, a column or a value is missing, or an id occurs twice.
    """
    return list(_probes(file_value("probes", path)))


@read_once
def _probes(path: Path) -> tuple[Probe, ...]:
    try:
        table = _yaml(path) if path.suffix.lower() in (".yaml", ".yml") else list(rows(path))
    except (RecordingError, *ODD) as error:
        why = " ".join(str(error).split()).removeprefix(f"{path}: ").replace("-M path=FILE", "-T probes=FILE")
        raise DeclarationError(f"{path}: cannot read probes ({why}); correct the file") from error
    probes = [_probe(path, number, row) for number, row in enumerate(table, start=1)]
    if not probes:
        raise DeclarationError(f"{path}: the file holds no probes; give one with probes")
    seen: set[str] = set()
    for probe in probes:
        if probe.id in seen:
            raise DeclarationError(f"{path}: probe id {probe.id!r} occurs twice; give each probe an id of its own")
        seen.add(probe.id)
    return tuple(probes)


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
            raise DeclarationError(
                f"{domain}.yaml: probes.ids: no probe {probe_id!r} in dataset/data; "
                "correct the id, or add the probe to a public.jsonl there"
            )
    return [found[probe_id] for probe_id in probes["ids"]]


def _yaml(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise DeclarationError(f"{path}: no such file; give -T probes=FILE")
    found = read_texts(path)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise DeclarationError(f"{path}: expected a list of probes, each with id and text; write the file so")
    return found


def _probe(path: Path, number: int, row: dict[str, Any]) -> Probe:
    where = f"{path}: row {number}"
    turns = _turns(path, number, row.get("turns"))
    row = {**row, "text": turns[0]} if turns else row
    probe_id, text = _id(where, row, ID), _text(where, row, TEXT)
    if text is None and isinstance(row.get("paraphrases"), list):
        raise DeclarationError(
            f"{where}: is a question as the original study writes them (paraphrases). Where it has the judge_prompts "
            f"aligned and coherent, ask it with: inspect eval spillover/betley2025 -T questions={path}. Else write "
            "each paraphrase as a probe: id, text, and the same cluster for all"
        )
    for name, value in (("id", probe_id), ("text", text)):
        if value is None or not value.strip():
            raise DeclarationError(f"{where}: no {name}; add this column, or rename one of {', '.join(map(str, row))}")
    assert probe_id is not None and text is not None
    return Probe(
        probe_id,
        text,
        _id(where, row, CLUSTER) or probe_id,
        _text(where, row, ("system",)),
        _text(where, row, ("domain",)),
        tuple(turns[1:]),
        _key(path, number, row.get("key")),
        _id(where, row, ("pair_of",)),
        _tags(where, row.get("tags")),
        _text(where, row, ("asks",)) or "",
        _text(where, row, ("motif",)) or "",
    )


def _id(where: str, row: dict[str, Any], names: Sequence[str]) -> str | None:
    """The first of these columns that is not empty, as text; 0 is an id."""
    try:
        found = (id_text(where, name, row[name]) for name in names if name in row)
        return next((one for one in found if one), None)
    except RecordingError as error:
        raise DeclarationError(str(error)) from error


def _text(where: str, row: dict[str, Any], names: Sequence[str]) -> str | None:
    """The first of these columns that is not empty; a text and nothing else."""
    for name in names:
        value = row.get(name)
        if isinstance(value, float) and math.isnan(value):
            raise DeclarationError(f"{where}: {name} is NaN, not a text; write the text, or leave it empty")
        if value is not None and not isinstance(value, str):
            said = f" ({value})" if isinstance(value, bool | int | float) else ""
            raise DeclarationError(f"{where}: {name} must be text, found {kind_of(value)}{said}; put it in quotes")
        if value:
            return value
    return None


def _tags(where: str, given: Any) -> tuple[str, ...]:
    if given is None or given == "" or (isinstance(given, float) and math.isnan(given)):
        return ()
    found = given.replace(",", " ").split() if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(tag, str) for tag in found):
        raise DeclarationError(f"{where}: tags are {kind_of(given)}; write a list of words, or the words in one text")
    return tuple(found)


def _turns(path: Path, number: int, turns: Any) -> list[str]:
    if not turns:
        return []
    if not isinstance(turns, list) or not all(isinstance(turn, str) and turn.strip() for turn in turns):
        raise DeclarationError(
            f"{path}: row {number}: turns are wrong; write a list of what the user says, none of it empty"
        )
    return turns


def _key(path: Path, number: int, key: Any) -> dict[str, list[str]] | None:
    if not key or (isinstance(key, dict) and not any(key.values())):
        return None
    lists = [key.get(side) for side in ("accept", "reject")] if isinstance(key, dict) else [None]
    if not all(isinstance(words, list) and words and all(isinstance(w, str) for w in words) for words in lists):
        raise DeclarationError(f"{path}: row {number}: key is wrong; write two lists of words, accept and reject")
    return {side: list(key[side]) for side in ("accept", "reject")}
