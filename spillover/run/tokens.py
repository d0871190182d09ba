"""The first chunk shows whether the limit on tokens leaves room for answers; where it does not, the run stops there."""

from typing import TYPE_CHECKING

from spillover.common import RunError, counted
from spillover.plan import Design

if TYPE_CHECKING:
    import pandas as pd

HALF = 0.5
"""Share of a first chunk that ran out of tokens before an answer began, above which nothing more is asked."""


def check_tokens(design: Design, model: str, rows: "pd.DataFrame") -> None:
    """Stop where most answers of a model to the first chunk were cut off before they began.

    Args:
        design: What is asked.
        model: The model.
        rows: Its answers, as `spillover.logs.read` gives them.

    Raises:
        RunError: Where that is so; names the limit and the options that change it.
    """
    out = int((rows["outcome"] == "out_of_tokens").sum())
    if out <= HALF * len(rows):
        return
    most = max(int(one.decoding["max_tokens"]) for one in design.material().declared.values())
    raise RunError(
        f"{model}: {out} of {counted(len(rows), 'answer')} ran out of tokens before they began (max_tokens "
        f"{most}): a model that reasons first needs more. Give --max-tokens {max(8 * most, 4000)}, or reduce reasoning "
        "with --reasoning-effort or --reasoning-tokens, and give a new --out"
    )
