"""The pair of models that `plan` and `audit` share, and what both commands refuse."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import DeclarationError, check_shares

from .asking import asked_so
from .models import checked_records, model_of
from .pair_options import PairOptions

if TYPE_CHECKING:
    from spillover.finetune import Finetune
    from spillover.plan import Arm, Model, Suite
    from spillover.solvers import Condition
    from spillover.training import Derived

CHANGED = ("margin", "floor", "alpha", "draws", "seed", "max_connections", "processes")
"""Fields of a suite that an option of the same name changes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a call asks for, held against itself.

    Attributes:
        suite: The suite with its judges, as the command line gives them.
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
    records: "dict[str, Finetune]"
    training: Path | None
    derived: "tuple[Derived, ...]" = ()
    candidates: "tuple[Condition, ...]" = ()
    first_turns: tuple[str, ...] = ()
    read: str = ""


def pair_of(asked: PairOptions, suite: "Suite", beside: "tuple[Model, ...]" = ()) -> Pair:
    """The pair of a call; what is missing is left to the caller.

    Args:
        asked: The options.
        suite: Of `suite_of`, or a replication.
        beside: Control models, which need names of their own too.

    Raises:
        DeclarationError: Where a model is named wrongly or twice, a base is not the declared one, or a file is wrong.
        RunError: Where a search for triggers has too few answers.
    """
    from spillover.plan import Model
    from spillover.run import check_named

    base = model_of(asked.base) if asked.base else suite.base
    arms = _arms(asked) or suite.finetunes
    tuned = [model for arm in arms for model in arm.models]
    leak_judges = [model_of(asked.leak_judge)] if asked.leak_judge else []
    check_named([*([base] if base else []), *tuned, *beside], [*suite.judges, *leak_judges])
    training = asked.training_data or suite.training_data
    known = (asked.cards, training, asked.base_differs, not asked.offline)
    records = checked_records(base or Model("none"), arms, *known)
    return Pair(suite, base, arms, records, training, *_trained_on(training, asked.budget))


def _arms(asked: PairOptions) -> "tuple[Arm, ...]":
    """The fine-tunes that the command line names, each with its record."""
    from spillover.plan import Arm

    paths = [*asked.finetune_records, *[None] * len(asked.finetunes)]
    named = tuple(Arm((model_of(name),), paths[number]) for number, name in enumerate(asked.finetunes))
    if len(asked.finetune_records) > len(named):
        raise DeclarationError(
            f"--finetune-record {asked.finetune_records[len(named)]}: no --finetune stands before it; give one each, "
            "or name the record in the suite"
        )
    return named


def suite_of(asked: PairOptions) -> "Suite":
    """The suite as the command line changes it; what it does not give stays.

    Raises:
        DeclarationError: Where there is none, it is a replication, which has no verdict, or a change cannot be.
    """
    from spillover.plan import load_suite

    suite = load_suite(asked.suite)
    if suite.replication is not None:
        raise DeclarationError(
            f"{suite.id}: is a replication, and an audit of it gives no result; use spillover run {asked.suite}"
        )
    whole, batch = asked.all_draws, asked.batch
    if suite.stop_early and batch and not whole:
        raise DeclarationError("--batch: a batch cannot stop early; add --all-draws")
    changes = {name: getattr(asked, name) for name in CHANGED} | {"cap_cost_usd": asked.max_cost}
    changes = {name: value for name, value in changes.items() if value is not None}
    suite = replace(suite, **changes, in_domain=asked.in_domain or suite.in_domain, batch=suite.batch or batch)
    check_shares(suite.margin, suite.floor, suite.alpha)
    judges = tuple(model_of(name) for name in asked.judges) or suite.judges
    suite = replace(suite, companions=0 if asked.no_companions else suite.companions)
    return asked_so(replace(suite, judges=judges, stop_early=suite.stop_early and not whole), asked)


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
