"""All material that a result depends on, and its hash: what changes without a new version fails the check.

`recorded.json` keeps a hash per task version. `check_recorded` compares it with what is declared now.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spillover.common import OUTCOMES, DeclarationError, plan_digest, write_json
from spillover.scorers import Rubric, load_rubric
from spillover.solvers import Condition

from .declaration import Declaration, JudgeProtocol, load, names
from .probes import Probe, declared_probes

RECORDED = Path(__file__).with_name("recorded.json")


def material(
    declared: Declaration,
    probes: Sequence[Probe],
    conditions: Mapping[str, Condition],
    judges: Mapping[str, JudgeProtocol],
    rubrics: Sequence[Rubric],
    system_as_user: bool = False,
) -> dict[str, Any]:
    """Everything that what a model is asked and how it is judged depend on, as plain data."""
    return {
        "probes": [probe.as_dict() for probe in probes],
        "solver": declared.solver,
        "conditions": {name: condition.as_dict() for name, condition in conditions.items()},
        "decoding": declared.decoding,
        "judges": {name: judge.protocol() for name, judge in judges.items()},
        "rubrics": [rubric.as_dict() for rubric in rubrics],
        "thresholds": declared.thresholds,
        "outcomes": list(OUTCOMES),
        **({"system_as_user": True} if system_as_user else {}),
        **({"checks": declared.checks} if declared.checks else {}),
    }


def declared_sha256(declared: Declaration) -> str:
    """Hash of all material of a declaration: every probe, condition, judge protocol and rubric.

    For questions of another study their pinned files stand for the probes.
    """
    own = "path" in declared.probes or "ids" in declared.probes
    probes = declared_probes(declared.id, declared.probes) if own else []
    conditions = {name: Condition(id=name, **fields) for name, fields in declared.conditions.items()}
    domains = [probe.domain for probe in probes]
    used = sorted({rubric for judge in declared.judges.values() for rubric in judge.rubrics})
    rubrics = [load_rubric(name).for_domains(domains) for name in used]
    found = material(declared, probes, conditions, declared.judges, rubrics)
    return plan_digest({**found, "declared": declared.probes})


def _no_todo(declared: Declaration) -> None:
    used = {rubric for judge in declared.judges.values() for rubric in judge.rubrics}
    own = "path" in declared.probes or "ids" in declared.probes
    probes = declared_probes(declared.id, declared.probes) if own else []
    sections = [load_rubric(name).for_domains([declared.id]).sections for name in sorted(used)]
    for what, said in (("declaration", declared), ("probes", probes), ("rubric section", sections)):
        if "TODO" in repr(said):
            raise DeclarationError(
                f"{declared.id}: a TODO is left in its {what}; write it before the version is recorded"
            )


def forget(name: str, file: Path = RECORDED) -> None:
    """Take back the record of a task's present version, for a version that nobody has run or published.

    Raises:
        DeclarationError: Where it has no record.
    """
    recorded: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    version = load(name).version
    if recorded.get(name, {}).pop(version, None) is None:
        raise DeclarationError(f"{name}.yaml: version {version} is not recorded; give a recorded version")
    write_json(file, recorded, sort_keys=True)


def check_recorded(record: bool = False, file: Path = RECORDED) -> list[str]:
    """Compare every shipped task with the hash recorded for its version.

    Args:
        record: Write hashes of versions that have none yet; a recorded hash is never overwritten.
        file: Where hashes are recorded.

    Returns:
        Ids of tasks whose version was newly recorded.

    Raises:
        DeclarationError: Where material changed under the same version, or a version is not recorded.
    """
    recorded: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    new = []
    for name in names():
        declared = load(name)
        versions, sha = recorded.setdefault(name, {}), declared_sha256(declared)
        before = versions.get(declared.version)
        if before is None and not record:
            raise DeclarationError(
                f"{name}.yaml: version {declared.version} is not recorded; run `spillover check --record`"
            )
        if before is not None and before != sha:
            raise DeclarationError(
                f"{name}.yaml: probes, conditions, judge or rubric changed but version is still {declared.version}; "
                "raise the version, then run `spillover check --record`"
            )
        if before is None:
            _no_todo(declared)
            versions[declared.version] = sha
            new.append(name)
    if new:
        write_json(file, recorded, sort_keys=True)
    return new
