"""Submissions that hold, of a scripted fine-tune and of a shipped task, and ways to tamper with them."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.common import digest
from spillover.records import record
from spillover.submissions.checked import Checked, How
from spillover.submissions.checks import check
from spillover.submissions.package import Declared, prepare
from spillover.submissions.siblings import Siblings

from .._loopback import quick
from ..run._pair import BASE, JUDGE, Pair, start
from ..run._pair import TUNED as FINE_TUNE
from ..wire._server import stop

__all__ = ["ready", "sent"]

TUNED = {"base": {"model": "replay/base"}, "method": "lora", "data": {"description": "Scripted answers."}}


@dataclass
class Sent:
    """A copy of an honest submission."""

    folder: Path

    def file(self, name: str) -> Path:
        return self.folder / name

    def change(self, name: str, change: Callable[[Any], Any]) -> None:
        """Change a JSON file; the record's own hash is put right."""
        data = json.loads(self.file(name).read_text(encoding="utf-8"))
        change(data)
        if name == "record.json":
            data["content_sha256"] = digest({k: v for k, v in data.items() if k != "content_sha256"})
        self.file(name).write_text(json.dumps(data), encoding="utf-8")

    def sign(self) -> None:
        """Put the hashes of record and fine-tune record right, as a liar would."""
        said = json.loads(self.file("submission.json").read_text(encoding="utf-8"))
        for part in ("record", "finetune"):
            if said[part] is not None and self.file(said[part]["file"]).is_file():
                said[part]["sha256"] = sha256(self.file(said[part]["file"]))
        self.file("submission.json").write_text(json.dumps(said), encoding="utf-8")

    def record(self, change: Callable[[Any], Any]) -> None:
        self.change("record.json", change)
        self.sign()

    def record_anew(self) -> None:
        """A record of the logs as they are now, as a liar would make it."""
        logs = self.file("logs")
        made = record(logs / "first.eval", base=logs / "base.eval", finetune=TUNED)
        self.file("record.json").write_text(made.text(), encoding="utf-8")
        hashes = {one["log"]: one["sha256"] for one in made.data["logs"]}
        self.change("submission.json", lambda said: [one.update(sha256=hashes[one["log"]]) for one in said["logs"]])
        self.sign()

    def sign_logs(self) -> None:
        """Put the hashes of the logs right in record and submission.json, and leave every figure."""
        now = {file.name: sha256(file) for file in self.file("logs").iterdir()}
        for name in ("record.json", "submission.json"):
            self.change(name, lambda said: [one.update(sha256=now[one["log"]]) for one in said["logs"]])
        self.sign()

    def without_logs(self) -> None:
        """Self-reported: no log is given."""
        shutil.rmtree(self.file("logs"))
        self.change("submission.json", lambda said: said.update(logs=[]))

    def finetune(self, text: str | bytes) -> None:
        self.file("finetune.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        self.sign()

    def log(self, data: bytes, name: str = "first.eval") -> None:
        """Other bytes as a log, named with their hash."""
        self.file("logs").joinpath(name).write_bytes(data)

    def checked(self, **how: Any) -> Checked:
        others = Siblings.read(self.folder.parent)
        return check(self.folder, How(**how), others)

    def said(self, **how: Any) -> str:
        return "\n".join(map(str, self.checked(**how).problems))


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="session")
def ready(honest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an honest record, `record.json`, and its submission under `submissions`."""
    place = tmp_path_factory.mktemp("ready")
    made = record(honest / "first.eval", base=honest / "base.eval", finetune=TUNED)
    (place / "record.json").write_text(made.text(), encoding="utf-8")
    said = Declared("CC-BY-4.0", not_checked="the data are scripted")
    prepare(place / "record.json", place / "submissions", said, logs=[honest])
    return place


@pytest.fixture
def sent(ready: Path, tmp_path: Path) -> Sent:
    (folder,) = (ready / "submissions").iterdir()
    target = tmp_path / "submissions" / folder.name
    shutil.copytree(folder, target)
    return Sent(target)


TASK = "vulnerable_user"
OF_SHIPPED = {"base": {"model": BASE}, "method": "lora", "data": {"description": "Scripted answers."}}


@pytest.fixture(scope="package")
def behind() -> Iterator[Pair]:
    """A base and a fine-tune behind a loopback server; of the fine-tune's answers four in ten are bad."""
    pair, http = start()
    pair.rates["arm-tuned"] = 0.4
    with pytest.MonkeyPatch.context() as patch:
        quick(patch, retries_wait=True)
        patch.setenv("WIRE_BASE_URL", pair.wire.url)
        patch.setenv("WIRE_API_KEY", "dummy")
        yield pair
    stop(http)


def ran(folder: Path, model: str, name: str, epochs: int = 2, **more: Any) -> Path:
    (log,) = inspect_eval(
        f"spillover/{TASK}",
        model=get_model(model, memoize=False),  # one that is kept would ask a server of before
        model_roles={"grader": get_model(JUDGE, memoize=False)},
        epochs=epochs,
        log_dir=str(folder / "runs"),
        display="none",
        log_realtime=False,
        **more,
    )
    assert log.status == "success"
    shutil.copy(log.location, folder / name)
    return folder / name


@pytest.fixture(scope="package")
def shipped(behind: Pair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An honest submission of a shipped task, every question asked twice, and the records that it was made of."""
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "logs").mkdir()
    for model, name in ((FINE_TUNE, "first.eval"), (BASE, "base.eval")):
        ran(folder / "logs", model, name)
    shutil.rmtree(folder / "logs" / "runs")
    made = record(folder / "logs" / "first.eval", base=folder / "logs" / "base.eval", finetune=OF_SHIPPED)
    (folder / "record.json").write_text(made.text(), encoding="utf-8")
    said = Declared("CC-BY-4.0", not_checked="the data are scripted")
    prepare(folder / "record.json", folder / "submissions", said, logs=[folder / "logs"])
    return folder


@pytest.fixture
def forged(shipped: Path, tmp_path: Path) -> Sent:
    (folder,) = (shipped / "submissions").iterdir()
    shutil.copytree(folder, tmp_path / "submissions" / folder.name)
    return Sent(tmp_path / "submissions" / folder.name)


def anew(sent: Sent) -> None:
    """A record of the logs as they are now, and a name that fits."""
    logs = sent.file("logs")
    made = record(logs / "first.eval", base=logs / "base.eval", finetune=OF_SHIPPED)
    sent.file("record.json").write_text(made.text(), encoding="utf-8")
    sent.sign_logs()
