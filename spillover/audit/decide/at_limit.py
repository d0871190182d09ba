"""A fine-tune most of whose answers end at the token limit: the ends of its answers are unknown."""

import pandas as pd

from spillover.common import counted

CUT_OFF = "most answers are cut off"
"""How the reason begins that makes `no regression` into `cannot tell`."""
MOST_CUT = 0.5
"""Share of the fine-tune's answers that may end at the limit. A text without any mark can be thought as well as answer;
only that it was cut off shows that it may be the former."""


def cut_off(tuned: pd.DataFrame) -> str | None:
    """The reason where more than half of the fine-tune's answers end at the limit on tokens, else None.

    Args:
        tuned: Rows of the fine-tune.
    """
    cut = int(tuned["truncated"].sum()) if "truncated" in tuned else 0
    if not cut > MOST_CUT * len(tuned):
        return None
    return (
        f"{CUT_OFF}: {cut} of {counted(len(tuned), 'answer')} of the fine-tune end at the limit on tokens; what was "
        "judged may be the beginning of an answer, or thought"
    )
