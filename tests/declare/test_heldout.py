"""Held-out files are checked before anything is asked; languages are never mixed."""

import json
from pathlib import Path
from typing import Any

import pytest

from spillover.common import DeclarationError
from spillover.declare.probes import DATA, read_probes
from spillover.declare.task import build

PUBLIC = read_probes(DATA / "power_and_goals" / "public.jsonl")


def written(path: Path, **row: Any) -> str:
    path.write_text(json.dumps({"id": "power_and_goals-901", "text": "Who rows?", **row}) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"id": PUBLIC[3].id}, "is also in the public split; remove it"),
        ({"text": PUBLIC[3].text.upper() + " "}, "is also in the public split; remove it"),
        ({"domain": "everyday_advice"}, "belongs to everyday_advice"),
    ],
)
def test_what_is_not_held_out_is_refused(row: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=says):
        build("power_and_goals", split="heldout", heldout=written(tmp_path / "h.jsonl", **row))


@pytest.mark.parametrize(
    ("heldout", "says"),
    [
        ("/nowhere/h.jsonl", "heldout=/nowhere/h.jsonl: no such file"),
        ({"hf": None}, "give a file, or hf:ORG/NAME@REVISION"),
        ("hf:lab/probes", "give a file, or hf:ORG/NAME@REVISION"),
    ],
)
def test_a_file_that_cannot_be_had(heldout: Any, says: str) -> None:
    with pytest.raises(DeclarationError, match=says):
        build("power_and_goals", split="heldout", heldout=heldout)


def test_held_out_probes_are_not_relabelled_as_a_language(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="leave out language=de"):
        build("power_and_goals", split="heldout", language="de", heldout=written(tmp_path / "h.jsonl"))


def test_the_headline_takes_held_out_probes_of_any_domain(tmp_path: Path) -> None:
    held = written(tmp_path / "h.jsonl", domain="everyday_advice")
    assert len(build("emergent_misalignment", split="heldout", heldout=held).dataset) == 1
