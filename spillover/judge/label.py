"""People label answers: a random part of a run, blind to model, judge and verdict."""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from spillover.common import BY_JUDGES, LogError, answer_of, hash_of
from spillover.results import Agreement, agreement

KEYS = ("log", "probe", "condition", "epoch")
LABELS = BY_JUDGES


@dataclass(frozen=True, slots=True)
class Sheet:
    """One answer to be labelled; what a person is shown is `turns` and `answer`, nothing else.

    Attributes:
        log: File name of its log.
        probe: Probe id.
        condition: Condition id.
        epoch: 1-based repetition.
        turns: What was said before the answer, system prompt and earlier answers too.
        answer: The answer.
    """

    log: str
    probe: str
    condition: str
    epoch: int
    turns: str
    answer: str

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What the label is filed under."""
        return self.log, self.probe, self.condition, self.epoch


def random_answers(logs: list[str], n: int, seed: int = 0) -> list[Sheet]:
    """A random part of the judged answers of logs, in random order, the same for one seed.

    Args:
        logs: Log files or folders of them.
        n: Answers to draw; all where there are fewer.
        seed: Seed of the draw.

    Raises:
        LogError: Where no answer was judged.
    """
    from spillover.logs import log_files, read

    judged = drawn_rows(read(list(logs)), n, seed)
    if judged.empty:
        raise LogError(f"{logs[0]}: no judged answer to label; judge the answers first with spillover rescore")
    paths = {Path(file).name: file for one in logs for file in log_files(one)}
    return [_sheet(paths[row["log"]], row) for _, row in judged.iterrows()]


def drawn_rows(table: pd.DataFrame, n: int, seed: int) -> pd.DataFrame:
    """The rows that a draw gives, in its order; see `random_answers`."""
    judged = table[table["outcome"] != "unjudged"].sort_values(list(KEYS))
    names = hash_of("|".join(sorted(set(judged["log"]))))
    draw = random.Random(f"{seed}|{names}")
    return judged.iloc[draw.sample(range(len(judged)), min(n, len(judged)))]


def drawn_keys(table: pd.DataFrame, n: int, seed: int) -> list[tuple[Any, ...]]:
    """What labels of a draw are filed under, in its order."""
    return [tuple(row) for row in drawn_rows(table, n, seed)[list(KEYS)].itertuples(index=False, name=None)]


def _sheet(path: str, row: "pd.Series[Any]") -> Sheet:
    from inspect_ai.log import read_eval_log_sample

    sample = read_eval_log_sample(path, id=row["probe"], epoch=int(row["epoch"]))
    seen = sample.messages
    while seen and seen[-1].role == "assistant":
        seen = seen[:-1]
    turns = "\n\n".join(f"[{one.role}] {answer_of(one.text) if one.role == 'assistant' else one.text}" for one in seen)
    answer = answer_of(sample.output.completion)
    return Sheet(row["log"], row["probe"], row["condition"], int(row["epoch"]), turns, answer)


def read_labels(files: Iterable[Path]) -> pd.DataFrame:
    """Labels from files that `spillover judge label` wrote; the last one of an annotator for an answer counts.

    Returns:
        Columns `log`, `probe`, `condition`, `epoch`, `label`, `annotator`, `draw`, `at`.

    Raises:
        LogError: Where a file cannot be read.
    """
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
            found = [json.loads(line) for line in lines if line.strip()]
            for row in found:
                if row["label"] not in LABELS:
                    raise ValueError(f"label {row['label']!r}")
                rows[(row["annotator"], *(row[key] for key in KEYS))] = row
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LogError(f"{file}: not a file of labels; give one that spillover judge label wrote") from error
    return pd.DataFrame(list(rows.values()), columns=[*KEYS, "label", "annotator", "draw", "at"])


def add_label(file: Path, sheet: Sheet, label: str, annotator: str, draw: str = "") -> None:
    """Append one label; what was written before is never touched, so that nothing is lost on a kill."""
    row = {**dict(zip(KEYS, sheet.key, strict=True)), "label": label, "annotator": annotator, "draw": draw}
    row["at"] = datetime.now(UTC).isoformat(timespec="seconds")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def labels_agreement(labels: pd.DataFrame) -> list[Agreement]:
    """Agreement of each pair of annotators on the answers that both labelled."""
    names = sorted(labels["annotator"].unique())
    found = []
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            first, second = (
                labels[labels["annotator"] == name].set_index(list(KEYS))["label"] for name in (one, other)
            )
            both = first.index.intersection(second.index)
            found.append(agreement((one, other), list(zip(first[both], second[both], strict=True))))
    return found


def shares(labels: pd.DataFrame) -> pd.DataFrame:
    """Each annotator's label with its share of the answer: where two disagree, each counts half.

    To leave such answers out would leave out the hard ones, and what is left would be no random part.

    Returns:
        Columns `log`, `probe`, `condition`, `epoch`, `label`, `share`.
    """
    counts = labels.groupby(list(KEYS))["label"].transform("count")
    return labels.assign(share=1 / counts)[[*KEYS, "label", "share"]]
