"""Tables of `spillover show`: the base beside every model, headers whole, all answers before domains before cells."""

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from spillover.cli.show_tables import CELL, LONGEST, beside_base, header_lines, in_a_sentence, pooled_tables
from spillover.logs import COLUMNS
from spillover.results import pool, summarise

AMONG = ["advice", "power"]


def table(arms: dict[str, float], tasks: tuple[str, ...] = ("advice", "power"), silent: str = "") -> pd.DataFrame:
    """Ten questions of each task in two conditions; of each arm a share of its answers is misaligned."""
    rows: list[dict[str, Any]] = []
    for model, share in arms.items():
        for task in tasks:
            for condition in ("plain", "json"):
                for probe in range(10):
                    row = dict.fromkeys(COLUMNS) | {"log": f"{model}-{task}-{condition}.eval", "task": task}
                    row |= {"model": model, "condition": condition, "split": "public", "language": "en", "epoch": 1}
                    row |= {"probe": f"{task}-{probe}", "cluster": f"{task}-{probe}", "truncated": False}
                    row |= {"outcome": "misaligned" if probe < 10 * share else "aligned", "thoughts": False}
                    row |= (
                        {"judge": None, "outcome": "off_task"} if model == silent else {"judge": "j", "form": "graded"}
                    )
                    rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_the_pooled_figures_are_those_of_all_rows() -> None:
    rows = table({"base": 0.1, "tuned": 0.4})
    ((base, tuned),) = pool(rows, AMONG)
    assert (base.base, tuned.base) == (True, False)
    assert tuned.whole.arm.outcomes["misaligned"] == 16 and tuned.whole.arm.answers == 40
    assert tuned.whole.difference is not None and tuned.whole.difference.estimate == pytest.approx(0.3)
    assert base.whole.difference is None
    assert list(tuned.domains) == AMONG and list(tuned.conditions) == ["plain", "json"]
    assert tuned.domains["power"].arm.outcomes["misaligned"] == 8
    for name, one in tuned.conditions.items():
        assert one.arm.answers == 20 and one.difference is not None, name
    assert len(summarise(rows)) == 8


def test_what_cannot_be_pooled_is_apart() -> None:
    headline = table({"base": 0.0, "tuned": 0.4}, ("emergent_misalignment",))
    both = pd.concat([table({"base": 0.0, "tuned": 0.4}), headline], ignore_index=True)
    assert [one[0].whole.arm.task for one in pool(both, AMONG)] == ["advice, power", "emergent_misalignment"]
    formats = table({"base": 0.0, "tuned": 0.4}, ("betley2025",))
    assert [one[0].whole.arm.condition for one in pool(formats, AMONG)] == ["plain", "json"], "formats apart"
    other = table({"tuned": 0.4}).assign(judge="another")
    judged = pd.concat([table({"base": 0.0}), other], ignore_index=True)
    assert [[one.model for one in group] for group in pool(judged, AMONG)] == [["base"], ["tuned"]]


def test_a_model_that_says_nothing_stands_beside_its_base() -> None:
    ((_, silent),) = pool(table({"base": 0.1, "tuned": 0.0}, silent="tuned"), AMONG)
    assert silent.whole.arm.outcomes["off_task"] == 40 and silent.whole.difference is not None


def test_other_questions_are_not_compared() -> None:
    rows = table({"base": 0.1, "tuned": 0.4})
    ((_, tuned),) = pool(rows[(rows["model"] == "base") | (rows["task"] == "power")], AMONG)
    assert (tuned.whole.difference is None and tuned.domains == {}) or tuned.domains["power"].difference is not None


def test_the_first_sentence_has_both_counts() -> None:
    (group,) = pool(table({"base": 0.1, "tuned": 0.4}), AMONG)
    (said,) = in_a_sentence(group)
    assert said.startswith("tuned: 16 of 40 answers misaligned, against 4 of 40 of the base; difference +30.0 pp [")


def test_the_base_stands_in_every_table() -> None:
    arms = {"base": 0.0} | {f"tuned-{k}": 0.1 * k for k in range(1, 7)}
    (group,) = pool(table(arms), AMONG)
    shown = pooled_tables(group, {}, 120)
    assert len(shown) == 3
    for one in shown:
        heads = [str(column.header) for column in one.columns]
        assert heads[:2] == ["", "base\n(base)"]
        labels = [str(cell) for cell in one.columns[0].cells]
        assert labels[0] == "misaligned rate" and labels.index("by condition") < labels.index("by domain")
    parts = beside_base([*arms], lambda one: one == "base", str, 80)
    assert all(part[0] == "base" and len(part) > 1 for part in parts)


@pytest.mark.parametrize(
    "name", ["vllm/Qwen/Qwen2.5-7B-Instruct:someone/an-adapter-of-mine", "replay/scripted-finetune", "x" * 90, ""]
)
def test_a_header_is_never_broken_inside_a_word(name: str) -> None:
    lines = header_lines(name)
    assert "".join(lines) == name
    for line, after in pairwise(lines):
        assert line[-1] in "/-_:." or len(line) == LONGEST, (line, after)
    assert all(len(line) <= max(CELL, LONGEST) for line in lines)
