"""Options that `run`, `plan` and `audit` share: how models are asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .plain import plain

if TYPE_CHECKING:
    from spillover.plan import Suite

PATH = click.Path(path_type=Path)
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
OPTIONS = (
    click.option("--no-first-call", is_flag=True, help="Skip the connection check of models and judges."),
    click.option(
        "--anchor",
        metavar="FOLDER|download|none",
        help="Questions of earlier studies: a folder with the authors' files, or a download of known files (default). "
        "Without them the suite's other questions have their share.",
    ),
    click.option("--max-connections", type=click.IntRange(1), help="Parallel calls to each model."),
    click.option("--processes", type=click.IntRange(1), help="Number of processes."),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Options that say how models are asked; their help says what each is."""

    suite: str
    judges: tuple[str, ...]
    draws: int | None
    seed: int | None = None
    batch: bool
    no_first_call: bool
    anchor: str | None
    max_connections: int | None
    processes: int | None
    max_tokens: int | None
    reasoning_effort: str | None
    reasoning_tokens: int | None
    temperature: float | None
    system_as_user: bool

    def decoding(self) -> dict[str, str | int | float]:
        """What is decoded otherwise than the suite says."""
        own = {
            "max_tokens": self.max_tokens,
            "reasoning_effort": self.reasoning_effort,
            "reasoning_tokens": self.reasoning_tokens,
            "temperature": self.temperature,
        }
        return {name: value for name, value in own.items() if value is not None}


def asking_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def asked_so(suite: "Suite", asked: Asking) -> "Suite":
    """The suite with what the options say of how models are asked.

    Raises:
        DeclarationError: Where a value cannot be meant.
    """
    from spillover.plan import anchored_suite, in_replication

    decoding = {**(suite.decoding or {}), **asked.decoding()}
    as_user = suite.system_as_user or asked.system_as_user
    found = replace(suite, decoding=decoding or None, system_as_user=as_user)
    return in_replication(anchored_suite(found, asked.anchor))


def say_without_anchor(suite: "Suite") -> None:
    """Say on stderr that a suite goes without the questions of earlier studies, where it does."""
    from spillover.plan import without_anchor_said

    if (said := without_anchor_said(suite)) is not None:
        click.echo(plain(said), err=True)
