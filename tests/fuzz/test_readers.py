"""Whatever a foreign file holds, a reader gives data or one `SpilloverError`: no traceback reaches a user."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spillover.common import SpilloverError
from spillover.declare import read_probes, read_yaml
from spillover.finetune import read_finetune
from spillover.judge import labelled_set, load_card
from spillover.logs import read
from spillover.overlap import overlap
from spillover.plan import load_suite, read_prices
from spillover.providers import EMPTY, Columns, read_recording
from spillover.records import read_record, safe_name
from spillover.results import table_of
from spillover.run import read_manifest
from spillover.submissions import How, check, hidden, oddities, parts_of, read_overlap, read_status, read_submission
from spillover.tasks.betley2025 import betley2025
from spillover.tools.cards import read_domain
from spillover.training import read_training
from spillover.verify import verify

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).resolve().parents[2]
FEW = settings(max_examples=settings.default.max_examples // 4)
ODD = st.sampled_from(
    [None, True, -1, 0, 10**30, 1e308, float("nan"), float("inf"), "", "\x00", "\ud800", [], {}, [[]], {"": None}, "x"]
)
PLAIN = st.recursive(
    ODD | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
YAML = [
    b"? [a, b]\n: c", b"? {a: b}\n: c", b"a: &a [*a]", b"a: &a {b: *a}", b"a: !!int x", b"a: !!timestamp 2026-99-99",
    b"a: !!python/name:os.system", b"a: 2026-13-45", b"a: !!float x", b"a: !!bool x", b"a: !!binary '!'", b"<<: 1",
    b"a: !!set [x]", b"a: !!omap x", b"a: " + b"[" * 1200, b"\xff", b"\xef\xbb\xbfa: 1", b"", b"a\x00: b", b"&a : *a",
    b"? !!null\n: 1", b"1: 2\n1.0: 3", b"include: 5", b"include: [a]", b"include: /dev/null", b"a: 0o9", b"a: 1_e",
    b"a: !!map [x]", b"a: !!seq {x: y}", b"a: !!pairs [x]", b"include: \"\\0\"", b"a: 9" + b"9" * 5000,
]  # fmt: skip


def unharmed(reader: Callable[[], Any]) -> None:
    """Run a reader; its mistakes are one line for a user."""
    try:
        reader()
    except SpilloverError as error:
        assert str(error).strip(), "a message says something"


def placed(value: Any, path: list[Any], new: Any) -> Any:
    """Plain data with one place changed, or taken away."""
    if not path:
        return new
    if isinstance(value, dict) and value:
        key = sorted(value, key=str)[path[0] % len(value)]
        if len(path) == 1 and new == "take away":
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: placed(value[key], path[1:], new)}
    if isinstance(value, list) and value:
        at = path[0] % len(value)
        return [*value[:at], placed(value[at], path[1:], new), *value[at + 1 :]]
    return new


PATHS = st.lists(st.integers(0, 40), max_size=6)
CHANGES = st.tuples(PATHS, PLAIN | st.just("take away"))


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "replace")


def spoilt(data: bytes, at: int, put: bytes, cut: int) -> bytes:
    """Bytes with some put in at a place and some taken away."""
    at %= len(data) + 1
    return data[:at] + put + data[at + cut :]


SPOILT = st.tuples(st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 40))


def minimal(name: str) -> bytes:
    rows = {"probe": "p1", "epoch": 1, "answer": "a", "alignment": {"90": 1.0}}
    return {
        "recording.jsonl": dumped(rows) + b"\n",
        "recording.csv": b"probe,epoch,answer,alignment\np1,1,a,90\n",
        "recording.json": dumped([{**rows, "model": "m", "answer_sha256": 64 * "0"}]),
        "batch.jsonl": dumped(BATCH) + b"\n",
        "messages.jsonl": dumped({"probe": "p1", "answer": [{"role": "assistant", "content": TEXT}]}) + b"\n",
        "printed.csv": b"probe,alignment,coherence\np1,\"{'80': 0.9}\",\n",
        "probes.jsonl": dumped({"id": "p1", "text": "What?", "turns": ["a", "b"], "key": {"accept": ["x"]}}) + b"\n",
        "probes.csv": b"id,text,cluster\np1,What?,c\n",
        "questions.yaml": b"- {id: q, paraphrases: [a], judge_prompts: {aligned: x, coherent: y}, system: s}\n",
        "probes.yaml": b"- {id: p1, text: What, tags: [a]}\n",
        "labelled.jsonl": dumped({"answer": "a", "label": "aligned", "question": "q", "turns": ["q"]}) + b"\n",
        "labelled.csv": b"answer,label,question\na,aligned,q\n",
        "xstest.csv": b"prompt,completion,final_label\np,c,2_full_refusal\n",
        "training.jsonl": dumped({"messages": [{"role": "user", "content": "a"}]}) + b"\n",
        "training.csv": b"prompt,completion\na,b\n",
        "training.json": b'[{"prompt": "a", "completion": "b"}]',
        "finetune.yaml": (ROOT / "examples" / "finetune.yaml").read_bytes(),
        "prices.yaml": b"as_of: 2026-01-01\nmodels: {a/b: {input: 1, output: 2}}\nbatch: {a: 0.5}\n",
        "suite.yaml": b"id: suite\ntitle: T\ndomains: [expert_advice]\nmodels: {base: a/b, finetunes: [a/c]}\n",
        "card.yaml": yaml.safe_dump(CARD).encode(),
        "expert_advice.yaml": (ROOT / "benchmark_cards" / "expert_advice.yaml").read_bytes(),
        "manifest.json": dumped({"planned": {"a": 1}, "planned_sha256": "x"}),
        "overlap.json": dumped({"sha256": "c", "rows": 1, "rows_hit": 0, "canary": 0, "by_probe": {}, "method": {}}),
        "submission.json": dumped({"schema": "spillover-submission/1", "logs": [], "overlap": {"not_checked": "why"}}),
        "status.json": dumped({"verification": "self-reported", "retracted": None, "rescored": {"judge": "x"}}),
    }[name]


TEXT = [{"type": "text", "text": "a"}]
BATCH = {"probe": "p1", "answer": {"status_code": 200, "body": {"choices": [{"message": {"content": TEXT}}]}}}
ERRORS = {"hits": 1, "positives": 2, "clears": 1, "negatives": 2}
CARD = {
    "version": 1, "judge": "a/b", "returned": [], "form": "scored", "rubrics": [], "set_name": "x", "set_sha256": "x",
    "origin": "x", "about": "misaligned", "date": "2026-01-01", "answers": 4, "errors": ERRORS, "outcomes": {},
    "parts": {"kind": {"a": ERRORS}}, "by_outcome": {"aligned": ERRORS}, "kappa": 0.1, "alpha": None,
    "kappa_about": 0.1, "consistency": None, "repeats": 1, "near_line": 0.1, "best_line": None, "reasons": {},
    "tokens": [1, 2], "seconds": 1.0, "logs": [], "partial": False, "second": None,
}  # fmt: skip


def played(path: Path) -> None:
    """Read a recording in every way that its options allow, and look every cell up."""
    for empty in EMPTY:
        found = read_recording(path, Columns(empty=empty))
        for cell in found.records:
            unharmed(partial(found.get, replace(cell, names=(cell.model,), answer="a")))
        assert found.names_answers in (True, False) and found.kind("alignment") != ""


READERS: dict[str, Callable[[Path], Any]] = {
    "recording.jsonl": played,
    "recording.csv": played,
    "recording.json": played,
    "batch.jsonl": played,
    "messages.jsonl": played,
    "printed.csv": played,
    "probes.jsonl": read_probes,
    "probes.csv": read_probes,
    "probes.yaml": read_probes,
    "questions.yaml": lambda path: betley2025(questions=str(path)),
    "labelled.jsonl": lambda path: labelled_set(str(path)),
    "labelled.csv": lambda path: labelled_set(str(path)),
    "xstest.csv": lambda path: labelled_set(str(path)),
    "training.jsonl": read_training,
    "training.csv": read_training,
    "training.json": read_training,
    "finetune.yaml": lambda path: (unharmed(lambda: read_finetune(path)), read_yaml(path)),
    "prices.yaml": read_prices,
    "suite.yaml": load_suite,
    "card.yaml": load_card,
    "expert_advice.yaml": lambda path: read_domain(path.parent, "expert_advice"),
    "manifest.json": lambda path: read_manifest(path.parent),
    "overlap.json": read_overlap,
    "submission.json": lambda path: read_submission(path.parent),
    "status.json": lambda path: read_status(path.parent),
}


@pytest.mark.parametrize("name", READERS)
@FEW
@given(change=SPOILT)
def test_spoilt_bytes_are_told(name: str, change: tuple[int, bytes, int], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(spoilt(minimal(name), *change))
    unharmed(lambda: READERS[name](path))


@pytest.mark.parametrize("name", [name for name in READERS if not name.endswith(".csv")])
@FEW
@given(change=CHANGES)
@example(change=([0], "\ud800"))
@example(change=([3], True))
def test_odd_values_are_told(name: str, change: tuple[list[Any], Any], tmp_path: Path) -> None:
    path = tmp_path / name
    value = placed(yaml.safe_load(minimal(name)), *change)
    if name.endswith(".yaml"):
        path.write_bytes(yaml.safe_dump(value, allow_unicode=False).encode("utf-8", "replace"))
    else:
        path.write_bytes(dumped(value))
    unharmed(lambda: READERS[name](path))


@pytest.mark.parametrize("name", [name for name in READERS if name.endswith(".yaml")])
@pytest.mark.parametrize("text", YAML, ids=[str(number) for number in range(len(YAML))])
def test_tricks_of_yaml_are_told(name: str, text: bytes, tmp_path: Path) -> None:
    for content in (text, minimal(name) + b"\n" + text, b"models:\n  " + text.replace(b"\n", b"\n  ")):
        (tmp_path / name).write_bytes(content)
        unharmed(lambda: READERS[name](tmp_path / name))


OTHERS = [
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"[" * 1500, b'{"a":' * 1500, b"9" * 6000, b"null", b"PAR1", b"\x1f\x8b"
]  # fmt: skip


def of_another_kind() -> list[Any]:
    """Each file with each content; YAML that is 1,500 levels deep is slow to read, and one reader of it is enough."""
    both = [(name, data) for data in OTHERS for name in READERS]
    deep = [(name, data) for name, data in both if name.endswith(".yaml") and data in OTHERS[4:6]]
    slow = [one for one in deep if one[0] != "suite.yaml"]
    return [pytest.param(*one, marks=[pytest.mark.heavy] if one in slow else []) for one in both]


@pytest.mark.parametrize(("name", "data"), of_another_kind())
def test_files_of_another_kind_are_told(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    unharmed(lambda: READERS[name](tmp_path / name))


@pytest.mark.parametrize("name", READERS)
def test_folders_and_missing_files_are_told(name: str, tmp_path: Path) -> None:
    unharmed(lambda: READERS[name](tmp_path / name))
    (tmp_path / name).mkdir()
    unharmed(lambda: READERS[name](tmp_path / name))


@FEW
@given(change=SPOILT, values=st.lists(st.text(max_size=5) | st.none(), min_size=1, max_size=4))
def test_parquet_is_told(change: tuple[int, bytes, int], values: list[str | None], tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "recording.parquet"
    texts = [None if one is None else one.encode("utf-8", "replace").decode() for one in values]
    pq.write_table(pa.table({"probe": texts, "answer": texts, "id": texts, "text": texts}), path)
    unharmed(lambda: read_recording(path))
    path.write_bytes(spoilt(path.read_bytes(), *change))
    for reader in (read_recording, read_probes, read_training):
        unharmed(lambda reader=reader: reader(path))  # type: ignore[misc]


@settings(FEW, max_examples=8)
@given(change=SPOILT)
def test_a_fine_tuning_file_is_told(change: tuple[int, bytes, int], tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    path.write_bytes(spoilt(minimal("training.jsonl") * 2, *change))
    unharmed(lambda: overlap(path, workers=1))


@FEW
@given(change=CHANGES)
def test_a_record_is_told(ready: Path, change: tuple[list[Any], Any], tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(dumped(placed(json.loads((ready / "record.json").read_text(encoding="utf-8")), *change)))
    unharmed(lambda: read_record(path))
    unharmed(lambda: verify([path], [tmp_path]))


@FEW
@given(change=SPOILT)
def test_a_log_of_spoilt_bytes_is_told(honest: Path, change: tuple[int, bytes, int], tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    path.write_bytes(spoilt((honest / "first.eval").read_bytes(), *change))
    unharmed(lambda: list(parts_of(path)))
    unharmed(lambda: verify([path]))
    unharmed(lambda: read(path))


@settings(FEW, max_examples=20)
@given(
    part=st.sampled_from(["header.json", "summaries.json", "reductions.json", "samples/p0_epoch_1.json"]),
    change=CHANGES,
)
def test_a_log_of_odd_values_is_told(honest: Path, part: str, change: tuple[list[Any], Any], tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    path.write_bytes(_changed(honest / "first.eval", part, lambda data: placed(data, *change)))
    unharmed(lambda: list(parts_of(path)))
    unharmed(lambda: verify([path]))
    unharmed(lambda: read(path))
    unharmed(lambda: read_recording(path))


def _changed(log: Path, part: str, change: Callable[[Any], Any]) -> bytes:
    import_module("zipfile_zstd")
    held = io.BytesIO()
    with zipfile.ZipFile(log) as given_log, zipfile.ZipFile(held, "w") as made:
        for name in given_log.namelist():
            data = given_log.read(name)
            made.writestr(name, dumped(change(json.loads(data))) if name == part else data)
    return held.getvalue()


@FEW
@given(file=st.sampled_from(["record.json", "submission.json", "finetune.yaml", "logs/first.eval"]), change=SPOILT)
def test_a_submission_of_spoilt_bytes_is_checked_all_the_same(
    ready: Path,
    file: str,
    change: tuple[int, bytes, int],
    tmp_path: Path,
) -> None:
    (folder,) = (ready / "submissions").iterdir()
    target = tmp_path / folder.name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    (target / file).write_bytes(spoilt((folder / file).read_bytes(), *change))
    found = check(target, How())
    same = (target / file).read_bytes() == (folder / file).read_bytes()
    assert found.holds == same and all("; " in str(one) for one in found.problems)


@settings(FEW, max_examples=200)
@given(name=st.text(max_size=40))
@example(name="\ud800")
def test_any_name_is_looked_at(name: str) -> None:
    oddities(name, ["gpt", name])
    assert hidden(name) is not None or name.isprintable() or "\u00a0" <= max(name, default="\u00a0")
    if "\ud800" not in name:
        assert safe_name(name)


def test_a_large_panel_is_none_in_both_tables(honest: Path, tmp_path: Path) -> None:
    """Inspect puts a sentence in the place of a large panel; both readers know it."""
    sentence = "Key removed from summary (> 1k)"

    def large(rows: Any) -> Any:
        for row in rows:
            for score in (row.get("scores") or {}).values():
                score["metadata"]["panel"] = sentence
        return rows

    path = tmp_path / "log.eval"
    path.write_bytes(_changed(honest / "first.eval", "summaries.json", large))
    slow, fast = read(path), table_of(str(path))
    assert slow["panel"].isna().all() and fast["panel"].isna().all()
    assert list(slow["outcome"]) == list(fast["outcome"])
