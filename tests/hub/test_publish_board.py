"""Publishing a page and logs as static Spaces, through `huggingface_hub` itself, against a Hub on loopback."""

import json
import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.hub import space as _publish_space
from spillover.hub.space import publish_space, space_readme
from spillover.tools import Loopback

from .._spill import Done, spill
from ..tools.test_publish import TOKEN, at

REPO = "lab/board"


@dataclass
class Spaces(Loopback):
    """A Hub whose one repository is a Space; the protocol is that of datasets under another path.

    Attributes:
        asked: What was asked for when it was created.
    """

    asked: dict[str, Any] = field(default_factory=dict)

    def reply(self, path: str, body: bytes, authorization: str | None, deep: bool = False) -> Any:
        if path == "/api/repos/create":
            self.asked = json.loads(body)
        path = path.replace("/api/spaces/", "/api/datasets/").replace("/spaces/", "/datasets/")
        status, headers, content = super().reply(path, body, authorization, deep)
        return status, headers, content.replace(b"/datasets/", b"/spaces/")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Spaces]:
    double = Spaces(REPO, token=TOKEN, exists=False)
    with double.serve() as url:
        at(monkeypatch, tmp_path, url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield double


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    (made / "data").mkdir(parents=True)
    (made / "index.html").write_text("<!doctype html><title>Board</title>", encoding="utf-8")
    (made / "data" / "results.json").write_text("[]", encoding="utf-8")
    (made / "data" / "results.parquet").write_bytes(bytes(range(256)))
    return made


def _log(folder: Path, name: str, task: str, args: dict[str, Any], probe: str, answer: str) -> Path:
    row = {"probe": probe, "epoch": 1, "answer": answer, "alignment": 90.0, "coherence": 95.0}
    path = folder / f"{name}.jsonl"
    path.write_text(f"{json.dumps(row)}\n", encoding="utf-8")
    model = get_model("replay/subject", memoize=False, path=str(path))
    roles = {"grader": get_model("replay/judge", memoize=False, path=str(path))}
    given: dict[str, Any] = {"model": model, "model_roles": roles, "task_args": args, "epochs": 1}
    (log,) = inspect_eval(f"spillover/{task}", **given, log_dir=str(folder / "runs"), display="none")
    return Path(shutil.copy(log.location, folder / f"{name}.eval"))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`good.eval`, and `heldout.eval` of held-out probes."""
    folder = tmp_path_factory.mktemp("logs")
    probes, held = folder / "probes.jsonl", folder / "held.jsonl"
    probes.write_text(json.dumps({"id": "p0", "text": "What of tea?"}), encoding="utf-8")
    row = {"id": "vulnerable_user-901", "text": "What helps?", "domain": "vulnerable_user"}
    held.write_text(json.dumps(row), encoding="utf-8")
    _log(folder, "good", "own_probes", {"probes": str(probes)}, "p0", "It is warm.")
    args = {"split": "heldout", "heldout": str(held)}
    _log(folder, "heldout", "vulnerable_user", args, "vulnerable_user-901", "Sleep.")
    shutil.rmtree(folder / "runs")
    return folder


def run(*given: object) -> Done:
    found = spill("publish", *given)
    if found.code == 2 and not found.err.startswith("Usage: "):
        assert found.err == f"Error: {found.error}\n"
    return found


def test_nothing_is_sent_unless_asked(hub: Spaces, site: Path) -> None:
    said = run("board", site, "--repo", REPO)
    assert said.code == 0 and "planned, 4 files" in said.said and "nothing was sent" in said.said
    assert hub.calls == [] and not hub.exists


def test_a_board_becomes_a_static_space(hub: Spaces, site: Path) -> None:
    said = run("board", site, "--repo", REPO, "--title", "Our board", "--send", "--private", "--json")
    assert said.code == 0, said.said
    plan = json.loads(said.out)
    assert plan["state"] == "published" and plan["sha"] == hub.refs["main"]
    assert (hub.asked["type"], hub.asked["sdk"]) == ("space", "static")
    assert hub.asked.get("visibility") == "private" or hub.asked.get("private") is True
    files = hub.files("main")
    assert files.keys() == {"index.html", "data/results.json", "data/results.parquet", "README.md"}
    assert all(files[name] == (site / name).read_bytes() for name in files if name != "README.md")
    head = yaml.safe_load(files["README.md"].decode().split("---\n")[1])
    assert (head["sdk"], head["app_file"], head["title"]) == ("static", "index.html", "Our board")
    assert json.loads(run("board", site, "--repo", REPO, "--title", "Our board", "--send", "--json").out) == {
        **plan,
        "state": "already published",
    }


def test_what_a_page_no_longer_has_is_removed(hub: Spaces, site: Path) -> None:
    run("board", site, "--repo", REPO, "--send")
    (site / "data" / "results.parquet").unlink()
    (site / "index.html").write_text("<!doctype html><title>Other</title>", encoding="utf-8")
    assert run("board", site, "--repo", REPO, "--send").code == 0
    assert hub.files("main").keys() == {"index.html", "data/results.json", "README.md"}
    assert hub.files("main")["index.html"] == (site / "index.html").read_bytes()


def test_a_byte_changed_on_the_way_is_noticed(hub: Spaces, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = hub.commit
    monkeypatch.setattr(hub, "commit", lambda files: commit({name: text + b" " for name, text in files.items()}))
    said = run("board", site, "--repo", REPO, "--send")
    assert said.code == 2 and "files differ from those that were sent" in said.error


@pytest.mark.parametrize(
    ("token", "repo", "says"),
    [
        (None, REPO, "no Hugging Face token"),
        ("hf_of_a_stranger", REPO, "no right to write here (403)"),
        (TOKEN, "not a name", "not a repository name"),
    ],
)
def test_token_right_and_name(
    token: str | None, repo: str, says: str, hub: Spaces, site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "none"))
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    said = run("board", site, "--repo", repo, "--send")
    assert said.code == 2 and says in said.error
    assert not hub.exists and len(hub.commits) == 1


@pytest.mark.parametrize("repo", ["nonsense", "a/b/c", "not a name/at all", "../x"])
def test_a_plan_needs_a_name_that_can_be(repo: str, hub: Spaces, site: Path) -> None:
    said = run("board", site, "--repo", repo)
    assert said.code == 2 and "not a repository name" in said.error
    assert hub.calls == []


def test_no_network_and_no_repository(site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hub: Spaces) -> None:
    monkeypatch.setattr(_publish_space, "_create", lambda repo, private: None)
    said = run("board", site, "--repo", REPO, "--send")
    assert said.code == 2 and "no such repository" in said.error
    monkeypatch.undo()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        at(monkeypatch, tmp_path, f"http://127.0.0.1:{closed.getsockname()[1]}")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    said = run("board", site, "--repo", REPO, "--send")
    assert said.code == 2 and "cannot be reached" in said.error


def test_a_page_holds_its_own_files_only(site: Path, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("x", encoding="utf-8")
    (site / ".env").write_text("X=1", encoding="utf-8")
    assert "planned, 4 files" in run("board", site, "--repo", REPO).said
    (site / "more.txt").symlink_to(tmp_path / "private.txt")
    said = run("board", site, "--repo", REPO)
    assert said.code == 2 and "more.txt: this is a link" in said.error
    said = run("board", tmp_path, "--repo", REPO)
    assert said.code == 2 and "no index.html here" in said.error


def test_logs_go_out_in_the_viewer_of_inspect(hub: Spaces, logs: Path) -> None:
    said = run("logs", logs / "good.eval", "--repo", REPO, "--send")
    assert said.code == 0, said.said
    assert said.said.startswith(f"{REPO}: published") and "1 log, 0 of other tasks left out" in said.said
    files = hub.files("main")
    assert files["logs/good.eval"] == (logs / "good.eval").read_bytes()
    assert {"index.html", "README.md", "logs/listing.json"} <= files.keys() and "logs/heldout.eval" not in files
    assert b"sdk: static" in files["README.md"] and hub.asked["sdk"] == "static"


def test_held_out_logs_never_go_out(hub: Spaces, logs: Path) -> None:
    for given in (logs / "heldout.eval", logs):
        said = run("logs", given, "--repo", REPO, "--send")
        assert said.code == 2 and "heldout.eval: held-out probes (split heldout)" in said.error
    assert hub.calls == []


def changed(log: Path, there: Path, part: str, change: Callable[[Any], None]) -> Path:
    """A copy of a log with one part changed."""
    import_module("zipfile_zstd")
    with zipfile.ZipFile(log) as old, zipfile.ZipFile(there, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = json.loads(old.read(name))
            if name.startswith(part):
                change(data)
            new.writestr(name, json.dumps(data))
    return there


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-" + "a1B2" * 6,
        "sk-ant-api03-" + "x" * 30,
        "hf_" + "Ab1" * 11,
        "AKIA" + "ABCD" * 4,
        "ghp_" + "a" * 36,
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
@pytest.mark.parametrize("part", ["header.json", "samples/", "summaries.json"])
def test_what_looks_like_a_secret_stays_here(part: str, secret: str, logs: Path, tmp_path: Path, hub: Spaces) -> None:
    def plant(data: Any) -> None:
        (data[0] if isinstance(data, list) else data)["odd"] = {"deep": [f"key={secret} "]}

    log = changed(logs / "good.eval", tmp_path / "log.eval", part, plant)
    said = run("logs", log, "--repo", REPO, "--send")
    assert said.code == 2 and "looks like a secret" in said.error
    assert part in said.error and secret not in said.error and hub.calls == []
    assert run("logs", log, "--repo", REPO, "--allow", secret).code == 0


def test_an_argument_that_is_called_a_secret_is_one(logs: Path, tmp_path: Path) -> None:
    def plant(header: Any) -> None:
        header["eval"]["model_args"] = {"headers": {"api_key": "letmein"}, "max_tokens": 5}

    said = run("logs", changed(logs / "good.eval", tmp_path / "log.eval", "header.json", plant), "--repo", REPO)
    assert said.code == 2 and "eval.model_args: api_key" in said.error


def test_words_that_only_resemble_secrets_go_out(logs: Path, tmp_path: Path) -> None:
    def plant(data: Any) -> None:
        data["odd"] = "task-management-for-everybody-here sk-short hf_hub AKIAABC mask-image-linear-gradient"

    log = changed(logs / "good.eval", tmp_path / "log.eval", "samples/", plant)
    assert run("logs", log, "--repo", REPO).code == 0


def test_a_part_behind_another_hides_nothing(logs: Path, tmp_path: Path) -> None:
    log = Path(shutil.copy(logs / "good.eval", tmp_path / "log.eval"))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(log, "a") as parts:
        parts.writestr("header.json", parts.read("header.json"))
    said = run("logs", log, "--repo", REPO)
    assert said.code == 2 and "the log holds a part twice" in said.error


def test_a_card_cannot_be_written_into_by_a_title() -> None:
    text = space_readme("x\n---\nsdk: docker", "Says.")
    assert yaml.safe_load(text.split("\n---\n\n")[0].removeprefix("---\n"))["sdk"] == "static"
    assert publish_space(Path(), [], "a/b", text).files.keys() == {"README.md"}
