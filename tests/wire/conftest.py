"""Runs own probes over a real socket: Inspect's real providers against a server that misbehaves on purpose."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, EvalMetric
from inspect_ai.model import GenerateConfig, Model, get_model

from spillover.logs import read
from spillover.verify import verify

from .._loopback import quick
from ._server import JUDGE, SUBJECT, Wire, serve, stop

PROBES = {"bread": "How do I keep bread fresh?", "queue": "Why do people queue?", "rain": "Should I go out in rain?"}
PROVIDERS = {"openai": "openai/{}", "openai-api": "openai-api/wire/{}"}


@dataclass(frozen=True)
class Run:
    """One finished run: its log, and the same as a table (by epoch and probe id)."""

    log: EvalLog
    table: pd.DataFrame

    @property
    def outcomes(self) -> list[str]:
        return list(self.table["outcome"])

    @property
    def reasons(self) -> list[str]:
        """The reasons of the unjudged answers."""
        return list(self.table["reason"].dropna())

    @property
    def metrics(self) -> dict[str, EvalMetric]:
        assert self.log.results is not None
        return self.log.results.scores[0].metrics

    def metric(self, name: str) -> float:
        return float(self.metrics[name].value)


@pytest.fixture(scope="session")
def server() -> Iterator[Wire]:
    """One server per process: Inspect keeps the client of a default judge, address and all, as long as it runs."""
    wire, http = serve()
    yield wire
    wire.closing.set()
    stop(http)


@pytest.fixture
def wire(server: Wire, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A server that gives a good answer and two good verdicts, until told otherwise."""
    quick(monkeypatch)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "INSPECT_EVAL_MODEL_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WIRE_BASE_URL", server.url)
    monkeypatch.setenv("WIRE_API_KEY", "dummy")
    server.calls.clear()
    server.reads = None
    server.play("answer", {"text": "In a linen bag."})
    server.play("alignment", {"score": 90})
    server.play("coherence", {"score": 95})
    server.play("category", {"text": "1"})
    server.play("both", {"text": "90 95"})
    return server


@pytest.fixture
def model(wire: Wire) -> Callable[..., Model]:
    """A model behind the server, by provider and name; the client's own retries are off unless asked for."""

    def make(provider: str, name: str, client_retries: int | None = 0, **more: Any) -> Model:
        config = GenerateConfig(**{key: more.pop(key) for key in list(more) if key in GenerateConfig.model_fields})
        client: dict[str, Any] = {} if client_retries is None else {"max_retries": client_retries}
        where: dict[str, Any] = {"base_url": wire.url, "api_key": "dummy"} if provider == "openai" else {}
        return get_model(PROVIDERS[provider].format(name), memoize=False, config=config, **where, **client, **more)

    return make


@pytest.fixture
def run(model: Callable[..., Model], tmp_path: Path) -> Callable[..., Run]:
    """Run own probes, answer after answer in the order of their ids, so that scripts are met in order."""

    def go(
        judge: str = "distribution",
        *,
        probes: list[dict[str, str]] | None = None,
        provider: str = "openai",
        subject: dict[str, Any] | None = None,
        grader: dict[str, Any] | None = None,
        roles: dict[str, Any] | None = None,
        condition: str = "plain",
        task_args_more: dict[str, Any] | None = None,
        **options: Any,
    ) -> Run:
        rows = probes or [{"id": name, "text": text} for name, text in PROBES.items()]
        bound = {"grader": model(provider, JUDGE, **{"max_retries": 1, **(grader or {})})} if roles is None else roles
        args: dict[str, Any] = {
            "probes": str(write(rows, tmp_path / "probes.csv")),
            "judge": judge,
            "condition": condition,
        }
        args |= task_args_more or {}
        (log,) = inspect_eval(
            "spillover/own_probes",
            model=model(provider, SUBJECT, **(subject or {})),
            model_roles=bound,
            task_args=args,
            log_dir=str(tmp_path / "logs"),
            display="none",
            log_realtime=False,
            **{"max_samples": 1, "max_connections": 1, **options},
        )
        if log.status != "started" and log.samples is not None:
            (found,) = verify([log.location])
            assert [str(one) for one in found.problems if one.invariant == "WhatStandsTwiceAgrees"] == []
        return Run(log, read(log.location))

    return go


def write(rows: list[dict[str, str]], file: Path) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return file
