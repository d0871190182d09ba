"""Cards: other runs of a model, commands to do it again, what maintainers found; and the docs of the columns."""

import re
import shlex
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from spillover.board.again import reproduce
from spillover.board.display import read_display
from spillover.board.entries import Entry, Reproduced, Rescored, read_entries
from spillover.board.model_cards import cards
from spillover.board.rows import board_of
from spillover.board.table import COLUMNS
from spillover.common import LogError

from .._spill import spill

LOOK = read_display()
DOCS = (Path(__file__).resolve().parents[2] / "docs" / "leaderboard.md").read_text(encoding="utf-8")
RESCORED = {"judge": "a/other", "misaligned_rate": 0.25, "misaligned_rate_before": 0.5, "answers": 60, "logs": []}
DESIGN = {
    "domains": ["advice"],
    "conditions": ["plain", {"id": "x"}],
    "draws": 40,
    "chunk": 8,
    "seed": 3,
    "probes": None,
}


def card_of(*entries: Entry) -> dict[str, Any]:
    return next(iter(cards(board_of(entries, LOOK)).values()))


def test_a_run_without_a_row_is_on_the_card_and_on_the_terminal(
    made: Any, written: Callable[..., Path], tmp_path: Path
) -> None:
    months = {"far": 1, "old": 2, "new": 3}
    runs = {name: made.record_of("a/x", 0.1, created=f"2026-0{k}-01T00", seed=k) for name, k in months.items()}
    for name, data in runs.items():
        folder = written(name, data, {"verification": "reproduced"} if name == "far" else None)
    written("retracted", made.record_of("a/x", 0.9, seed=9), {"retracted": {"date": "d", "reason": "r"}})
    card = next(one for one in cards(board_of(read_entries([folder]), LOOK)).values() if one["runs"])
    assert card["record_sha256"] == runs["far"]["content_sha256"]
    assert [one[3] for one in card["runs"]] == [runs[name]["content_sha256"] for name in ("new", "old")]
    ran = spill("leaderboard", "build", "--records", folder, "--out", tmp_path / "site")
    said = [line for line in ran.said.splitlines() if "left out" in line]
    assert len(said) == 2 and all("was verified further" in line and "far/record.json" in line for line in said)
    assert sum("new/record.json (self-reported, 2026-03-01): " in line for line in said) == 1


def test_a_newer_run_of_the_same_level_says_so(made: Any, written: Callable[..., Path], tmp_path: Path) -> None:
    for k in (1, 2):
        folder = written(f"run{k}", made.record_of("a/x", 0.1, created=f"2026-0{k}-01T00", seed=k))
    ran = spill("leaderboard", "build", "--records", folder, "--out", tmp_path / "site")
    assert re.search(r"left out: a/x, \S*run1/record.json .*: \S*run2/record.json \(.*\) is newer", ran.said)


def test_a_folder_without_a_record_is_told(made: Any, written: Callable[..., Path], tmp_path: Path) -> None:
    folder = written("one", made.record_of("a/x", 0.1))
    (tmp_path / "empty").mkdir()
    given = ["--records", str(tmp_path / "empty"), "--records", str(folder), "--out", str(tmp_path / "site")]
    ran = spill("leaderboard", "build", *given)
    assert ran.code == 0 and ran.said.count("holds no record") == 1
    assert f"{tmp_path / 'empty'}: holds no record" in ran.said


def test_commands_are_quoted(made: Any) -> None:
    data = made.record_of("x/'; rm -rf ~; '\u202e", 0.1, judge="j; reboot\n")
    lines = reproduce(data)
    assert [part for part in shlex.split(lines[1]) if "rm -rf" in part] == ["x/'; rm -rf ~; '[U+202E]"]
    assert "grader=j; reboot[U+000A]" in shlex.split(lines[1]) and "--epochs 5" in lines[1]
    assert lines[0] == "pip install spillover==0.1.0" and not any("\n" in line for line in lines)


def test_commands_say_what_was_asked_as_far_as_the_record_knows(made: Any) -> None:
    data = made.record_of("hf/m", 0.1)
    data["model"]["args"] = {"model_path": "tuned", "trust": True}
    for row in data["results"]:
        row |= {"decoding": {"temperature": 0.5, "top_logprobs": 4}, "split": "paraphrases"}
    data["results"][1]["decoding"] = {"max_tokens": 9}
    lines = reproduce(data)
    words = [shlex.split(line) for line in lines if line.startswith("inspect")]
    assert [line[2] for line in words] == ["spillover/everyday_advice", "spillover/expert_advice"], "asked otherwise"
    for part in ("model_path=tuned", "trust=true", "split=paraphrases", "0.5"):
        assert part in words[0], part
    assert words[1][-2:] == ["--max-tokens", "9"] and any('"top_logprobs": 4' in line for line in lines)
    assert any("does not hold the whole command" in line for line in lines)
    assert any("inspect log dump --header-only generated.eval" in line for line in lines)


