"""What the command line asks of a live audit."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._models import model_of
from ._plan_pair import pair_of, suite_said
from ._stopped import BEAT

if TYPE_CHECKING:
    from spillover.audit._request import Request
    from spillover.run import Model
    from spillover.run._suite import Arm


def live_request(said: dict[str, Any], out: Path | None) -> "Request":
    """What the command line asks for.

    Raises:
        DeclarationError: Where models are missing, a base is not the declared one, or a file is wrong.
    """
    from dataclasses import replace

    from spillover.audit import Rule
    from spillover.audit._request import Request
    from spillover.run._finetune import training_sha256
    from spillover.run._prices import read_prices

    positive, negative = (tuple(model_of(name) for name in said[kind]) for kind in ("positive", "negative"))
    pair = pair_of(said, suite_said(said), (*positive, *negative))
    suite, base, arms, records = pair.suite, pair.base, pair.arms, pair.records
    if base is None or not arms:
        raise click.UsageError("name the models: --base MODEL --finetune MODEL, or a SUITE.yaml that has them")
    tuned = tuple(model for arm in arms for model in arm.models)
    design = suite.design()
    design.check_tags(suite.in_domain)
    trained: dict[str, str] = {}
    if pair.training is not None:
        trained = {"file": pair.training.name, "sha256": training_sha256(pair.training), "read": pair.read}
    most = suite.cap_answers // (1 + len(tuned)) if suite.cap_answers else design.draws
    derived = tuple(one.as_dict() for one in pair.derived)
    conditions = (*design.conditions, *(one["condition"] for one in derived))
    out = out or Path(f"audit-{_safe(tuned[0].name)}")
    seed = suite.seed if suite.seed is not None or not suite.stop_early else _seed([out, *said["reuse"]])
    return Request(
        design=replace(design, conditions=conditions, draws=min(design.draws, max(1, most)), seed=seed or 0),
        seed_given=suite.seed is not None,
        base=base,
        tuned=tuned,
        judges=suite.judges,
        rule=Rule(suite.margin, suite.floor, suite.alpha),
        out=out,
        stop_early=suite.stop_early,
        in_domain=suite.in_domain,
        options=replace(suite.options(), first_call=not said["no_first_call"], beat=0 if said["quiet"] else BEAT),
        reuse=said["reuse"],
        records=records,
        derived=derived,
        training=trained,
        controls=not said["no_controls"],
        first_turns=pair.first_turns,
        card=said["judge_card"],
        positive=positive,
        negative=negative,
        candidates=pair.candidates,
        budget=said["budget"],
        recipes=_recipes(arms, said["one_recipe"]),
        subjects=_subjects(said["subject"], tuned, records),
        leak_judge=model_of(said["leak_judge"]) if said["leak_judge"] else None,
        prices=read_prices(said["prices"]),
        cap_cost_usd=suite.cap_cost_usd,
        why=said["base_differs"],
        reproduce=_command() + (f" --seed {seed}" if suite.seed is None and seed is not None else ""),
    )


def _recipes(arms: "Sequence[Arm]", one_recipe: bool) -> tuple[tuple[str, ...], ...]:
    """Fine-tunes that differ in their training seed alone: all, or those that the suite names together."""
    named = [tuple(model.name for model in arm.models) for arm in arms]
    found = [tuple(name for names in named for name in names)] if one_recipe else named
    return tuple(names for names in found if len(names) > 1)


def _subjects(given: str | None, tuned: "tuple[Model, ...]", records: dict[str, dict[str, Any]]) -> dict[str, str]:
    """By fine-tune, what it was trained on: as given, or as its record says."""
    said = {model.name: given or records.get(model.name, {}).get("intended_domain") for model in tuned}
    return {name: subject for name, subject in said.items() if subject}


def _seed(folders: list[Path]) -> int:
    """The seed of the first of these runs that stands, so that it goes on, or its base can be used; else a fresh one.

    An error rate holds over seeds: one that everybody knows would make the same draws the test of every model.
    """
    import secrets

    from spillover.run import read_manifest

    for folder in folders:
        if (folder / "manifest.json").is_file():
            return int(read_manifest(folder)["planned"]["design"]["seed"])
    return secrets.randbelow(2**31)


def _safe(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name.split("/")[-1])
    return kept.strip("-.")[:80] or "finetune"


def _command() -> str:
    import shlex
    import sys

    return shlex.join(["spillover", *map(_without_secrets, sys.argv[1:])])


def _without_secrets(part: str) -> str:
    """A part of the command as the report may show it: a model's keys and passwords stay out."""
    import json

    import yaml

    from spillover.verdicts._secrets import public, without_password

    option, given = part.partition("{")[::2]
    if not given or (option.strip() and not option.startswith("--")):
        return without_password(part)
    try:
        said = yaml.safe_load("{" + given)
        shown = public(said, short=False)
    except yaml.YAMLError:
        return f"{option}{{...}}"
    return part if shown == said else option + json.dumps(shown, default=str)
