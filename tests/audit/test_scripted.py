"""What is scripted says so in an audit too."""

from pathlib import Path

from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.audit import audit_logs, report_markdown

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo"


def test_the_report_of_the_scripted_pair_says_that_it_is_scripted(tmp_path: Path) -> None:
    for arm in ("base", "finetune"):
        path = str(DEMO / f"{arm}.jsonl")
        inspect_eval(
            "spillover/emergent_misalignment",
            model=get_model(f"replay/scripted-{arm}", memoize=False, path=path),
            model_roles={"grader": get_model("replay/scripted-judge", memoize=False, path=path)},
            epochs=1,
            log_dir=str(tmp_path / arm),
            display="none",
        )
    report = audit_logs([str(tmp_path / "base")], [str(tmp_path / "finetune")])
    head = report_markdown(report).split("## ")[0]
    assert report.answer == "regression"
    assert "Answers: scripted, not any model's output" in head and "Verdicts: scripted, not any model's output" in head
    assert len(report.as_dict()["origins"]) == 2
