"""Generated records, and records as files."""

import json
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def made() -> Any:
    """The module that generates records."""
    spec = spec_from_file_location("generated_records", Path(__file__).with_name("generated.py"))
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a record into a folder of its own below `records/`, with a status where one is given."""

    def write(name: str, data: dict[str, Any], status: Any = None) -> Path:
        folder = tmp_path / "records" / name
        folder.mkdir(parents=True)
        (folder / "record.json").write_text(json.dumps(data), encoding="utf-8")
        if status is not None:
            (folder / "status.json").write_text(json.dumps(status), encoding="utf-8")
        return tmp_path / "records"

    return write
