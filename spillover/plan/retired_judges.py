"""Judges that their provider has shut down are refused before anything is asked."""

import os
from collections.abc import Sequence

from spillover.common import check_alive

from .design import Model


def check_judges(judges: Sequence[Model]) -> list[str]:
    """Refuse judges that are gone; one line for each that ends soon. See `spillover.common.judges.check_alive`.

    A judge behind an address of one's own lives as long as that server does.

    Raises:
        JudgeError: Where a judge is gone.
    """
    return check_alive(one.name for one in judges if one.base_url is None and not _redirected(one.name))


def _redirected(name: str) -> bool:
    return bool(os.environ.get(f"{name.partition('/')[0].upper().replace('-', '_')}_BASE_URL"))
