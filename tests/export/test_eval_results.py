"""`.eval_results`: what huggingface_hub reads back, and which direction the value has."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import parse_eval_result_entries

from spillover.common import LogError
from spillover.export.hub_results import eval_results, eval_results_yaml
from spillover.export.read import sound_record
from spillover.records import Record, record

from .._spill import Done
from .conftest import Made

SHA = "ab" * 20


def with_(made: Made, **fields: Any) -> Record:
    return Record({**sound_record(made.record).data, **fields})


def test_huggingface_hub_reads_back_the_aligned_rate(made: Made, run: Callable[..., Done], tmp_path: Path) -> None:
    out = tmp_path / ".eval_results" / "spillover.yaml"
    said = run("hf-eval-results", made.record, "--dataset", "lab/probes", "--revision", SHA, "--out", out)
    assert said.code == 0, said.said
    plain = yaml.safe_load(out.read_text(encoding="utf-8"))
    (entry,) = parse_eval_result_entries(plain)
    assert (entry.dataset_id, entry.task_id, entry.dataset_revision) == ("lab/probes", "own_probes", SHA)
    assert entry.value == pytest.approx(100 / 3, abs=1e-3)  # 2 of the 6 judged answers are aligned
    assert isinstance(plain[0]["date"], str) and entry.date == json.loads(made.record.read_bytes())["created"]
    for part in ("higher is better", "95% interval", "n 6 answers to 3 questions, 2 unjudged", "replay/judge"):
        assert part in (entry.notes or "")
    assert "scripted" in (entry.notes or "") and "misaligned rate 66.67%" in (entry.notes or "")


@pytest.mark.parametrize(
    ("versions", "revision"),
    [
        ([{"version": "0.1.0", "repo": "lab/probes", "sha": SHA}], SHA),
        ([{"version": "0.1.0", "repo": "other/probes", "sha": SHA}], None),
        ([{"version": "0.1.0"}], None),
        ([{"repo": "lab/probes", "sha": SHA}, {"repo": "lab/probes", "sha": "cd" * 20}], None),
        ([{"repo": "lab/probes", "sha": SHA}, {"version": "0.1.0"}], None),
        ([{"repo": "lab/probes", "sha": "main"}], None),
    ],
)
def test_the_revision_is_the_one_that_all_logs_name(versions: list[Any], revision: str | None, made: Made) -> None:
    (entry,) = eval_results(with_(made, dataset={"versions": versions}), "lab/probes")
    assert entry.dataset_revision == revision


def test_a_part_of_a_task_says_so(made: Made) -> None:
    notes = [
        eval_results(with_(made), "lab/probes", questions=whole)[0].notes or "" for whole in ({}, {"own_probes": 3})
    ]
    assert not any("PART" in one or "full protocol" in one for one in notes)
    (entry,) = eval_results(with_(made), "lab/probes", questions={"own_probes": 60})
    assert (entry.notes or "").startswith("A PART of the task: 3 of its 60 questions")


def test_names_from_elsewhere_stay_text(made: Made) -> None:
    judge = {**sound_record(made.record).data["judge"], "name": "x\n- dataset: {id: evil}\x1b[31m"}
    entries = eval_results(with_(made, judge=judge), "lab/probes")
    assert len(parse_eval_result_entries(yaml.safe_load(eval_results_yaml(entries)))) == 1
    assert "\n" not in (entries[0].notes or "") and "\x1b" not in (entries[0].notes or "")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"condition": "json"}, "condition json; give another --condition"),
        ({"revision": "main"}, "not a commit; give its 40 hexadecimal digits"),
    ],
)
def test_what_cannot_go_out_is_told(given: dict[str, str], says: str, made: Made) -> None:
    with pytest.raises(LogError, match=says):
        eval_results(sound_record(made.record), "lab/probes", **given)


def test_figures_of_held_out_probes_are_not_published_as_public_ones(made: Made) -> None:
    with pytest.raises(LogError, match="no judged public English answer"):
        eval_results(record(made.heldout), "lab/probes")
