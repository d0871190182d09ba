"""One log and what its header says, read without Inspect where its layout is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import LogError, file_sha256, trouble

from .archive import LARGEST, opened
from .bounds import check_bounds
from .header import Header, plain_header

HEADER_PARTS = ("version", "status", "eval", "plan", "results", "stats", "invalidated", "config_updates", "reductions")


@dataclass(frozen=True, slots=True)
class LogSource:
    """A log of a Spillover task.

    Attributes:
        file: Path.
        sha256: Hash of the file.
        header: What its header says.
    """

    file: str
    sha256: str
    header: dict[str, Any]

    @property
    def said(self) -> Header:
        """What its header says, read by name."""
        return Header(self.header)

    @property
    def facts(self) -> dict[str, Any]:
        """Metadata that our tasks put into the header."""
        return self.said.facts

    @property
    def run(self) -> str:
        """Id of the run."""
        return self.said.run

    @property
    def created(self) -> str:
        """When the run began, ISO 8601."""
        return self.said.created

    @property
    def model(self) -> str:
        """Model under test, as requested."""
        return self.said.model

    @property
    def task(self) -> str:
        """Task id, without its package."""
        return self.said.task

    @property
    def version(self) -> str:
        """Task version."""
        return self.said.version

    def version_of(self, task: str) -> str:
        """Version of a task of which the log holds answers; a log of draws names those of several."""
        return self.said.version_of(task)

    @property
    def condition(self) -> str:
        """Condition id."""
        return str(self.facts.get("condition", "plain"))

    @property
    def material(self) -> str:
        """Hash of all material, as the log declares it."""
        return self.said.material

    @property
    def decoding(self) -> dict[str, Any]:
        """Generation settings with which the model was asked."""
        return self.said.decoding

    @property
    def solver(self) -> str:
        """What asked; `ask` where it was our solver alone."""
        return self.said.solver

    @property
    def name(self) -> str:
        """File name."""
        return Path(self.file).name

    def samples(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Name and content of every whole sample, one by one.

        Raises:
            LogError: Where one cannot be read.
        """
        try:
            if self.file.endswith(".json"):
                for sample in _whole(self.file).get("samples") or []:
                    yield f"samples/{sample.get('id')}_epoch_{sample.get('epoch')}.json", sample
                return
            with opened(self.file) as archive:
                yield from archive.samples()
        except (ValueError, KeyError, OSError, AttributeError, NotImplementedError, RuntimeError) as error:
            raise LogError(
                f"{self.file}: a sample of this log cannot be read "
                f"({' '.join(str(error).split())[:200]}); copy the log again from where it was run, or run the "
                "evaluation again"
            ) from error


def rubric_labels(score: dict[str, Any]) -> list[str]:
    """Labels of the rubrics that one stored score names."""
    notes = score.get("metadata") or {}
    return [str(one["rubric"]) for one in notes.values() if isinstance(one, dict) and "rubric" in one]


def log_source(file: str, named: bool = True, sha256: str | None = None) -> LogSource | None:
    """The header of a log.

    Args:
        file: Path.
        named: Whether somebody asked for this very log; a foreign one in a folder is passed over.
        sha256: Its hash, where it is known already.

    Raises:
        LogError: Where it cannot be read, or was named and is not ours.
    """
    header = _header(file)
    try:
        spec = header["eval"]
        ours = "material_sha256" in (spec.get("metadata") or {})
    except (KeyError, TypeError, AttributeError) as error:
        raise LogError(
            f"{file}: not a readable Inspect log (no header); copy it again from where it was run"
        ) from error
    if not ours and named:
        raise LogError(
            f"{file}: task {str(spec.get('task'))!r} is not a Spillover task, so it has no verdicts; give another log"
        )
    if ours:
        check_bounds(header, file)
    return LogSource(file, sha256 or file_sha256(file), header) if ours else None


def header_of(file: str) -> Header:
    """The header of a log of any layout, its run finished or not; by Inspect where its layout is not known here.

    Raises:
        LogError: Where it cannot be read; the cause says why.
    """
    try:
        return Header(_header(file))
    except LogError:
        from inspect_ai.log import read_eval_log

    try:
        return Header(plain_header(read_eval_log(file, header_only=True)))
    except Exception as error:
        raise LogError(
            f"{file}: not a readable Inspect log ({trouble(error)}); copy it again from where it was run"
        ) from error


def _header(file: str) -> dict[str, Any]:
    if file.endswith(".json"):
        whole = _whole(file)
        return {name: whole.get(name) for name in HEADER_PARTS}
    with opened(file) as archive:
        return archive.header


def _whole(file: str) -> dict[str, Any]:
    from pydantic_core import from_json

    try:
        if Path(file).stat().st_size > LARGEST:
            raise ValueError("too large")
        found = from_json(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        raise LogError(
            f"{file}: not a readable Inspect log ({trouble(error)}); copy it again from where it was run"
        ) from error
    if not isinstance(found, dict) or found.get("version") != 2:
        raise LogError(f"{file}: not a readable Inspect log (no header); copy it again from where it was run")
    return found
