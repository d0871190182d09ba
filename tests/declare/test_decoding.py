"""Decoding and the place of the system prompt are declared, and a part of the material."""

import json
from pathlib import Path
from typing import Any

import pytest

from spillover.cli.asking import EFFORTS
from spillover.common import DeclarationError, schema_of
from spillover.declare import DecodingFields, load
from spillover.declare.drawn_from import draw_material
from spillover.declare.task import build
from spillover.plan import Design, load_suite

from .._source import ROOT
from .._spill import spill


def sha(**options: Any) -> str:
    return str(build("everyday_advice", **options).metadata["material_sha256"])


def test_other_decoding_is_other_material_and_goes_into_the_task() -> None:
    task = build("everyday_advice", decoding={"max_tokens": 4000, "reasoning_effort": "low", "reasoning_tokens": 2000})
    assert (task.config.max_tokens, task.config.temperature) == (4000, 1.0)
    assert (task.config.reasoning_effort, task.config.reasoning_tokens) == ("low", 2000)
    assert sha(decoding={"max_tokens": 600}) == sha(), "as declared"
    assert len({sha(), sha(decoding={"max_tokens": 4000}), sha(system_as_user=True)}) == 3


def test_domains_that_are_decoded_alike_by_declaration_can_be_asked_in_one_list() -> None:
    domains = ["everyday_advice", "insecure_code"]
    with pytest.raises(
        DeclarationError, match="insecure_code: its decoding settings differ from those of everyday_advice"
    ):
        draw_material(domains, ["plain"])
    found = draw_material(domains, ["plain"], decoding={"max_tokens": 1200})
    assert {one.decoding["max_tokens"] for one in found.declared.values()} == {1200}


@pytest.mark.parametrize(
    ("decoding", "says"),
    [
        ({"max_token": 4000}, "max_token"),
        ({"max_tokens": 0}, "decoding.max_tokens: 0 is less than the minimum of 1"),
        ({"reasoning_effort": "huge"}, "decoding.reasoning_effort: 'huge' is not one of"),
    ],
)
def test_what_cannot_be_meant_is_refused(decoding: dict[str, Any], says: str) -> None:
    with pytest.raises(DeclarationError, match=says):
        build("everyday_advice", decoding=decoding)


SUITE = """
id: thinking
title: A model that thinks
include: fast
decoding: {max_tokens: 8000, reasoning_effort: low}
system_as_user: true
"""


def test_a_suite_says_how_models_are_asked(tmp_path: Path) -> None:
    file = tmp_path / "thinking.yaml"
    file.write_text(SUITE, encoding="utf-8")
    design = load_suite(file).design()
    assert design.task_args(0, 8)["decoding"] == {"max_tokens": 8000, "reasoning_effort": "low"}
    assert design.as_dict()["system_as_user"] is True
    plain = load_suite("fast").design()
    assert "decoding" not in plain.as_dict() and "system_as_user" not in plain.task_args(0, 8)
    assert design.material_sha256() != plain.material_sha256()


def test_a_design_is_rebuilt_from_its_plain_data() -> None:
    design = Design(("everyday_advice",), decoding={"max_tokens": 700}, system_as_user=True)
    assert Design.of_whole(design.whole()) == design


def test_declarations_suites_and_options_have_the_same_fields_and_limits() -> None:
    declared = json.loads((ROOT / "spillover/declare/schema.json").read_text(encoding="utf-8"))["properties"][
        "decoding"
    ]
    mine = {name: dict(one) for name, one in schema_of(DecodingFields)["properties"].items()}
    for one in mine.values():
        one.pop("description")
    mine["reasoning_effort"].pop("type")
    assert mine == declared["properties"] and tuple(mine["reasoning_effort"]["enum"]) == EFFORTS
    help_text = " ".join(spill("run", "--help").out.split())
    plain = load("everyday_advice").decoding
    assert f"reasoning included (default: {plain['max_tokens']})" in help_text
    assert f"Temperature of the answers (default: {plain['temperature']:g})" in help_text
    assert f"0<=x<={mine['temperature']['maximum']}" in help_text
