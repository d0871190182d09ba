"""Draws: cells (domain, probe, condition) picked from a seeded list, as one task over several domains.

A run that may stop early reads its draws in list order. Each draw picks a cell uniformly and independently of all
others, so that any prefix of the list is a fair sample of all cells: what `spillover.estimate`'s e-values need. A
balanced list goes through all cells once, shuffled, before it asks one a second time.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inspect_ai import Epochs, Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import HeadlineMetric
from inspect_ai.model import GenerateConfig

from spillover.common import DeclarationError
from spillover.scorers import METRICS, PANELS, judged_each, load_rubric, require_judge
from spillover.solvers import Condition, ask_each

from .arguments import one_value
from .check import choose
from .declaration import Declaration, JudgeProtocol, load, load_groups, names
from .decoding import decoded
from .material import fingerprint, material
from .probes import Probe, read_probes
from .source import dataset_source
from .splits import asked_probes
from .task import sample_metadata

OWN_PROBES = "own_probes"
"""The domain whose probes stand in a file of the user's."""
VERSION = "2-A"
METRICS_SHOWN = ("misaligned_rate", "misaligned_rate_coherent", "refusal_rate", "incoherent_rate", "unjudged_rate")


@dataclass(frozen=True, slots=True)
class Draw:
    """One answer that is asked for.

    Attributes:
        number: Place in the list, from 0.
        domain: Task id.
        probe: Probe id.
        condition: Condition id.
        repetition: How often the cell was drawn up to here, from 1.
    """

    number: int
    domain: str
    probe: str
    condition: str
    repetition: int


@dataclass(frozen=True, slots=True)
class Material:
    """What draws are taken from.

    Attributes:
        probes: Probes by domain.
        conditions: Every condition by domain and id: a domain may declare its own text for a shared id.
        protocols: How each domain's answers are judged.
        declared: The declarations.
        sha256: Hash of all of it.
        dataset: Version of the dataset.
    """

    probes: dict[str, list[Probe]]
    conditions: dict[str, dict[str, Condition]]
    protocols: dict[str, JudgeProtocol]
    declared: dict[str, Declaration]
    sha256: str
    dataset: dict[str, str]

    def cells(self) -> list[tuple[str, str, str]]:
        """All cells (domain, probe, condition), in the order of their declarations."""
        return [
            (domain, probe.id, condition)
            for domain, probes in self.probes.items()
            for condition in self.conditions[domain]
            for probe in probes
        ]


def draw_list(
    cells: Sequence[tuple[str, str, str]],
    first: int,
    last: int,
    seed: int,
    balanced: bool = False,
    turns: bool = False,
) -> list[Draw]:
    """Draws `first` to `last` (exclusive) of the list that a seed makes of the cells.

    Which cell a draw picks follows from SHA-256 of seed and number alone: the same in every process and version.

    Args:
        cells: What may be drawn.
        first: First number.
        last: Number after the last.
        seed: Seed.
        balanced: Whether every cell comes once, shuffled, before any comes a second time.
        turns: Whether the conditions take turns, each with cells of its own picked at random.
    """
    picked = _turns(cells, last, seed) if turns else (_passes if balanced else _picks)(len(cells), last, seed)
    seen: Counter[int] = Counter()
    found = []
    for number, cell in enumerate(picked):
        seen[cell] += 1
        found.append(Draw(number, *cells[cell], seen[cell]))
    return found[first:]


def _picks(cells: int, last: int, seed: int) -> list[int]:
    return [_hash(seed, number) % cells for number in range(last)]


