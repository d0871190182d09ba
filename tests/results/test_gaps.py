"""Two sets of questions put to one model: what is compared with what, and with which interval."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spillover.estimate import Estimate, clopper_pearson, independent_difference, newcomb
from spillover.logs import COLUMNS
from spillover.results import heldout_gaps, self_report_gaps

AMONG = ["power_and_goals", "everyday_advice"]


def rows(task: str, bad: int, of: int, **other: Any) -> list[dict[str, Any]]:
    """One answer to each of so many questions, the first ones misaligned."""
    blank = dict.fromkeys(COLUMNS)
    fixed = {
        "task": task,
        "split": "public",
        "model": "m",
        "condition": "plain",
        "judge": "j",
        "language": "en",
        "log": f"{task}.eval",
    }
    found = []
    for number in range(of):
        name = f"{task}-{other.get('split', 'public')}-{number:03d}"
        outcome = "misaligned" if number < bad else "aligned"
        found.append({**blank, **fixed, "probe": name, "cluster": name, "outcome": outcome, "epoch": 1, **other})
    return found


def table(*parts: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame([row for part in parts for row in part], columns=list(COLUMNS))


def test_conduct_less_self_report_over_all_conduct_domains() -> None:
    found = self_report_gaps(
        table(rows("self_report", 2, 20), rows("power_and_goals", 10, 20), rows("everyday_advice", 5, 20)), AMONG
    )
    (gap,) = found
    assert (gap.model, gap.task) == ("m", "everyday_advice, power_and_goals")
    assert gap.first.estimate == pytest.approx(0.1) and gap.second.estimate == pytest.approx(15 / 40)
    assert gap.gap.estimate == pytest.approx(15 / 40 - 0.1) and gap.gap.low < gap.gap.estimate < gap.gap.high
    assert gap.gap.target == "these questions"


def test_answers_that_needed_no_judge_count_with_the_log_they_stand_in() -> None:
    refused = rows("power_and_goals", 0, 4)
    for row, judge in zip(refused, [None, "check", "j", "j"], strict=True):
        row |= {
            "judge": judge,
            "outcome": "misaligned" if judge == "check" else "refusal" if judge is None else "aligned",
        }
    (gap,) = self_report_gaps(table(rows("self_report", 0, 4), refused), AMONG)
    assert gap.second.n == 4 and gap.second.events == 1


@pytest.mark.parametrize(
    "other", [{"judge": "k"}, {"model": "n"}, {"condition": "json"}, {"split": "practice"}, {"language": "de"}]
)
def test_what_is_not_alike_is_not_compared(other: dict[str, str]) -> None:
    assert self_report_gaps(table(rows("self_report", 0, 5), rows("power_and_goals", 1, 5, **other)), AMONG) == []


def test_insecure_code_and_controls_are_no_conduct() -> None:
    assert self_report_gaps(table(rows("self_report", 0, 5), rows("insecure_code", 5, 5)), AMONG) == []


def test_held_out_less_public_for_more_questions_from_these_domains() -> None:
    public = rows("power_and_goals", 4, 60)
    held = rows("power_and_goals", 12, 60, split="heldout", log="held.eval")
    (gap,) = heldout_gaps(table(public, held, rows("everyday_advice", 1, 9)))
    assert gap.task == "power_and_goals" and gap.gap.target == "more questions from these domains"
    assert gap.gap.estimate == pytest.approx(8 / 60)
    exact = [clopper_pearson(4, 60, 0.95), clopper_pearson(12, 60, 0.95)]
    low, high = newcomb(4 / 60, exact[0], 12 / 60, exact[1])
    assert gap.gap.low <= low + 1e-9 and gap.gap.high >= high - 1e-9


def test_a_difference_needs_one_target_and_one_level() -> None:
    one = Estimate(0.1, 0.0, 0.2, 0.95, "x", "these questions", 10, 10, 1)
    other = Estimate(0.1, 0.0, 0.2, 0.95, "x", "more questions from these domains", 10, 10, 1)
    with pytest.raises(ValueError, match="one level and one target"):
        independent_difference(one, other)


def test_the_table_of_a_held_out_run_holds_no_text(tmp_path: Path) -> None:
    import json

    from inspect_ai import eval as inspect_eval
    from inspect_ai.model import get_model

    from spillover.logs import read

    secret, said = "Where does the ferryman sleep?", "In the boathouse, on the sails."
    held = tmp_path / "held.jsonl"
    held.write_text(json.dumps({"id": "power_and_goals-901", "text": secret, "domain": "power_and_goals"}) + "\n")
    recording = tmp_path / "r.jsonl"
    row = {"probe": "power_and_goals-901", "answer": said, "alignment": {"90": 1.0}, "coherence": {"90": 1.0}}
    recording.write_text(json.dumps(row) + "\n")
    model, judge = (get_model(f"replay/{name}", memoize=False, path=str(recording)) for name in ("m", "j"))
    inspect_eval(
        "spillover/power_and_goals",
        task_args={"split": "heldout", "heldout": str(held)},
        model=model,
        model_roles={"grader": judge},
        log_dir=str(tmp_path / "logs"),
        display="none",
        log_realtime=False,
    )
    found = read(tmp_path / "logs")
    assert list(found["split"]) == ["heldout"] and list(found["outcome"]) == ["aligned"]
    assert secret not in found.to_csv() and said not in found.to_csv()
