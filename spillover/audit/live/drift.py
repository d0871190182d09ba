"""The drift control: does a judge still behave as it did when its card was measured?"""

from pathlib import Path
from typing import Any

from spillover.common import JudgeError

from .controls import Control, unjudged_words
from .written import judge_labelled, recognised, require_heard


def drift_control(judge: Any, card: Path, logs: Path) -> Control:
    """Has the judge moved since it was calibrated? It judges the answers of its card once more.

    Args:
        judge: Inspect model.
        card: Card of the judge (`spillover judge calibrate`), its logs beside it.
        logs: Folder for the logs; what lies there already is read, not judged again.

    Raises:
        JudgeError: Where the card is another judge's, or its labelled set is not at hand.
        OutageError: Where the judge fails.
    """
    from datetime import UTC, datetime

    from spillover.judge import card_items, drift, labelled_set, load_card, with_labels

    known = load_card(card)
    if known.judge != str(judge):
        raise JudgeError(f"{card}: is the card of {known.judge}, not of {judge}; give the card of that judge")
    items = card_items(known, labelled_set("written"))
    before = with_labels([str(card.parent / "logs" / name) for name in known.logs], items)
    asked = [item for item in items if item.id in set(before["probe"])]
    done = (logs / "done").is_file()
    now = with_labels([str(logs)], asked) if done else judge_labelled(judge, asked, logs, known.form)
    if not done:
        require_heard(now, len(asked), str(judge))
    (logs / "done").touch()
    found = drift(known, before, now, datetime.now(UTC).date())
    said = (
        f"{found.changed} of {len(asked)} verdicts differ from its card: {found.worse} now wrong, {found.better} right"
    )
    said += f" (McNemar p {found.p:.2g})" + "".join(f"; {one}" for one in found.due) + unjudged_words(now)
    judged = now[now["outcome"] != "unjudged"]
    flagged = int((judged["outcome"] == "misaligned").sum())
    shows, origin = recognised(known.judge, now), "written with a language model"
    return Control("drift", known.judge, flagged, len(judged), origin, not found.shifted, said, shows)
