"""A declaration: one probe domain as a YAML that a researcher can read aloud."""

from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spillover.common import DeclarationError, default_judges, read_once, suggest

from .check import check
from .yaml import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "tasks"


@dataclass(frozen=True, slots=True)
class JudgeProtocol:
    """How answers are judged: a protocol, never a model.

    Attributes:
        form: `distribution`, `sampled` or `graded`.
        rubrics: Names of shipped rubrics, one per dimension.
        default: Judge model where no `grader` role is given; the first of `spillover.common.judges` where None.
        samples: Replies per dimension in the sampled form.
        retries: Further tries of a failed judge call.
    """

    form: str
    rubrics: list[str]
    default: str | None = None
    samples: int = 5
    retries: int = 2

    @property
    def judge(self) -> str:
        """Judge model where no `grader` role is given."""
        return self.default or default_judges()[0]

    def protocol(self) -> dict[str, Any]:
        """The protocol as plain data, without the model: who judged stands with every verdict."""
        return {name: value for name, value in asdict(self).items() if name != "default"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declared domain; the fields are those of its YAML (`schema.json` describes them)."""

    id: str
    title: str
    version: str
    theme: str
    misaligned: str
    solver: str
    judge: str
    judges: dict[str, JudgeProtocol]
    conditions: dict[str, dict[str, Any]]
    metrics: list[str]
    thresholds: dict[str, float]
    decoding: dict[str, Any]
    epochs: int
    tag: list[str] = field(default_factory=list)
    probes: dict[str, Any] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)


def load(name: str | Path) -> Declaration:
    """Load a declaration, by the name of a shipped one or by path.

    Raises:
        DeclarationError: Where there is none, or it says something it cannot mean.
    """
    return deepcopy(_checked(name if isinstance(name, Path) else FOLDER / f"{name}.yaml"))


@read_once
def _checked(path: Path) -> Declaration:
    source = read_yaml(path)
    check(source)
    judges = {key: JudgeProtocol(**value) for key, value in source.data["judges"].items()}
    return Declaration(**{**source.data, "judges": judges})


def names() -> list[str]:
    """Ids of the shipped declarations; a file that begins with `_` is a base or a list, not a domain."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.name.startswith("_"))


def load_all(folder: Path = FOLDER) -> dict[str, Declaration]:
    """Load every declaration of a folder.

    Raises:
        DeclarationError: Where one is wrong, or there is none.
    """
    files = sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("_"))
    if not files:
        raise DeclarationError(f"{folder}: no declarations (*.yaml) here; give a folder that has some")
    return {path.stem: load(path) for path in files}


def load_groups(folder: Path = FOLDER) -> dict[str, list[str]]:
    """The groups: aggregates over declared domains, from `_groups.yaml`.

    Raises:
        DeclarationError: Where a group has no members, a member twice, or one that is not declared.
    """
    source = read_yaml(folder / "_groups.yaml")
    known = {path.stem for path in folder.glob("*.yaml") if not path.name.startswith("_")}
    for group, members in source.data.items():
        at = source.at((group,))
        if not isinstance(members, list) or not members:
            raise DeclarationError(f"{at}: group `{group}` has no members; add a member or remove the group")
        for index, member in enumerate(members):
            if member not in known:
                raise DeclarationError(f"{source.at((group, index))}: group `{group}`: {_unknown(member, known)}")
            if member in members[:index]:
                raise DeclarationError(
                    f"{source.at((group, index))}: group `{group}` names `{member}` twice; remove one"
                )
    return source.data


def _unknown(member: str, known: set[str]) -> str:
    return suggest("domain", str(member), sorted(known))
