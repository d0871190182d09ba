"""Ask base and fine-tunes chunk by chunk, until the result is clear or the limit on draws is reached."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from spillover.logs import LogFacts, log_facts, read
from spillover.plan import Design, Model, Options
from spillover.run import chunk_logs, reuse, run_chunks

Say = Callable[[str], None]


@dataclass(slots=True)
class Asked:
    """What has been asked so far.

    Attributes:
        rows: Rows of `spillover.logs.read` by model, each with its `chunk`.
        logs: Facts of every log, by model.
        chunks: Names of the finished chunks, in order.
        reused: Logs of the base that come from an earlier run.
        capped: What is said where a cap ended the asking.
    """

    rows: dict[str, pd.DataFrame] = field(default_factory=dict)
    logs: dict[str, list[LogFacts]] = field(default_factory=dict)
    chunks: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)
    capped: str | None = None

    def add(self, folder: Path, wanted: Sequence[str]) -> None:
        """Take in a finished chunk."""
        for model, file in chunk_logs(folder).items():
            if model in wanted:
                rows = read([str(file)]).assign(chunk=folder.name)
                before = self.rows.get(model)
                self.rows[model] = rows if before is None else pd.concat([before, rows], ignore_index=True)
                self.logs.setdefault(model, []).append(log_facts(str(file)))
        self.chunks.append(folder.name)

    def beside(self, model: str, base: str) -> pd.DataFrame:
        """Rows of the base in the chunks that a fine-tune was asked."""
        rows = self.rows[base]
        return rows[rows["chunk"].isin(set(self.rows[model]["chunk"]))].reset_index(drop=True)


def ask(
    design: Design,
    base: Model,
    tuned: Sequence[Model],
    judges: Sequence[Model],
    out: Path,
    options: Options,
    reused: Sequence[Path] = (),
) -> Iterator[tuple[Asked, list[Model]]]:
    """Ask chunk after chunk; give what is there after each, and the fine-tunes that are still open.

    The reader takes a fine-tune that is decided off the list and stops when it is empty.

    Args:
        design: What is asked.
        base: The base.
        tuned: The fine-tunes.
        judges: The judges.
        out: Folder of the run.
        options: How.
        reused: Folders of earlier runs that may hold the base's answers.

    Raises:
        RunError: See `spillover.run.run_chunk`.
    """
    found, still = Asked(), list(tuned)
    for span in design.chunks():
        for source in reused:
            found.reused += [f"{source}/{name}" for name in reuse(design, span, base, judges, source, out)]
    names = [model.name for model in (base, *tuned)]
    for folder in run_chunks(design, lambda: [base, *still], judges, out, options):
        found.add(folder, names)
        yield found, still
        if not still:
            return
