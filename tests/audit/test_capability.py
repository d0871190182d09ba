"""Capability beside an audit: logs of a small task, made through Inspect with scripted answers."""

import hashlib
import json
import math
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, EvalMetric, EvalSample, EvalScore, read_eval_log, write_eval_log
from inspect_ai.model import ChatMessage, Model, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import match, model_graded_qa

from spillover.audit.describe.capabilities import Capability, capability
from spillover.common import LogError, finite

BASE, TUNED = "mockllm/base", "mockllm/tuned"
SIX, TWO = "yyyyyynn", "ynynnnnn"
"""Answers of a model, question by question: y is right."""


def scripted(name: str, answers: str) -> Model:
    """A model that answers question by question; one script alone is said to everything."""

    def said(messages: list[ChatMessage], *_: Any) -> ModelOutput:
        number = int("".join(one for one in messages[-1].text if one.isdigit()) or 0) if len(answers) > 1 else 0
        output = ModelOutput.from_content(name, {"y": "yes", "n": "no", "G": "GRADE: C"}[answers[number]])
        output.usage = ModelUsage()
        return output

    return get_model(name, custom_outputs=said, memoize=False)


@task
def small(subset: str = "all", questions: int = 8, judged: bool = False, version: int = 1) -> Task:
    found = [Sample(id=f"{subset}-{number}", input=f"Question {number}?", target="yes") for number in range(questions)]
    return Task(dataset=found, scorer=model_graded_qa() if judged else match(), version=version)


Run = Callable[..., Path]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A log of the task, run once for all tests that want the same."""
    made: dict[str, Path] = {}

    def ran(model: str, answers: str, judge: str | None, **of: Any) -> Path:
        key = repr((model, answers, judge, of))
        if key not in made:
            args = {name: of.pop(name) for name in ("subset", "questions", "judged", "version") if name in of}
            roles: dict[str, Any] = {"model_roles": {"grader": scripted(judge, "G")}} if judge else {}
            more = {"display": "none", "log_realtime": False, **roles, **of}
            folder = str(tmp_path_factory.mktemp("run"))
            (log,) = inspect_eval(small(**args), model=scripted(model, answers), log_dir=folder, **more)
            made[key] = Path(log.location)
        return made[key]

    return ran


@pytest.fixture
def run(runs: Run, tmp_path: Path) -> Run:
    def ran(model: str, answers: str, *, judge: str | None = None, edit: Any = None, **of: Any) -> Path:
        """A log of one's own: of the task with these arguments, run with those that Inspect knows, then edited."""
        made = runs(model, answers, judge, **of)
        (tmp_path / "logs").mkdir(exist_ok=True)
        path = tmp_path / "logs" / f"{len(list((tmp_path / 'logs').iterdir()))}-{made.name}"
        shutil.copy(made, path)
        if edit is not None:
            whole = read_eval_log(str(path))
            edit(whole)
            write_eval_log(whole, str(path))
        return path

    return ran


def told(*logs: Path) -> tuple[list[Capability], list[str]]:
    return capability([str(log) for log in logs], BASE, [TUNED])


def test_figures_by_hand(run: Run) -> None:
    """6 and 2 of 8: each has the variance 6/8 x 2/8 x 8/7, a standard error of its root over 8."""
    base, tuned = run(BASE, SIX), run(TUNED, TWO)
    ((one,), notes) = told(base, tuned)
    assert notes == [] and (one.task, one.scorer, one.metric, one.model) == ("small", "match", "accuracy", TUNED)
    stderr = math.sqrt(6 / 8 * 2 / 8 / 7)
    assert (one.base.value, one.tuned.value, one.base.n, one.tuned.n) == (0.75, 0.25, 8, 8)
    assert (one.base.stderr, one.tuned.stderr) == pytest.approx((stderr, stderr))
    half = 1.959964 * math.sqrt(2) * stderr
    assert (one.delta, one.low, one.high) == pytest.approx((-0.5, -0.5 - half, -0.5 + half), abs=1e-6)
    assert "normal" in one.method
    for arm, log in ((one.base, base), (one.tuned, tuned)):
        assert (arm.log, arm.sha256) == (log.name, hashlib.sha256(log.read_bytes()).hexdigest())
    assert told(base.parent) == told(base, tuned, base), "a folder, and a log that was named twice"


def test_no_spread_is_not_certainty(run: Run) -> None:
    ((one,), _) = told(run(BASE, SIX), run(TUNED, "y"))
    assert (one.tuned.value, one.tuned.stderr, one.delta) == (1, 0, 0.25)
    assert math.isnan(one.low) and math.isnan(one.high)
    assert json.dumps(finite(one.as_dict()), allow_nan=False)


