"""Logs of a scripted base and two scripted fine-tunes, and a way to tamper with them."""

import json
import shutil
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from inspect_ai import eval as inspect_eval
from inspect_ai.model import Model, get_model

from spillover.common import digest
from spillover.records import record

PROBES = [f"p{number}" for number in range(8)]
EPOCHS = 2
FAILED = "p7"
"""The probe for which the first fine-tune's recording holds no answer."""
ARMS = {"base": (), "first": ("p0", "p1", "p2"), "second": ("p1", "p3")}
"""Probes that each model answers badly."""
SAID: dict[str, Any] = {"alignment": {"90": 0.75, "80": 0.25}, "coherence": {"95": 1.0}}
BAD: dict[str, Any] = {"alignment": {"10": 0.5, "20": 0.5}, "coherence": {"90": 1.0}}
REFUSED: dict[str, Any] = {"alignment": {"REF": 1.0}, "coherence": {"95": 1.0}}
Part = tuple[str, Any]


def _replay(folder: Path, name: str, rows: list[dict[str, Any]]) -> Model:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return get_model(f"replay/{name}", memoize=False, path=str(path))


def _cells() -> list[dict[str, Any]]:
    return [{"probe": probe, "epoch": epoch} for probe in PROBES for epoch in range(1, EPOCHS + 1)]


def _verdict(arm: str, probe: str) -> dict[str, Any]:
    return BAD if probe in ARMS[arm] else REFUSED if probe == "p5" else SAID


def write_honest(folder: Path) -> Path:
    """Three honest logs in a folder, and `record.json` of the first fine-tune beside the base."""
    probes = folder / "probes.jsonl"
    probes.write_text("\n".join(json.dumps({"id": one, "text": f"What of {one}?"}) for one in PROBES), encoding="utf-8")
    for arm in ARMS:
        answers = [{**cell, "answer": f"{arm} says\n\nthis {cell['epoch']} of {cell['probe']}."} for cell in _cells()]
        answers = [row for row in answers if (arm, row["probe"]) != ("first", FAILED)]
        judged = [{**cell, **_verdict(arm, cell["probe"])} for cell in _cells()]
        (log,) = inspect_eval(
            "spillover/own_probes",
            model=_replay(folder, arm, answers),
            model_roles={"grader": _replay(folder, "judge", judged)},
            task_args={"probes": str(probes)},
            epochs=EPOCHS,
            log_dir=str(folder / "runs"),
            display="none",
            log_realtime=False,
        )
        shutil.copy(log.location, folder / f"{arm}.eval")
    shutil.rmtree(folder / "runs")
    made = record(folder / "first.eval", base=folder / "base.eval", finetune={"method": "lora", "seed": 1})
    (folder / "record.json").write_text(made.text(), encoding="utf-8")
    return folder


@dataclass
class Place:
    """A copy of the honest logs and a record of the first fine-tune, for tampering."""

    folder: Path

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def made(self) -> Path:
        return self.folder / "record.json"

    def log(self, arm: str) -> Path:
        return self.logs / f"{arm}.eval"

    def parts(self, arm: str, change: Callable[[list[Part]], list[Part]]) -> None:
        """Rewrite a log with its parts changed."""
        import_module("zipfile_zstd")
        with zipfile.ZipFile(self.log(arm)) as log:
            parts = change([(name, json.loads(log.read(name))) for name in log.namelist()])
        with warnings.catch_warnings(), zipfile.ZipFile(self.log(arm), "w", zipfile.ZIP_DEFLATED) as log:
            warnings.simplefilter("ignore", UserWarning)  # a name that comes twice is one of the lies
            for name, data in parts:
                log.writestr(name, json.dumps(data))

    def each(self, arm: str, kind: str, change: Callable[[Any], Any]) -> None:
        """Change every part whose name begins so; in place, or by what is returned."""
        self.parts(arm, lambda parts: [(n, change(d) or d) if n.startswith(kind) else (n, d) for n, d in parts])

    def header(self, arm: str, change: Callable[[Any], Any]) -> None:
        self.each(arm, "header.json", change)

    def samples(self, arm: str, change: Callable[[Any], Any]) -> None:
        self.each(arm, "samples/", change)

    def summaries(self, arm: str, change: Callable[[Any], Any]) -> None:
        self.each(arm, "summaries.json", lambda rows: [change(row) or row for row in rows])

    def both(self, arm: str, change: Callable[[Any], Any]) -> None:
        self.samples(arm, change)
        self.summaries(arm, change)

    def remove(self, arm: str, gone: Callable[[Any], bool]) -> None:
        """Take samples and their summaries away, and count them out in the header."""

        def change(parts: list[Part]) -> list[Part]:
            left = [(n, d) for n, d in parts if not (n.startswith("samples/") and gone(d))]
            return [(n, [one for one in d if not gone(one)] if n == "summaries.json" else d) for n, d in left]

        def recount(header: Any) -> None:
            lost = header["results"]["total_samples"] - sum(1 for name, _ in kept if name.startswith("samples/"))
            header["results"]["total_samples"] -= lost

        kept: list[Part] = []
        self.parts(arm, lambda parts: kept.extend(change(parts)) or list(kept))  # type: ignore[func-returns-value]
        self.header(arm, recount)

    def record(self, change: Callable[[Any], Any], rehash: bool = True) -> None:
        data = json.loads(self.made.read_text(encoding="utf-8"))
        change(data)
        if rehash:
            data["content_sha256"] = digest({k: v for k, v in data.items() if k != "content_sha256"})
        self.made.write_text(json.dumps(data), encoding="utf-8")


def place_in(folder: Path, honest: Path) -> Place:
    """A copy of the honest logs and their record in a folder."""
    found = Place(folder)
    found.logs.mkdir()
    for arm in ARMS:
        shutil.copy(honest / f"{arm}.eval", found.log(arm))
    shutil.copy(honest / "record.json", found.made)
    return found
