"""What draws are taken from: probes, conditions and judge protocols of several domains, and their hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from spillover.common import DeclarationError, plan_digest
from spillover.scorers import load_rubric
from spillover.solvers import Condition

from .anchor import NAME as ANCHOR_DOMAIN
from .anchor import Anchor, anchor_questions
from .check import choose
from .declaration import Declaration, JudgeProtocol, load, load_groups, names
from .decoding import decoded
from .draw_options import MaterialFields, MaterialOptions
from .drawn import Deck
from .material import material
from .probes import Probe, read_probes
from .source import dataset_source
from .splits import asked_probes
from .strata import deck_of, read_core

OWN_PROBES = "own_probes"
"""The domain whose probes stand in a file of the user's."""


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
        core: Ids of the core probes of the dataset.
        main: Ids of the main questions of the anchor.
    """

    probes: dict[str, list[Probe]]
    conditions: dict[str, dict[str, Condition]]
    protocols: dict[str, JudgeProtocol]
    declared: dict[str, Declaration]
    sha256: str
    dataset: dict[str, str]
    core: tuple[str, ...] = ()
    main: frozenset[str] = frozenset()

    def deck(self, strata: Mapping[str, float] | None = None, plain: float | None = None) -> Deck:
        """What draws are picked from.

        Args:
            strata: Share of the draws by stratum; None where every cell has the same.
            plain: Share of the draws under the condition `plain`, of a design with strata.

        Raises:
            DeclarationError: See `deck_of`.
        """
        return Deck(self.cells()) if strata is None else deck_of(self.cells(), strata, plain, self.core, self.main)

    def cells(self) -> list[tuple[str, str, str]]:
        """All cells (domain, probe, condition), in the order of their declarations."""
        return [
            (domain, probe.id, condition)
            for domain, probes in self.probes.items()
            for condition in self.conditions[domain]
            for probe in probes
        ]


def domains_of(named: Sequence[str]) -> list[str]:
    """Domains, with each group (as `emergent`) replaced by its members; in order, each once.

    Raises:
        DeclarationError: Where a name is neither a domain nor a group.
    """
    groups = load_groups()
    known = {name: [name] for name in names()} | groups
    return list(dict.fromkeys(domain for name in named for domain in choose("domain", name, known)))


def draw_material(
    domains: Sequence[str], conditions: Sequence[str | dict[str, Any]], **options: Unpack[MaterialFields]
) -> Material:
    """What draws are taken from.

    Args:
        domains: Domains or groups of them.
        conditions: Ids that each domain declares, or fields of a `Condition`.
        **options: See `MaterialOptions`.

    Raises:
        DeclarationError: Where a name is unknown, domains cannot be asked in one task, or a file cannot be read.
        HubError: Where the revision cannot be had.
    """
    said = MaterialOptions(**options)
    return material_of(domains, conditions, said)


def material_of(
    domains: Sequence[str], conditions: Sequence[str | dict[str, Any]], options: MaterialOptions
) -> Material:
    """As `draw_material`, with its options as one object."""
    source = dataset_source(options.revision)
    declared = _declared(domains, options)
    own = (
        {OWN_PROBES: read_probes(options.own_probes)}
        if options.own_probes is not None and OWN_PROBES in declared
        else {}
    )
    anchor = Anchor([], frozenset())
    if options.anchor is not None and ANCHOR_DOMAIN in declared:
        anchor = anchor_questions(declared[ANCHOR_DOMAIN].probes["anchor"], options.anchor)
        own[ANCHOR_DOMAIN] = anchor.probes
    others = {name: one for name, one in declared.items() if name not in own}
    asked = {
        name: asked_probes(name, one.probes, options.split, data=source.data)[: options.probes]
        for name, one in others.items()
    }
    asked = {name: own.get(name) or asked[name] for name in declared}
    put = {name: _conditions(one, conditions) for name, one in declared.items()}
    protocols = {name: one.judges.get(options.judge) or one.judges[one.judge] for name, one in declared.items()}
    whole = {
        name: _material(one, asked[name], put[name], protocols[name], options.system_as_user)
        for name, one in declared.items()
    }
    core = read_core(source.data.parent)
    return Material(asked, put, protocols, declared, plan_digest(whole), source.said, core, anchor.main)


def _declared(domains: Sequence[str], options: MaterialOptions) -> dict[str, Declaration]:
    """The declarations of domains that can be asked in one task."""
    declared = {domain: decoded(load(domain), options.decoding) for domain in domains_of(domains)}
    for domain, one in declared.items():
        given = {OWN_PROBES: options.own_probes, ANCHOR_DOMAIN: options.anchor}.get(domain)
        if not set(one.probes) & {"path", "ids"} and given is None:
            raise DeclarationError(f"{domain}: this domain has no probes of its own; run it separately")
        if one.decoding != next(iter(declared.values())).decoding:
            raise DeclarationError(
                f"{domain}: its decoding settings differ from those of {next(iter(declared))}; run it separately"
            )
    return declared


def _conditions(declared: Declaration, given: Sequence[str | dict[str, Any]]) -> dict[str, Condition]:
    found: dict[str, Condition] = {}
    for one in given:
        fields = {"id": one, **choose("condition", one, declared.conditions)} if isinstance(one, str) else dict(one)
        if fields["id"] in found:
            raise DeclarationError(f"condition {fields['id']!r} is given twice; give each an id of its own")
        found[fields["id"]] = Condition(**fields)
    if not found:
        raise DeclarationError("no condition given; give one, such as plain")
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