Metrics = Mapping[str, tuple[float, str | None]]


def scores(*of: tuple[str, Metrics]) -> Callable[[EvalLog], None]:
    """Put other scores into a log: by name, its metrics with value and group."""

    def edit(log: EvalLog) -> None:
        assert log.results is not None
        log.results.scores = [
            EvalScore(
                name=name,
                scorer="s",
                scored_samples=8,
                metrics={key: EvalMetric(name=key, value=value, group=part) for key, (value, part) in metrics.items()},
            )
            for name, metrics in of
        ]

    return edit


@pytest.mark.parametrize(
    ("metrics", "metric", "stderr"),
    [
        ({"prompt_strict_acc": (0.5, None), "prompt_strict_stderr": (0.1, None)}, "prompt_strict_acc", 0.1),
        ({"stderr": (0.3, None), "mean": (0.5, None)}, "mean", 0.3),
        ({"accuracy": (0.5, None), "bootstrap_stderr": (0.2, None)}, "accuracy", 0.2),
        ({"refusal_rate": (50.0, None), "stderr": (0.1, None)}, "refusal_rate", math.nan),
        ({"anatomy": (0.1, "g"), "all": (0.5, "g"), "stderr": (0.1, None)}, "all", math.nan),
        ({"lower": (0.1, "ci"), "accuracy": (0.5, None)}, "accuracy", math.nan),
    ],
)
def test_the_first_metric_and_the_standard_error_that_is_its_own(
    run: Run, metrics: Metrics, metric: str, stderr: float
) -> None:
    ((one,), _) = told(*(run(model, SIX, edit=scores(("first", metrics))) for model in (BASE, TUNED)))
    assert (one.metric, one.base.value) == (metric, metrics[metric][0])
    assert one.base.stderr == pytest.approx(stderr, nan_ok=True)
    assert math.isnan(one.low) == math.isnan(stderr)


def test_three_scores_of_a_task_and_those_of_both_logs_alone(run: Run) -> None:
    mean: Metrics = {"mean": (0.5, None)}
    base = run(BASE, SIX, edit=scores(*((name, mean) for name in "abcd")))
    tuned = run(TUNED, SIX, edit=scores(*((name, mean) for name in "abx")))
    rows, notes = told(base, tuned)
    assert [one.scorer for one in rows] == ["a", "b"]
    assert notes == [f"small: {name} mean is in one of the two logs only" for name in "cx"]


def test_one_task_with_two_values_of_an_argument_is_two(run: Run) -> None:
    logs = [run(model, SIX, subset=subset) for model in (BASE, TUNED) for subset in ("mild", "harsh")]
    rows, notes = told(*logs)
    assert sorted(one.task for one in rows) == ['small (subset="harsh")', 'small (subset="mild")'] and not notes
    rows, notes = told(*logs[:3])
    assert [one.task for one in rows] == ['small (subset="mild")']
    assert notes == [f'small (subset="harsh"): no log of {TUNED}']


def test_models_of_no_arm_and_our_own_logs_are_left_out_and_named(run: Run) -> None:
    def ours(log: EvalLog) -> None:
        log.eval.metadata = {"material_sha256": "0"}

    base, tuned, other = run(BASE, SIX), run(TUNED, TWO), run("mockllm/other", TWO)
    own = run(BASE, SIX, edit=ours)
    rows, notes = told(base, tuned, other, own)
    assert len(rows) == 1 and notes == [
        f"{other.name}: left out, its model mockllm/other is not in this audit",
        f"{own.name}: left out, a Spillover task wrote it",
    ]
    assert told() == ([], [])
    with pytest.raises(LogError, match="none of the logs is about mockllm/base, mockllm/tuned"):
        told(other)


def test_samples_that_failed_are_named(run: Run) -> None:
    def fewer(log: EvalLog) -> None:
        assert log.results is not None
        log.results.completed_samples = 6

    base = run(BASE, SIX, edit=fewer)
    assert told(base, run(TUNED, TWO))[1] == [f"{base.name}: 2 of 8 samples failed and are not in its figures"]


def test_a_judge_of_its_own_for_both_is_compared(run: Run) -> None:
    ((one,), _) = told(*(run(model, SIX, judged=True, judge="mockllm/judge") for model in (BASE, TUNED)))
    assert (one.scorer, one.base.value) == ("model_graded_qa", 1)


