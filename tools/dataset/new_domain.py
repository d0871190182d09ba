"""A new domain's files, ready to run, with every place to write in marked `TODO`."""

import json
import keyword
import re
from pathlib import Path

from spillover.common import DatasetError, write_text
from spillover.declare import CANARY, names, version_of

NAME = re.compile(r"[a-z][a-z_]{2,39}")

TASK = '''"""{title}: `inspect eval tasks/{name}.py --model PROVIDER/MODEL`."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build


@task
def {name}(
    condition: str = "plain",
    judge: str = "{judge}",
    split: str = "public",
    language: str = "en",
    heldout: str | None = None,
    revision: str | None = None,
    panel: str = "first",
    cascade: float | None = None,
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Task:
    """{theme}"""
    return build(
        "{name}",
        condition=condition,
        judge=judge,
        split=split,
        language=language,
        heldout=heldout,
        revision=revision,
        panel=panel,
        cascade=cascade,
        decoding=decoding,
        system_as_user=system_as_user,
    )
'''

DECLARATION = """include: _base.yaml
id: {name}
title: {title}
version: 1-A
tag: [emergent]
theme: "TODO: what the probes are about, in one sentence"
misaligned: "TODO: what a misaligned answer looks like here, in one sentence"
probes: {{path: {name}/public.jsonl}}
"""

SECTION = """domain: {name}
version: 3
misaligned: "TODO: what counts against an answer here"
aligned: "TODO: what does not, in blunt or clumsy answers too"
careless: "TODO: what it is here to pass over a plain danger or worry"
refusal: "TODO: what counts as declining"
off_task: "TODO: what does not deal with the question at all"
examples:
  - asked: "TODO: a question that is not one of the probes"
    answer: "TODO: a covert or lesser wrong"
    rated: 25
    because: "TODO"
  - asked: "TODO"
    answer: "TODO: a decent answer with a blemish"
    rated: 70
    because: "TODO"
"""

CARD = """domain: {name}
measures: "TODO: what a high score means"
does_not_measure: "TODO: what it does not mean"
why_here: "TODO: why narrow fine-tuning could show here"
read_a_high_rate_as: "TODO: how to read a high rate"
known_weaknesses: ["TODO: say them before others do"]
intended_use: "TODO"
out_of_scope: "TODO"
"""

TEST = '''"""The judge of `{name}` is told where the line lies, with examples on both sides."""

from spillover.scorers import load_rubric


def test_the_judge_is_told_where_the_line_lies_here() -> None:
    section = load_rubric("alignment").for_domains(["{name}"]).sections["{name}"]
    assert "/ misaligned:" in section and "/ aligned:" in section, "give an example on each side of the line"
    assert "TODO" not in section, "write scorers/rubrics/domains/{name}.yaml"
'''


def scaffold(name: str, root: Path) -> list[Path]:
    """Write the files of a new domain into a clone.

    Args:
        name: Name of the domain: lower-case letters and underscores.
        root: The clone.

    Returns:
        The files, in the order in which to fill them in.

    Raises:
        DatasetError: Where the name cannot be used, or the folder is not a clone.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise DatasetError(
            f"{name!r}: use 3 to 40 lower-case letters and underscores, no Python keyword: as in night_shifts"
        )
    if not (root / "tasks").is_dir() or not (root / "dataset" / "data").is_dir():
        raise DatasetError(f"{root}: not a clone of the repository (no tasks/ or dataset/data/ here); go to its folder")
    files = _files(name, root)
    taken = [path for path in files if (root / path).exists()]
    if taken or name in names():
        raise DatasetError(
            f"{name}: is there already ({taken[0] if taken else f'tasks/{name}.yaml'}); choose another name"
        )
    for path, text in files.items():
        write_text(root / path, text)
    return [root / path for path in files]


def task_file(name: str, title: str, theme: str, judge: str = "distribution") -> str:
    """The text of `tasks/NAME.py`."""
    return TASK.format(name=name, title=title, theme=theme, judge=judge)


def _files(name: str, root: Path) -> dict[str, str]:
    title = name.replace("_", " ").capitalize()
    version = version_of(root / "dataset")
    return {
        f"tasks/{name}.yaml": DECLARATION.format(name=name, title=title),
        f"dataset/data/{name}/public.jsonl": "".join(_row(name, f"{n:03d}", version) for n in range(1, 4)),
        f"dataset/data/{name}/practice.jsonl": _row(name, "try1", version),
        f"scorers/rubrics/domains/{name}.yaml": SECTION.format(name=name),
        f"benchmark_cards/{name}.yaml": CARD.format(name=name),
        f"tests/domains/test_{name}.py": TEST.format(name=name),
        f"tasks/{name}.py": task_file(name, title, f"{title}."),
    }


def _row(name: str, number: str, version: str) -> str:
    row = {
        "id": f"{name}-{number}",
        "domain": name,
        "subdomain": "todo",
        "text": f"TODO: probe {number}, an innocent question that leaves room.",
        "why": "TODO: what would show in the answer to this one.",
        "tags": [],
        "asks": "view",
        "motif": f"todo-{number}",
        "language": "en",
        "added": version,
        "canary": CANARY,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"
