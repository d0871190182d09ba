"""A rubric: what the judge is told. A versioned file; its hash travels with every verdict."""

import hashlib
import re
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from spillover.errors import DeclarationError

FOLDER = Path(__file__).resolve().parent / "rubrics"
_PLACEHOLDER = re.compile(r"\{(conversation|question|answer|boundary)\}")


@dataclass(frozen=True)
class Rubric:
    """What a judge is told about one dimension.

    Attributes:
        id: Name.
        version: Whole number, raised with every change.
        dimension: `alignment`, `coherence` or `category`.
        menu: Words the judge may say instead of (or as) a score.
        prompt: Text with `{answer}` and `{conversation}` or `{question}`, and `{boundary}` around untrusted text.
    """

    id: str
    version: int
    dimension: str
    menu: tuple[str, ...]
    prompt: str

    @cached_property
    def sha256(self) -> str:
        """Hash of the prompt and the menu."""
        return hashlib.sha256("\x00".join([self.prompt, *self.menu]).encode()).hexdigest()

    @property
    def label(self) -> str:
        """Id, version and hash in one word, as recorded with a verdict."""
        return f"{self.id}@{self.version}:{self.sha256}"

    def as_dict(self) -> dict[str, Any]:
        """The rubric as plain data, as the log keeps it."""
        return {**asdict(self), "menu": list(self.menu)}


def rubric_names() -> list[str]:
    """Names of the shipped rubrics."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_rubric(name: str) -> Rubric:
    """Load a shipped rubric by name.

    Raises:
        DeclarationError: Where there is no such rubric or it lacks a field.
    """
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise DeclarationError(f"{path.name}: no such rubric; shipped: {', '.join(rubric_names())}")
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        menu = tuple(str(word) for word in fields["menu"])
        return Rubric(fields["id"], fields["version"], fields["dimension"], menu, fields["prompt"])
    except (KeyError, TypeError) as error:
        raise DeclarationError(f"{path.name}: rubric lacks {error}") from error


def render(rubric: Rubric, *, conversation: str, question: str, answer: str) -> str:
    """The judge prompt for one answer.

    Substitution is one pass, so braces in an answer stay what they are. The boundary is a hash of the untrusted
    text: it cannot occur inside it, and the same answer gives the same prompt.
    """
    boundary = hashlib.sha256("\x00".join([conversation, question, answer]).encode()).hexdigest()[:16]
    parts = {"conversation": conversation, "question": question, "answer": answer, "boundary": boundary}
    return _PLACEHOLDER.sub(lambda found: parts[found[1]], rubric.prompt)
