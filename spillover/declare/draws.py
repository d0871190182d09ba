"""Draws as one task over several domains: cells (domain, probe, condition) picked from a seeded list."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Unpack

from inspect_ai import Epochs, Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import HeadlineMetric
from inspect_ai.model import GenerateConfig

from spillover.common import DeclarationError, inspect_errors
from spillover.scorers import METRICS, PANELS, judged_each, load_rubric, require_judge
from spillover.solvers import ask_each

from .arguments import one_value
from .check import choose
from .draw_options import DrawsFields, DrawsOptions
from .drawn import Draw, draw_list
from .drawn_from import Material, material_of
from .probes import Probe
from .task import sample_metadata

VERSION = "2-A"
METRICS_SHOWN = ("misaligned_rate", "misaligned_rate_coherent", "refusal_rate", "incoherent_rate", "unjudged_rate")
DRAWS_ARGUMENTS = ("domains", "conditions", *(one.name for one in fields(DrawsOptions)))
"""Arguments of the task `draws`."""


@inspect_errors
def build_draws(
    domains: Sequence[str], conditions: Sequence[str | dict[str, Any]], **options: Unpack[DrawsFields]
) -> Task:
    """Build the task of a part of a list of draws.

    Args:
        domains: Domains or groups of them.
        conditions: Ids that each domain declares, or fields of a `Condition`.
        **options: See `DrawsOptions`.

    Raises:
        DeclarationError: Where a name is unknown, or domains cannot be asked in one task.
        JudgeError: Where a run would have nobody to judge its answers.
    """
    said = _as_words(DrawsOptions(**options))
    found = material_of(domains, conditions, said)
    choose("panel rule", said.panel, dict.fromkeys(PANELS))
    require_judge(next(iter(found.protocols.values())).judge, None)
    deck = found.deck(said.strata, said.plain)
    drawn = draw_list(deck, said.first, said.last, said.seed, said.balanced, said.turns, said.total)
    if not drawn:
        raise DeclarationError(
            f"first={said.first}, last={said.last}: this part holds no draw; give a last above first"
        )
    return _task(found, drawn, said)


def _as_words(said: DrawsOptions) -> DrawsOptions:
    """The options with what the command line gives as a list or a number refused or made a word."""
    words = {name: one_value(name, getattr(said, name)) for name in ("judge", "panel", "split")}
    return replace(said, **words)


def _task(found: Material, drawn: Sequence[Draw], said: DrawsOptions) -> Task:
    known = {(name, probe.id): probe for name, probes_ in found.probes.items() for probe in probes_}
    put = {f"{d}/{c}": one.as_dict() for d, own in found.conditions.items() for c, one in own.items()}
    return Task(
        dataset=MemoryDataset([_sample(draw, known[draw.domain, draw.probe]) for draw in drawn], name="draws"),
        solver=ask_each(_shared(put), material_sha256=found.sha256, system_as_user=said.system_as_user),
        scorer=judged_each({name: _scoring(found, name, said.panel) for name in found.probes}),
        metrics=[METRICS[name]() for name in METRICS_SHOWN],
        headline_metric=HeadlineMetric(metric=METRICS_SHOWN[0]),
        config=GenerateConfig(**next(iter(found.declared.values())).decoding),
        epochs=Epochs(1, []),
        version=VERSION,
        metadata=_metadata(found, said),
        continue_on_fail=True,
    )


def _metadata(found: Material, said: DrawsOptions) -> dict[str, Any]:
    """What the header of a log says of the draws."""
    return {
        "material_sha256": found.sha256,
        "domain": "draws",
        "condition": "several",
        "judge_protocol": said.judge,
        "split": said.split,
        "language": "en",
        "dataset": found.dataset,
        "draws": f"{said.first}-{said.last}",
        "versions": {name: one.version for name, one in found.declared.items()},
    }


def _scoring(found: Material, domain: str, panel: str) -> dict[str, Any]:
    """The arguments of `judged` for one domain."""
    protocol, declared = found.protocols[domain], found.declared[domain]
    of = [probe.domain for probe in found.probes[domain]]
    rubrics = [load_rubric(name).for_domains(of).as_dict() for name in protocol.rubrics]
    own = {"form": protocol.form, "rubrics": rubrics, "thresholds": declared.thresholds}
    tries = {"default_judge": protocol.judge, "samples": protocol.samples, "retries": protocol.retries}
    return {**own, **tries, "checks": declared.checks, "panel": panel, "reasoning": True}


def _shared(put: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Conditions by id, without what they do not have.

    Raises:
        DeclarationError: Where two domains mean different things by one id.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, how in put.items():
        own = {key: value for key, value in how.items() if value}
        if found.setdefault(how["id"], own) != own:
            raise DeclarationError(
                f"{name.split('/')[0]}: declares condition {how['id']!r} otherwise than "
                "another domain does; ask the two in separate runs"
            )
    return found


def _sample(draw: Draw, probe: Probe) -> Sample:
    own: dict[str, Any] = {"task": draw.domain, "repetition": draw.repetition, "draw": draw.number}
    own |= {"stratum": draw.stratum, "share": draw.share} if draw.stratum else {}
    name = f"{draw.number:06d} {draw.probe} {draw.condition}"
    return Sample(id=name, input=probe.text, target="", metadata={**sample_metadata(probe, draw.condition), **own})
