"""The shape of a report: it takes and refuses what the schema that was kept by hand took and refused."""

import json
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from spillover.audit import decide, describe, live
from spillover.audit import report as reports
from spillover.audit.decide import Finding, Rule
from spillover.audit.report import Outline, Report, ReportShape, stated
from spillover.audit.report.shape_report import Cut, Outcomes
from spillover.common import Shape, misfits, schema_of, shaped
from spillover.estimate import Estimate, WorstCase
from spillover.logs import LogFacts

from .._mutated import OTHER
from ..browser.conftest import full_report, stopped_report

OLD: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "report_schema_by_hand.json").read_text(encoding="utf-8")
)
INLINE = {
    "Outcomes": OLD["properties"]["outcomes"]["additionalProperties"],
    "Cut": OLD["properties"]["curves"]["additionalProperties"]["items"],
}
"""Parts of the old schema that had no name."""
SINCE = {"scales", "careless", "false"}
"""Fields that reports have had since: the schema that was kept by hand does not know them."""
NARROWER = {
    *(("Rule", one) for one in ("margin", "floor", "alpha", "coherent_drop", "engaged_drop")),
    *(("Report", one) for one in ("triggers", "derived")),
}
"""Fields that the shape describes further: a rule has no null, a search and a derived condition have known fields."""


def void_report() -> Report:
    """A report of an audit that a control ended."""
    finding = Finding("x/tuned", "void", ["the control failed"])
    return stated(Report("x/base", "void", Rule(), [finding], [], ("medical",), ["judge"], [], []))


@cache
def whole() -> list[dict[str, Any]]:
    """Reports as their files hold them."""
    return [json.loads(json.dumps(one.as_dict())) for one in (full_report(), stopped_report(), void_report())]


def shapes() -> dict[str, type[Shape]]:
    """Every shape that a report consists of, by name."""
    found: dict[str, type[Shape]] = {"Report": ReportShape}
    known = [one for one in Shape.__subclasses__() if one.__module__.startswith("spillover.audit.report.shape_")]
    return found | {one.__name__: one for one in known if one.__name__ in schema_of(ReportShape)["$defs"]}


def parts(schema: dict[str, Any], data: Any) -> Iterator[tuple[str, Any]]:
    """Every object of a report with the name of its shape."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield name, data
        schema = schema_of(ReportShape)["$defs"][name]
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null" and data is not None:
            yield from parts(one, data)
    if isinstance(data, list) and "items" in schema:
        for one in data:
            yield from parts(schema["items"], one)
    if isinstance(data, dict):
        more = schema.get("additionalProperties")
        for key, one in data.items():
            inner = schema.get("properties", {}).get(key, more)
            yield from parts(inner, one) if isinstance(inner, dict) else ()


@cache
def examples() -> dict[str, dict[str, Any]]:
    """An object of each shape."""
    found = {"Report": whole()[-1], "Round": {"answers": 4, "counts": {"plain": [1, 4]}}}
    found["WorstCase"] = {"least": 0.1, "low": 0, "most": 0.25, "high": None}
    for report in whole():
        for name, one in parts(schema_of(ReportShape), report):
            found.setdefault(name, one)
    rate = found["Estimate"]
    found["Scale"] = {"model": "a", "scale": "advice", "base": rate, "tuned": rate, "delta": rate, "said": "no change"}
    found["Seeds"] = {"models": ["a", "b"], "difference": found["Estimate"], "least": 0.1, "most": 0.2}
    return found


def changed(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The object with one field dropped, of another value, or too many; nested objects stay whole."""
    yield "", {**data, "unknown": 1}
    for key, value in data.items():
        yield key, {one: other for one, other in data.items() if one != key}
        yield from ((key, {**data, key: other}) for other in OTHER)
        if isinstance(value, list):
            yield key, {**data, key: value * 3}
            yield from ((key, {**data, key: [other, *value[1:]]}) for other in OTHER)
        if isinstance(value, dict):
            yield from ((key, {**data, key: {**value, "unknown": other}}) for other in OTHER)


