"""What a run has cost so far: tokens in its logs, times prices; nothing is guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import LogError, RunError
from spillover.logs import header_of

from .design import Model
from .prices import Prices

SENT = ("input_tokens", "input_tokens_cache_read", "input_tokens_cache_write")
"""Fields of a usage that count tokens that were sent."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used.

    Attributes:
        usd: US dollars of the models that have a price; None where no model has one.
        unpriced: Models without one.
        tokens: Tokens sent and received, by model.
        each: US dollars by model, None where it has no price.
    """

    usd: float | None
    unpriced: tuple[str, ...]
    tokens: dict[str, tuple[int, int]]
    each: dict[str, float | None]


def spent(files: Iterable[Path], prices: Prices, batch: bool = False) -> Spent:
    """Sum the usage of logs up.

    Args:
        files: The logs.
        prices: The prices.
        batch: Whether batch prices hold.
    """
    tokens: dict[str, tuple[int, int]] = {}
    for file in files:
        try:
            used = _used(header_of(str(file)).data)
        except (LogError, LookupError, ValueError, TypeError, AttributeError):
            continue  # cut off by a kill: what it holds is asked again, and counted there
        for model, (sent, received) in used.items():
            before = tokens.get(model, (0, 0))
            tokens[model] = before[0] + sent, before[1] + received
    priced = {model: prices.of(model, batch)[0] for model in tokens}
    each = {model: price.of(*tokens[model]) if price is not None else None for model, price in priced.items()}
    known = [one for one in each.values() if one is not None]
    unpriced = tuple(model for model, one in each.items() if one is None)
    return Spent(sum(known) if known else None, unpriced, tokens, each)


def _used(header: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Tokens sent and received by model, as a header counts them."""
    usage = (header.get("stats") or {}).get("model_usage") or {}
    sent = {model: sum(int(one.get(name) or 0) for name in SENT) for model, one in usage.items()}
    return {model: (sent[model], int(one["output_tokens"])) for model, one in usage.items()}


def check_priced(models: Sequence[Model], prices: Prices) -> None:
    """Refuse a cap on cost where a model has no price: the cap would hold nothing.

    Raises:
        RunError: Where one has none.
    """
    for model in models:
        price, why = prices.of(model.name)
        if price is None and why == "no price known":
            raise RunError(f"{model.name}: no price known, so a cap on cost cannot hold; give one with --prices FILE")
