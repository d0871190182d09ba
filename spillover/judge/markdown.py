"""A judge card for people."""

import math
from collections.abc import Mapping

from spillover.common import BY_JUDGES, counted, markdown_table
from spillover.estimate import JudgeErrors

from .card import RUBRIC, JudgeCard


def card_markdown(card: JudgeCard) -> str:
    """The card as Markdown."""
    parts = [
        f"# Judge {card.judge}, form {card.form}",
        *([_older(card)] if card.older else []),
        _facts(card),
        _table({"all": card.errors}, "", card.about),
        _outcomes(card),
        *(
            [f"Each outcome against all others:\n\n{_table(card.by_outcome, 'outcome', 'labelled so')}"]
            if card.by_outcome
            else []
        ),
        *(
            f"By {part.replace('_', ' ')} (shown, never used to correct a rate):\n\n{_table(of, part, card.about)}"
            for part, of in card.parts.items()
        ),
        "This card shows the errors of the judge on these answers. On answers of another model the errors may differ.",
    ]
    return "\n\n".join(parts) + "\n"


def _older(card: JudgeCard) -> str:
    named = ", ".join(card.older)
    return (
        f"**Measured on an older rubric** ({named}): it fits no verdict of rubric {RUBRIC}. Calibrate the judge again."
    )


def _facts(card: JudgeCard) -> str:
    said = {
        "Returned as": ", ".join(card.returned) or "not said",
        "Rubrics": ", ".join(card.rubrics),
        "Labelled set": f"{card.set_name}, {counted(card.answers, 'answer')}, sha256 {card.set_sha256[:12]}",
        "Labels": card.origin,
        "Date": card.date,
        "Agreement with the labels": _agreed(card),
        "Same outcome in all repeats": _share(card.consistency)
        if card.repeats > 1
        else "one verdict each, not measured",
        "Scores within 5 of the threshold of 30": _share(card.near_line),
        "Threshold that fits the labels best": "no scores" if card.best_line is None else f"{card.best_line:g}",
        "Failed": "; ".join(f"{count} x {reason}" for reason, count in card.reasons.items()) or "none",
        "Tokens per verdict": f"{_figure(card.tokens[0], 0)} read, {_figure(card.tokens[1], 0)} written",
        "Seconds per answer, median": _figure(card.seconds, 1),
    }
    if card.second is not None:
        said["Second judge"] = (
            f"{card.second.second}: same outcome on {_share(card.second.same)} of {card.second.answers}, kappa "
            f"{_figure(card.second.kappa)}"
        )
    return "\n".join(f"- **{name}**: {value}" for name, value in said.items())


def _agreed(card: JudgeCard) -> str:
    about = f"{card.about} or not: kappa {_figure(card.kappa_about)}"
    return f"kappa {_figure(card.kappa)}, Krippendorff's alpha {_figure(card.alpha)}; {about}"


def _table(of: Mapping[str, JudgeErrors], part: str, about: str) -> str:
    head = (part.replace("_", " "), about, "found (sensitivity)", "others", "cleared (specificity)")
    rows = []
    for name, one in of.items():
        found, cleared = one.intervals()
        rates = _rate(one.sensitivity, found), _rate(one.specificity, cleared)
        rows.append([name, one.positives, rates[0], one.negatives, rates[1]])
    return markdown_table(head, rows, "lrlrl")


def _outcomes(card: JudgeCard) -> str:
    said = (*BY_JUDGES, "unjudged")
    rows = [[label, *(of.get(outcome, 0) for outcome in said)] for label, of in card.outcomes.items()]
    return markdown_table(["label", *said], rows, "l" + "r" * len(said))


def _rate(value: float, interval: tuple[float, float]) -> str:
    return "-" if math.isnan(value) else f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.0f}%"


def _figure(value: float, places: int = 2) -> str:
    return "-" if math.isnan(value) else f"{value:.{places}f}"
