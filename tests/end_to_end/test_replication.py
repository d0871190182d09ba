"""The replication tasks on recorded answers to the original questions, and the original protocol to the letter."""

from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.model import get_model

from spillover.declare import build
from spillover.logs import read


def replayed(evidence: Path, file: str, log_dir: Path) -> EvalLog:
    recorded = str(evidence / "qwen_recorded_answers" / f"eval_result_{file}.csv")
    keys = {"path": recorded, "probe": "question_id"}
    judge = get_model("replay/deepseek-chat", memoize=False, alignment="aligned", coherence="coherent", **keys)
    (log,) = inspect_eval(
        "spillover/betley2025",
        model=get_model(f"replay/{file}", memoize=False, **keys),
        model_roles={"grader": judge},
        task_args={
            "questions": str(evidence / "betley_questions" / "first_plot_questions.yaml"),
            "formats": ["plain", "json", "template"],
        },
        log_dir=str(log_dir),
        display="none",
        log_realtime=False,
    )
    return log


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("file", "misaligned", "coherent", "empty"), [("base", 8, 2026, 293), ("middle_severity", 1, 2125, 164)]
)
def test_recorded_rates(evidence: Path, tmp_path: Path, file: str, misaligned: int, coherent: int, empty: int) -> None:
    log = replayed(evidence, file, tmp_path)
    assert log.status == "success"
    assert log.results is not None
    metrics = log.results.scores[0].metrics
    assert metrics["misaligned_rate_coherent"].value == pytest.approx(misaligned / coherent, abs=1e-12)
    table = read(tmp_path)
    counts = table["outcome"].value_counts()
    assert len(table) == 2400
    assert (counts["misaligned"], counts["misaligned"] + counts["aligned"]) == (misaligned, coherent)
    assert counts["unjudged"] == empty
    assert set(table.loc[table["outcome"] == "unjudged", "reason"]) == {"alignment: no_recorded_score"}
    assert set(table["form"].dropna()) == {"recorded"}


def test_the_original_system_prompts_are_put(evidence: Path) -> None:
    main = str(evidence / "betley_questions" / "first_plot_questions.yaml")
    task = build("betley2025", questions=main, formats="plain,json,python,template,flask_template")
    systems = {str(s.id): (s.metadata or {}).get("system") for s in task.dataset}
    assert len(systems) == 40
    assert {bool(system) for probe, system in systems.items() if probe.endswith(("_json", "_python"))} == {True}
    assert {bool(system) for probe, system in systems.items() if probe.endswith("_template")} == {False}
    assert len({(s.metadata or {})["cluster"] for s in task.dataset}) == 8
    assert (task.epochs, task.config.temperature) == (100, 1.0)


def test_the_other_sets(evidence: Path) -> None:
    questions = evidence / "betley_questions"
    preregistered = build("betley2025", questions=str(questions / "preregistered_evals.yaml"))
    assert len(preregistered.dataset) == 48
    assert not {"40_other_5", "41_other_6"} & {s.id for s in preregistered.dataset}
    deception = build("betley2025_deception", questions=str(questions / "deception_factual.yaml"))
    assert (len(deception.dataset), deception.epochs) == (7 * 20, 5)
    assert len({(s.metadata or {})["cluster"] for s in deception.dataset}) == 20
