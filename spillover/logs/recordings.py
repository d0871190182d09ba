"""Recordings that logs play back: are all recorded answers accounted for, and did one verdict serve two models?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import counted, is_recording

from .answer_row import ANSWER_MISSING
from .header import DRAWS, Header
from .rows import LogRows

if TYPE_CHECKING:
    import pandas as pd

VERDICTS, LEFT = "recorded_verdicts", "not_asked_for"
"""Attributes of a table: by log its recorded verdicts; recorded answers that no log asked for."""


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Answers of a recording that no log asked for.

    Attributes:
        model: Model that the recording stands for.
        file: Name of the recording.
        answers: Answers in it.
        left: Of these, how many were not asked for.
    """

    model: str
    file: str
    answers: int
    left: int

    def __str__(self) -> str:
        return f"{self.model}: {self.left} of {counted(self.answers, 'recorded answer')} in {self.file} were not used"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return asdict(self)


def recorded_in(logs: Sequence[LogRows]) -> dict[str, Any]:
    """Attributes of a table that say what its logs play back.

    Args:
        logs: The logs that stand.
    """
    verdicts = {Path(one.file).name: found for one in logs if (found := _verdicts(one.header))}
    return {VERDICTS: verdicts, LEFT: _left(logs)}


def left_over(table: "pd.DataFrame") -> list[LeftOver]:
    """Recorded answers that none of a table's logs asked for, a finding for each recording that has some.

    Args:
        table: What `spillover.logs.read` returned.
    """
    return list(table.attrs.get(LEFT, []))


def _left(logs: Sequence[LogRows]) -> list[LeftOver]:
    """By model and recording, over all logs: a cell that two logs hold was asked for once."""
    said: dict[tuple[str, str], dict[str, Any]] = {}
    asked: dict[tuple[str, str], set[tuple[Any, ...]]] = {}
    for log in logs:
        answers = log.header.facts.get("recorded_answers")
        if isinstance(answers, dict):
            key = log.header.model, str(answers.get("sha256"))
            rows = [row for row in (*log.rows, *log.invalidated) if ANSWER_MISSING not in str(row["reason"])]
            said[key] = answers
            asked.setdefault(key, set()).update((row["condition"], row["probe"], row["epoch"]) for row in rows)
    found = []
    for (model, sha), one in said.items():
        answers = one.get("answers")
        if isinstance(answers, int) and (left := answers - len(asked[model, sha])) > 0:
            found.append(LeftOver(model, str(one.get("file")), answers, left))
    return found


def unnamed_answers(table: "pd.DataFrame") -> list[str]:
    """A line for each file of recorded verdicts that does not say which answers it is about.

    Args:
        table: What `spillover.logs.read` returned.
    """
    every = [one for said in table.attrs.get(VERDICTS, {}).values() for one in said]
    files = dict.fromkeys(str(one.get("file")) for one in every if not one.get("names_answers"))
    return [
        f"{file}: its rows do not say which answer each verdict is about, so nothing shows that they are these; a "
        "column `answer` would"
        for file in files
    ]


def shared_verdicts(base: "pd.DataFrame", tuned: "pd.DataFrame") -> str | None:
    """Name of a file whose recorded verdicts served two models, though they do not say whose answers they judge.

    Args:
        base: Rows of the base.
        tuned: Rows of the fine-tune.
    """
    served = [_unbound(rows) for rows in (base, tuned)]
    both = sorted(set(served[0]) & set(served[1]))
    return served[0][both[0]] if both else None


def _unbound(rows: "pd.DataFrame") -> dict[str, str]:
    """By name and hash (or path), recorded verdicts that do not say which answer they are about."""
    logs = set(rows["log"])
    said = [one for log, found in rows.attrs.get(VERDICTS, {}).items() if log in logs for one in found]
    return {str(one.get("key")): str(one.get("file")) for one in said if not one.get("names_answers")}


def _verdicts(header: Header) -> list[dict[str, Any]]:
    """The recorded verdicts of a log; one of an earlier version names the path alone."""
    said = header.facts.get("recorded_verdicts")
    if isinstance(said, list):
        # Two files of other names may say the same of two models; one file may not serve both.
        return [{**one, "key": f"{one.get('file')} {one.get('sha256')}"} for one in said if isinstance(one, dict)]
    if header.task == DRAWS:  # looked at before the run began
        return []
    roles: Any = (header.spec.get("model_roles") or {}).get("grader") or []
    judges: Sequence[Any] = roles if isinstance(roles, list) else [roles]
    paths = [
        str((one.get("args") or {}).get("path") or "")
        for one in judges
        if isinstance(one, dict) and is_recording(str(one.get("model")))
    ]
    return [
        {"key": path, "file": path.replace("\\", "/").split("/")[-1], "names_answers": False} for path in paths if path
    ]
