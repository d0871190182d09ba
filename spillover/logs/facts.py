"""What a log was made of, for comparing arms: facts of its header alone."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from spillover.common import file_sha256

from .settings import as_text
from .source import header_of


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

    def as_dict(self) -> dict[str, str]:
        """The facts as plain data."""
        return asdict(self)


def log_facts(file: str) -> LogFacts:
    """Read the facts of a log.

    Raises:
        LogError: Where it cannot be read or is not ours.
    """
    header = header_of(file)
    plain = {
        "log": Path(file).name,
        "sha256": file_sha256(file),
        "task": header.task,
        "version": header.version,
        "model": header.model,
        "condition": header.facts.get("condition", "plain"),
        "split": header.facts.get("split", "public"),
        "material_sha256": header.material,
        "decoding": as_text(header.decoding),
        "solver": header.solver,
        "judge_protocol": header.facts.get("judge_protocol", ""),
        "dataset": json.dumps(header.facts.get("dataset") or {}, sort_keys=True),
        "created": header.created,
        "packages": json.dumps(header.spec.get("packages") or {}, sort_keys=True),
    }
    return LogFacts(**{field.name: str(plain[field.name]) for field in fields(LogFacts)})
