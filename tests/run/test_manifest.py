"""A manifest is read as one typed object; what is not one is refused in a line."""

import json
from pathlib import Path
from typing import Any

import pytest

from spillover.common import RunError
from spillover.run import read_manifest, write_done, write_plan, write_seen
from spillover.run.manifest import plan_digest

PLAN: dict[str, Any] = {
    "seed": "drawn at random",
    "design": {"seed": 7},
    "base": {"name": "acme/base"},
    "finetunes": [{"name": "acme/one"}, {"name": "acme/two"}],
}


def test_what_a_manifest_says_of_its_run(tmp_path: Path) -> None:
    fresh = write_plan(tmp_path, PLAN)
    assert fresh == read_manifest(tmp_path) == write_plan(tmp_path, PLAN)
    assert (fresh.seed, fresh.seed_was_drawn, fresh.finished, fresh.done) == (7, True, False, {})
    assert fresh.models == ("acme/one", "acme/two", "acme/base")
    write_seen(tmp_path, {"judge": {"calls": 1}}, {"judge": 1})
    ended = write_done(tmp_path, {"answer": "void"})
    assert ended.finished and ended.done == {"answer": "void"} and ended.planned_sha256 == fresh.planned_sha256
    assert [*json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))] == [*ended.data]
    assert [*ended.data] == ["schema", "planned", "planned_sha256", "judges_seen", "first_calls", "done"]


def test_a_run_without_draws_has_no_seed(tmp_path: Path) -> None:
    found = write_plan(tmp_path, {"models": [{"name": "acme/one"}], "design": None})
    assert found.models == ("acme/one",) and not found.seed_was_drawn
    with pytest.raises(
        RunError, match=r"manifest\.json: its plan has no seed of draws; give another folder with --out$"
    ):
        _ = found.seed


@pytest.mark.parametrize("plan", [[], "plan", None, 5])
def test_a_plan_that_is_no_object_is_refused(plan: Any, tmp_path: Path) -> None:
    whole = {"planned": plan, "planned_sha256": plan_digest(plan)}
    (tmp_path / "manifest.json").write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(RunError, match=r"manifest\.json: not a manifest \("):
        read_manifest(tmp_path)
