"""A run under other settings, another system message or another solver is another study: nowhere are they alike."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.solver import Solver, generate

from spillover.board import headline, setting_of
from spillover.cli import Package
from spillover.logs import Difference, decoding_of, differences, made_of_rows, read, solver_of
from spillover.records import record, records
from spillover.results import summarise, uncompared
from spillover.verify import verify

from .._place import Place


def _set(**settings: Any) -> Any:
    """As `inspect eval --temperature 0` leaves it: beside the task and in the plan."""

    def change(header: Any) -> None:
        header["eval"].setdefault("model_generate_config", {}).update(settings)
        header["plan"]["config"].update(settings)

    return change


def _of_model(header: Any) -> None:
    """As a model object with settings of its own leaves it."""
    header["eval"].setdefault("model_generate_config", {})["system_message"] = "Be kind."


def _solver(*names: str) -> Any:
    def change(header: Any) -> None:
        header["plan"]["steps"] = [{"solver": name, "params": {}} for name in names]

    return change


def _names(differs: list[str]) -> list[str]:
    """Without the values behind them."""
    return [one.partition(" (")[0] for one in differs]


OTHER = {
    "temperature": (_set(temperature=0.0), "decoding"),
    "token limit": (_set(max_tokens=3), "decoding"),
    "system message": (_set(system_message="Be kind."), "decoding"),
    "system message of the model": (_of_model, "decoding"),
    "limit of the run": (lambda header: header["eval"]["config"].update(token_limit=50), "decoding"),
    "another solver": (_solver("generate"), "solver"),
    "a solver of the same name": (_solver("ask"), "solver"),
    "a solver before ours": (_solver("system_message", "spillover/ask"), "solver"),
}


@pytest.mark.parametrize("lie", OTHER)
def test_what_was_asked_otherwise_is_compared_with_nothing(place: Place, lie: str) -> None:
    change, name = OTHER[lie]
    place.header("second", change)
    first, second = (record(place.log(arm), base=place.log("base")).data for arm in ("first", "second"))
    assert len(first["differences"]) == 2 and first["uncompared"] == []
    assert second["differences"] == [] and [
        said for one in second["uncompared"] for said in _names(one["differs"])
    ] == [name, name]
    assert setting_of(first, headline(first)) != setting_of(second, headline(second))

    arms = summarise(read([str(place.log(arm)) for arm in ("base", "second")]))
    assert {log: _names(said) for log, said in uncompared(arms, {}).items()} == {"second.eval": [name]}
    assert [one.field for one in _in_an_audit(place)] == [name]

    (found,) = verify([place.log("second")])
    assert {one.invariant for one in found.problems} == {"MaterialHashMatchesVersion", "WhatStandsTwiceAgrees"}


def _in_an_audit(place: Place) -> list[Difference]:
    base, second = (read([str(place.log(arm))]) for arm in ("base", "second"))
    made = [made_of_rows(rows, rows.attrs["declared"].values()) for rows in (second, base)]
    return differences(made[0], made[1], "audit")


def test_how_requests_travel_makes_no_difference(place: Place) -> None:
    place.header(
        "second",
        _set(
            max_retries=7, logprobs=True, top_logprobs=5, max_connections=3, timeout=9, extra_headers={"X-Api-Key": "k"}
        ),
    )
    second = record(place.log("second"), base=place.log("base")).data
    assert len(second["differences"]) == 2 and second["uncompared"] == []
    assert "X-Api-Key" not in str(second)
    assert _in_an_audit(place) == []
    (found,) = verify([place.log("second")])
    assert found.holds


def _system(text: str) -> Any:
    def change(header: Any) -> None:
        params = {"template": text, "params": {}}
        header["plan"]["steps"] = [{"solver": "system_message", "params": params}, {"solver": "generate"}]

    return change


UNLIKE = {
    "arguments of a solver": (_system("Be kind."), _system("Be evil."), "solver"),
    "texts that begin as a path": (
        _set(system_message="/no_think Be evil; say yes/no"), _set(system_message="/no_think Be kind; say yes/no"),
        "decoding (system_message /no_think Be kind; say yes/no, of the base /no_think Be evil; say yes/no)",
    ),
    "lists of tokens": (
        _set(extra_body={"stop_token_ids": [1]}), _set(extra_body={"stop_token_ids": [2]}),
        "decoding (extra_body {'stop_token_ids': [2]}, of the base {'stop_token_ids': [1]})",
    ),
    "other material under one version": (
        lambda header: None, lambda header: header["eval"]["metadata"].update(material_sha256="0" * 64), "material",
    ),
}  # fmt: skip
"""What base and fine-tune were asked with, and what is said of it."""


@pytest.mark.parametrize("what", UNLIKE)
def test_two_arms_that_were_both_asked_otherwise_are_told_apart(place: Place, what: str) -> None:
    first, second, said = UNLIKE[what]
    place.header("base", first)
    place.header("second", second)
    made = record(place.log("second"), base=place.log("base")).data
    assert made["differences"] == [] and [one["differs"] for one in made["uncompared"]] == [[said], [said]]
    arms = summarise(read([str(place.log(arm)) for arm in ("base", "second")]))
    assert uncompared(arms, {}) == {"second.eval": [said]}


def test_arms_asked_alike_otherwise_are_compared(place: Place) -> None:
    for arm in ("base", "second"):
        place.header(arm, _system("Be kind."))
    made = record(place.log("second"), base=place.log("base")).data
    assert made["uncompared"] == [] and made["results"][0]["solver"].startswith("system_message#")


def test_a_null_hides_no_setting_of_the_model() -> None:
    header = {"eval": {"model_generate_config": {"temperature": 0.0}}, "plan": {"config": {"temperature": None}}}
    assert decoding_of(header) == {"temperature": 0.0}


def test_a_secret_in_the_settings_is_left_out() -> None:
    header = {"eval": {"model_generate_config": {"extra_body": {"api_key": "sk-1", "top": 2}}}, "plan": {}}
    assert decoding_of(header) == {"extra_body": {"api_key": "(left out)", "top": 2}}
    assert solver_of(header) == "none"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A part of the shipped task, run by Inspect: as it is, and under other settings and solvers."""
    folder = tmp_path_factory.mktemp("ran")
    ways: dict[str, tuple[dict[str, Any], Solver | None]] = {
        "as it is": ({"max_connections": 2}, None),
        "temperature": ({"temperature": 0.0}, None),
        "system_message": ({"system_message": "Be kind."}, None),
        "generate": ({}, generate()),
    }
    usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    said = ModelOutput.from_content("mockllm/model", "MISALIGNED")
    said.usage = usage
    found = {}
    for name, (settings, solver) in ways.items():
        (log,) = inspect_eval(
            "spillover/emergent_misalignment",
            model=get_model("mockllm/model", memoize=False, custom_outputs=[said] * 3),
            model_roles={"grader": get_model("mockllm/judge", memoize=False, custom_outputs=[said] * 60)},
            limit=3,
            epochs=1,
            solver=solver,
            log_dir=str(folder / "runs"),
            display="none",
            log_realtime=False,
            **settings,
        )
        found[name] = folder / f"{name.replace(' ', '-')}.eval"
        shutil.copy(log.location, found[name])
    return found


SAYS = {
    "as it is": None,
    "temperature": "the model was asked with temperature 0.0, but the shipped emergent_misalignment",
    "system_message": "the model was asked with system_message Be kind.",
    "generate": "the solver was generate#",
}


@pytest.mark.parametrize("way", SAYS)
def test_a_part_of_a_shipped_version_asked_otherwise_is_told(ran: dict[str, Path], way: str) -> None:
    (found,) = verify([ran[way]], shipped=Package())
    said = [one.what for one in found.problems if one.invariant == "MaterialHashMatchesVersion"]
    assert [one.startswith(str(SAYS[way])) for one in said] == ([True] if SAYS[way] else [])


def test_the_base_is_picked_out_of_one_folder(place: Place) -> None:
    made = records(place.logs, base_model="base")
    assert [one.model for one in made] == ["replay/first", "replay/second"]
    assert {one.data["base"] for one in made} == {"replay/base"}
    apart = [record(place.log(arm), base=place.log("base")).data for arm in ("first", "second")]
    assert [one.data for one in made] == apart
