"""The one reading of a header: settings changed during a run count and are seen."""

from typing import Any

import pytest

from spillover.logs.header import Header
from spillover.logs.settings import CHANGED, decoding_of, effective

SPEC: dict[str, Any] = {
    "run_id": "r", "eval_id": "e", "created": "2031-01-02T03:04:05+00:00", "task": "spillover/power_and_goals",
    "task_id": "t", "task_version": "2-A", "model": "openai/m", "config": {"epochs": 3}, "task_args": {},
    "dataset": {"name": "d", "location": "d", "samples": 4, "sample_ids": ["a", "b", "c", "d"]},
    "model_generate_config": {"temperature": 0.5, "seed": 7}, "metadata": {"material_sha256": "0"},
}  # fmt: skip


def header(*changes: dict[str, Any]) -> dict[str, Any]:
    updates = [
        {"changes": [one], "scope": "task", "provenance": {"timestamp": SPEC["created"], "author": "somebody"}}
        for one in changes
    ]
    plan = {"name": "plan", "steps": [], "config": {"temperature": 1.0, "max_tokens": 600}}
    said: dict[str, Any] = {"version": 2, "status": "success", "eval": SPEC, "plan": plan}
    return {**said, "config_updates": updates} if updates else said


def test_what_the_task_sets_wins_over_what_the_model_brings() -> None:
    assert decoding_of(header()) == {"max_tokens": 600, "seed": 7, "temperature": 1.0}


def test_a_setting_changed_during_the_run_is_another_decoding_and_says_both_values() -> None:
    changed = header({"config": "generate", "name": "temperature", "value": 0.2, "previous": 1.0})
    assert decoding_of(changed)["temperature"] == 0.2
    assert decoding_of(changed)[CHANGED] == {"temperature": [1.0, 0.2]}
    (one,) = Header(changed).changes
    assert one.decides and str(one) == "temperature from 1.0 to 0.2"


def test_a_setting_that_was_set_back_is_still_seen() -> None:
    there = {"config": "generate", "name": "temperature", "value": 0.2, "previous": 1.0}
    back = {"config": "generate", "name": "temperature", "value": None, "cleared": True, "previous": 0.2}
    said = decoding_of(header(there, back))
    assert said["temperature"] == 1.0 and said[CHANGED] == {"temperature": [1.0, 0.2, None]}


def test_a_limit_that_was_changed_decides_and_how_requests_travel_does_not() -> None:
    limit = header({"config": "eval", "name": "time_limit", "value": 5, "previous": None})
    assert decoding_of(limit)["time_limit"] == 5 and Header(limit).changes[0].decides
    travel = header({"config": "generate", "name": "max_connections", "value": 5, "previous": 9})
    assert decoding_of(travel) == decoding_of(header()) and not Header(travel).changes[0].decides
    assert str(Header(travel).changes[0]) == "max_connections from 9 to 5"


def test_planned_answers_are_samples_times_epochs_as_the_run_ended() -> None:
    assert Header(header()).planned == 12
    assert Header(header({"config": "eval", "name": "epochs", "value": 2, "previous": 3})).planned == 8
    assert effective(header())[0]["epochs"] == 3


def test_changes_of_another_shape_raise() -> None:
    with pytest.raises(ValueError, match="changes"):
        decoding_of({**header(), "config_updates": [{"scope": "task"}]})
