"""Wall time of `spillover --help`, and the slowest imports behind it: `python benchmarks/startup.py`."""

import argparse
import statistics
import subprocess
import sys
import time

COMMAND = [sys.executable, "-m", "spillover.cli", "--help"]


def wall_times(runs: int) -> list[float]:
    """Seconds from start to end of each run, after one that fills the caches."""
    found = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        subprocess.run(COMMAND, check=True, capture_output=True)
        found.append(time.perf_counter() - began)
    return found[1:]


def slowest_imports(count: int) -> list[tuple[float, str]]:
    """Modules by the milliseconds that their own import takes."""
    command = [sys.executable, "-X", "importtime", *COMMAND[1:]]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stderr.splitlines()
    parts = [line.removeprefix("import time:").split("|") for line in lines if line.startswith("import time:")]
    found = [(int(own) / 1000, name.strip()) for own, _, name in parts if own.strip().isdigit()]
    return sorted(found, reverse=True)[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    given = parser.parse_args()
    found = wall_times(given.runs)
    print(f"{given.runs} runs: median {statistics.median(found):.3f} s, slowest {max(found):.3f} s")
    for milliseconds, name in slowest_imports(5):
        print(f"{milliseconds:8.1f} ms  {name}")


if __name__ == "__main__":
    main()