def as_before(data: Any) -> Any:
    """The data without what reports have had since."""
    if isinstance(data, dict):
        return {key: as_before(one) for key, one in data.items() if key not in SINCE}
    return [as_before(one) for one in data] if isinstance(data, list) else data


def by_hand(name: str) -> Draft202012Validator | None:
    """The old schema of one shape; None where it had none."""
    if name == "Report":
        return Draft202012Validator(OLD)
    own = INLINE.get(name, OLD["$defs"].get(name))
    return Draft202012Validator({**own, "$defs": OLD["$defs"]}) if own else None


def test_every_shape_has_an_example() -> None:
    assert {"Report", *schema_of(ReportShape)["$defs"]} == set(shapes()) == {*examples()}
    assert {*OLD["$defs"], *INLINE} <= set(shapes())


@pytest.mark.parametrize("name", sorted(shapes()))
def test_a_shape_refuses_what_the_schema_by_hand_refused(name: str) -> None:
    """Three checks of each changed object: jsonschema on the old schema and on the new one, and pydantic."""
    schema = schema_of(ReportShape)
    new = Draft202012Validator(schema if name == "Report" else {**schema["$defs"][name], "$defs": schema["$defs"]})
    old, refused, other = by_hand(name), 0, []
    example = examples()[name]
    assert new.is_valid(example) and misfits(shapes()[name], example) == []
    assert old is None or old.is_valid(as_before(example))
    for key, data in changed(example):
        fits = new.is_valid(data)
        assert fits == (misfits(shapes()[name], data) == []), (key, data)
        if old is not None and key not in SINCE and fits != old.is_valid(as_before(data)):
            other.append((name, key, fits))
        refused += not fits
    assert refused > 10
    assert {(name, key) for name, key, fits in other if not fits} <= NARROWER
    assert [one for one in other if one[2]] == [], "no new schema accepts what the old one refused"


def test_whole_reports_are_read_and_give_the_same_json() -> None:
    old, new = Draft202012Validator(OLD), Draft202012Validator(schema_of(ReportShape))
    for report in whole():
        old.validate(as_before(report))
        new.validate(report)
        read = shaped(ReportShape, report, lambda misfit: pytest.fail(misfit.words))
        assert json.loads(read.model_dump_json(by_alias=True, exclude_unset=True)) == report
        outline = Outline.model_validate(report)
        assert outline.answer == read.answer and [one.model for one in outline.findings] == [
            one.model for one in read.findings
        ]


def test_a_report_of_version_0_1_0_has_an_outline_alone(made_before: Path) -> None:
    report = json.loads((made_before / "finished" / "report.json").read_text(encoding="utf-8"))
    outline = Outline.model_validate(report)
    assert outline.answer == "regression" and outline.rule.version is None
    assert sum(sum(one.values()) for one in outline.outcomes.values()) == 32
    assert "$.rule: lacks `engaged_drop`" in [f"{one.path}: {one.words}" for one in misfits(ReportShape, report)]
    assert not Draft202012Validator(OLD).is_valid(report)


def test_shapes_and_what_is_computed_have_the_same_fields() -> None:
    """A field that is computed and not in the shape would make every new report unreadable."""
    made: dict[str, Any] = {"Report": Report, "LogFacts": LogFacts, "Estimate": Estimate, "WorstCase": WorstCase}
    made |= {"Rule": Rule, "Finding": Finding, "Cell": decide.Cell, "Control": live.Control}
    made |= {"Sequence": reports.Sequence}
    own = set(shapes()) - set(made)
    made |= {name: getattr(describe, name) for name in own if hasattr(describe, name)}
    assert set(shapes()) - set(made) == {
        *("Condition", "Confirmed", "Derived", "Moved", "Round", "Search"),
        *(one.__name__ for one in (Cut, Outcomes)),
    }
    for name, one in made.items():
        shape = shapes()[name]
        named = {field.alias or key for key, field in shape.model_fields.items()} - {"schema"}
        assert named == {field.name for field in fields(one)}, name
