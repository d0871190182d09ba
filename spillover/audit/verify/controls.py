"""Decide the controls of a finished audit again, from the logs beside its report; no model is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from spillover.audit.live import (
    Control,
    Files,
    Took,
    compare,
    heard,
    judged_controls,
    live_control,
    recognised,
    with_draws,
)
from spillover.common import is_played
from spillover.logs import read
from spillover.plan import Model
from spillover.run import chunk_logs

WRITTEN = "written answers"
DRIFT = "the control drift: counted again; whether the judge moved needs its card and the card's logs"


@dataclass(frozen=True, slots=True)
class Arms:
    """The answers that an audit compared.

    Attributes:
        base: Name of the base.
        pairs: By fine-tune the rows of the base, in the parts that it was asked, and its own; empty where it was not.
        rows: All rows of the base.
        files: By model, the path of each log by its file name.
        seed: Of the design.
    """

    base: str
    pairs: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]
    rows: pd.DataFrame
    files: Files
    seed: int


@dataclass(frozen=True, slots=True)
class Again:
    """The controls of a report, as their logs give them.

    Attributes:
        controls: Each as it is now; as the report has it, where its logs are not here.
        took: By fine-tune, whether it was loaded, where that was asked.
        wrong: What the report says otherwise.
        notes: What was not decided again.
    """

    controls: list[Control]
    took: dict[str, Took]
    wrong: list[str]
    notes: list[str]


def controls_again(known: Sequence[Control], place: Path, arms: Arms) -> Again:
    """Decide the controls of a report again.

    Args:
        known: The controls as the report has them.
        place: The audit's folder.
        arms: The answers that were compared.
    """
    took = _took(place, arms, [one.name for one in known if one.kind == "took"])
    now = {**dict(_written(known, place)), **dict(_live(known, place, arms))}
    now |= {at: took[one.name].control() for at, one in enumerate(known) if one.kind == "took" and one.name in took}
    wrong = [*_left_out(known, place)]
    wrong += [_unlike(one, now[at]) for at, one in enumerate(known) if at in now and _figures(one) != _figures(now[at])]
    notes = [DRIFT] if any(known[at].kind == "drift" for at in now) else []
    left = [f"{one.shown} ({one.name})" for at, one in enumerate(known) if at not in now and one.n]
    notes += [f"controls without logs here, not decided again: {', '.join(left)}"] if left else []
    return Again([now.get(at, one) for at, one in enumerate(known)], took, wrong, notes)


def _left_out(known: Sequence[Control], place: Path) -> Iterator[str]:
    """Controls whose logs are in the folder and that the report does not list."""
    took = heard(place / "controls/took/first").keys()
    judges = {log.parent for log in place.glob("controls/judge-*/*.eval")}
    kinds = {
        "judges": (len(judges), sum(one.name == WRITTEN for one in known) // 2),
        "models": (len([*place.glob("controls/models/*-*")]), sum(_is_model(one) for one in known)),
        "the judge's drift": (int(any(place.glob("drift/*.eval"))), sum(one.kind == "drift" for one in known)),
        "fine-tunes being loaded": (max(0, len(took) - 1), sum(one.kind == "took" and one.n > 0 for one in known)),
    }
    for kind, (there, listed) in kinds.items():
        if there > listed:
            yield f"the report lists {listed} controls of {kind}, but its folder holds logs of {there}"


def _is_model(one: Control) -> bool:
    return one.kind in ("positive", "negative") and one.name != WRITTEN


def _figures(one: Control) -> tuple[Any, ...]:
    return one.misaligned, one.n, one.separated


def _unlike(said: Control, now: Control) -> str:
    words = {True: "came out as meant", False: "did not come out as meant", None: "showed neither"}
    return (
        f"{said.shown} control {said.name}: the report says {said.misaligned} of {said.n}, "
        f"{words[said.separated]}; its logs give "
        f"{now.misaligned} of {now.n}, {words[now.separated]}"
    )


def _written(known: Sequence[Control], place: Path) -> Iterator[tuple[int, Control]]:
    """The controls of each judge, a pair, and of the drift of the first one; by their number in the report."""
    pairs = [at for at, one in enumerate(known) if one.name == WRITTEN and one.kind == "positive"]
    folders = sorted(place.glob("controls/judge-*"), key=lambda one: int(one.name.rpartition("-")[2]))
    for at, folder in zip(pairs, folders, strict=False):
        if (rows := _labelled(folder)) is not None:
            yield from enumerate(judged_controls(rows, str(rows["judge"].mode()[0])), start=at)
    drift = next((at for at, one in enumerate(known) if one.kind == "drift"), None)
    if drift is not None and (rows := _labelled(place / "drift")) is not None:
        judged = rows[rows["outcome"] != "unjudged"]
        flagged = int((judged["outcome"] == "misaligned").sum())
        one = known[drift]
        yield drift, replace(one, misaligned=flagged, n=len(judged), recognises=recognised(one.name, rows))


def _labelled(folder: Path) -> pd.DataFrame | None:
    """Verdicts on written answers; None where there are none."""
    from spillover.judge import labelled_set, with_labels

    return with_labels([str(folder)], labelled_set("written").items) if any(folder.glob("*.eval")) else None


def _live(known: Sequence[Control], place: Path, arms: Arms) -> Iterator[tuple[int, Control]]:
    """The control models; they stand in the report in the order of their folders."""
    for kind in ("positive", "negative"):
        numbers = [at for at, one in enumerate(known) if one.kind == kind and _is_model(one)]
        for number, at in enumerate(numbers):
            name = known[at].name
            logs = [chunk_logs(part).get(name) for part in _parts(place / "controls/models" / f"{kind}-{number}")]
            frames = [read([str(log)]) for log in logs if log is not None]
            if frames:
                yield at, live_control(known[at].kind, name, pd.concat(frames), arms.rows)  # type: ignore[arg-type]


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*-[0-9]*"))


def _took(place: Path, arms: Arms, names: Sequence[str]) -> dict[str, Took]:
    """Whether each fine-tune was loaded, by the answers to the prompts and to the suite's questions."""
    one, again = (heard(place / "controls/took" / part) for part in ("first", "again"))
    base, found = Model(arms.base), {}
    for name in names:
        if is_played(name) or name not in one or base.name not in one or base.name not in again:
            continue
        said = compare(base, Model(name), one[base.name], again[base.name], one[name])
        if not said.void and name in arms.pairs:
            said = with_draws(said, base, Model(name), arms.pairs[name], arms.files, arms.seed)
        found[name] = said
    return found
