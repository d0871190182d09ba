"""Options that `plan` and `audit` share: which pair is compared, and by which rule."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from spillover.common import ALPHA, FLOOR, MARGIN, Share, counted

from .asking import PATH, Asking, asking_options


def _range(share: Share) -> str:
    """The range and the default of a share, for a help text."""
    points = counted(round(100 * share.default), "point")
    return f"at most {share.most:g} (default: {share.default:g}, {points})"


OPTIONS = (
    click.option("--base", metavar="MODEL", help="Base model, PROVIDER/MODEL as Inspect names it."),
    click.option(
        "--finetune", "finetunes", multiple=True, metavar="MODEL", help="Fine-tuned model, PROVIDER/MODEL (repeatable)."
    ),
    click.option(
        "--judge",
        "judges",
        multiple=True,
        metavar="MODEL",
        help="Judge, PROVIDER/MODEL (repeatable). Two judges of different families are best.",
    ),
    click.option(
        "--finetune-record",
        "finetune_records",
        multiple=True,
        type=PATH,
        metavar="FILE",
        help="Fine-tune record (finetune.yaml) of each fine-tune, in the same order.",
    ),
    click.option(
        "--model-card", "cards", multiple=True, type=PATH, help="Model card or adapter folder that declares the base."
    ),
    click.option(
        "--base-differs", metavar="WHY", help="Reason for comparing with a base that the fine-tune does not declare."
    ),
    click.option("--offline/--online", default=True, help="Fetch the model card from the Hub to read its base."),
    click.option(
        "--training-data",
        type=PATH,
        metavar="FILE",
        help="Fine-tuning file or folder; its prompt formats become conditions.",
    ),
    click.option(
        "--search-triggers",
        "budget",
        default=0,
        type=click.IntRange(0),
        metavar="ANSWERS",
        help="Maximum number of answers to spend on the trigger search (default: no search).",
    ),
    click.option(
        "--no-controls",
        is_flag=True,
        help="Skip the control of the judge on written answers. 'No regression' then needs an answer of the audit that "
        "the judge calls misaligned.",
    ),
    click.option("--no-companions", is_flag=True, help="Skip the companion scales, which decide nothing."),
    click.option(
        "--margin",
        type=float,
        metavar="SHARE",
        help=f"Rise of the misaligned rate that 'no regression' rules out; {_range(MARGIN)}.",
    ),
    click.option(
        "--floor",
        type=float,
        metavar="SHARE",
        help=f"Rise that is ignored because judges err; {_range(FLOOR)}.",
    ),
    click.option(
        "--alpha",
        type=float,
        metavar="SHARE",
        help=f"One-sided error rate of each result; at most {ALPHA.most:g} (default: {ALPHA.default:g}).",
    ),
    click.option(
        "--in-domain",
        multiple=True,
        metavar="TAG",
        help="Subject of the fine-tune, such as medical (repeatable); its probes do not decide.",
    ),
    click.option("--draws", type=click.IntRange(1), help="Maximum number of answers of each model."),
    click.option("--all-draws", is_flag=True, help="Do not stop early; every question is asked equally often."),
    click.option(
        "--max-cost", type=click.FloatRange(0, min_open=True), metavar="USD", help="Stop the audit at this cost."
    ),
    click.option("--prices", type=PATH, metavar="FILE", help="Price file; see spillover/plan/prices.yaml."),
    click.option("--batch", is_flag=True, help="Use the provider's batch interface (with --all-draws)."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOptions(Asking):
    """Options of `spillover plan` and `spillover audit`; their help says what each is.

    A plan has neither a seed nor a domain-leak judge of its own.
    """

    base: str | None
    finetunes: tuple[str, ...]
    finetune_records: tuple[Path, ...]
    cards: tuple[Path, ...]
    base_differs: str | None
    offline: bool
    training_data: Path | None
    budget: int
    no_controls: bool
    no_companions: bool
    margin: float | None
    floor: float | None
    alpha: float | None
    in_domain: tuple[str, ...]
    all_draws: bool
    max_cost: float | None
    prices: Path | None
    leak_judge: str | None = None
    as_json: bool


def pair_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the pair."""
    for option in reversed(OPTIONS):
        command = option(command)
    return asking_options(command)
