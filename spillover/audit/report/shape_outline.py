"""What reports of every version have in common: enough to hold their counts against their logs."""

from spillover.audit.decide import Answer
from spillover.common import FreeObject, Many, Shape, Whole

from .shape_base import Texts


class OutlineRule(Shape, extra="ignore"):
    """The rule of a report."""

    version: Whole | None = None
    """Version of the rule; rules of the first version have none."""


class OutlineFinding(Shape, extra="ignore"):
    """The finding on one fine-tune."""

    model: str
    """The fine-tune."""
    answer: Answer
    """The answer about it."""


class OutlineLog(Shape, extra="ignore"):
    """One log of a report."""

    log: str
    """File name."""
    sha256: str
    """Hash of the file."""


class Outline(Shape, extra="ignore"):
    """The outline of a report of any version; other fields are passed over."""

    base: str
    """Name of the base."""
    answer: Answer
    """The answer about all fine-tunes together."""
    rule: OutlineRule
    """The decision rule."""
    findings: Many[OutlineFinding]
    """One per fine-tune."""
    in_domain: Texts
    """Tags of the fine-tune's own field."""
    logs: Many[OutlineLog]
    """Every log."""
    outcomes: dict[str, dict[str, Whole]]
    """Out-of-domain answers by model and outcome."""
    manifest: FreeObject | None = None
    """Manifest of a live run."""

    @property
    def compared(self) -> tuple[str, ...]:
        """The fine-tunes whose answers are counted; a void one's are not."""
        return tuple(one.model for one in self.findings if one.model in self.outcomes)
