"""What a declared task is asked with: the arguments of `-T`, with their defaults."""

from dataclasses import dataclass, fields
from typing import Any, TypedDict

from spillover.common import DeclarationError

from .arguments import one_value, words


class TaskArguments(TypedDict, total=False):
    """The arguments of a declared task; `TaskOptions` says what each means and its default."""

    condition: str
    judge: str | None
    probes: str | None
    questions: str | None
    formats: str | list[str]
    split: str
    language: str
    heldout: str | None
    revision: str | None
    panel: str
    cascade: float | None
    decoding: dict[str, Any] | None
    system_as_user: bool


@dataclass(frozen=True, kw_only=True)
class TaskOptions:
    """The arguments of a declared task, checked: each holds one value where one is meant.

    Attributes:
        condition: Id of a declared condition.
        judge: Id of a declared judge protocol (never a model); the declaration's own where None.
        probes: A file of probes instead of the declared ones.
        questions: For a replication: name of a question set, or a file in the same layout.
        formats: For a replication: formats of the questions, a list or separated by commas.
        split: `public`, `paraphrases` (with their originals), `practice`, `retired` or `heldout`.
        language: `en`, or one for which translations exist.
        heldout: File of held-out probes, or `hf:ORG/NAME@REVISION`, for that split.
        revision: Version tag, branch or commit of the dataset on the Hub, `[ORG/NAME@]REVISION`; the package's own
            copy where None.
        panel: How several judges make one verdict: `first`, `majority` or `worst`.
        cascade: Share, in (0, 1], of what a cheap judge (model role `screen`) clears that the grader sees as well.
        decoding: What is decoded otherwise than declared: `temperature`, `max_tokens`, `top_p`, `reasoning_effort`,
            `reasoning_tokens`.
        system_as_user: Whether a system prompt stands at the head of the first user turn, for a model that has no
            system role.

    Raises:
        DeclarationError: Where an argument holds several values, or the share is none.
    """

    condition: str = "plain"
    judge: str | None = None
    probes: str | None = None
    questions: str | None = None
    formats: str | list[str] = "plain"
    split: str = "public"
    language: str = "en"
    heldout: str | None = None
    revision: str | None = None
    panel: str = "first"
    cascade: float | None = None
    decoding: dict[str, Any] | None = None
    system_as_user: bool = False

    def __post_init__(self) -> None:
        """Check what the command line may have split into lists."""
        for name in ("judge", "condition", "panel", "split", "language", "revision"):
            object.__setattr__(self, name, one_value(name, getattr(self, name)))
        words("formats", self.formats)
        _check_share(self.cascade)


TASK_ARGUMENTS = tuple(one.name for one in fields(TaskOptions))
"""The arguments that a declared task takes."""


def _check_share(cascade: float | None) -> None:
    number = isinstance(cascade, int | float) and not isinstance(cascade, bool)
    if cascade is not None and not (number and 0 < cascade <= 1):
        raise DeclarationError(f"cascade={cascade!r}: give a share above 0 and at most 1, such as 0.1")
