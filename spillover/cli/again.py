"""The command that makes an audit again, from what was asked for and not from how the process was started."""

import shlex
from typing import Any

import click

from .pair_options import PairOptions

SILENT = ("as_json", "markdown", "quiet", "seed")
"""Options that say how the result is shown; they change nothing in it. The seed stands at the end."""


def command_of(command: click.Command, asked: PairOptions, seed: int | None = None) -> str:
    """A command line that asks for the same.

    Keys and passwords in a model's arguments stay out.

    Args:
        command: The command.
        asked: Its options, a field for each parameter.
        seed: The seed that was drawn, where none was given.
    """
    shown = [one for one in command.params if one.name not in SILENT]
    parts = [part for one in shown for part in _parts(one, getattr(asked, str(one.name)))]
    last = asked.seed if seed is None else seed
    return shlex.join(["spillover", str(command.name), *parts, *([] if last is None else ["--seed", str(last)])])


def _parts(one: click.Parameter, value: Any) -> list[str]:
    if isinstance(one, click.Argument):
        return [str(value)]
    assert isinstance(one, click.Option)
    if one.is_flag:
        if bool(value) == (one.default is True):
            return []
        return [one.opts[0] if value else one.secondary_opts[0]]
    if value is None or value == () or value == one.default:
        return []
    values = value if one.multiple else (value,)
    return [part for each in values for part in (one.opts[0], without_secrets(str(each)))]


def without_secrets(part: str) -> str:
    """A part of the command as the report may show it: a model's keys and passwords stay out."""
    import json

    import yaml

    from spillover.common import public, without_password

    if not part.startswith("{"):
        return without_password(part)
    try:
        given = yaml.safe_load(part)
        shown = public(given, short=False)
    except yaml.YAMLError:
        return "{...}"
    return part if shown == given else json.dumps(shown, default=str)
