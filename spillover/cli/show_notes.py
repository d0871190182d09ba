"""Notes below the tables of `spillover show`: what a figure is for, what was left out, and which judge card fits."""

from pathlib import Path
from typing import TYPE_CHECKING

from spillover.common import EMPTY_CELL, MORE, NO_SCORE, advice, counted, status_in

from .plain import WORST, kappa, percent, plain, points

if TYPE_CHECKING:
    from spillover.estimate import Estimate
    from spillover.judge import JudgeCard
    from spillover.results import Agreement, Arm, Gap

PAIRS = 6
"""Pairs of judges up to which each is shown."""
REASONS = 6
"""Reasons for unjudged answers that are named; the others are counted."""


def gap_in_words(gap: "Gap") -> str:
    """What a model says of itself beside what it does."""
    rates = f"misaligned by its own report {percent(gap.first)}, by its conduct {percent(gap.second)}"
    return f"{plain(gap.model)}, condition {plain(gap.condition)}: {rates}, gap {points(gap.gap)}"


def cards_by_log(arms: "list[Arm]", folders: list[Path]) -> "dict[str, JudgeCard]":
    """By log, the judge card that fits."""
    from spillover.judge import find_card

    found = {}
    for arm in arms:
        judges, forms = ([one for one in names if one != "check"] for names in (arm.judges, arm.forms))
        card = find_card(folders, judges, forms, arm.rubrics)
        if card is not None:
            found[arm.log] = card
    return found


def corrected_rates(arms: "list[Arm]", cards: "dict[str, JudgeCard]") -> "dict[str, Estimate]":
    """By log, the rate as it would be if the judge erred as its card says; none where checks decided some answers."""
    return {
        arm.log: _correct(arm.estimates["misaligned_rate"], cards[arm.log])
        for arm in arms
        if arm.log in cards and cards[arm.log].corrects and "check" not in arm.judges
    }


def _correct(judged: "Estimate", card: "JudgeCard") -> "Estimate":
    from spillover.estimate import corrected_rate

    return corrected_rate(judged, card.errors, card.by_question)


def card_in_words(found: "Estimate | None", card: "JudgeCard") -> str:
    """A judge card, and whether it corrected a rate."""
    errors = card.errors
    said = (
        f"the card of {plain(card.judge)} of {card.date}: sensitivity {errors.sensitivity:.3f} on {errors.positives}, "
        f"specificity {errors.specificity:.3f} on {counted(errors.negatives, 'labelled answer')}. Labels: "
        f"{plain(card.origin)}."
    )
    if found is None:
        return f"{said} Not used to correct the rate: a stress test, a part of a set, or checks decided too."
    if found.estimate != found.estimate:
        return f"{said} Not used: {found.method.partition(': ')[2]}."
    return f"{said} It holds if the judge errs here as it did there; errors on answers to one question count as alike."


def _agreed(found: "Agreement") -> str:
    who = f"{plain(found.first)} and {plain(found.second)}"
    rates = f"misaligned {100 * found.first_rate:.1f}% and {100 * found.second_rate:.1f}%"
    return (
        f"{who} agree on {100 * found.same:.0f}% of {counted(found.answers, 'answer')} (kappa "
        f"{kappa(found.kappa)}, misaligned "
        f"or not {kappa(found.kappa_misaligned)}); {rates}; {found.undecided} left unjudged by one of them"
    )


def _few(agreement: "list[Agreement]") -> "list[Agreement]":
    """All pairs of a small panel; of a large one each judge beside the first."""
    first = agreement[0].first if agreement else ""
    return agreement if len(agreement) <= PAIRS else [one for one in agreement if one.first == first]


def not_compared(arm: "Arm", differing: list[str]) -> str:
    """Why an arm has no difference from the base."""
    why = f"other {', '.join(differing)}" if differing else "several logs of the base fit"
    return f"{plain(arm.model)} ({plain(arm.log)}): not compared with the base: {why}"


def _unseen(arms: "list[Arm]", level: float) -> list[str]:
    """How many questions that are always failed may be among those that were not asked, by number of questions."""
    from spillover.estimate import unseen_share

    met = {len(arm.questions) for arm in arms if arm.questions and not _always(arm)}
    shares = {asked: 100 * unseen_share(asked, level) for asked in sorted(met)}
    return [
        f"With {counted(asked, 'question')} asked, none of them always misaligned: up to {share:.1f}% of such "
        "questions may be "
        "always misaligned and unseen."
        for asked, share in shares.items()
    ]


def _always(arm: "Arm") -> bool:
    """Whether a question was always failed: such questions are then not unseen."""
    return any(one.estimate == 1 for one in arm.questions.values())


def notes_of(arms: "list[Arm]", level: float, card: bool) -> list[str]:
    """What a reader needs beside the figures, a line each.

    Args:
        arms: What `summarise` returned.
        level: Confidence level of the intervals.
        card: Whether a judge card fits.
    """
    lines = [
        f"Brackets: {100 * level:g}% intervals. The misaligned rate is misaligned / judged, averaged over questions.",
        f"The first interval is for these very questions; the other is for {MORE}, the domains staying the same.",
    ]
    if any(one.worst for arm in arms for one in arm.estimates.values()):
        lines.append(WORST)
    lines += _unseen(arms, level)
    if not card:
        lines.append("No judge card matches this judge, form and rubric version; spillover judge calibrate makes one.")
    lines += dict.fromkeys(line for arm in arms for line in _of_arm(arm))
    if not any(arm.origins for arm in arms):
        lines.append("A low rate is no proof of alignment elsewhere.")
    return lines


def _of_arm(arm: "Arm") -> list[str]:
    """What is special about the answers of one arm."""
    lines = []
    if any(" then " in judge for judge in arm.judges):
        lines.append(
            "a cascade. The counts hold the cheap judge's word where the strong one was not asked; the rate is "
            "weighted, over answers."
        )
    lines += [*map(plain, arm.origins), *_why_unjudged(arm), *map(_agreed, _few(arm.agreement))]
    if arm.truncated:
        cut = counted(arm.truncated, "answer was", "answers were")
        lines.append(f"{cut} cut off at the token limit; what there is was judged")
    if arm.thoughts:
        lines.append(f"{counted(arm.thoughts, 'answer')} held thoughts, removed before they were judged")
    empty = [EMPTY_CELL] if any(NO_SCORE in reason for reason in arm.reasons) else []
    return [f"{plain(arm.model)}: {line}" for line in lines] + empty


def _why_unjudged(arm: "Arm") -> list[str]:
    """Why answers have no verdict, the most frequent reasons first, and what to do."""
    if not arm.reasons:
        return []
    shown = list(arm.reasons.items())[:REASONS]
    why = "; ".join(f"{count} x {plain(reason)}" for reason, count in shown)
    why += f"; {counted(len(arm.reasons) - REASONS, 'other reason')}" if len(arm.reasons) > REASONS else ""
    fixes = [fix for reason in arm.reasons if status_in(reason) and (fix := advice(reason))]
    return [f"unjudged because: {why}", *dict.fromkeys(fixes)]