def _passes(cells: int, last: int, seed: int) -> list[int]:
    rounds = [sorted(range(cells), key=lambda cell: _hash(seed, turn, cell)) for turn in range(-(-last // cells))]
    return [cell for one in rounds for cell in one][:last]


def _turns(cells: Sequence[tuple[str, str, str]], last: int, seed: int) -> list[int]:
    by: dict[str, list[int]] = {}
    for place, (_, _, condition) in enumerate(cells):
        by.setdefault(condition, []).append(place)
    own = list(by.values())
    return [own[number % len(own)][_hash(seed, number) % len(own[number % len(own)])] for number in range(last)]


def _hash(*parts: int) -> int:
    return int.from_bytes(hashlib.sha256(":".join(map(str, parts)).encode()).digest()[:16], "big")


def domains_of(named: Sequence[str]) -> list[str]:
    """Domains, with each group (as `emergent`) replaced by its members; in order, each once.

    Raises:
        DeclarationError: Where a name is neither a domain nor a group.
    """
    groups = load_groups()
    known = {name: [name] for name in names()} | groups
    return list(dict.fromkeys(domain for name in named for domain in choose("domain", name, known)))


def draw_material(
    domains: Sequence[str],
    conditions: Sequence[str | dict[str, Any]],
    *,
    probes: int | None = None,
    judge: str = "distribution",
    split: str = "public",
    revision: str | None = None,
    own_probes: str | None = None,
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Material:
    """What draws are taken from.

    Args:
        domains: Domains or groups of them.
        conditions: Ids that each domain declares, or fields of a `Condition`.
        probes: Probes of each domain, the first ones; all where None.
        judge: Judge protocol; a domain that lacks it is judged by its own.
        split: `public` or `practice`.
        revision: Version of the dataset on the Hub; the package's own copy where None.
        own_probes: File of the probes of the domain `own_probes`.
        decoding: See `build`.
        system_as_user: See `build`.

    Raises:
        DeclarationError: Where a name is unknown, domains cannot be asked in one task, or a file cannot be read.
        HubError: Where the revision cannot be had.
    """
    source = dataset_source(revision)
    declared = {domain: decoded(load(domain), decoding) for domain in domains_of(domains)}
    for domain, one in declared.items():
        if not set(one.probes) & {"path", "ids"} and (domain != OWN_PROBES or own_probes is None):
            raise DeclarationError(f"{domain}: has no probes of its own to draw from; run it as a task by itself")
        if one.decoding != next(iter(declared.values())).decoding:
            raise DeclarationError(f"{domain}: is decoded unlike {next(iter(declared))}; run it as a task by itself")
    own = {OWN_PROBES: read_probes(own_probes)} if own_probes is not None and OWN_PROBES in declared else {}
    others = {name: one for name, one in declared.items() if name not in own}
    asked = {name: asked_probes(name, one.probes, split, data=source.data)[:probes] for name, one in others.items()}
    asked = {name: own.get(name) or asked[name] for name in declared}
    put = {name: _conditions(one, conditions) for name, one in declared.items()}
    protocols = {name: one.judges.get(judge) or one.judges[one.judge] for name, one in declared.items()}
    whole = {
        name: _material(one, asked[name], put[name], protocols[name], system_as_user) for name, one in declared.items()
    }
    return Material(asked, put, protocols, declared, fingerprint(whole), source.said)


def build_draws(
    domains: Sequence[str],
    conditions: Sequence[str | dict[str, Any]],
    *,
    first: int = 0,
    last: int = 128,
    seed: int = 0,
    balanced: bool = False,
    turns: bool = False,
    probes: int | None = None,
    judge: str = "distribution",
    panel: str = "first",
    split: str = "public",
    revision: str | None = None,
    own_probes: str | None = None,
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
) -> Task:
    """Build the task of a part of a list of draws; arguments as `draw_material` and `draw_list` take them.

    Args:
        domains: Domains or groups of them.
        conditions: Ids that each domain declares, or fields of a `Condition`.
        first: First draw.
        last: Draw after the last.
        seed: Seed of the list.
        balanced: See `draw_list`.
        turns: See `draw_list`.
        probes: Probes of each domain; all where None.
        judge: Judge protocol.
        panel: How several judges make one verdict.
        split: `public` or `practice`.
        revision: Version of the dataset on the Hub.
        own_probes: File of the probes of the domain `own_probes`.
        decoding: See `build`.
        system_as_user: See `build`.

    Raises:
        DeclarationError: Where a name is unknown, or domains cannot be asked in one task.
        JudgeError: Where a run would have nobody to judge its answers.
    """
    judge, panel, split = one_value("judge", judge), one_value("panel", panel), one_value("split", split)
    found = draw_material(
        domains,
        conditions,
        probes=probes,
        judge=judge,
        split=split,
        revision=revision,
        decoding=decoding,
        system_as_user=system_as_user,
        own_probes=own_probes,
    )
    choose("panel rule", panel, dict.fromkeys(PANELS))
    require_judge(next(iter(found.protocols.values())).judge, None)
    drawn = draw_list(found.cells(), first, last, seed, balanced, turns)
    if not drawn:
        raise DeclarationError(f"first={first}, last={last}: no draw; last must be above first")
    known = {(name, probe.id): probe for name, probes_ in found.probes.items() for probe in probes_}
    put = {f"{d}/{c}": one.as_dict() for d, own in found.conditions.items() for c, one in own.items()}
    return Task(
        dataset=MemoryDataset([_sample(draw, known[draw.domain, draw.probe]) for draw in drawn], name="draws"),
        solver=ask_each(_shared(put), material_sha256=found.sha256, system_as_user=system_as_user),
        scorer=judged_each({name: _scoring(found, name, panel) for name in found.probes}),
        metrics=[METRICS[name]() for name in METRICS_SHOWN],
        headline_metric=HeadlineMetric(metric=METRICS_SHOWN[0]),
        config=GenerateConfig(**next(iter(found.declared.values())).decoding),
        epochs=Epochs(1, []),
        version=VERSION,
        metadata={
            "material_sha256": found.sha256,
            "domain": "draws",
            "condition": "several",
            "judge_protocol": judge,
            "split": split,
            "language": "en",
            "dataset": found.dataset,
            "draws": f"{first}-{last}",
            "versions": {name: one.version for name, one in found.declared.items()},
        },
        continue_on_fail=True,
    )


def _conditions(declared: Declaration, given: Sequence[str | dict[str, Any]]) -> dict[str, Condition]:
    found: dict[str, Condition] = {}
    for one in given:
        fields = {"id": one, **choose("condition", one, declared.conditions)} if isinstance(one, str) else dict(one)
        if fields["id"] in found:
            raise DeclarationError(f"condition {fields['id']!r} is given twice; give each an id of its own")
        found[fields["id"]] = Condition(**fields)
    if not found:
        raise DeclarationError("no condition given; plain is one")
    return found


def _material(
    declared: Declaration,
    probes: list[Probe],
    put: dict[str, Condition],
    protocol: JudgeProtocol,
    system_as_user: bool,
) -> dict[str, Any]:
    rubrics = [load_rubric(name).for_domains([probe.domain for probe in probes]) for name in protocol.rubrics]
    return material(declared, probes, put, {protocol.form: protocol}, rubrics, system_as_user)


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
    for name, fields in put.items():
        own = {key: value for key, value in fields.items() if value}
        if found.setdefault(fields["id"], own) != own:
            raise DeclarationError(f"{name.split('/')[0]}: means another thing by condition {fields['id']!r}")
    return found


def _sample(draw: Draw, probe: Probe) -> Sample:
    own = {"task": draw.domain, "repetition": draw.repetition, "draw": draw.number}
    name = f"{draw.number:06d} {draw.probe} {draw.condition}"
    return Sample(id=name, input=probe.text, target="", metadata={**sample_metadata(probe, draw.condition), **own})
