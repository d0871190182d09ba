"""Options that say how a model is asked, whatever it is asked: `run`, `plan` and `audit` have them."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from spillover.plan import Suite

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
OPTIONS = (
    click.option(
        "--max-tokens", type=click.IntRange(1), help="Maximum tokens of an answer, reasoning included (default: 600)."
    ),
    click.option("--reasoning-effort", type=click.Choice(EFFORTS), help="Reasoning effort (default: the provider's)."),
    click.option("--reasoning-tokens", type=click.IntRange(1), help="Maximum tokens of reasoning."),
    click.option("--temperature", type=click.FloatRange(0, 2), help="Temperature of the answers (default: 1)."),
    click.option(
        "--system-as-user",
        is_flag=True,
        help="Put system prompts at the head of the first user turn, for models without a system role.",
    ),
)
FIELDS = ("max_tokens", "reasoning_effort", "reasoning_tokens", "temperature")


def decoding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def asked_so(suite: "Suite", said: dict[str, Any]) -> "Suite":
    """The suite with what the options say of how models are asked.

    Raises:
        DeclarationError: Where a value cannot be meant.
    """
    from spillover.plan import in_replication

    own = {name: said[name] for name in FIELDS if said.get(name) is not None}
    decoding = {**(suite.decoding or {}), **own}
    as_user = suite.system_as_user or bool(said.get("system_as_user"))
    return in_replication(replace(suite, decoding=decoding or None, system_as_user=as_user))
