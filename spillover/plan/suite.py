"""A suite: its questions, the models to ask, and the decision rule."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from spillover.common import ALPHA, FLOOR, MARGIN, DeclarationError, default_judges

from .design import CHUNK, DRAWS, PROTOCOL, Design, Model
from .options import Options

ANCHOR = "anchor"
"""The stratum and the domain of questions of earlier studies."""
COMPANION = "companion"
"""The group of companion scales."""
JUDGES = tuple(Model(name) for name in default_judges())
"""Two families, so that no fault of one decides alone; `spillover/common/judges.yaml` names them."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A fine-tune as a suite names it.

    Attributes:
        models: Its model, or one for each training seed.
        record: File of its fine-tune record, or None.
    """

    models: tuple[Model, ...]
    record: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """The arm as plain data."""
        return {
            "models": [model.as_dict() for model in self.models],
            "record": str(self.record) if self.record else None,
        }


@dataclass(frozen=True, slots=True)
class Replication:
    """Another study's protocol, run as a task of its own.

    Attributes:
        task: Task id.
        questions: Questions that the arguments ask, all formats counted.
        epochs: Answers to each.
        needs: Material that it needs and where that comes from.
        args: Arguments of the task.
    """

    task: str
    questions: int
    epochs: int
    needs: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite; the fields are those of its YAML (`suite.schema.json` describes them)."""

    id: str
    title: str
    domains: tuple[str, ...] = ()
    probes: int | None = None
    own_probes: Path | None = None
    conditions: tuple[Any, ...] = ("plain",)
    judges: tuple[Model, ...] = JUDGES
    judge: str = PROTOCOL
    draws: int = DRAWS
    chunk: int = CHUNK
    stop_early: bool = True
    margin: float = MARGIN.default
    floor: float = FLOOR.default
    alpha: float = ALPHA.default
    icc: float = 0.36
    seed: int | None = None
    base: Model | None = None
    finetunes: tuple[Arm, ...] = ()
    training_data: Path | None = None
    in_domain: tuple[str, ...] = ()
    cap_answers: int | None = None
    cap_cost_usd: float | None = None
    max_connections: int | None = None
    batch: bool = False
    processes: int = 1
    replication: Replication | None = None
    decoding: dict[str, Any] | None = None
    system_as_user: bool = False
    strata: dict[str, float] | None = None
    plain: float | None = None
    anchor: str | None = None
    companions: int = 0
    anchor_missing: str | None = None

    def design(self) -> Design:
        """What is asked of every arm.

        Raises:
            DeclarationError: Where the suite is a replication, which has no draws.
        """
        if self.replication is not None:
            raise DeclarationError(
                f"{self.id}: this suite is a replication and has no draws; run its task, {self.replication.task}"
            )
        domains, strata = self._strata()
        return Design(
            domains,
            self.conditions,
            draws=self.draws,
            chunk=self.chunk,
            seed=self.seed or 0,
            balanced=not self.stop_early,
            probes=self.probes,
            judge=self.judge,
            own_probes=str(self.own_probes) if self.own_probes else None,
            decoding=self.decoding,
            system_as_user=self.system_as_user,
            strata=strata,
            plain=self.plain,
            anchor=self.anchor if strata and ANCHOR in strata else None,
        )

    def companion_design(self) -> Design | None:
        """What is asked of the companion scales: the first questions of each, plain, each once; None for nothing."""
        if not self.companions or self.replication is not None:
            return None
        from spillover.declare import domains_of

        each = -(-self.companions // len(domains_of([COMPANION])))
        return Design(
            (COMPANION,),
            draws=self.companions,
            chunk=self.chunk,
            seed=self.seed or 0,
            balanced=True,
            probes=each,
            judge=self.judge,
            decoding=self.decoding,
            system_as_user=self.system_as_user,
        )

    def _strata(self) -> tuple[tuple[str, ...], dict[str, float] | None]:
        """Domains, with that of the anchor where its questions are at hand, and the shares of the strata that are."""
        if self.strata is None or ANCHOR not in self.strata:
            return self.domains, self.strata
        if self.anchor is not None:
            return (*self.domains, ANCHOR), self.strata
        from spillover.declare import without_anchor

        return self.domains, without_anchor(self.strata)

    def options(self) -> Options:
        """How it is carried out."""
        return Options(max_connections=self.max_connections, batch=self.batch, processes=self.processes)

    def as_dict(self) -> dict[str, Any]:
        """The suite as plain data, without what it does not have."""
        own = {name: getattr(self, name) for name in self.__slots__}
        own |= {
            "judges": [model.as_dict() for model in self.judges],
            "finetunes": [a.as_dict() for a in self.finetunes],
        }
        own |= {"base": self.base.as_dict() if self.base else None}
        own |= {"replication": asdict(self.replication) if self.replication else None}
        own |= {"own_probes": str(self.own_probes) if self.own_probes else None}
        own |= {"training_data": str(self.training_data) if self.training_data else None}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in own.items()}
        return {name: value for name, value in plain.items() if value is not None and value != []}


def in_replication(suite: Suite) -> Suite:
    """A suite whose replication, where it is one, is asked as the suite says, by arguments of its task."""
    if suite.replication is None:
        return suite
    own = {"decoding": suite.decoding, "system_as_user": suite.system_as_user}
    args = suite.replication.args | {name: value for name, value in own.items() if value}
    return replace(suite, replication=replace(suite.replication, args=args))
