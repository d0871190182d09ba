"""The site as files: one page without a request, its policy, all or nothing, and the command that builds it."""

import base64
import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spillover.board.build import build_site, site_files
from spillover.board.display import read_display
from spillover.board.entries import Entry
from spillover.board.rows import board_of
from spillover.board.samples import drawn
from spillover.common import RunError

from .._spill import spill

FILES = ["index.html", "leaderboard.csv", "leaderboard.json", "leaderboard.parquet"]
HOSTILE = "</script><script>window.owned=1</script><img src=x onerror=alert(1)>\u2028{{ 7*7 }}\u202e"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "records"


@pytest.fixture(scope="module")
def page(made: Any) -> str:
    """A page of hostile records."""
    base = made.record_of(f"x/{HOSTILE}", 0.01, judge=HOSTILE)
    notes = {"method": HOSTILE, HOSTILE: [HOSTILE], "base": {"model": HOSTILE}}
    tuned = made.record_of(
        f"y/{HOSTILE}", 0.2, base=base, judge=HOSTILE, finetune=notes, origins=(HOSTILE,), version=HOSTILE
    )
    look = read_display()
    return site_files(board_of([Entry(base), Entry(tuned)], look), look)["index.html"].decode()


def scripts(page: str) -> dict[str, str]:
    """Text of each script element by its id; the page's own has none."""
    found = re.findall(r"<script(?: type=\"application/json\" id=\"(\w+)\")?>(.*?)</script>", page, re.DOTALL)
    return dict(found)


def test_nothing_from_a_record_is_markup(page: str) -> None:
    assert "<img" not in page and "window.owned=1<" not in page and page.count("<script") == 4
    held = scripts(page)
    assert list(held) == ["data", "display", "", "cards"]
    for name in ("data", "cards"):
        assert not re.search("[<>&\u2028\u2029\u202e]", held[name])
    board = json.loads(held["data"])
    assert board["rows"][0]["model"].endswith("[U+2028]{{ 7*7 }}[U+202E]")
    assert "</script><script>" in board["rows"][0]["judge"], "inert, not taken away"


def test_the_policy_names_the_hashes_of_what_is_there_and_allows_nothing_else(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    said = dict(part.split(" ", 1) for part in policy[1].replace("&#39;", "'").split("; "))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    for name, text in (("style-src", style[1]), ("script-src", scripts(page)[""])):
        assert said[name] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert said["default-src"] == said["base-uri"] == said["form-action"] == "'none'"
    assert said["img-src"] == "data: blob:" and len(said) == 6


def test_the_page_asks_for_nothing(page: str) -> None:
    own = page.replace(scripts(page)["data"], "").replace(scripts(page)["cards"], "")
    assert not re.search(r"\b(?:src|href|action|poster)=\"(?!#)", own)
    asks = r"fetch\(|XMLHttpRequest|import\(|import |Worker|localStorage|@import|url\("
    assert not re.search(rf"{asks}|innerHTML|outerHTML|insertAdjacent|eval\(", own)
    assert set(re.findall(r"https?://[^\s\"']+", own)) == {"http://www.w3.org/2000/svg"}


def test_the_site_is_written_whole_and_the_same_each_time(
    made: Any, written: Callable[..., Path], tmp_path: Path
) -> None:
    folder = written("one", made.record_of("a/x", 0.1))
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second, second):
        build_site([folder], out)
    assert sorted(file.name for file in second.iterdir()) == FILES
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in FILES)
    held = scripts((first / "index.html").read_text(encoding="utf-8"))["data"]
    assert held == (first / "leaderboard.json").read_text(encoding="utf-8")
    digest = hashlib.sha256((first / "leaderboard.json").read_bytes()).hexdigest()
    assert digest in (first / "index.html").read_text(encoding="utf-8")


def test_what_cannot_be_written_leaves_the_old_site(
    made: Any, written: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = written("one", made.record_of("a/x", 0.1)), tmp_path / "site"
    build_site([folder], out)
    before = {name: (out / name).read_bytes() for name in FILES}
    written("two", made.record_of("a/y", 0.1))
    whole = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if "index.html" in self.name:
            raise OSError("no space left")
        return whole(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RunError, match="cannot be written"):
        build_site([folder], out)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_the_command(made: Any, written: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written("one", made.record_of("a/\x1b[31mx", 0.1, origins=("answers: scripted",)))
    out = tmp_path / "site"
    ran = spill("leaderboard", "build", "--records", folder, "--out", out)
    assert ran.code == 0 and "1 model in 1 group\n" in ran.said
    assert "answers: scripted" in ran.said and "\x1b" not in ran.said
    monkeypatch.chdir(tmp_path)
    assert spill("leaderboard", "build", "--out", "again").code == 0, "records/ is found"
    os.mkdir(tmp_path / "empty")
    monkeypatch.chdir(tmp_path / "empty")
    ran = spill("leaderboard", "build")
    assert ran.code == 2 and "spillover record" in ran.error
    Path("site").write_text("x", encoding="utf-8")
    ran = spill("leaderboard", "build", "--records", folder)
    assert ran.code == 2 and "is a file" in ran.error


def test_the_examples_build_and_say_that_they_are_scripted(tmp_path: Path) -> None:
    board = build_site([EXAMPLES], tmp_path / "site")
    assert len(board.rows) == 2 and {row.setting.origin for row in board.rows} == {"scripted"}
    tuned = board.rows[1]
    assert tuned.base_id == board.rows[0].entry.id and tuned.delta.value == pytest.approx(0.2833, abs=1e-4)
    assert (
        json.loads((tmp_path / "site" / "leaderboard.json").read_text(encoding="utf-8"))["rows"][1]["origin"]
        == "scripted"
    )


def test_answers_are_drawn_from_logs_that_have_the_hash_they_should(made: Any, written: Callable[..., Path]) -> None:
    """The same ones each time; nothing from a log that was changed, and nothing where there is none."""
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalPlan, EvalSample, EvalSpec, write_eval_log
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, ModelOutput
    from inspect_ai.scorer import Score

    data = made.record_of("mockllm/x", 0.1)
    folder = written("one", data) / "one"
    (folder / "logs").mkdir()
    file = folder / "logs" / "generated.eval"
    spec = EvalSpec(
        created="2026-01-01T00:00:00+00:00", task="spillover/everyday_advice", model="mockllm/x", config=EvalConfig(),
        dataset=EvalDataset(name="x"), metadata={"split": "public"},
    )  # fmt: skip
    samples = [
        EvalSample(
            id=f"p{k}", epoch=1, input="q", target="", output=ModelOutput.from_content("m", f"a{k}"),
            messages=[ChatMessageUser(content=f"q{k}\u202e"), ChatMessageAssistant(content=f"a{k}")],
            scores={"judged": Score(value=1, metadata={"outcome": "aligned"})},
        )
        for k in range(30)
    ]  # fmt: skip
    write_eval_log(EvalLog(eval=spec, plan=EvalPlan(), status="success", samples=samples), str(file))
    data["logs"] = [{**data["logs"][0], "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}]
    data = made.sealed(data)
    (row,) = board_of([Entry(data, folder / "record.json")], read_display()).rows
    found = drawn(row)
    assert found == drawn(row) and 3 <= len(found) <= 5
    assert all(one["answer"] == f"a{one['probe'][1:]}" and one["outcome"] == "aligned" for one in found)
    assert all(one["question"] == f"[user] q{one['probe'][1:]}[U+202E]" for one in found)
    file.write_bytes(file.read_bytes() + b" ")
    assert drawn(row) == []
    (row,) = board_of([Entry(data)], read_display()).rows
    assert drawn(row) == []
