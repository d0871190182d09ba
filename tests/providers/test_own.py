"""A recorded verdict is about one answer: of another answer, or of another model, it is refused."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import read_eval_log
from inspect_ai.model import get_model

from spillover.common import Cell, RecordingError
from spillover.logs import read
from spillover.providers.columns import Columns
from spillover.providers.own import Answers, require_own_verdicts
from spillover.providers.recording_file import read_recording

from ._written import table


def rows(who: str, score: int, **more: Any) -> list[dict[str, Any]]:
    said = [f"{who} speaks of {probe} {epoch}." for probe in "ab" for epoch in (1, 2)]
    cells = [{"probe": probe, "epoch": epoch} for probe in "ab" for epoch in (1, 2)]
    judged = {"alignment": score, "coherence": 95, **more}
    return [{**cell, "answer": text, **judged} for cell, text in zip(cells, said, strict=True)]


def without(given: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in names} for row in given]


def arm(folder: Path, name: str, given: list[dict[str, Any]]) -> Answers:
    return Answers(f"replay/{name}", read_recording(table(folder / f"{name}.csv", given)))


def check(arms: list[Answers], verdicts: Path, **columns: Any) -> None:
    require_own_verdicts(arms, "replay/judge", read_recording(verdicts, Columns(**columns)))


def test_its_own_verdicts_pass_however_the_file_writes_line_ends(tmp_path: Path) -> None:
    given = rows("base", 95)
    given[0]["answer"] = "One line.\r\n\r\nAnother. "
    base = arm(tmp_path, "base", given)
    given[0]["answer"] = "One line.\nAnother."
    check([base], table(tmp_path / "v.csv", given))


def test_the_verdicts_of_another_are_refused_with_both_rows(tmp_path: Path) -> None:
    verdicts = table(tmp_path / "v.csv", rows("base", 95))
    with pytest.raises(RecordingError) as caught:
        check([arm(tmp_path, "tuned", rows("tuned", 5))], verdicts)
    assert str(caught.value) == (
        f"{verdicts}: row 1: the verdict of probe 'a', epoch 1 is about another answer than that of replay/tuned "
        f"({tmp_path / 'tuned.csv'}: row 1); give the verdicts of these answers, those of several models with a column "
        "`model`"
    )


def test_one_changed_answer_in_the_last_row_is_seen(tmp_path: Path) -> None:
    base = arm(tmp_path, "base", rows("base", 95))
    changed = rows("base", 95)
    changed[3]["answer"] += " And more."
    with pytest.raises(RecordingError, match="row 4: the verdict of probe 'b', epoch 2 is about another answer"):
        check([base], table(tmp_path / "v.csv", changed))


def test_a_hash_binds_as_the_text_does(tmp_path: Path) -> None:
    hashed = [{**row, "answer_sha256": hashlib.sha256(row["answer"].encode()).hexdigest()} for row in rows("base", 95)]
    verdicts = table(tmp_path / "v.csv", without(hashed, "answer"))
    check([arm(tmp_path, "base", rows("base", 95))], verdicts)
    with pytest.raises(RecordingError, match="row 1: the verdict of probe 'a', epoch 1 is about another answer"):
        check([arm(tmp_path, "tuned", rows("tuned", 5))], verdicts)
    hashed[1]["answer_sha256"] = "abc"
    with pytest.raises(RecordingError, match="row 2: answer_sha256 'abc' is not a hash"):
        read_recording(table(tmp_path / "w.csv", hashed))


def test_the_hash_of_the_store_names_a_long_answer_too(tmp_path: Path) -> None:
    long = {"probe": "a", "epoch": 1, "answer": "A long walk. " * 200, "alignment": 90, "coherence": 90}
    (row,) = read(str(log(tmp_path, [long], [long]))).itertuples()
    verdicts = table(tmp_path / "v.csv", [{**without([long], "answer")[0], "answer_sha256": row.answer_sha256}])
    check([arm(tmp_path, "base", [long])], verdicts)


def test_two_models_need_verdicts_that_say_whose_they_are(tmp_path: Path) -> None:
    arms = [arm(tmp_path, name, rows(name, score)) for name, score in (("base", 95), ("tuned", 5))]
    bare = table(tmp_path / "v.csv", without(rows("base", 95), "answer"))
    with pytest.raises(RecordingError, match=r"v.csv: judge replay/judge would give 2 models the same verdicts"):
        check(arms, bare)
    check(arms[:1], bare)
    both = [*rows("base", 95, model="base"), *rows("tuned", 5, model="tuned")]
    check(arms, table(tmp_path / "both.csv", both))
    check(arms, table(tmp_path / "models.csv", without(both, "answer")))


def test_a_model_that_is_asked_now_has_no_recorded_verdicts(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="plays recorded verdicts back, but openai/gpt-x is asked only now"):
        check([Answers("openai/gpt-x")], table(tmp_path / "v.csv", rows("base", 95)))


def test_the_model_is_a_key_of_the_verdict(tmp_path: Path) -> None:
    both = table(tmp_path / "v.csv", [*rows("base", 95, model="base"), *rows("tuned", 5, model="org/tuned")])
    found = read_recording(both)
    for names, score in ((("base",), 95), (("replay/x", "org/tuned"), 5)):
        assert found.get(Cell("a", "plain", 1, "alignment", names=names)).score == score
    with pytest.raises(RecordingError, match=r"holds verdicts on answers of base, org/tuned, not of 'other'; give"):
        found.get(Cell("a", "plain", 1, "alignment", names=("other",)))
    one = read_recording(table(tmp_path / "w.csv", rows("base", 95, model="base")))
    with pytest.raises(RecordingError, match="holds verdicts on answers of base, not of 'other'"):
        one.get(Cell("a", "plain", 1, "alignment", names=("other",)))


def test_several_models_in_one_file_are_not_pooled(tmp_path: Path) -> None:
    both = table(tmp_path / "both.csv", [*rows("base", 95, model="base"), *rows("tuned", 5, model="tuned")])
    with pytest.raises(RecordingError, match=r"both.csv: holds answers of 2 models \(base, tuned\); name one of them"):
        read_recording(both).get(Cell("a", "plain", 1))
    chosen = read_recording(both, Columns(where=(("model", "tuned"),)))
    assert (chosen.get(Cell("a", "plain", 1)).text, len(chosen.answers())) == ("tuned speaks of a 1.", 4)
    with pytest.raises(RecordingError, match="-M where: no row has model=other; use one of base, tuned"):
        read_recording(both, Columns(where=(("model", "other"),)))
    with pytest.raises(RecordingError, match="-M where: no column 'arm'"):
        read_recording(both, Columns(where=(("arm", "other"),)))


def log(folder: Path, answers: list[dict[str, Any]], verdicts: list[dict[str, Any]], **args: Any) -> Path:
    probes = table(folder / "probes.csv", [{"id": probe, "text": f"What of {probe}?"} for probe in "ab"])
    judge = get_model("replay/j", memoize=False, path=str(table(folder / "verdicts.csv", verdicts)), missing="skip")
    inspect_eval(
        "spillover/own_probes",
        model=get_model("replay/m", memoize=False, path=str(table(folder / "answers.csv", answers)), missing="skip"),
        model_roles={"grader": judge},
        task_args={"probes": str(probes)},
        log_dir=str(folder / "logs"),
        display="none",
        log_realtime=False,
        **args,
    )
    return folder / "logs"


def test_a_run_asks_what_is_recorded_and_its_log_says_of_which_files(tmp_path: Path) -> None:
    folder = log(tmp_path, rows("m", 5), rows("m", 5))
    (file,) = folder.glob("*.eval")
    found = read_eval_log(str(file), header_only=True)
    sha = {
        name: hashlib.sha256((tmp_path / f"{name}.csv").read_bytes()).hexdigest() for name in ("answers", "verdicts")
    }
    said = found.eval.metadata or {}
    recorded = {"file": "answers.csv", "sha256": sha["answers"], "answers": 4}
    assert said["recorded_answers"] == recorded
    judged = {"judge": "replay/j", "file": "verdicts.csv", "sha256": sha["verdicts"], "names_answers": True}
    assert said["recorded_verdicts"] == [judged]
    assert len(read(str(folder))) == 4


def test_a_run_with_verdicts_of_another_does_not_begin(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"verdicts.csv: row 1: the verdict of probe 'a', epoch 1 is about"):
        log(tmp_path, rows("m", 5), rows("base", 95))
    assert not (tmp_path / "logs").exists()
