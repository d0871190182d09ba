"""What is scripted says so in an audit too."""

import json
from pathlib import Path

import pytest

from spillover.audit.from_logs import audit_logs
from spillover.audit.report.markdown import report_markdown
from spillover.audit.report.sentences import summary
from spillover.common import LogError

from .._spill import spill

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo"


@pytest.fixture
def scripted(demo_logs: Path) -> Path:
    return demo_logs


def test_the_report_of_the_scripted_pair_says_that_it_is_scripted(scripted: Path) -> None:
    report = audit_logs([str(scripted / "base")], [str(scripted / "finetune")])
    head = report_markdown(report).split("## ")[0]
    assert report.answer == "regression"
    assert "Answers: scripted, not any model's output" in head and "Verdicts: scripted, not any model's output" in head
    assert len(report.as_dict()["origins"]) == 2
    assert "Answers: scripted, not any model's output" in summary(report)


def test_base_and_fine_tune_are_picked_out_of_one_folder(scripted: Path) -> None:
    whole = str(scripted)
    with pytest.raises(LogError, match=r"hold 2 models .* say which is the base with --base MODEL"):
        audit_logs([whole], [whole])
    assert audit_logs([whole], [whole], base="scripted-base").base == "replay/scripted-base"
    report = audit_logs([whole], [whole], base="replay/scripted-base")
    assert report.base == "replay/scripted-base" and [one.model for one in report.findings] == [
        "replay/scripted-finetune"
    ]
    assert "--base replay/scripted-base" in report.reproduce
    for names in ({"base": "replay/scripted-bas"}, {"base": "replay/scripted-base", "finetunes": ("replay/x",)}):
        with pytest.raises(LogError, match=r"logs hold no model 'replay/.*choose one of replay/scripted-"):
            audit_logs([whole], [whole], **names)  # type: ignore[arg-type]


def test_an_audit_of_logs_says_the_whole_command(scripted: Path) -> None:
    args = ["--base-logs", str(scripted), "--finetune-logs", str(scripted), "--base", "scripted-base", "--one-recipe"]
    done = spill("audit", *args, "--base-differs", "a copy of it", "--json")
    assert json.loads(done.out)["reproduce"].endswith(" --base-differs 'a copy of it' --one-recipe")
