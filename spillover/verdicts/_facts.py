"""What a log was made of, for comparing arms: facts of its header alone."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from spillover.errors import LogError

from ._asking import as_text, decoding_of, solver_of


@dataclass(frozen=True, slots=True)
class LogFacts:
    """Facts of one log.

    Attributes:
        log: File name.
        sha256: Hash of the file.
        task: Task id.
        version: Task version.
        model: Model under test, as requested.
        condition: Condition id.
        split: Which probes were asked.
        material_sha256: Hash of all material.
        decoding: Generation settings, as JSON, without what decides how requests travel.
        solver: What asked; `ask` where it was ours alone.
        judge_protocol: Id of the judge protocol.
        dataset: Version (and revision) of the dataset, as JSON.
        created: When the run began, ISO 8601.
        packages: Versions of the packages, as JSON.
    """

    log: str
    sha256: str
    task: str
    version: str
    model: str
    condition: str
    split: str
    material_sha256: str
    decoding: str
    solver: str
    judge_protocol: str
    dataset: str
    created: str
    packages: str

    def differing(self, other: "LogFacts") -> list[tuple[str, str, str]]:
        """Name and both values of what two runs of one task should share and do not."""
        shared = ("version", "split", "material_sha256", "decoding", "solver", "judge_protocol", "dataset")
        pairs = [(name, getattr(self, name), getattr(other, name)) for name in shared]
        return [pair for pair in pairs if pair[1] != pair[2]]

    def as_dict(self) -> dict[str, str]:
        """The facts as plain data."""
        return asdict(self)


def log_facts(file: str) -> LogFacts:
    """Read the facts of a log.

    Raises:
        LogError: Where it cannot be read or is not ours.
    """
    from inspect_ai.log import read_eval_log

    try:
        log = read_eval_log(file, header_only=True)
    except Exception as error:
        raise LogError(f"{file}: not a readable Inspect log ({type(error).__name__})") from error
    header = log.eval
    metadata: dict[str, Any] = header.metadata or {}
    said = {"eval": header.model_dump(exclude_none=True), "plan": log.plan.model_dump(exclude_none=True)}
    plain = {
        "log": Path(file).name,
        "sha256": hashlib.sha256(Path(file).read_bytes()).hexdigest(),
        "task": header.task.split("/")[-1],
        "version": header.task_version,
        "model": header.model,
        "condition": metadata.get("condition", "plain"),
        "split": metadata.get("split", "public"),
        "material_sha256": metadata.get("material_sha256", ""),
        "decoding": as_text(decoding_of(said)),
        "solver": solver_of(said),
        "judge_protocol": metadata.get("judge_protocol", ""),
        "dataset": json.dumps(metadata.get("dataset", {}), sort_keys=True),
        "created": header.created,
        "packages": json.dumps(header.packages, sort_keys=True),
    }
    return LogFacts(**{field.name: str(plain[field.name]) for field in fields(LogFacts)})
