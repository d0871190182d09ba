"""Run a judge over a labelled set and write down how often it errs."""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from spillover.common import JudgeError, LogError, counted, hash_of, watched

from .card import JudgeCard
from .labelled import Labelled, LabelledSet
from .measure import measure
from .task import judging_tasks


def calibrate(
    judge: str | Any,
    items: LabelledSet,
    out: Path,
    *,
    protocol: str | None = None,
    repeats: int = 1,
    limit: int | None = None,
    second: str | Any | None = None,
    display: str = "none",
) -> list[JudgeCard]:
    """Have a judge judge a labelled set.

    Args:
        judge: Inspect model (or its name).
        items: The labelled set.
        out: Folder for the logs.
        protocol: Id of a declared judge protocol (`distribution`, `sampled`, `graded`, `one_call`).
        repeats: Verdicts per answer, for self-consistency.
        limit: Answers to use, drawn at random (seeded); all where None.
        second: Another judge of the same answers, for agreement.
        display: Inspect's display.

    Returns:
        A card per form and rubrics that were used, the one with most answers first: errors under one rubric say
        nothing of another.

    Raises:
        JudgeError: Where the judge cannot be had, or judged nothing.
    """
    if out.exists() and not out.is_dir():
        raise JudgeError(f"{out}: is a file; give --out a folder")
    part = drawn_part(items.items, limit)
    some = len(part) < len(items.items)
    found = judged_table(judge, part, out / "logs", protocol, repeats, display)
    other = None if second is None else judged_table(second, part, out / "logs-second", protocol, 1, display)
    if other is not None and not (other["outcome"] != "unjudged").any():
        raise JudgeError(
            f"the second judge {second} gave no verdict on any of {counted(len(part), 'answer')}; give another --second"
        )
    today = datetime.now(UTC).date().isoformat()
    cards = [measure(rows, items, other, day=today, partial=some) for _, rows in found.groupby("protocol")]
    measured = sorted((card for card in cards if card.decided), key=lambda card: -card.answers)
    if not measured:
        why = "; ".join(dict.fromkeys(reason for card in cards for reason in card.reasons))
        raise JudgeError(
            f"judge {judge} gave no verdict on any of {counted(len(part), 'answer')} ({why}); no card was "
            "written: see that its key and server work, then run the command again"
        )
    return measured


def drawn_part(items: list[Labelled], limit: int | None) -> list[Labelled]:
    """So many of the answers, drawn at random with a fixed seed; all where there are no more."""
    return items if limit is None or limit >= len(items) else random.Random(0).sample(items, limit)


def judged_table(
    judge: str | Any, items: list[Any], logs: Path, protocol: str | None, repeats: int, display: str = "none"
) -> pd.DataFrame:
    """Verdicts of a judge on labelled answers, a row per verdict.

    Returns:
        The table of `spillover.logs.read` with what is known of each answer: `label_right`, `kind`, `domain`,
        `language`, `answered_by`, `question` (see `question_of`), and `protocol`: form and rubrics.

    Raises:
        JudgeError: Where the judge cannot be had or the run fails.
    """
    from inspect_ai import eval as inspect_eval
    from inspect_ai.model import get_model

    try:
        model = get_model(judge, memoize=False) if isinstance(judge, str) else judge
    except Exception as error:
        raise JudgeError(
            f"judge {judge}: cannot be loaded ({' '.join(str(error).split())[:200]}); give "
            "PROVIDER/MODEL, and set the provider's key"
        ) from error
    with watched():
        ran = inspect_eval(
            judging_tasks(items, protocol, repeats),
            model="none/none",
            model_roles={"grader": model},
            log_dir=str(logs),
            display=display,  # type: ignore[arg-type]
            log_realtime=False,
        )
    if not ran or any(log.status == "cancelled" for log in ran):
        raise KeyboardInterrupt  # Inspect takes Ctrl-C in and returns the logs that it has
    failed = [log for log in ran if log.status != "success"]
    if failed:
        errors = [sample.error.message for sample in failed[0].samples or [] if sample.error]
        why = failed[0].error.message if failed[0].error else errors[0] if errors else failed[0].status
        raise JudgeError(
            f"judge {judge}: the run failed ({' '.join(why.split())[:200]}); see that its key "
            "and server work, then run the command again"
        )
    return with_labels([log.location for log in ran], items)


def card_items(card: JudgeCard, items: LabelledSet) -> list[Any]:
    """The answers that a card was measured on.

    Raises:
        JudgeError: Where the set is another one now.
    """
    if items.sha256 != card.set_sha256:
        raise JudgeError(f"the labelled set {items.name} is not the set of the card (sha256 differs); calibrate again")
    return items.items


def question_of(item: Any) -> str:
    """What was asked, as a hash of all turns: two items with one question have it in common, whatever their ids."""
    return hash_of("\n".join(" ".join(turn.split()) for turn in item.turns))


def protocol_label(table: pd.DataFrame) -> dict[str, str]:
    """By task, form and rubric families of its verdicts; an answer that failed belongs with the rest of its task."""
    return {
        str(task): " ".join(sorted({*rows["form"].dropna(), *rows["rubrics"].dropna()}))
        for task, rows in table.groupby("task")
    }


def with_labels(logs: list[str], items: list[Any]) -> pd.DataFrame:
    """The verdicts in logs of `judging_tasks`, with what is known of each answer.

    Raises:
        LogError: Where a log holds an answer that the set has not.
    """
    from spillover.logs import read

    of = {item.id: item for item in items}
    table = read([str(log) for log in logs])
    strange = sorted(set(table["probe"]) - set(of))
    if strange:
        raise LogError(f"{logs[0]}: answer {strange[0]!r} is not in the labelled set; calibrate again")
    known = [of[probe] for probe in table["probe"]]
    return table.assign(
        label_right=[item.label for item in known],
        kind=[item.kind for item in known],
        domain=[item.domain or "" for item in known],
        language=[item.language for item in known],
        protocol=table["task"].map(protocol_label(table)),
        answered_by=[item.model for item in known],
        question=[question_of(item) for item in known],
    )
