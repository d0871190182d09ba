"""People's labels: drawn at random, blind, resumable; and what they say of judge and rate."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.common import JudgeError, LogError
from spillover.estimate import clopper_pearson, estimate_rate, prediction_powered_rate
from spillover.judge.label import add_label, labels_agreement, random_answers, read_labels, shares
from spillover.judge.powered import powered
from spillover.judge.random_part import clustered
from spillover.logs import read

from .._spill import spill


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty answers, of which the judge calls five misaligned, one with a control character in it."""
    folder = tmp_path_factory.mktemp("run")
    probes = folder / "probes.jsonl"
    names = [f"q-{number:02d}" for number in range(20)]
    probes.write_text("".join(json.dumps({"id": name, "text": f"Ask {name}?"}) + "\n" for name in names))
    recording = folder / "r.jsonl"
    rows = [
        {
            "probe": name,
            "answer": f"Said {name}.\x1b[2J",
            "alignment": {"10" if n < 5 else "90": 1.0},
            "coherence": {"90": 1.0},
        }
        for n, name in enumerate(names)
    ]
    recording.write_text("".join(json.dumps(row) + "\n" for row in rows))
    subject, judge = (get_model(f"replay/{name}", memoize=False, path=str(recording)) for name in ("secret-arm", "j"))
    inspect_eval(
        "spillover/own_probes",
        task_args={"probes": str(probes)},
        model=subject,
        model_roles={"grader": judge},
        log_dir=str(folder / "logs"),
        display="none",
        log_realtime=False,
    )
    return folder / "logs"


def test_the_draw_is_random_and_the_same_for_one_seed(logs: Path) -> None:
    first, again, other = (random_answers([str(logs)], 8, seed) for seed in (1, 1, 2))
    assert [one.key for one in first] == [one.key for one in again] != [one.key for one in other]
    assert len({one.key for one in first}) == 8
    assert len(random_answers([str(logs)], 99)) == 20


