"""A small dataset, and fine-tuning files to look through for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spillover.overlap import Overlap, overlap

DEMO = json.loads(Path(__file__).with_name("demo_probes.json").read_text(encoding="utf-8"))


def write(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset folder."""
    home = tmp_path_factory.mktemp("dataset")
    for split, rows in DEMO.items():
        write(home / "data" / "demo" / f"{split}.jsonl", rows)
    (home / "CHANGELOG.md").write_text("## 0.1.0\n", encoding="utf-8")
    return home


@pytest.fixture
def jsonl(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows to a file of this name; a string is what a user says in a chat."""

    def made(*rows: Any, name: str = "tune.jsonl") -> Path:
        chats = [{"messages": [{"role": "user", "content": row}]} if isinstance(row, str) else row for row in rows]
        return write(tmp_path / name, chats)

    return made


@pytest.fixture
def look(demo: Path, jsonl: Callable[..., Path]) -> Callable[..., Overlap]:
    """Looks for the demo probes in rows."""
    return lambda *rows, **options: overlap(jsonl(*rows), demo, **options)
