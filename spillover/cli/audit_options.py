"""Options of `spillover audit`, as one typed object."""

from dataclasses import dataclass
from pathlib import Path

import click

from .pair_options import PairOptions

LIVE = (
    *("training_data", "judge_card", "draws", "seed", "all_draws", "max_cost", "prices", "reuse", "max_connections"),
    *("processes", "batch", "no_first_call", "max_tokens", "reasoning_effort", "reasoning_tokens", "temperature"),
    *("system_as_user", "judges", "budget", "positive", "negative"),
)
"""Options that mean nothing where logs are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions(PairOptions):
    """Options of `spillover audit`; their help says what each is."""

    base_logs: tuple[str, ...]
    finetune_logs: tuple[str, ...]
    judge_card: Path | None
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    one_recipe: bool
    subject: str | None
    capability: tuple[str, ...]
    reuse: tuple[Path, ...]
    out: Path | None
    markdown: bool
    quiet: bool

    def of_logs(self) -> bool:
        """Whether logs are compared; otherwise models are asked now."""
        return bool(self.base_logs or self.finetune_logs)

    def check(self) -> None:
        """Refuse options that do not go together.

        Raises:
            SpilloverError: Where --out is a file.
        """
        from spillover.common import SpilloverError

        if self.out is not None and self.out.exists() and not self.out.is_dir():
            raise SpilloverError(f"{self.out}: is a file; give --out a folder")

    def check_of_logs(self, command: click.Command) -> None:
        """Refuse what an audit of logs lacks or cannot use.

        Args:
            command: The command, which knows how its options are spelled.

        Raises:
            click.UsageError: Where it does.
        """
        spelled = {one.name: one.opts[0] for one in command.params}
        for name in ("base_logs", "finetune_logs"):
            if not getattr(self, name):
                raise click.UsageError(f"{spelled[name]} is missing; give both --base-logs and --finetune-logs")
        idle = next((name for name in LIVE if getattr(self, name)), None)
        if idle is not None:
            raise click.UsageError(
                f"{spelled[idle]} is for models that are asked now; leave it out, or "
                "give --base and --finetune instead of logs"
            )
