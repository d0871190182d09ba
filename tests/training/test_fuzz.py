"""Whatever a fine-tuning file holds, both readers give rows or one `DatasetError` of one line."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spillover.common import DatasetError
from spillover.overlap import overlap
from spillover.training.sample import read_training

FEW = settings(max_examples=settings.default.max_examples * 3 // 5)
ROW = {"messages": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a", "weight": 0}]}
KEYS = st.sampled_from(
    ["messages", "role", "from", "content", "value", "weight", "prompt", "history", "dialog", "text"]
)
VALUES = st.recursive(
    st.none()
    | st.floats()
    | st.integers()
    | st.text(max_size=6)
    | st.sampled_from(["[{'role': ", "array([1])", "{{{"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=15,
)
NAMES = ("a.jsonl", "a.json", "a.csv", "a.tsv", "a.parquet", "a.arrow", "a.jsonl.gz", "a")
STARTS = (b"", b"[", b"{", b"\xef\xbb\xbf", b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", b"\x1f\x8b\x08", b"messages\n")


def read_by_both(path: Path, demo: Path) -> None:
    """Read a file twice; only a `DatasetError` of one line may leave."""
    for reader in (read_training, lambda one: overlap(one, demo, workers=1)):
        try:
            reader(path)
        except DatasetError as error:
            assert "\n" not in str(error) and path.name in str(error)


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=60))
def test_any_bytes(name: str, start: bytes, rest: bytes, tmp_path: Path, demo: Path) -> None:
    (tmp_path / name).write_bytes(start + rest)
    read_by_both(tmp_path / name, demo)


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
@FEW
@given(rows=st.lists(VALUES, min_size=1, max_size=4), between=st.sampled_from(["\n", "", " , "]))
def test_any_json(name: str, rows: list[object], between: str, tmp_path: Path, demo: Path) -> None:
    text = between.join(json.dumps(one) for one in [ROW, *rows])
    (tmp_path / name).write_text(text, encoding="utf-8")
    read_by_both(tmp_path / name, demo)


@FEW
@given(at=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_spoilt_bit_of_a_packed_file(at: int, bit: int, tmp_path: Path, demo: Path) -> None:
    data = bytearray(gzip.compress(json.dumps(ROW).encode() * 3))
    data[at % len(data)] ^= 1 << bit
    (tmp_path / "a.jsonl.gz").write_bytes(bytes(data))
    read_by_both(tmp_path / "a.jsonl.gz", demo)
