"""Options and lists of commands: one name for one thing, and nothing cut off."""

from collections.abc import Iterator

import click
import pytest

from spillover.cli.commands import spillover

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
