"""What tests of several packages need. What takes long to import is imported where it is asked for."""

import importlib.metadata
import os
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from ._place import Place
    from .run._pair import Pair

for profile, examples in (("same for everyone", 36), ("full", 100)):
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
settings.load_profile("same for everyone")
"""Generated cases are the same on every machine, and a busy machine fails no test; `make test-heavy` has the full."""
importlib.metadata.packages_distributions = cache(importlib.metadata.packages_distributions)
"""Inspect lists every file of every installed package at each run (0.2 s); no test installs one in this process."""
ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("SPILLOVER_ANCHOR", "none")  # no test downloads questions of earlier studies


@pytest.fixture(scope="session")
def evidence() -> Path:
    """Where the third-party evidence lies; tests that need it skip with a reason where it does not."""
    folder = Path(os.environ.get("SPILLOVER_EVIDENCE", ROOT.parent / "shared" / "evidence"))
    if not folder.is_dir():
        pytest.skip(f"recorded evidence is not in {folder}; set SPILLOVER_EVIDENCE")
    return folder


@pytest.fixture
def made_before(tmp_path: Path) -> Path:
    """A fresh copy of what commit 59be585 wrote: finished/, half/, run/, plain/, records/, store/, suite.yaml."""
    with tarfile.open(ROOT / "tests" / "fixtures" / "made_by_59be585.tar.xz") as packed:
        packed.extractall(tmp_path / "before", filter="data")
    return tmp_path / "before"


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three honest logs, `base.eval`, `first.eval`, `second.eval`, and `record.json` of the first beside the base."""
    from ._place import write_honest

    return write_honest(tmp_path_factory.mktemp("honest"))


@pytest.fixture(scope="session")
def demo_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of the scripted pair, as `make demo` makes them: `base/` and `finetune/`; the base's name comes first."""
    from ._demo import write_demo

    return write_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def place(honest: Path, tmp_path: Path) -> "Place":
    """A copy of the honest logs and their record, for tampering."""
    from ._place import place_in

    return place_in(tmp_path, honest)


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> "Iterator[Pair]":
    """A base and a fine-tune on loopback, and the environment in which Inspect's `openai-api` provider finds them."""
    from ._loopback import quick
    from .run._pair import start
    from .wire._server import stop

    found, http = start()
    quick(monkeypatch)
    monkeypatch.setenv("WIRE_BASE_URL", found.wire.url)
    monkeypatch.setenv("WIRE_API_KEY", "dummy")
    yield found
    found.wire.closing.set()
    stop(http)