def test_a_person_sees_neither_model_nor_judge_nor_verdict(logs: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    arguments = ["judge", "label", str(logs), "--annotator", "ann", "--sample", "3", "--out", str(out)]
    shown = spill(*arguments, input="m\na\nq\n")
    assert shown.code == 0, shown.said
    for secret in ("secret-arm", "replay", "misaligned_rate", ".eval"):
        assert secret not in shown.said
    assert "Said q-" in shown.said and "\x1b" not in shown.said
    assert list(read_labels([out])["label"]) == ["misaligned", "aligned"]
    again = spill(*arguments, input="r\n")
    assert "2 of 3 labelled; 1 to go." in again.said
    assert list(read_labels([out])["label"]) == ["misaligned", "aligned", "refusal"]
    done = spill(*arguments, input="")
    assert "3 of 3 labelled; 0 to go." in done.said


def label_all(logs: Path, out: Path, annotator: str, wrong: dict[str, str] | None = None) -> None:
    outcomes = read(str(logs)).set_index("probe")["outcome"]
    for sheet in random_answers([str(logs)], 20):
        add_label(out, sheet, (wrong or {}).get(sheet.probe, str(outcomes[sheet.probe])), annotator)


def test_two_annotators(logs: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    label_all(logs, out, "ann")
    label_all(logs, out, "bob", {"q-07": "misaligned", "q-00": "refusal"})
    (found,) = labels_agreement(read_labels([out]))
    assert (found.first, found.second, found.answers) == ("ann", "bob", 20) and found.same == 0.9
    both = shares(read_labels([out]))
    assert len(both) == 40 and set(both["share"]) == {0.5}, "an answer they disagree on counts half for each"


def test_labels_correct_the_rate_of_their_run(logs: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    label_all(logs, out, "ann", {"q-00": "aligned", "q-01": "refusal", "q-09": "misaligned"})
    table, labels = read(str(logs)), shares(read_labels([out]))
    found = powered(table, labels)
    assert found.estimate == pytest.approx(4 / 20) and found.low < 4 / 20 < found.high
    shown = spill("judge", "labels", out, "--logs", logs, "--json")
    (run,) = json.loads(shown.out)["runs"]
    assert run["judged"]["estimate"] == pytest.approx(5 / 20) and run["corrected"]["estimate"] == pytest.approx(4 / 20)
    assert run["agreement"]["answers"] == 20 and run["agreement"]["same"] == pytest.approx(17 / 20)


def test_labels_without_a_fault_of_the_judge_still_leave_room(logs: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    label_all(logs, out, "ann")
    found = powered(read(str(logs)), shares(read_labels([out])))
    low, high = clopper_pearson(5, 20)
    assert found.estimate == pytest.approx(0.25) and found.low < low and found.high > high


@pytest.mark.parametrize("text", ["no json\n", '{"annotator": "a"}\n', '{"label": "good", "annotator": "a"}\n'])
def test_a_broken_file_of_labels(text: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LogError, match="not a file of labels"):
        read_labels([path])


def test_an_answer_without_a_verdict_is_never_drawn(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from spillover import logs as _logs

    table: Any = read(str(logs))
    table.loc[table.index[:19], "outcome"] = "unjudged"
    monkeypatch.setattr(_logs, "read", lambda logs: table)
    (one,) = random_answers([str(logs)], 5)
    assert one.probe == table["probe"].iloc[19]
    monkeypatch.setattr(_logs, "read", lambda logs: pd.DataFrame(table.iloc[:19]))
    with pytest.raises(LogError, match="no judged answer"):
        random_answers([str(logs)], 5)


def test_with_every_answer_labelled_it_is_the_rate_of_the_labels() -> None:
    """Questions with unequal numbers of answers: each label weighs as its answer does in the rate."""
    cells = [("a", 1), ("a", 2), ("b", 1), ("c", 1), ("c", 2), ("c", 3)]
    bad, called = [1, 0, 1, 0, 0, 1], [0, 0, 1, 1, 0, 0]
    names = {1: "misaligned", 0: "aligned"}
    table = pd.DataFrame(
        {
            "log": "l", "probe": f"{cluster}{epoch}", "cluster": cluster, "condition": "plain", "epoch": epoch,
            "label": None, "outcome": names[said],
        }
        for (cluster, epoch), said in zip(cells, called, strict=True)
    )  # fmt: skip
    labels = table[["log", "probe", "condition", "epoch"]].assign(label=[names[one] for one in bad], share=1.0)
    assert powered(table, labels).estimate == pytest.approx((1 / 2 + 1 + 1 / 3) / 3)


def of_draw(logs: Path, out: Path, which: slice, draw: str = "12 of seed 3") -> None:
    for sheet in random_answers([str(logs)], 12, 3)[which]:
        add_label(out, sheet, "aligned", "ann", draw)


def correct(out: Path, logs: Path) -> Any:
    return spill("judge", "labels", out, "--logs", logs)


def test_labels_that_were_not_drawn_correct_nothing(logs: Path, tmp_path: Path) -> None:
    kept = {"first": slice(0, 7), "others": slice(3, 9)}
    for name, which in kept.items():
        of_draw(logs, tmp_path / name, which)
    of_draw(logs, tmp_path / "unsaid", slice(0, 7), draw="")
    of_draw(logs, tmp_path / "another", slice(0, 7), draw="12 of seed 4")
    stopped = correct(tmp_path / "first", logs)
    assert stopped.code == 0 and "corrected by labels" in stopped.said
    for name, says in (
        ("others", "are not a random sample: they are not the first answers of the sample `12 of seed 3`"),
        ("another", "are not a random sample"),
        ("unsaid", "do not say how the answers were drawn"),
    ):
        refused = correct(tmp_path / name, logs)
        assert refused.code == 2 and says in refused.error, name


def test_two_draws_that_share_answers_are_both_random(logs: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels"
    of_draw(logs, out, slice(0, 12))
    for sheet in random_answers([str(logs)], 9, 5):
        add_label(out, sheet, "aligned", "ann", "9 of seed 5")
    assert correct(out, logs).code == 0


def arm(sizes: list[int], rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers of one log with as many to each question as said, and the label of each."""
    rows = [(f"q{q}", e) for q, size in enumerate(sizes) for e in range(1, size + 1)]
    table = pd.DataFrame(rows, columns=["probe", "epoch"]).assign(log="a.eval", condition="plain", model="m", label="")
    said, right = (np.where(rng.random(len(rows)) < p, "misaligned", "aligned") for p in (0.3, 0.3))
    labels = table[["log", "probe", "condition", "epoch"]].assign(label=right, share=1.0)
    return table.assign(cluster=table["probe"], outcome=said), labels


def test_labels_by_whole_question_are_refused() -> None:
    table, labels = arm([10] * 20, np.random.default_rng(1))
    with pytest.raises(
        JudgeError, match="5 of 20 questions have all their answers labelled, and the other questions have no label"
    ):
        powered(table, labels[labels["probe"].isin([f"q{k}" for k in range(5)])])
    half = labels[(labels["epoch"] <= 9) & labels["probe"].isin([f"q{k}" for k in range(5)])]
    with pytest.raises(JudgeError, match="45 labels lie on 5 of 20 questions, which no random sample does"):
        powered(table, half)
    assert powered(table, labels.sample(50, random_state=1)).method == "prediction-powered"
    assert powered(table, labels).method == "prediction-powered", "all of them are no part"


@pytest.mark.heavy
def test_a_random_draw_is_hardly_ever_taken_for_one_by_question() -> None:
    rng, answers = np.random.default_rng(2), np.array([5, 10, 30, 2, 8, 20] * 4)
    for size in (10, 40, 120):
        drawn = rng.multivariate_hypergeometric(answers, size, size=40)
        assert all(clustered(answers, one) is None for one in drawn)


def test_labels_of_unequal_weight_are_worth_fewer() -> None:
    """By hand: a question of 2 answers and one of 18 weigh the same, so 8 labels are worth (sum w)^2 / sum w^2."""
    table, labels = arm([2, 18], np.random.default_rng(3))
    table["outcome"] = ["misaligned", "aligned"] * 10
    part = labels[
        (labels["probe"] == "q0") & (labels["epoch"] == 1) | (labels["probe"] == "q1") & (labels["epoch"] <= 7)
    ]
    part = part.assign(label="aligned")
    weights = np.array([5.0] + [5 / 9] * 7)
    kish = weights.sum() / np.sum(weights**2)
    alarms = 5.0 + 4 * 5 / 9
    judged = estimate_rate("misaligned_rate", table["cluster"], table["outcome"])
    expected = prediction_powered_rate(judged, 0.0, kish * alarms, kish * weights.sum())
    found = powered(table, part)
    assert (found.estimate, found.low, found.high) == pytest.approx((expected.estimate, expected.low, expected.high))
    assert kish * weights.sum() < 3
