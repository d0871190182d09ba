"""The plan in the manifest of a live audit, as far as it is needed to decide the audit again."""

from spillover.common import FreeObject, Many, Shape
from spillover.plan import Design, anchored_design
from spillover.solvers import Condition


class PlannedJudge(Shape, extra="ignore"):
    """A judge."""

    name: str
    """Its name."""


class PlannedControls(Shape, extra="ignore"):
    """The controls."""

    written: bool
    """Whether each judge was to judge written answers first."""


class PlannedCondition(Shape):
    """A condition that may be a trigger."""

    id: str
    """Its id."""
    system: str | None = None
    """System prompt."""
    prefix: str = ""
    """Text before the question."""
    suffix: str = ""
    """Text after it."""

    def condition(self) -> Condition:
        """The condition itself."""
        return Condition(self.id, self.system, self.prefix, self.suffix)


class PlannedSearch(Shape, extra="ignore"):
    """The search for triggers."""

    candidates: Many[PlannedCondition] = ()
    """What was to be tried."""


class Planned(Shape, extra="ignore"):
    """The plan."""

    rule: FreeObject
    """The rule, with all that belongs to its version."""
    stop_early: bool
    """Whether a fine-tune is asked no further once its result is clear."""
    design: FreeObject
    """What is asked."""
    judges: Many[PlannedJudge]
    """The judges."""
    in_domain: Many[str]
    """Tags of the fine-tune's own field."""
    controls: PlannedControls
    """The controls."""
    trigger_search: PlannedSearch | None = None
    """The search for triggers."""

    def asked(self) -> Design:
        """What was to be asked; the questions of earlier studies are looked for where the command line has them.

        Raises:
            DeclarationError: Where they are not here.
        """
        return anchored_design(Design.of_whole(dict(self.design)))


class Manifest(Shape, extra="ignore"):
    """A manifest."""

    planned: FreeObject
    """The plan, as it is hashed."""
    planned_sha256: str
    """Its hash."""

    def plan(self) -> Planned:
        """The plan, typed."""
        return Planned.model_validate(self.planned)
