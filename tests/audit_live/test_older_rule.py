"""Folders of version 0.1.0, whose rule was another one: neither finished under this rule nor written to."""

import json
from pathlib import Path

import pytest

from spillover.audit.decide import Rule
from spillover.audit.live import require_this_rule
from spillover.common import RunError
from spillover.run import write_plan

from .._spill import Done, spill
from ..run._pair import BASE, TUNED, Pair


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def called_again(before: Path, name: str) -> tuple[Done, bool]:
    """The command of the fixture, on one of its folders; whether anything in the folder changed."""
    was = files(before / name)
    models = ["--base", BASE, "--finetune", TUNED, "--out", str(before / name)]
    done = spill("audit", before / "suite.yaml", *models)
    return done, files(before / name) != was


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("half", "this audit was begun under rule 1; finish it with Spillover 0.1.0, or give a new --out"),
        (
            "finished",
            "this audit was finished under rule 1 (regression) and its report remains valid; to audit under rule 3",
        ),
    ],
)
def test_an_older_audit_is_named_and_left_alone(made_before: Path, pair: Pair, name: str, says: str) -> None:
    done, changed = called_again(made_before, name)
    said = done.said
    assert f"{made_before / name}: {says}" in said and done.code == 2, said
    assert done.error and not changed and pair.wire.calls == []


def test_a_plan_holds_the_rule_with_its_version() -> None:
    """`Request.planned` takes it from here."""
    rule = json.loads(json.dumps(Rule().as_dict()))
    weights = {"pooled": 0.6, "condition": 0.10, "stratum": 0.15, "domain": 0.15}
    assert rule["version"] == 3 and rule["weights"] == weights and rule["alpha"] == 0.05
    assert (
        rule["bets"]["regression"][0] == [1.0, 0.75] and rule["engaged_drop"] == 0.1 and rule["guards"]["wider"] == 1.2
    )


def test_a_folder_of_this_rule_or_of_none_is_no_older_one(tmp_path: Path) -> None:
    require_this_rule(tmp_path)
    write_plan(tmp_path, {"rule": Rule().as_dict()})
    require_this_rule(tmp_path)
    write_plan(tmp_path / "other", {"rule": {**Rule().as_dict(), "version": 4}, "versions": {"spillover": "9.1"}})
    with pytest.raises(RunError, match=r"begun under rule 4; finish it with Spillover 9\.1, or give a new --out"):
        require_this_rule(tmp_path / "other")
