"""The pair on loopback, and the environment in which Inspect's `openai-api` provider finds it."""

from collections.abc import Iterator

import pytest
from inspect_ai.model import ModelAPI
from rich.live import Live
from tenacity import wait_none

from ..wire._server import stop
from ._pair import Pair, start


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    found, http = start()
    monkeypatch.setattr(ModelAPI, "retry_wait", lambda _: wait_none())
    monkeypatch.setattr(Live, "refresh", lambda _: None)  # laying out a display of "none"
    monkeypatch.setenv("WIRE_BASE_URL", found.wire.url)
    monkeypatch.setenv("WIRE_API_KEY", "dummy")
    yield found
    found.wire.closing.set()
    stop(http)
