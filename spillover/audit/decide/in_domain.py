"""The fine-tune's own field: probes that carry one of its tags are left out of the decision."""

from collections.abc import Sequence

import pandas as pd


def outside_domain(rows: pd.DataFrame, in_domain: Sequence[str]) -> pd.DataFrame:
    """Rows of probes that carry none of the fine-tune's own tags."""
    own = [bool(set(str(tags).split()) & set(in_domain)) for tags in rows["tags"]]
    return rows[[not one for one in own]]
