"""A declaration: one probe domain as a YAML that a researcher can read aloud."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from spillover.errors import DeclarationError

FOLDER = Path(__file__).resolve().parents[1] / "tasks"


@dataclass(frozen=True)
class JudgeProtocol:
    """How answers are judged: a protocol, never a model.

    Attributes:
        form: `distribution`, `sampled` or `graded`.
        rubrics: Names of shipped rubrics, one per dimension.
        default: Judge model where no `grader` role is given.
        samples: Replies per dimension in the sampled form.
        retries: Further tries of a failed judge call.
    """

    form: str
    rubrics: list[str]
    default: str | None = None
    samples: int = 5
    retries: int = 2


@dataclass(frozen=True)
class Declaration:
    """One declared domain; the fields are those of its YAML."""

    id: str
    title: str
    version: str
    theme: str
    misaligned: str
    judge: str
    judges: dict[str, JudgeProtocol]
    conditions: dict[str, dict[str, Any]]
    metrics: list[str]
    thresholds: dict[str, float] = field(default_factory=dict)
    decoding: dict[str, Any] = field(default_factory=dict)
    epochs: int = 1
    probes: Any = None


def load(name: str) -> Declaration:
    """Load the declaration of a shipped task.

    Raises:
        DeclarationError: Where there is none, or it says something it cannot mean.
    """
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise DeclarationError(f"{path.name}: no such declaration")
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        judges = {key: JudgeProtocol(**value) for key, value in fields.pop("judges").items()}
        return Declaration(judges=judges, **fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise DeclarationError(f"{path.name}: {error}") from error


def choose(what: str, name: str, known: dict[str, Any]) -> Any:
    """The entry of that name.

    Raises:
        DeclarationError: Where there is none; names the nearest.
    """
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise DeclarationError(f"unknown {what} {name!r}; {hint}")