def test_draws_are_never_said_to_be_a_task_under_a_condition(made: Any) -> None:
    data = made.record_of("hf/m", 0.1)
    for log in data["logs"]:
        log |= {"task": "draws", "condition": "several"}
    lines = reproduce(data)
    assert not any(line.startswith("inspect eval") or "several" in line for line in lines)
    assert any("720 draws over 4 domains, asked by spillover run SUITE" in line for line in lines)
    data["manifest"] = {"planned": {"design": DESIGN}}
    (line,) = [shlex.split(one) for one in reproduce(data) if one.startswith("inspect eval")]
    given = dict(part.split("=", 1) for flag, part in pairwise(line) if flag == "-T")
    assert line[2] == "spillover/draws" and (given["first"], given["last"], given["seed"]) == ("0", "40", "3")
    assert given["conditions"] == '["plain", {"id": "x"}]' and not {"draws", "chunk", "probes"} & set(given)


def test_what_was_left_out_as_a_secret_stands_in_no_command(made: Any) -> None:
    data = made.record_of("openai/m", 0.1)
    data["model"]["args"] = {"api_key": "(left out)", "organization": "o"}
    command = next(line for line in reproduce(data) if line.startswith("inspect eval"))
    assert "-M organization=o" in command and "api_key" not in command


@pytest.mark.parametrize("manifest", [{"planned": []}, {"planned": {"design": "x"}}, {"planned": {"design": {}}}, {}])
def test_odd_manifests_give_no_command(made: Any, manifest: dict[str, Any]) -> None:
    data = {**made.record_of("hf/m", 0.1), "manifest": manifest}
    data["logs"] = [{**log, "task": "draws"} for log in data["logs"]]
    assert not any(line.startswith("inspect eval") for line in reproduce(data))


def test_recordings_that_are_not_named_are_said_to_be(made: Any) -> None:
    data = made.record_of("replay/m", 0.1, judge="replay/j")
    line = shlex.split(reproduce(data)[1])
    assert "path=RECORDING" in line and "grader={model: replay/j, model_args: {path: RECORDING}}" in line
    assert any("RECORDING is a file that only the logs name" in one for one in reproduce(data))


def test_what_to_compare_is_rate_and_interval_and_no_hash(made: Any) -> None:
    data = made.record_of("hf/m", 0.1)
    head = next(row for row in data["pooled"] if row["condition"] == "plain")
    rate = head["rates"]["misaligned_rate"]["these questions"]
    last = reproduce(data)[-1]
    assert all(f"{100 * rate[name]:.2f}%" in last for name in ("estimate", "low", "high"))
    assert "compare rate and interval" in last and not any(data["content_sha256"] in line for line in reproduce(data))


def test_what_another_judge_found_is_on_the_card(made: Any, written: Callable[..., Path]) -> None:
    anew = {"by": "x\u202e", "date": "2026-05-01", "note": "much the same"}
    status = {"verification": "reproduced", "rescored": RESCORED, "reproduced": anew}
    (entry,) = read_entries([written("one", made.record_of("a/x", 0.1), status)])
    assert entry.rescored == Rescored("a/other", 0.25, 0.5, 60)
    card = card_of(entry)
    assert card["rescored"] == {"judge": "a/other", "rate": 0.25, "before": 0.5, "answers": 60}
    assert card["reproduced"] == {"by": "x[U+202E]", "date": "2026-05-01", "note": "much the same"}
    assert entry.reproduced == Reproduced("x\u202e", "2026-05-01", "much the same")
    assert card_of(Entry(made.record_of("a/x", 0.1)))["rescored"] is None


@pytest.mark.parametrize(
    "rescored", [[], {"judge": "x"}, {**RESCORED, "misaligned_rate": 2}, {**RESCORED, "misaligned_rate": "0.1"}]
)
def test_odd_findings_are_told(made: Any, written: Callable[..., Path], rescored: Any) -> None:
    folder = written("one", made.record_of("a/x", 0.1), {"verification": "re-scored", "rescored": rescored})
    with pytest.raises(LogError, match="not a status file"):
        read_entries([folder])


def test_the_card_says_what_weighs_the_same_in_a_rate(made: Any) -> None:
    said = {name: found[3] for name, found in card_of(Entry(made.record_of("a/x", 0.1)))["rates"].items()}
    assert said["misaligned_rate"] == "mean over questions" and said["aligned_rate"] == "pooled answers"


def test_the_docs_describe_exactly_the_columns_there_are() -> None:
    part = DOCS.split("### Columns")[1].split("\n## ")[0]
    told: dict[str, str] = {}
    for names, kind, meaning in re.findall(r"^\| (`.+?) \| (\w+) \| (.+) \|$", part, re.MULTILINE):
        assert len(meaning) > 10
        told |= dict.fromkeys(re.findall(r"`(\w+)`", names), kind)
    assert told == COLUMNS and list(told) == list(COLUMNS), "in their order"


@pytest.mark.parametrize("level", LOOK.verification.as_plain())
def test_levels_have_the_same_words_on_the_page_and_in_the_docs(level: str) -> None:
    said = LOOK.verification.as_plain()[level]["help"].rstrip(".").split("; ")[0]
    (line,) = [line for line in DOCS.splitlines() if line.startswith(f"| `{level}` |")]
    assert said[0].lower() + said[1:] in line
