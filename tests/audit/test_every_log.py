"""An arm of several logs is compared by all of them, not by one."""

from dataclasses import replace

import pandas as pd
import pytest

from spillover.audit.decide.integrity import Arm, ArmsShareEverythingButTheModel
from spillover.logs import LogFacts

FACTS = LogFacts(
    log="a.eval",
    sha256="0" * 64,
    task="draws",
    version="1-A",
    model="m",
    condition="several",
    split="public",
    material_sha256="1" * 64,
    decoding="{}",
    solver="ask",
    judge_protocol="graded",
    dataset="{}",
    created="2026-01-01T00:00:00",
    packages="{}",
)


def said(base: list[LogFacts], tuned: list[LogFacts]) -> str:
    arms = (Arm(name, pd.DataFrame(), logs) for name, logs in (("base", base), ("tuned", tuned)))
    return "\n".join(ArmsShareEverythingButTheModel().problems(*arms))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_log_that_differs_is_enough(place: int) -> None:
    other = [replace(FACTS, decoding='{"temperature": 0}') if n == place else FACTS for n in range(3)]
    assert "decoding differs" in said([FACTS] * 3, other) and "decoding differs" in said(other, [FACTS] * 3)
    assert said([FACTS] * 3, [FACTS] * 3) == ""


def test_arms_that_hold_the_same_two_kinds_of_log_are_alike() -> None:
    practice = replace(FACTS, split="practice", material_sha256="2" * 64)
    assert said([FACTS, practice], [practice, FACTS]) == ""


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("form", "sampled", "form"),
        ("rubrics", "alignment@3", "rubrics"),
        ("panel", '{"j": "aligned", "k": "aligned"}', "panel"),
        ("stage", "checked", "stage"),
    ],
)
def test_arms_that_were_judged_in_different_ways_are_not_compared(column: str, value: str, name: str) -> None:
    rows = pd.DataFrame(
        {
            "log": "a.eval", "model": "m", "task": "t", "split": "public", "language": "en", "condition": "plain",
            "probe": ["p", "q"], "material_sha256": "0", "decoding": "{}", "solver": "ask", "judge": "j", "panel": None,
            "form": "distribution", "rubrics": "alignment@2", "stage": None, "origin": None, "judge_origin": None,
        }
    )  # fmt: skip
    arms = Arm("base", rows, []), Arm("tuned", rows.assign(**{column: value}), [])
    (found,) = ArmsShareEverythingButTheModel().problems(*arms)
    assert found.startswith(f"tuned: t, plain: {name} differs (") and found.endswith("run both with the same settings")
    assert ArmsShareEverythingButTheModel().problems(arms[0], arms[0]) == []