def put(**fields: Any) -> Callable[[EvalLog], None]:
    def edit(log: EvalLog) -> None:
        for name, value in fields.items():
            setattr(log, name, value)

    return edit


def solver(log: EvalLog) -> None:
    log.plan.steps[0].params = {"api_key": "sk-hidden", "tries": 2}


@pytest.mark.parametrize(
    ("of_base", "of_tuned", "says"),
    [
        ({}, {"edit": put(status="error")}, "did not finish (status error); run inspect eval-retry"),
        ({"edit": put(status="cancelled")}, {}, "did not finish (status cancelled)"),
        ({}, {"edit": put(invalidated=True)}, "was declared invalid"),
        ({}, {"edit": put(results=None)}, "has no scores"),
        ({"judged": True}, {"judged": True}, "the model under test judged itself"),
        ({"subset": "mild"}, {"subset": "harsh"}, 'task argument subset differs ("mild" in the base, "harsh" here)'),
        ({}, {"questions": 7}, "task argument questions differs (8 in the base, 7 here)"),
        ({}, {"version": 2}, "task argument version differs"),
        ({}, {"limit": 4}, "limit differs (none in the base, 4 here)"),
        ({"epochs": 2}, {}, "epochs differs (2 in the base, 1 here)"),
        ({}, {"message_limit": 9}, "message limit differs (- in the base, 9 here)"),
        ({}, {"temperature": 0.5}, 'decoding differs ({} in the base, {"temperature": 0.5} here)'),
        ({}, {"sample_id": ["all-1", "all-2"]}, "list of questions differs"),
        ({}, {"edit": solver}, '[["generate", {"api_key": "(left out)", "tries": 2}]] here'),
        (
            {"judged": True, "judge": "mockllm/a"},
            {"judged": True, "judge": "mockllm/b"},
            "model role grader differs (mockllm/a in the base, mockllm/b here)",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(
    run: Run, of_base: dict[str, Any], of_tuned: dict[str, Any], says: str
) -> None:
    logs = run(BASE, SIX, **of_base), run(TUNED, TWO, **of_tuned)
    with pytest.raises(LogError) as caught:
        told(*logs)
    assert says in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith(tuple(str(log) for log in logs)) and "sk-hidden" not in str(caught.value)


def test_dataset_of_another_size(run: Run) -> None:
    def larger(log: EvalLog) -> None:
        log.eval.dataset.samples = 9

    with pytest.raises(
        LogError, match=r"dataset size differs \(8 in the base, 9 here\); run both with the same settings"
    ):
        told(run(BASE, SIX), run(TUNED, TWO, edit=larger))


def test_two_logs_of_one_model_and_task(run: Run, tmp_path: Path) -> None:
    first, second, tuned = run(BASE, SIX), run(BASE, TWO), run(TUNED, TWO)
    with pytest.raises(LogError, match=rf"a second log of small and {BASE}, beside .*{first.name}; give only one"):
        told(first, second, tuned)


def test_what_differs_in_how_a_request_travels_is_no_difference(run: Run) -> None:
    assert len(told(run(BASE, SIX, max_retries=3), run(TUNED, TWO, timeout=60))[0]) == 1


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_log(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.eval"
    file.write_bytes(content)
    with pytest.raises(LogError, match="not a readable Inspect log"):
        told(file)
    with pytest.raises(LogError, match="no such file or folder"):
        told(tmp_path / "absent.eval")


def test_names_from_a_log_are_inert_and_short(run: Run) -> None:
    def hostile(log: EvalLog) -> None:
        log.eval.task = "small\x1b[2J\n<b>" + "x" * 500
        scores(("\u202ename\x07", {"accuracy\n": (math.inf, None)}))(log)

    ((one,), _) = told(*(run(model, SIX, edit=hostile) for model in (BASE, TUNED)))
    for text in (one.task, one.scorer, one.metric):
        assert text.isprintable() and len(text) <= 120
    assert json.dumps(finite(one.as_dict()), allow_nan=False)


def test_only_headers_are_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = run(BASE, SIX), run(TUNED, TWO)
    monkeypatch.setattr(EvalSample, "model_validate", lambda *_, **__: pytest.fail("a sample was read"))
    asked: list[bool] = []

    def spy(file: str, header_only: bool = False) -> EvalLog:
        asked.append(header_only)
        return read_eval_log(file, header_only=header_only)

    monkeypatch.setattr("inspect_ai.log.read_eval_log", spy)
    assert len(told(*logs)[0]) == 1 and asked == [True, True]
