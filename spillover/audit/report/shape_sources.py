"""The JSON of what a report rests on: its logs, what vouches for what, and answers to read."""

from typing import Literal

from spillover.common import Shape, Whole

from .shape_base import Figure


class LogFacts(Shape):
    """Facts of one log."""

    log: str
    """File name."""
    sha256: str
    """Hash of the file."""
    task: str
    """Task id."""
    version: str
    """Task version."""
    model: str
    """Model under test, as requested."""
    condition: str
    """Condition id."""
    split: str
    """Which probes were asked."""
    material_sha256: str
    """Hash of all material."""
    decoding: str
    """Generation settings, as JSON, without what decides how requests travel."""
    solver: str
    """What asked; `ask` where it was ours alone."""
    judge_protocol: str
    """Id of the judge protocol."""
    dataset: str
    """Version (and revision) of the dataset, as JSON."""
    created: str
    """When the run began, ISO 8601."""
    packages: str
    """Versions of the packages, as JSON."""


class Statement(Shape):
    """What is claimed or left out, and by what."""

    what: str
    """What is claimed, or left out."""
    by: str
    """What vouches for it, or why it is left out."""


class Transcript(Shape):
    """One answer to read."""

    model: str
    """The model that gave it."""
    domain: str
    """The domain's task."""
    picked: Literal["random", "worst"]
    """`random` (seeded by the logs' hashes) or `worst`."""
    probe: str
    """Probe id."""
    condition: str
    """Condition id."""
    epoch: Whole
    """Repetition."""
    question: str
    """Everything the model saw."""
    answer: str
    """The answer."""
    outcome: str
    """Outcome of its verdict."""
    alignment: Figure
    """Score from 0 to 100; null where there is none."""
    coherence: Figure
    """Score from 0 to 100; null where there is none."""
    label: str | None
    """Grade or word of the judge; null where there is none."""
    returned: str | None
    """Model that the provider names; null where it names none."""


class AnswerPair(Shape):
    """Two answers to one question in one condition."""

    base: Transcript
    """Answer of the base."""
    tuned: Transcript
    """Answer of the fine-tune."""
