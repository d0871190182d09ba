"""Options and lists of commands: one name for one thing, and nothing cut off."""

from collections.abc import Iterator
from dataclasses import MISSING, fields

import click
import pytest

from spillover.cli.audit_options import AuditOptions
from spillover.cli.commands import spillover
from spillover.cli.pair_options import PairOptions
from spillover.cli.run import RunOptions

from .._spill import spill


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, one in group.commands.items():
        yield (*path, name), one
        if isinstance(one, click.Group):
            yield from commands(one, (*path, name))


EVERY = dict(commands(spillover))
GROUPS = [(), *(path for path, one in EVERY.items() if isinstance(one, click.Group))]


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_lists_of_commands_say_whole_sentences(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = spill(*path, "--help").out
    assert "..." not in said.split("Commands:")[1] and max(map(len, said.splitlines())) <= 80


def options(*path: str) -> dict[str, click.Option]:
    return {name: one for one in EVERY[path].params if isinstance(one, click.Option) for name in one.opts}


def test_a_model_and_a_file_of_a_fine_tune_have_names_of_their_own() -> None:
    for path in EVERY:
        found = options(*path)
        models = [found[name] for name in ("--base", "--finetune") if name in found]
        assert not any(isinstance(one.type, click.Path) for one in models), path
        if "--finetune-record" in found:
            assert isinstance(found["--finetune-record"].type, click.Path), path
    assert {path for path in EVERY if "--finetune-record" in options(*path)} == {
        ("audit",),
        ("plan",),
        ("record",),
        ("submit",),
    }


def test_the_plan_takes_every_option_of_the_audit_that_changes_what_is_asked() -> None:
    """What it lacks neither changes how much is asked of the arms and judges, nor what it can show."""
    lacks = """--base-logs --finetune-logs --judge-card --positive-control --negative-control --one-recipe --subject
        --leak-judge --capability-logs --seed --reuse --out --markdown --quiet --no-first-call""".split()
    assert options("audit").keys() - options("plan").keys() <= set(lacks)
    assert not options("plan").keys() - options("audit").keys()


@pytest.mark.parametrize(("name", "kind"), [("audit", AuditOptions), ("plan", PairOptions), ("run", RunOptions)])
def test_a_command_has_a_field_for_each_parameter(name: str, kind: type) -> None:
    named = {str(one.name) for one in EVERY[name,].params}
    own = {one.name: one.default is MISSING for one in fields(kind)}
    assert named <= own.keys()
    assert {field for field, needed in own.items() if needed} <= named


def test_an_option_of_two_commands_is_declared_once() -> None:
    audit, plan, run = (
        {one: two.to_info_dict() for one, two in options(name).items()} for name in ("audit", "plan", "run")
    )
    assert len(plan) > 25
    assert [one for one in plan if plan[one] != audit[one]] == ["--json"]
    assert [one for one in run if one in plan and run[one] != plan[one]] == ["--judge", "--draws", "--batch", "--json"]
