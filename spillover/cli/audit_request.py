"""What the command line asks of a live audit."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .again import command_of
from .asking import say_without_anchor
from .audit_options import AuditOptions
from .models import model_of
from .plan_pair import Pair, pair_of, suite_of
from .stopped import BEAT

if TYPE_CHECKING:
    from spillover.audit.live import Request
    from spillover.finetune import Finetune, TrainingFile
    from spillover.plan import Arm, Design, Model, Suite


def live_request(asked: AuditOptions, command: click.Command) -> "Request":
    """What the command line asks for.

    Args:
        asked: The options.
        command: The command, whose call makes the audit again.

    Raises:
        DeclarationError: Where models are missing, a base is not the declared one, or a file is wrong.
    """
    from spillover.plan import read_prices

    positive, negative = (tuple(model_of(name) for name in names) for names in (asked.positive, asked.negative))
    pair = pair_of(asked, suite_of(asked), (*positive, *negative))
    request, seed = _of_pair(pair, asked.out, asked.reuse)
    return replace(
        request,
        options=replace(request.options, first_call=not asked.no_first_call, beat=0 if asked.quiet else BEAT),
        reuse=asked.reuse,
        controls=not asked.no_controls,
        card=asked.judge_card,
        positive=positive,
        negative=negative,
        budget=asked.budget,
        recipes=_recipes(pair.arms, asked.one_recipe),
        subjects=_subjects(asked.subject, request.tuned, pair.records),
        leak_judge=model_of(asked.leak_judge) if asked.leak_judge else None,
        prices=read_prices(asked.prices),
        why=asked.base_differs,
        reproduce=command_of(command, asked, seed),
    )


def _of_pair(pair: Pair, out: Path | None, reuse: Sequence[Path]) -> "tuple[Request, int | None]":
    """What the suite, the models and the fine-tuning file ask for, and the seed of the draws."""
    from spillover.audit.decide import Rule
    from spillover.audit.live import Request

    suite, base = pair.suite, pair.base
    if base is None or not pair.arms:
        raise click.UsageError("name the models: --base MODEL --finetune MODEL, or a SUITE.yaml that has them")
    tuned = tuple(model for arm in pair.arms for model in arm.models)
    design = suite.design()
    design.check_tags(suite.in_domain)
    most = suite.cap_answers // (1 + len(tuned)) if suite.cap_answers else design.draws
    conditions = (*design.conditions, *(one.condition.as_dict() for one in pair.derived))
    out = out or Path(f"audit-{_safe(tuned[0].name)}")
    seed = suite.seed if suite.seed is not None or not suite.stop_early else _seed([out, *reuse])
    request = Request(
        design=replace(design, conditions=conditions, draws=min(design.draws, max(1, most)), seed=seed or 0),
        seed_given=suite.seed is not None and not _drawn_before(out, suite.seed),
        base=base,
        tuned=tuned,
        judges=suite.judges,
        rule=Rule(suite.margin, suite.floor, suite.alpha),
        out=out,
        stop_early=suite.stop_early,
        in_domain=suite.in_domain,
        options=suite.options(),
        records=pair.records,
        derived=pair.derived,
        training=_training(pair),
        first_turns=pair.first_turns,
        candidates=pair.candidates,
        cap_cost_usd=suite.cap_cost_usd,
        companions=_companions(suite, seed or 0),
    )
    say_without_anchor(suite)
    return request, seed


def _companions(suite: "Suite", seed: int) -> "Design | None":
    """What is asked of the companion scales, from the seed of the audit's own draws."""
    design = suite.companion_design()
    return None if design is None else replace(design, seed=seed)


def _training(pair: Pair) -> "TrainingFile | None":
    """The fine-tuning file, and what was read of it."""
    from spillover.finetune import TrainingFile, training_sha256

    if pair.training is None:
        return None
    return TrainingFile(pair.training.name, training_sha256(pair.training), pair.read)


def _recipes(arms: "Sequence[Arm]", one_recipe: bool) -> tuple[tuple[str, ...], ...]:
    """Fine-tunes that differ in their training seed alone: all, or those that the suite names together."""
    named = [tuple(model.name for model in arm.models) for arm in arms]
    found = [tuple(name for names in named for name in names)] if one_recipe else named
    return tuple(names for names in found if len(names) > 1)


def _subjects(given: str | None, tuned: "tuple[Model, ...]", records: "dict[str, Finetune]") -> dict[str, str]:
    """By fine-tune, what it was trained on: as given, or as its record says."""
    declared = {name: record.intended_domain for name, record in records.items()}
    found = {model.name: given or declared.get(model.name) for model in tuned}
    return {name: subject for name, subject in found.items() if subject}


def _seed(folders: list[Path]) -> int:
    """The seed of the first of these runs that stands, so that it goes on, or its base can be used; else a fresh one.

    An error rate holds over seeds: one that everybody knows would make the same draws the test of every model.
    """
    import secrets

    from spillover.run import read_manifest

    for folder in folders:
        if (folder / "manifest.json").is_file():
            return read_manifest(folder).seed
    return secrets.randbelow(2**31)


def _drawn_before(out: Path, seed: int) -> bool:
    """Whether a seed that is given is the one that was drawn for the run in this folder: its own command again."""
    from spillover.run import read_manifest

    if not (out / "manifest.json").is_file():
        return False
    found = read_manifest(out)
    return found.seed_was_drawn and found.seed == seed


def _safe(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name.split("/")[-1])
    return kept.strip("-.")[:80] or "finetune"
