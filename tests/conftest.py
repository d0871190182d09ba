"""Where the third-party evidence lies; tests that need it skip with a reason where it does not."""

import os
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def evidence() -> Path:
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
