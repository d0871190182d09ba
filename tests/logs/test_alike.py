"""What makes two arms comparable: every field against every command."""

from dataclasses import replace

import pandas as pd
import pytest

from spillover.logs.alike import FIELDS, TOLERATES, differences
from spillover.logs.made import Made, made_of_rows

SAME = Made(**{name: ("one",) for name in FIELDS if name != "decoding"}, decoding=('{"temperature": 1}',))
OTHER = replace(SAME, **{name: ("another",) for name in FIELDS if name != "decoding"}, decoding=('{"temperature": 0}',))
ALWAYS = ("task", "version", "split", "language", "condition", "judge", "form", "rubrics", "lines", "material")
"""What no command that compares rates may tolerate."""


@pytest.mark.parametrize("command", TOLERATES)
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_differs_is_found_unless_the_command_tolerates_it(field: str, command: str) -> None:
    other = replace(SAME, **{field: getattr(OTHER, field)})
    expected = [] if field in TOLERATES[command] else [field]
    assert [one.field for one in differences(other, SAME, command)] == expected
    assert [one.field for one in differences(SAME, other, command)] == expected


@pytest.mark.parametrize("command", TOLERATES)
@pytest.mark.parametrize("field", FIELDS)
def test_a_source_that_does_not_say_differs_in_nothing(field: str, command: str) -> None:
    assert differences(replace(SAME, **{field: None}), SAME, command) == []


@pytest.mark.parametrize("command", ["show", "record", "audit", "board"])
@pytest.mark.parametrize("field", [*ALWAYS, "decoding", "solver", "stage"])
def test_what_decides_a_rate_is_never_tolerated(field: str, command: str) -> None:
    assert field not in TOLERATES[command]


def test_tolerated_fields_exist() -> None:
    for command, names in TOLERATES.items():
        assert names <= set(FIELDS), command


def test_a_difference_says_both_values_and_decoding_says_which_setting() -> None:
    (found,) = differences(replace(SAME, form=("sampled",)), SAME, "audit")
    assert (str(found), found.values) == ("form", ("sampled", "one"))
    (found,) = differences(replace(SAME, decoding=OTHER.decoding), SAME, "audit")
    assert str(found) == "decoding (temperature 0, of the base 1)"


def rows(**columns: object) -> pd.DataFrame:
    said = {
        "model": "m", "task": "t", "split": "public", "language": "en", "condition": "plain", "probe": ["p", "q"],
        "material_sha256": "0", "decoding": "{}", "solver": "ask", "judge": "j", "panel": None, "form": "graded",
        "rubrics": "a@1 c@1", "stage": None, "origin": None, "judge_origin": None,
    }  # fmt: skip
    return pd.DataFrame({**said, **columns}, index=range(2))


def test_an_arm_that_no_judge_had_to_see_says_nothing_of_judges() -> None:
    silent = made_of_rows(rows(judge=None, form=None, rubrics=None))
    assert (silent.judge, silent.form, silent.rubrics, silent.panel, silent.stage) == (None,) * 5
    assert differences(silent, made_of_rows(rows()), "audit") == []


def test_what_a_check_decided_is_no_other_judge() -> None:
    assert made_of_rows(rows(judge=["j", "check"], form=["graded", "check"])) == made_of_rows(rows())


def test_one_judge_and_a_panel_whose_first_is_that_judge_differ_in_an_audit() -> None:
    panel = made_of_rows(rows(panel='{"j": "aligned", "k": "misaligned"}'))
    assert panel.panel == ("j", "k") and panel.judge == ("j",)
    assert [one.field for one in differences(panel, made_of_rows(rows()), "audit")] == ["panel"]
    assert differences(panel, made_of_rows(rows()), "record") == []
