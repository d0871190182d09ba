"""Where the third-party evidence lies; tests that need it skip with a reason where it does not."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def evidence() -> Path:
    folder = Path(os.environ.get("SPILLOVER_EVIDENCE", ROOT.parent / "shared" / "evidence"))
    if not folder.is_dir():
        pytest.skip(f"recorded evidence is not in {folder}; set SPILLOVER_EVIDENCE")
    return folder
