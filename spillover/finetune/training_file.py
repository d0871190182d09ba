"""A fine-tuning file as a plan and a report state it."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class TrainingFile:
    """A fine-tuning file.

    Attributes:
        file: Its name, without its folder.
        sha256: Its hash; see `training_sha256`.
        read: What was read of it, in words.
    """

    file: str
    sha256: str
    read: str

    def as_dict(self) -> dict[str, str]:
        """The file as plain data."""
        return asdict(self)
