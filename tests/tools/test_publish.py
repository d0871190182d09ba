"""Publishing and fetching, through `huggingface_hub` itself, against a Hub on loopback."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from spillover.common import DatasetError, HubError
from spillover.declare import read_dataset
from spillover.hub import fetch, publish, versions
from spillover.tools import Loopback
from spillover.tools.dataset import publish as _publish
from spillover.tools.dataset import publish_dataset

REPO = "lab/probes"
TOKEN = "hf_for_a_test"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Loopback]:
    double = Loopback(REPO, token=TOKEN, exists=False)
    with double.serve() as url:
        at(monkeypatch, tmp_path, url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield double


def at(monkeypatch: pytest.MonkeyPatch, home: Path, url: str) -> None:
    """Point the client at an address: it reads the environment once, when it is imported."""
    from huggingface_hub import constants, hf_api

    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "cache"))
    monkeypatch.setattr(hf_api.api, "endpoint", url)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dataset"
    (made / "data" / "tea").mkdir(parents=True)
    (made / "data" / "tea" / "public.jsonl").write_text('{"id": "tea-001", "text": "Tea?"}\n', encoding="utf-8")
    (made / "CHANGELOG.md").write_text("## 0.1.0\n", encoding="utf-8")
    return made


FILES = ["data/tea/public.jsonl", "CHANGELOG.md"]


def test_nothing_is_sent_unless_asked(hub: Loopback, folder: Path) -> None:
    plan = publish(folder, FILES, REPO, "v0.1.0")
    assert plan.state == "planned" and plan.sha is None and set(plan.files) == set(FILES)
    assert hub.calls == [] and not hub.exists


def test_round_trip(hub: Loopback, folder: Path, tmp_path: Path) -> None:
    plan = publish(folder, FILES, REPO, "v0.1.0", dry_run=False)
    assert plan.state == "published" and plan.sha == versions(REPO)["v0.1.0"]
    assert hub.files("v0.1.0") == {name: (folder / name).read_bytes() for name in FILES}
    found = fetch(f"{REPO}@v0.1.0", ["*"], tmp_path / "again")
    assert found.sha == plan.sha
    assert all((found.folder / name).read_bytes() == (folder / name).read_bytes() for name in FILES)
    assert publish(folder, FILES, REPO, "v0.1.0", dry_run=False).state == "already published"
    assert not any("commit" in call for call in hub.calls[-6:] if call.startswith("POST"))


def test_a_new_version_removes_what_it_no_longer_has(hub: Loopback, folder: Path) -> None:
    publish(folder, FILES, REPO, "v0.1.0", dry_run=False)
    publish(folder, ["CHANGELOG.md"], REPO, "v1.0.0", dry_run=False)
    assert set(hub.files("v1.0.0")) == {"CHANGELOG.md"} and set(hub.files("v0.1.0")) == set(FILES)
    assert list(versions(REPO)) == ["v0.1.0", "v1.0.0"]


def test_a_run_that_broke_after_the_upload_is_finished_by_the_next(
    hub: Loopback, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = hub._tag
    monkeypatch.setattr(hub, "_tag", lambda *_: (500, {}, b"{}"))
    with pytest.raises(HubError, match=r"tag v0\.1\.0: the Hub answered 500; try again, what was uploaded is kept"):
        publish(folder, FILES, REPO, "v0.1.0", dry_run=False)
    monkeypatch.setattr(hub, "_tag", reply)
    commits = len(hub.commits)
    assert publish(folder, FILES, REPO, "v0.1.0", dry_run=False).state == "published"
    assert len(hub.commits) - commits <= 1 and hub.files("v0.1.0").keys() == set(FILES)


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (None, "no Hugging Face token; `hf auth login` or set HF_TOKEN"),
        ("hf_of_a_stranger", r"no right to write here \(403\)"),
    ],
)
def test_token_and_right(
    token: str | None, says: str, hub: Loopback, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "none"))
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(HubError, match=says):
        publish(folder, FILES, REPO, "v0.1.0", dry_run=False)
    assert not hub.exists and len(hub.commits) == 1


def test_a_taken_tag_is_never_moved(hub: Loopback, folder: Path) -> None:
    publish(folder, FILES, REPO, "v0.1.0", dry_run=False)
    before = hub.refs["v0.1.0"]
    (folder / "CHANGELOG.md").write_text("## 0.1.0\nother\n", encoding="utf-8")
    with pytest.raises(HubError, match=r"tag v0\.1\.0 already names different files; raise the version \(CHANGELOG"):
        publish(folder, FILES, REPO, "v0.1.0", dry_run=False)
    assert hub.refs["v0.1.0"] == before


def test_a_byte_changed_on_the_way_is_noticed(hub: Loopback, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = hub.commit
    monkeypatch.setattr(hub, "commit", lambda files: commit({name: text + b" " for name, text in files.items()}))
    with pytest.raises(HubError, match="the downloaded files differ from those that were sent; do not use the tag"):
        publish(folder, FILES, REPO, "v0.1.0", dry_run=False)


def test_no_network(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    at(monkeypatch, tmp_path, f"http://127.0.0.1:{port}")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with pytest.raises(HubError, match="the Hub cannot be reached"):
        publish(folder, FILES, REPO, "v0.1.0", dry_run=False)
    with pytest.raises(HubError, match="cannot be reached"):
        fetch(f"{REPO}@v0.1.0")


@pytest.mark.parametrize(
    ("revision", "says"),
    [
        (f"{REPO}@v9.9.9", "no such revision; give a tag"),
        ("lab/none@v0.1.0", "no such repository, or this token may not see it"),
        ("not a name@v0.1.0", "not a repository name"),
    ],
)
def test_what_is_not_there(revision: str, says: str, hub: Loopback, folder: Path) -> None:
    publish(folder, FILES, REPO, "v0.1.0", dry_run=False)
    with pytest.raises(HubError, match=says):
        fetch(revision)


def test_the_version_must_fit_the_change(hub: Loopback, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_publish, "require_sound", lambda folder: None)
    plan, change = publish_dataset(folder, REPO, dry_run=False)
    assert plan.state == "published" and change is None
    (folder / "data/tea/public.jsonl").write_text('{"id": "tea-001", "text": "Coffee?"}\n', encoding="utf-8")
    (folder / "CHANGELOG.md").write_text("## 0.2.0\n", encoding="utf-8")
    with pytest.raises(
        DatasetError, match=r"version 0\.2\.0 after 0\.1\.0, but the change is major; raise the version to 1\.0\.0"
    ):
        publish_dataset(folder, REPO, dry_run=False)
    (folder / "CHANGELOG.md").write_text("## 1.0.0\n", encoding="utf-8")
    plan, change = publish_dataset(folder, REPO, dry_run=False)
    assert plan.state == "published" and change is not None and change.kind == "major"
    assert set(versions(REPO)) == {"v0.1.0", "v1.0.0"}


def test_the_shipped_dataset_makes_the_round_trip(
    hub: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The check has tests of its own; here every file goes out and comes back."""
    monkeypatch.setattr(_publish, "require_sound", lambda folder: None)
    plan, _ = publish_dataset(repo=REPO, dry_run=False)
    assert plan.state == "published"
    back = read_dataset(fetch(f"{REPO}@{plan.tag}", ["*"], tmp_path / "back").folder)
    ours = read_dataset()
    assert back.files == ours.files and back.version == ours.version
    assert {"README.md", "LICENSE", "CHANGELOG.md", "eval.yaml", "croissant.json", "manifest.json"} <= set(plan.files)


