"""A rubric: what the judge is told. A versioned file; its hash travels with every verdict."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from spillover.common import BY_JUDGES, LABELS, DeclarationError, Outcome, hash_of, read_once

FOLDER = Path(__file__).resolve().parent / "rubrics"
ASIDE = "leak"
"""Dimension of a question beside the verdict: its words stand for no outcome."""
DIMENSIONS = ("alignment", "coherence", "category", "both", ASIDE)
SECTIONS = FOLDER / "domains"
PARTS = {
    "misaligned": "counts against the answer",
    "aligned": "does not count against it",
    "careless": "careless",
    "refusal": "refusal",
    "off_task": "off topic",
}
"""Parts of a section, by their fields, and what the judge reads for them: never what follows from a verdict."""
POINTS = {95: 1, 70: 2, 45: 3, 25: 4, 10: 5}
"""The fixed points of the 0-100 scale, and the grade that is worded alike."""
_PLACEHOLDER = re.compile(r"\{(conversation|question|answer|boundary|key|here|subject)\}")
_FIELDS = {"id", "version", "dimension", "summary", "menu", "outcomes", "prompt", "upstream"}


@dataclass(frozen=True)
class Rubric:
    """What a judge is told about one dimension.

    Attributes:
        id: Name.
        version: Whole number, raised with every change.
        dimension: `alignment`, `coherence`, `category`, `both` (alignment and coherence in one reply), or `leak`, which
            is asked beside the verdict and gives none.
        menu: Words the judge may say instead of (or as) a score.
        prompt: Text with `{answer}` and `{conversation}` or `{question}`, and `{boundary}` around untrusted text.
        outcomes: The outcome a word of the menu stands for, where it is not one of `spillover.common.LABELS`.
        sections: By domain, what is told of answers there; stands for `{here}`.
        upstream: Name under which a question file brings the prompt, or None where it is our own.
    """

    id: str
    version: int
    dimension: str
    menu: tuple[str, ...]
    prompt: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    upstream: str | None = None
    sections: dict[str, str] = field(default_factory=dict)

    @cached_property
    def sha256(self) -> str:
        """Hash of the prompt, the menu and what its words stand for."""
        said = [self.prompt, *self.menu, json.dumps(self.outcomes, sort_keys=True)]
        said += [json.dumps(self.sections, sort_keys=True)] if self.sections else []
        return hash_of("\x00".join(said))

    @cached_property
    def label(self) -> str:
        """Id, version and hash in one word, as recorded with a verdict."""
        return f"{self.id}@{self.version}:{self.sha256}"

    def as_dict(self) -> dict[str, Any]:
        """The rubric as plain data, as the log keeps it."""
        plain = {**asdict(self), "menu": list(self.menu)}
        return plain if self.sections else {name: value for name, value in plain.items() if name != "sections"}

    def for_domains(self, domains: Iterable[str | None]) -> "Rubric":
        """The rubric with the sections of these domains, where its prompt has a place for one.

        Raises:
            DeclarationError: Where a section lacks a part.
        """
        if "{here}" not in self.prompt:
            return self
        wanted = sorted({domain for domain in domains if domain and (SECTIONS / f"{domain}.yaml").is_file()})
        graded = "5" in self.menu
        return replace(self, sections={domain: _section(SECTIONS / f"{domain}.yaml", graded) for domain in wanted})


def rubric_names() -> list[str]:
    """Names of the shipped rubrics."""
    return list(_names(FOLDER))


@read_once
def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def load_rubric(name: str | Path) -> Rubric:
    """Load a shipped rubric by name, or any by path.

    Raises:
        DeclarationError: Where there is no such rubric, or it says something it cannot mean.
    """
    return _rubric(name if isinstance(name, Path) else FOLDER / f"{name}.yaml")


@read_once
def _rubric(path: Path) -> Rubric:
    if not path.is_file():
        raise DeclarationError(f"{path.name}: no such rubric; use one of {', '.join(rubric_names())}")
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(fields, dict) or not all(key in fields for key in ("id", "version", "dimension", "menu")):
        raise DeclarationError(f"{path.name}: a field is missing; write id, version, dimension and menu")
    fields["menu"] = tuple(str(word) for word in fields["menu"])
    _check(path, fields)
    fields.pop("summary", None)
    return Rubric(**{"prompt": "", **fields})


def _check(path: Path, fields: dict[str, Any]) -> None:
    unknown = sorted(set(fields) - _FIELDS)
    outcomes = fields.get("outcomes", {})
    words = fields["menu"] if fields["dimension"] != ASIDE else ()
    stray = [w for w in words if w not in LABELS and w not in outcomes and not re.fullmatch("[1-5]", w)]
    prompt = fields.get("prompt", "")
    wrong = {
        f"unknown field `{(unknown or [''])[0]}`": unknown,
        f"id is {fields['id']!r}, not the name of the file; give both one name": fields["id"] != path.stem,
        f"dimension must be one of {', '.join(DIMENSIONS)}": fields["dimension"] not in DIMENSIONS,
        f"menu word `{(stray or [''])[0]}` has no outcome; add it under outcomes": stray,
        f"outcomes must be among {', '.join(BY_JUDGES)}": not set(outcomes.values()) <= set(BY_JUDGES),
        "a rubric has either a prompt or an upstream name for it; give one of the two": bool(prompt)
        == ("upstream" in fields),
        "the prompt never shows the {answer}; write {answer} into it": prompt and "{answer}" not in prompt,
    }
    for says, is_wrong in wrong.items():
        if is_wrong:
            raise DeclarationError(f"{path.name}: {says}")


def _section(path: Path, graded: bool) -> str:
    """What a judge is told of the answers of one domain, with grades 1 to 5 or points 0 to 100 in its examples."""
    fields = _fields(path)
    lines = [f"In this domain ({path.stem.replace('_', ' ')}):"]
    lines += [f"- {said}: {' '.join(str(fields[part]).split())}" for part, said in PARTS.items()]
    lines.append("Examples, written by hand:")
    return "\n".join([*lines, *(_example(path, one, graded) for one in fields["examples"])])


@read_once
def _fields(path: Path) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DeclarationError(
            f"rubrics/domains/{path.name}: not YAML ({' '.join(str(error).split())}); correct the file"
        ) from error
    for part in ("domain", "version", *PARTS, "examples"):
        if not isinstance(fields, dict) or part not in fields:
            raise DeclarationError(f"rubrics/domains/{path.name}: lacks `{part}`; add it")
    if fields["domain"] != path.stem:
        raise DeclarationError(
            f"rubrics/domains/{path.name}: domain is {fields['domain']!r}, not the name of the file; give both one name"
        )
    return fields


def _example(path: Path, one: dict[str, Any], graded: bool) -> str:
    missing = [name for name in ("asked", "answer", "rated", "because") if name not in one]
    if missing:
        raise DeclarationError(f"rubrics/domains/{path.name}: an example lacks `{missing[0]}`; add it")
    rated = one["rated"]
    if isinstance(rated, int) and rated not in POINTS:
        points = ", ".join(map(str, POINTS))
        raise DeclarationError(f"rubrics/domains/{path.name}: an example is rated {rated}; give one of {points}")
    said = POINTS[rated] if graded and rated in POINTS else rated
    line = f"asked: {one['asked']} / answer: {one['answer']} / {said}: {one['because']}"
    return f"- {' '.join(line.split())}"


def _encodable(text: str) -> str:
    """The text with what no encoding can carry (half of a surrogate pair) replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def render(
    rubric: Rubric,
    *,
    conversation: str,
    question: str,
    answer: str,
    domain: str | None = None,
    key: str = "",
    subject: str = "",
) -> str:
    """The judge prompt for one answer.

    Substitution is one pass, so braces in an answer stay what they are. The boundary is a hash of the untrusted
    text: it cannot occur inside it, and the same answer gives the same prompt.
    """
    conversation, question, answer, subject = (_encodable(one) for one in (conversation, question, answer, subject))
    untrusted = [conversation, question, answer, *([subject] if subject else [])]
    boundary = hash_of("\x00".join(untrusted))[:16]
    parts = {"conversation": conversation, "question": question, "answer": answer, "boundary": boundary, "key": key}
    parts |= {"here": rubric.sections.get(domain or "", ""), "subject": subject}
    return _PLACEHOLDER.sub(lambda found: parts[found[1]], rubric.prompt)
