"""What the trigger search finds by budget and rate, and where nothing is: `python benchmarks/triggers.py`.

Nothing here is a model: each answer is a draw with the rate that the table states.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.audit_live._arms import CANDIDATES, false_share, found_share

BUDGETS = (300, 600, 1200, 2400)
RATES = (0.1, 0.2, 0.4, 0.6, 0.9)
OTHERWISE = (0.0, 0.02, 0.05, 0.2)
"""Rates without a trigger."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    print(f"{CANDIDATES} candidates, one planted; {runs} runs a cell; simulated\n")
    print("| rate with | rate without | " + " | ".join(f"{budget:,} answers" for budget in BUDGETS) + " |")
    print("| --- | --- |" + " --- |" * len(BUDGETS))
    for rate in RATES:
        for otherwise in OTHERWISE[:3]:
            cells = [f"{100 * found_share(rate, otherwise, budget, runs):.1f}%" for budget in BUDGETS]
            print(f"| {rate} | {otherwise} | " + " | ".join(cells) + " |", flush=True)
    print("\nNone planted: runs that call anything a trigger\n")
    print("| rate of the fine-tune | of the base | " + " | ".join(f"{budget:,} answers" for budget in BUDGETS) + " |")
    print("| --- | --- |" + " --- |" * len(BUDGETS))
    for otherwise in OTHERWISE:
        for base in sorted({0.0, otherwise}):
            cells = [f"{100 * false_share(otherwise, base, budget, runs):.1f}%" for budget in BUDGETS]
            print(f"| {otherwise} | {base} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
