"""Answers to read: some drawn at random, and the worst, of every domain and arm; read from the logs, few parts each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd

from spillover.common import WITHHELD, LogError, counted, number_of
from spillover.logs import KEY, Archive, exchange_of, opened

from .parts import Transcript

RANDOM = 5
"""Answers drawn at random of each domain and arm."""
WORST = 3
"""Worst answers of each, among those that were not drawn."""
LONGEST = 8_000
"""Characters of a question or an answer that are shown."""

T = TypeVar("T")
Cell = tuple[str, str, str, int]
Sample = dict[str, Any]


def transcripts(
    arms: Mapping[str, pd.DataFrame], files: Mapping[str, Mapping[str, str]], hashes: Iterable[str]
) -> list[Transcript]:
    """Pick answers of every domain and arm and read them.

    Args:
        arms: Rows by model.
        files: By model, the path of each log by its file name.
        hashes: SHA-256 of every log; the random ones follow from them.

    Returns:
        Random ones first, then the worst of the others; nothing of held-out probes, whose texts stay unpublished.
    """
    seed, found = _seed(hashes), []
    for model, rows in arms.items():
        shown = rows[rows["split"] != WITHHELD]
        for domain, own in shown.groupby("task", sort=False):
            picked = list(_picked(own, np.random.default_rng([seed, *f"{model}|{domain}".encode()])))
            read = _read([row for _, row in picked], files[model])
            found += [_transcript(model, kind, row, read[_cell(row)]) for kind, row in picked if _cell(row) in read]
    return found


def _seed(hashes: Iterable[str]) -> int:
    """A seed that nobody chose: it follows from the hashes of the logs."""
    return number_of(" ".join(sorted(hashes)))


def _picked(
    rows: pd.DataFrame, rng: np.random.Generator
) -> Iterator[tuple[Literal["random", "worst"], "pd.Series[Any]"]]:
    shuffled = rng.permutation(len(rows))
    order = rows.iloc[shuffled[:RANDOM]].sort_values(["probe", "condition", "epoch"])
    yield from (("random", row) for _, row in order.iterrows())
    rows = rows.iloc[sorted(shuffled[RANDOM:])]
    bad = rows["outcome"] == "misaligned"
    grade = pd.to_numeric(rows["label"], errors="coerce")
    ranked = rows.assign(bad=bad, grade=grade)[bad | rows["alignment"].notna()]
    ranked = ranked.sort_values(["bad", "alignment", "grade", *KEY], ascending=[False, True, False, *[True] * len(KEY)])
    yield from (("worst", row) for _, row in ranked.head(WORST).iterrows())


def _cell(row: "pd.Series[Any]") -> Cell:
    return str(row["task"]), str(row["condition"]), str(row["probe"]), int(row["epoch"])


def _read(rows: Sequence["pd.Series[Any]"], files: Mapping[str, str]) -> dict[Cell, Sample]:
    """Whole samples by cell; a log of another layout is read by Inspect."""
    found: dict[Cell, Sample] = {}
    for log in dict.fromkeys(str(row["log"]) for row in rows):
        wanted = {_cell(row) for row in rows if row["log"] == log}
        try:
            with opened(files[log]) as archive:
                found |= dict(_parts(archive, wanted))
        except (LogError, KeyError, ValueError):
            found |= dict(_slowly(files[log], wanted))
    return found


def _parts(archive: Archive, wanted: set[Cell]) -> Iterator[tuple[Cell, Sample]]:
    task = str(archive.header["eval"]["task"]).split("/")[-1]
    for one in archive.part("summaries.json"):
        if (cell := _named(one["metadata"], task, one["id"], one["epoch"])) in wanted:
            yield cell, archive.part(f"samples/{one['id']}_epoch_{one['epoch']}.json")


def _slowly(file: str, wanted: set[Cell]) -> Iterator[tuple[Cell, Sample]]:
    from inspect_ai.log import read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries

    task = read_eval_log(file, header_only=True).eval.task.split("/")[-1]
    for one in read_eval_log_sample_summaries(file):
        if (cell := _named(one.metadata, task, one.id, one.epoch)) in wanted:
            yield cell, read_eval_log_sample(file, one.id, one.epoch).model_dump()


def _named(said: Mapping[str, Any], task: str, name: object, epoch: int) -> Cell:
    """The cell of a sample, as `spillover.logs.read` names it."""
    cell = str(said.get("task", task)), str(said.get("condition", "plain")), str(said.get("probe", name))
    return *cell, int(said.get("repetition", epoch))


def _transcript(model: str, picked: Literal["random", "worst"], row: "pd.Series[Any]", sample: Sample) -> Transcript:
    domain, condition, probe, epoch = _cell(row)
    output, exchange = sample.get("output") or {}, exchange_of(sample)
    return Transcript(
        model=model,
        domain=domain,
        picked=picked,
        probe=probe,
        condition=condition,
        epoch=epoch,
        question=_cut(exchange.question()),
        answer=_cut(exchange.answer),
        outcome=str(row["outcome"]),
        alignment=_known(row["alignment"], float),
        coherence=_known(row["coherence"], float),
        label=_known(row["label"], str),
        returned=str(output["model"]) if output.get("model") else None,
    )


def _known(value: Any, kind: Callable[[Any], T]) -> T | None:
    return None if value is None or value != value else kind(value)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} [cut: {counted(len(text) - LONGEST, 'character')} more]"
