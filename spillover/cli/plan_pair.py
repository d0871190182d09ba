"""The pair that `plan` foretells and `audit` asks: the options that both take, and what both refuse."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import ALPHA, FLOOR, MARGIN, DeclarationError, Share, check_shares, counted

from .decoding import asked_so, decoding_options
from .models import checked_records, model_of, suite_of

if TYPE_CHECKING:
    from spillover.plan import Arm, Model, Suite
    from spillover.solvers import Condition
    from spillover.training import Derived

PATH = click.Path(path_type=Path)


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
    click.option("--no-first-call", is_flag=True, help="Skip the connection check of models and judges."),
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
    click.option("--max-connections", type=click.IntRange(1), help="Parallel calls to each model."),
    click.option("--processes", type=click.IntRange(1), help="Number of processes."),
    click.option("--batch", is_flag=True, help="Use the provider's batch interface (with --all-draws)."),
)
SUITES = ("margin", "floor", "alpha", "draws", "seed", "max_connections", "processes")
"""What the command line may say otherwise than the suite."""


def pair_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the pair."""
    for option in reversed(OPTIONS):
        command = option(command)
    return decoding_options(command)


@dataclass(frozen=True, slots=True)
class Pair:
    """What a call asks for, held against itself.

    Attributes:
        suite: The suite with its judges, as the command line says them.
        base: The base, or None where a plan names none.
        arms: The fine-tunes, likewise.
        records: Fine-tune records by model.
        training: The fine-tuning file, or None.
        derived: Conditions that it suggests.
        candidates: What may be a trigger.
        first_turns: First user turns of the file, for the control that shows whether a fine-tune was loaded.
        read: What was read of the file, in words; empty where there is none.
    """

    suite: "Suite"
    base: "Model | None"
    arms: "tuple[Arm, ...]"
    records: dict[str, dict[str, Any]]
    training: Path | None
    derived: "tuple[Derived, ...]" = ()
    candidates: "tuple[Condition, ...]" = ()
    first_turns: tuple[str, ...] = ()
    read: str = ""


def pair_of(said: dict[str, Any], suite: "Suite", beside: "tuple[Model, ...]" = ()) -> Pair:
    """The pair of a call; what is missing is left to the caller.

    Args:
        said: The options.
        suite: Of `suite_said`, or a replication.
        beside: Control models, which need names of their own too.

    Raises:
        DeclarationError: Where a model is named wrongly or twice, a base is not the declared one, or a file is wrong.
        RunError: Where a search for triggers has too few answers.
    """
    from spillover.plan import Arm, Model
    from spillover.run import check_named

    base = model_of(said["base"]) if said["base"] else suite.base
    paths = [*said["finetune_records"], *[None] * len(said["finetunes"])]
    named = tuple(Arm((model_of(name),), paths[number]) for number, name in enumerate(said["finetunes"]))
    if len(said["finetune_records"]) > len(named):
        raise DeclarationError(
            f"--finetune-record {said['finetune_records'][len(named)]}: no --finetune stands before it; give one each, "
            "or name the record in the suite"
        )
    arms = named or suite.finetunes
    tuned = [model for arm in arms for model in arm.models]
    asked = [model_of(one) for one in (said.get("leak_judge"),) if one]
    check_named([*([base] if base else []), *tuned, *beside], [*suite.judges, *asked])
    training = said["training_data"] or suite.training_data
    known = (said["cards"], training, said["base_differs"], not said["offline"])
    records = checked_records(base or Model("none"), arms, *known)
    return Pair(suite, base, arms, records, training, *_trained_on(training, said["budget"]))


def suite_said(said: dict[str, Any]) -> "Suite":
    """The suite as the command line changes it.

    Raises:
        DeclarationError: Where there is none, it is a replication, or what is said of it cannot be.
    """
    own = {name: said.get(name) for name in SUITES} | {"cap_cost_usd": said["max_cost"]}
    batch, whole = said["batch"], said["all_draws"]
    suite = suite_of(said["suite"], **own, in_domain=said["in_domain"], batch=batch and not whole)
    check_shares(suite.margin, suite.floor, suite.alpha)
    judges = tuple(model_of(name) for name in said["judges"]) or suite.judges
    suite = replace(suite, judges=judges, stop_early=suite.stop_early and not whole, batch=suite.batch or batch)
    return asked_so(suite, said)


def _trained_on(
    path: Path | None, budget: int
) -> "tuple[tuple[Derived, ...], tuple[Condition, ...], tuple[str, ...], str]":
    """Conditions, trigger candidates and first user turns of a fine-tuning file, and what was read of it."""
    if path is None:
        if budget:
            raise click.UsageError("--search-triggers looks in the fine-tuning file: give --training-data FILE")
        return (), (), (), ""
    from spillover.audit.live import MOST_OF_FILE, check_budget
    from spillover.training import derive_conditions, first_turns, read_training, trigger_candidates

    check_budget(budget)
    read = read_training(path)
    candidates = tuple(trigger_candidates(read) if budget else ())
    return tuple(derive_conditions(read)), candidates, first_turns(read, MOST_OF_FILE), read.says()
