"""Unpacks the parts of a stranger's log within limits: no zip bomb, no path out of the log, only JSON."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from spillover.common import LogError

PARTS = 50_000
"""Most parts of one log: samples and a few more."""
LARGEST_PART = 64 * 2**20
"""Most bytes of one part, unpacked."""
LARGEST_LOG = 256 * 2**20
"""Most bytes of all parts of a log, unpacked."""
DIRECTORY = 16 * 2**20
"""Most bytes of the list of parts at the end of a log."""
RATIO, FREE = 200, 2**20
"""Highest compression of a part, from this size on. Parts of real logs are packed 4 to 40 times smaller."""
DENSE = 8
"""A large part may have one bracket in this many bytes: brackets alone take 20 times their size in memory."""
STORED, DEFLATED, ZSTANDARD = 0, 8, 93
_END, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s5H3L2H")


def parts_of(file: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every part of a log, checked against what the log declares of it.

    Raises:
        LogError: Where the file is no plain zip of JSON parts, or is larger inside than a log may be.
    """
    where = f"{file.parent.name}/{file.name}"
    try:
        with file.open("rb") as raw:
            for info, start in _placed(raw, _listed(raw, where), where):
                raw.seek(start)
                yield info.filename, _unpacked(raw.read(info.compress_size), info, where)
    except (OSError, zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError) as error:
        raise _wrong(where, f"the zip file is damaged or cut off ({' '.join(str(error).split())[:120]})") from error


def _listed(raw: IO[bytes], where: str) -> list[zipfile.ZipInfo]:
    """Read the log's list of its parts, after checking the size of this list."""
    raw.seek(0)
    if raw.read(4) != b"PK\3\4":
        raise _wrong(where, "this is not an Inspect log: it does not begin like a zip file")
    size = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, size - _END.size - 20))
    tail = raw.read()
    mark, _, _, _, count, length, offset, comment = _END.unpack(tail[-_END.size :])
    if mark != b"PK\5\6" or comment or offset + length != size - _END.size:
        raise _wrong(where, "the log does not end like a zip file")
    if tail[:4] == b"PK\6\7" or count > PARTS or length > DIRECTORY:
        raise _wrong(where, f"the log has {count} parts in a list of {length} bytes, at most {PARTS} parts are allowed")
    with zipfile.ZipFile(raw) as archive:
        parts = archive.infolist()
    if len(parts) > PARTS:
        raise _wrong(where, f"the log has {len(parts)} parts, at most {PARTS} are allowed")
    if len({info.filename.casefold() for info in parts}) < len(parts):
        raise _wrong(where, "two parts have the same name, or names that differ only in capitals")
    for info in parts:
        if (why := _refused(info)) is not None:
            raise _wrong(where, f"the part {info.orig_filename[:80]!r} {why}")
    if (total := sum(info.file_size for info in parts)) > LARGEST_LOG:
        raise _wrong(where, f"the log has {total / 2**20:.0f} MB unpacked, at most {LARGEST_LOG // 2**20} MB")
    return parts


def _refused(info: zipfile.ZipInfo) -> str | None:
    """Why a part is not allowed, from its entry in the list."""
    name = info.orig_filename
    steps = name.split("/")
    if PurePosixPath(name).is_absolute() or "\\" in name or ":" in name or {"", ".", ".."} & set(steps):
        return "points outside the log, or is a folder"
    if len(name.encode("utf-8", "replace")) > 255 or not name.isprintable():
        return "has a name that is too long or not printable"
    if not name.endswith(".json"):
        return "of the log is not JSON"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.external_attr >> 28 not in (0, 0o10):
        return "is a link or device"
    if info.compress_type not in (STORED, DEFLATED, ZSTANDARD):
        return f"is packed by method {info.compress_type}, which Inspect does not use"
    if info.file_size > LARGEST_PART:
        return f"has {info.file_size / 2**20:.0f} MB unpacked, at most {LARGEST_PART // 2**20} MB are allowed"
    if info.file_size > FREE and info.file_size > RATIO * max(info.compress_size, 1):
        return f"unpacks to {info.file_size // max(info.compress_size, 1)} times its size, like a zip bomb"
    return None


def _placed(raw: IO[bytes], parts: list[zipfile.ZipInfo], where: str) -> list[tuple[zipfile.ZipInfo, int]]:
    """Every part and where its bytes begin. No byte of the file belongs to two parts."""
    found, end = [], 0
    for info in sorted(parts, key=lambda one: one.header_offset):
        raw.seek(info.header_offset)
        *_, named, extra = local = _LOCAL.unpack(raw.read(_LOCAL.size))
        if local[0] != b"PK\3\4" or raw.read(named).decode("utf-8", "replace") != info.orig_filename:
            raise _wrong(where, f"the part {info.orig_filename[:80]!r} has another name in the list")
        if info.header_offset < end:
            raise _wrong(where, f"the part {info.orig_filename[:80]!r} overlaps another part")
        start = info.header_offset + _LOCAL.size + named + extra
        end = start + info.compress_size
        found.append((info, start))
    return found


def _unpacked(packed: bytes, info: zipfile.ZipInfo, where: str) -> bytes:
    """Unpack a part, and never more bytes than the log declares."""
    name = info.orig_filename[:80]
    data = _inflated(packed, info.compress_type, info.file_size + 1)
    if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
        raise _wrong(where, f"the part {name!r} does not have the declared size or checksum")
    if data[:1] not in (b"{", b"["):
        raise _wrong(where, f"the part {name!r} of the log is not JSON")
    if len(data) > FREE and data.count(b"[") + data.count(b"{") > len(data) // DENSE:
        raise _wrong(where, f"the part {name!r} consists mostly of brackets")
    return data


def _inflated(packed: bytes, method: int, most: int) -> bytes:
    """What is packed, or the first of it."""
    if method == STORED:
        return packed[:most]
    if method == DEFLATED:
        return zlib.decompressobj(-15).decompress(packed, most)
    import zstandard

    try:
        stream = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(packed, read_across_frames=True)
        return stream.read(most)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error


def _wrong(where: str, what: str) -> LogError:
    return LogError(f"{where}: {what}; give the log as Inspect wrote it")
