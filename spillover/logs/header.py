"""The one reading of a log's header: who was asked what, with which settings, and what changed during the run.

A header comes as plain data, from the archive or from Inspect. Importing this loads the standard library only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .settings import Change, changes_of, decoding_of, effective, solver_of

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog

LINES = ("thresholds", "samples", "checks", "panel", "cascade")
"""Arguments of our scorer that decide how verdicts are made of what judges say."""
DRAWS, EACH, JUDGED = "draws", "judged_each", "judged"
"""The task whose samples say themselves which task they belong to, the name of its score, and of any other task's."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of a log says.

    Attributes:
        data: The header as plain data.
    """

    data: Mapping[str, Any]

    @property
    def spec(self) -> dict[str, Any]:
        """The part `eval`."""
        return dict(self.data["eval"])

    @property
    def status(self) -> str:
        """`success`, `error`, `cancelled`, or `started` where the run is going on or was cut off."""
        return str(self.data.get("status") or "started")

    @property
    def facts(self) -> dict[str, Any]:
        """Metadata that our tasks put into the header."""
        return dict(self.spec.get("metadata") or {})

    @property
    def ours(self) -> bool:
        """Whether a Spillover task wrote the log."""
        return "material_sha256" in self.facts

    @property
    def run(self) -> str:
        """Id of the run; a retry has one of its own."""
        return str(self.spec.get("eval_id"))

    @property
    def task_id(self) -> str:
        """Id that a run shares with its retries."""
        return str(self.spec.get("task_id") or self.spec.get("eval_id"))

    @property
    def created(self) -> str:
        """When the run began, ISO 8601."""
        return str(self.spec.get("created"))

    @property
    def model(self) -> str:
        """Model under test, as requested."""
        return str(self.spec.get("model"))

    @property
    def task(self) -> str:
        """Task id, without its package."""
        return str(self.spec.get("task")).split("/")[-1]

    @property
    def version(self) -> str:
        """Task version."""
        return str(self.spec.get("task_version"))

    def version_of(self, task: str) -> str:
        """Version of a task of which the log holds answers; a log of draws names those of several."""
        versions = self.facts.get("versions")
        return str(versions.get(task, self.version)) if isinstance(versions, dict) else self.version

    @property
    def material(self) -> str:
        """Hash of all material, as the log declares it."""
        return str(self.facts.get("material_sha256", ""))

    @property
    def score(self) -> str:
        """Name of the score that counts."""
        return EACH if self.task == DRAWS else JUDGED

    @property
    def decoding(self) -> dict[str, Any]:
        """Generation settings and limits with which the model was asked; see `decoding_of`."""
        return decoding_of(self.data)

    @property
    def solver(self) -> str:
        """What asked; `ask` where it was our solver alone."""
        return solver_of(self.data)

    @property
    def changes(self) -> list[Change]:
        """Settings that were changed during the run, in order."""
        return changes_of(self.data)

    @property
    def planned(self) -> int:
        """Answers that the run was to give: samples times epochs; 0 where the header does not say."""
        dataset = self.spec.get("dataset") or {}
        ids = dataset.get("sample_ids")
        samples = len(ids) if ids else int(dataset.get("samples") or 0)
        return samples * int(effective(self.data)[0].get("epochs") or 1)

    @property
    def invalidated(self) -> bool:
        """Whether any of its samples was declared invalid."""
        return bool(self.data.get("invalidated"))

    def options(self, task: str, score: str = JUDGED) -> dict[str, Any]:
        """Arguments of the scorer for a task; empty where the header names none."""
        name = EACH if self.task == DRAWS and score == JUDGED else score
        scorers = self.spec.get("scorers") or []
        own = (one.get("options") for one in scorers if str(one.get("name")).split("/")[-1] == name)
        options = dict(next(own, None) or {})
        return dict((options.get("protocols") or {}).get(task) or {}) if name == EACH else options

    def lines(self, task: str) -> str | None:
        """How a verdict is made of what judges say, as JSON; None where the header does not name it."""
        options = self.options(task)
        said = {name: options.get(name) for name in LINES if options.get(name) not in (None, [], False)}
        return json.dumps(said, sort_keys=True) if options else None


def plain_header(log: "EvalLog") -> dict[str, Any]:
    """The header of a log that Inspect read, as plain data."""
    whole: dict[str, Any] = log.model_dump(mode="json", exclude_none=True, exclude={"samples", "reductions"})
    return whole