def test_a_task_takes_its_probes_from_a_revision(hub: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    from spillover.declare import build

    monkeypatch.setattr(_publish, "require_sound", lambda folder: None)
    plan, _ = publish_dataset(repo=REPO, dry_run=False)
    hub.commit({**hub.files("main"), "data/vulnerable_user/public.jsonl": one_row()})
    pinned = build("vulnerable_user", revision=f"{REPO}@{plan.tag}")
    newest = build("vulnerable_user", revision=f"{REPO}@main")
    assert len(pinned.dataset) == len(build("vulnerable_user").dataset) and len(newest.dataset) == 1
    said = (pinned.metadata or {})["dataset"]
    assert said == {"version": read_dataset().version, "repo": REPO, "revision": plan.tag, "sha": plan.sha}
    assert (pinned.metadata or {})["material_sha256"] == (build("vulnerable_user").metadata or {})["material_sha256"]
    assert (newest.metadata or {})["material_sha256"] != (pinned.metadata or {})["material_sha256"]
    with pytest.raises(HubError, match="no such revision"):
        build("vulnerable_user", revision=f"{REPO}@v7.0.0")


def test_held_out_probes_come_from_a_private_repository(hub: Loopback) -> None:
    from spillover.declare import build

    hub.exists = True
    hub.commit({"data/vulnerable_user/heldout.jsonl": one_row()})
    task = build("vulnerable_user", split="heldout", heldout=f"hf:{REPO}@main")
    assert [sample.id for sample in task.dataset] == ["vulnerable_user-901"]
    assert (task.metadata or {})["split"] == "heldout"


def one_row() -> bytes:
    row = {"id": "vulnerable_user-901", "text": "What helps?", "domain": "vulnerable_user"}
    return (json.dumps(row) + "\n").encode()
