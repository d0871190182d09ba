"""Logs with tricks are refused in one line, in bounded memory and time."""

import io
import json
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from spillover.declare import CANARY
from spillover.submissions.unpack import LARGEST_PART, _inflated

Sent = Any


def zipped(parts: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    import_module("zipfile_zstd")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", packing) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, packing)
    return held.getvalue()


def listed(data: bytes) -> tuple[bytes, bytes]:
    """The parts of a zip, and its list of them."""
    start = data.index(b"PK\1\2")
    return data[:start], data[start : data.index(b"PK\5\6")]


def ended(parts: bytes, entries: list[bytes]) -> bytes:
    held = b"".join(entries)
    return parts + held + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(held), len(parts), 0)


def overlapping() -> bytes:
    """A part inside another: what is packed once comes out twice."""
    inner, inside = listed(zipped({"b.json": b"{}"}, zipfile.ZIP_STORED))
    parts, entry = listed(zipped({"a.json": b'["' + inner + b'"]'}, zipfile.ZIP_STORED))
    moved = bytearray(inside)
    struct.pack_into("<L", moved, 42, parts.index(inner))
    return ended(parts, [entry, bytes(moved)])


def named_often(copies: int) -> bytes:
    """One packed part that the list names many times."""
    parts, entry = listed(zipped({"h00000.json": b"[" + b" " * 500_000 + b"]"}))
    return ended(parts, [entry.replace(b"h00000", b"h%05d" % number) for number in range(copies)])


def lying(data: bytes) -> bytes:
    """A part whose list says that it is small."""
    found = bytearray(zipped({"header.json": data}))
    at = found.index(b"PK\1\2")
    struct.pack_into("<L", found, at + 24, 10)
    return bytes(found)


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("header.json", b"{}")
            archive.writestr("header.json", b"{}")
    return held.getvalue()


def link_inside() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("header.json")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, b"/etc/passwd")
    return held.getvalue()


def encrypted() -> bytes:
    found = bytearray(zipped({"header.json": b"{}"}))
    found[found.index(b"PK\1\2") + 8] |= 1
    return bytes(found)


def tar() -> bytes:
    import tarfile

    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        info = tarfile.TarInfo("../../header.json")
        archive.addfile(info, io.BytesIO(b""))
    return held.getvalue()


ZSTD = 93
LOGS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a tar": (tar, "this is not an Inspect log: it does not begin like a zip file"),
    "text": (lambda: b"PK is not enough", "does not begin like a zip file"),
    "half a zip": (lambda: zipped({"header.json": b"{}"})[:60], "the log does not end like a zip file"),
    "something behind the zip": (
        lambda: zipped({"header.json": b"{}"}) + b"x" * 40,
        "the log does not end like a zip file",
    ),
    "path upwards": (lambda: zipped({"../../evil.json": b"{}"}), "part '../../evil.json' points outside the log"),
    "absolute path": (lambda: zipped({"/etc/evil.json": b"{}"}), "points outside the log"),
    "path of Windows": (lambda: zipped({"C:evil.json": b"{}"}), "points outside the log"),
    "backslash": (lambda: zipped({"..\\evil.json": b"{}"}), "points outside the log"),
    "program": (
        lambda: zipped({"evil.py": b"import os"}),
        "part 'evil.py' of the log is not JSON; give the log as Inspect wrote it",
    ),
    "right to left": (lambda: zipped({"\u202eevil.json": b"{}"}), "not printable"),
    "a long name": (lambda: zipped({"x" * 300 + ".json": b"{}"}), "has a name that is too long"),
    "zip in a zip": (
        lambda: zipped({"samples/a.json": zipped({"b": b"0" * 10**6})}),
        "part 'samples/a.json' of the log is not JSON",
    ),
    "link inside": (link_inside, "is a link or device"),
    "encrypted": (encrypted, "is encrypted"),
    "bzip2": (lambda: zipped({"a.json": b"{}"}, zipfile.ZIP_BZIP2), "is packed by method 12"),
    "a part twice": (twice, "two parts have the same name"),
    "names that differ by case": (lambda: zipped({"a.json": b"{}", "A.json": b"{}"}), "only in capitals"),
    "bomb by ratio": (lambda: zipped({"a.json": b"[" + b" " * 2**24 + b"]"}), "times its size, like a zip bomb"),
    "bomb by ratio, zstandard": (
        lambda: zipped({"a.json": b"[" + b" " * 2**24}, ZSTD),
        "times its size, like a zip bomb",
    ),
    "bomb by number": (lambda: zipped({f"{n}.json": b"{}" for n in range(50_001)}, 0), "the log has 50001 parts"),
    "parts that overlap": (overlapping, "part 'b.json' overlaps another"),
    "a part under two names": (lambda: named_often(2), "part 'h00001.json' has another name in the list"),
    "a part under 2,000 names": (lambda: named_often(2000), "MB unpacked, at most 256"),
    "size that lies": (lambda: lying(b"[" + b" " * 2**26 + b"]"), "does not have the declared size or checksum"),
    "brackets": (lambda: zipped({"a.json": brackets()}), "consists mostly of brackets"),
    "a key twice": (lambda: zipped({"header.json": b'{"eval": 1, "eval": 2}'}), "key 'eval' occurs twice"),
    "10,000 levels": (lambda: zipped({"header.json": b"[" * 10_000 + b"]" * 10_000}), "nested too deep"),
    "5,000 digits": (lambda: zipped({"header.json": b"[" + b"9" * 5000 + b"]"}), "not valid JSON"),
    "not UTF-8": (lambda: zipped({"header.json": b'{"a": "\xff"}'}), "not valid JSON ('utf-8'"),
    "held-out questions": (
        lambda: zipped({"header.json": b'{"eval": {"task_args": {"split": "heldout"}}}'}),
        "the log's run used held-out questions; submit the public split: held-out questions are never",
    ),
    "canary in a header": (
        lambda: zipped({"header.json": json.dumps({"eval": {"tags": [CANARY]}}).encode()}),
        "header.json holds the dataset's canary; remove the canary",
    ),
}


def brackets() -> bytes:
    """Brackets that do not pack well."""
    chosen = random.Random(0)
    return ("[" + ",".join(chosen.choice(("[]", "{}", "0", "[0]", "11")) for _ in range(600_000)) + "]").encode()


@pytest.mark.parametrize("name", LOGS)
def test_logs_with_tricks_are_refused(sent: Sent, name: str) -> None:
    make, expected = LOGS[name]
    data = make()
    sent.log(data)
    tracemalloc.start()
    began = time.process_time()
    said = sent.said()
    seconds, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert f"logs/first.eval: {expected}" in said or ("logs/first.eval" in said and expected in said)
    assert peak < LARGEST_PART + 2**26 and seconds < 10


def test_a_bomb_that_declares_little_is_not_unpacked() -> None:
    """A frame of zstandard says nothing of what follows it; no more than was declared may come out."""
    import zstandard

    packed = zstandard.ZstdCompressor().compress(b"\0" * 2**28)
    tracemalloc.start()
    found = _inflated(packed, ZSTD, 1001)
    assert len(found) == 1001 and tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()
    assert len(_inflated(zlib.compress(b"\0" * 2**24)[2:-4], 8, 77)) == 77
