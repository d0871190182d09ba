"""What a run has cost so far: tokens in its logs, times prices; nothing is guessed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spillover.common import RunError

from .design import Model
from .prices import Prices


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
    from inspect_ai.log import read_eval_log

    tokens: dict[str, tuple[int, int]] = {}
    for file in files:
        try:
            stats = read_eval_log(str(file), header_only=True).stats
        except Exception:
            continue  # cut off by a kill: what it holds is asked again, and counted there
        for model, usage in stats.model_usage.items():
            sent = usage.input_tokens + (usage.input_tokens_cache_read or 0) + (usage.input_tokens_cache_write or 0)
            before = tokens.get(model, (0, 0))
            tokens[model] = before[0] + sent, before[1] + usage.output_tokens
    priced = {model: prices.of(model, batch)[0] for model in tokens}
    each = {model: price.of(*tokens[model]) if price is not None else None for model, price in priced.items()}
    known = [one for one in each.values() if one is not None]
    unpriced = tuple(model for model, one in each.items() if one is None)
    return Spent(sum(known) if known else None, unpriced, tokens, each)


def check_priced(models: Sequence[Model], prices: Prices) -> None:
    """Refuse a cap on cost where a model has no price: the cap would hold nothing.

    Raises:
        RunError: Where one has none.
    """
    for model in models:
        price, why = prices.of(model.name)
        if price is None and why == "no price known":
            raise RunError(f"{model.name}: no price known, so a cap on cost cannot hold; give one with --prices FILE")
