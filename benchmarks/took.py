"""Power of the control "was the fine-tune loaded?", as in docs/statistics.md: `python benchmarks/took.py`."""

import numpy as np

from spillover.audit.live import ALPHA
from spillover.estimate import odd_one_out

RUNS = 2000


def shown(prompts: int, differs: float, noise: float, rng: np.random.Generator) -> float:
    """Share of runs in which the prompts show that the fine-tune was loaded.

    Args:
        prompts: Number of prompts.
        differs: Chance that the fine-tune's usual answer to a prompt is another than the base's usual one.
        noise: Chance that an answer is not the usual one but one of its own (0: greedy and repeatable).
        rng: Where draws come from.
    """
    found = 0
    for _ in range(RUNS):
        similar = []
        for other in rng.random(prompts) < differs:
            odd = rng.random(3) < noise
            said = [-1 - at if odd[at] else int(other and at == 2) for at in range(3)]
            pairs = ((0, 1), (0, 2), (1, 2))
            similar.append(tuple(float(said[one] == said[two]) for one, two in pairs))
        found += odd_one_out(similar) <= ALPHA  # type: ignore[arg-type]
    return found / RUNS


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(16)
    print("| prompts | answers that are not the usual one | differs on 0% | 25% | 50% | 75% | 100% |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for prompts in (8, 16):
        for noise in (0.0, 0.1, 0.3):
            shares = [f"{100 * shown(prompts, one, noise, rng):.0f}%" for one in (0, 0.25, 0.5, 0.75, 1)]
            print(f"| {prompts} | {100 * noise:.0f}% | {' | '.join(shares)} |")


if __name__ == "__main__":
    main()
