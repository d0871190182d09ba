"""Inspect reuses old answers only where the material is the same, though it looks at neither dataset nor scorer."""

import json
from pathlib import Path

from inspect_ai import eval_set
from inspect_ai.model import Model, get_model


def test_a_changed_probe_file_is_not_answered_from_old_logs(tmp_path: Path) -> None:
    recording, probes = tmp_path / "recording.jsonl", tmp_path / "probes.csv"
    recording.write_text(json.dumps({"probe": "a", "answer": "x", "alignment": 90, "coherence": 90}), encoding="utf-8")

    def replay(name: str) -> Model:
        return get_model(f"replay/{name}", memoize=False, path=str(recording))

    def logs_after(text: str) -> int:
        probes.write_text(f"id,text\na,{text}\n", encoding="utf-8")
        done, _ = eval_set(
            "spillover/own_probes",
            log_dir=str(tmp_path / "logs"),
            task_args={"probes": str(probes)},
            model=replay("x"),
            model_roles={"grader": replay("j")},
            epochs=1,
            display="none",
            log_dir_allow_dirty=True,
        )
        assert done
        return len(list((tmp_path / "logs").glob("*.eval")))

    assert [logs_after("Why?"), logs_after("Why?"), logs_after("How?")] == [1, 1, 2]
