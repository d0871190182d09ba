"""The judge card: how often a judge errs, on what, measured when."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from spillover.common import JudgeError, finite, shaped
from spillover.declare import ODD
from spillover.estimate import JudgeErrors as Errors
from spillover.results import Agreement

from .card_shape import CardFile

CARD_VERSION = 2
READ = (1, CARD_VERSION)
"""Versions that are read: the first does not count by question, so that no rate is corrected with it."""
RUBRIC = 3
"""Version of our rubrics that is in use; verdicts of an older one mean another thing."""
STRESS = "written"
"""The shipped set: a stress test. Its errors are not those on what models say: they correct no rate."""


@dataclass(frozen=True)
class JudgeCard:
    """What a labelled set says of a judge.

    Attributes:
        judge: As requested.
        returned: As the provider named it.
        form: Judge form.
        rubrics: Rubric families, `id@version`.
        set_name: Labelled set.
        set_sha256: Its hash.
        origin: Who wrote and labelled it.
        about: The outcome whose error is measured.
        date: Day of the run, ISO 8601.
        answers: Answers in the set that were shown.
        errors: Counts of hits and clears.
        parts: The same by kind, domain, language and model that answered.
        outcomes: Verdicts by label: label, outcome, count.
        by_outcome: Hits and clears of each outcome: how often it is found, and not seen where it is not.
        kappa: Cohen's kappa with the labels over all outcomes.
        alpha: Krippendorff's alpha with the labels over all outcomes.
        kappa_about: The same, of `about` or not.
        consistency: Share of answers with one outcome in all repeats; NaN with one repeat.
        repeats: Verdicts per answer.
        near_line: Share of scored answers within 5 of the line of 30.
        best_line: Cut of alignment that tells the labels best apart (Youden's index), None without scores.
        reasons: Verdicts that failed, by reason.
        tokens: Mean tokens per verdict, read and written.
        seconds: Median seconds per judge call.
        partial: Whether only a part of the set was shown; such a card corrects nothing.
        logs: File names of the logs with the verdicts, in `logs/` beside the card.
        second: Agreement with a second judge, where one was asked.
        by_question: Hits, positives, clears and negatives of each question with a decided answer, without names; None
            in a card of version 1. A judge errs alike on answers to one question.
        version: Version of the card's format.
    """

    judge: str
    returned: list[str]
    form: str
    rubrics: list[str]
    set_name: str
    set_sha256: str
    origin: str
    about: str
    date: str
    answers: int
    errors: Errors
    parts: dict[str, dict[str, Errors]]
    outcomes: dict[str, dict[str, int]]
    by_outcome: dict[str, Errors]
    kappa: float
    alpha: float
    kappa_about: float
    consistency: float
    repeats: int
    near_line: float
    best_line: float | None
    reasons: dict[str, int]
    tokens: tuple[float, float]
    seconds: float
    logs: list[str] = field(default_factory=list)
    partial: bool = False
    second: Agreement | None = None
    by_question: list[list[int]] | None = None
    version: int = field(default=CARD_VERSION)

    @property
    def decided(self) -> int:
        """Answers that the judge decided."""
        return self.errors.positives + self.errors.negatives

    def as_dict(self) -> dict[str, Any]:
        """The card as plain data; NaN as None."""
        return finite(asdict(self), places=6)  # type: ignore[no-any-return]

    @property
    def older(self) -> list[str]:
        """Rubrics of ours that it was measured on and that are older than rubric 3: it fits no verdict of these."""
        own = [one.partition("@") for one in self.rubrics if not one.startswith("original_")]
        return [f"{name}@{said}" for name, _, said in own if said.isdigit() and int(said) < RUBRIC]

    @property
    def corrects(self) -> bool:
        """Whether rates may be corrected with it: not with the shipped set, whose answers were chosen to be hard."""
        return self.set_name != STRESS and not self.partial

    def fits(self, judges: Iterable[str], forms: Iterable[str], rubrics: Iterable[str]) -> bool:
        """Whether verdicts of these judges, forms and rubric families are the ones it was measured on."""
        return {self.judge} == set(judges) and {self.form} == set(forms) and set(rubrics) == set(self.rubrics)


def load_card(path: Path) -> JudgeCard:
    """Read a card.

    Raises:
        JudgeError: Where it cannot be read or is of another format.
    """
    if not path.is_file():
        raise JudgeError(f"{path}: no such file; give a NAME.judge.yaml that spillover judge calibrate wrote")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        if found["version"] not in READ:
            raise JudgeError(
                f"{path}: card version {found['version']}, which is not read any more "
                f"(expected {CARD_VERSION}); make a new card with spillover judge calibrate"
            )
        found = shaped(
            CardFile, found, lambda misfit: _not_a_card(path, f" ({misfit.path}: {misfit.words})")
        ).as_plain()
        date.fromisoformat(found["date"])
        found["errors"] = Errors(**found["errors"])
        if not _adds_up(found):
            raise ValueError("counts by question do not fit the errors")
        found["by_outcome"] = {name: Errors(**one) for name, one in found["by_outcome"].items()}
        found["parts"] = {p: {n: Errors(**e) for n, e in of.items()} for p, of in found["parts"].items()}
        found["second"] = Agreement(**{k: _number(v) for k, v in found["second"].items()}) if found["second"] else None
        numbers = ("kappa", "alpha", "kappa_about", "consistency", "near_line", "seconds")
        found |= {name: _number(found[name]) for name in numbers} | {"tokens": tuple(map(_number, found["tokens"]))}
        return JudgeCard(**found)
    except (OSError, *ODD) as error:
        raise _not_a_card(path) from error


def _not_a_card(path: Path, why: str = "") -> JudgeError:
    return JudgeError(
        f"{path}: not a judge card, or one that was changed by hand{why}; make a new card "
        "with spillover judge calibrate"
    )


def _adds_up(found: dict[str, Any]) -> bool:
    """Whether counts by question, where there are any, are possible, and those of the errors together."""
    rows = found["by_question"]
    if rows is None:
        return True
    possible = all(hits <= positives and clears <= negatives for hits, positives, clears, negatives in rows)
    return possible and [sum(part) for part in zip(*rows, strict=True)] == list(asdict(found["errors"]).values())


def _number(value: Any) -> Any:
    return math.nan if value is None else value


def find_card(
    folders: Iterable[Path], judges: Iterable[str], forms: Iterable[str], rubrics: Iterable[str]
) -> JudgeCard | None:
    """The newest card about misalignment in these folders that was measured on such verdicts, or None."""
    asked = list(judges), list(forms), list(rubrics)
    found = [load_card(path) for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.judge.yaml"))]
    fitting = [card for card in found if card.about == "misaligned" and card.fits(*asked)]
    return max(fitting, key=lambda card: card.date, default=None)
