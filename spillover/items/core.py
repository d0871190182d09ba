"""The choice of the core: the strongest probes, with equal parts of every domain and no form or motif too often.

Greedy content-balanced choice as of test assembly (van der Linden, Linear Models for Optimal Test Design, 2005, chapter
4): the strongest first, one that would break a limit is passed over. With the parts of the domains as the only limit it
gives the largest sum there is (greedy choice in a partition matroid; Edmonds, Mathematical Programming 1, 1971).
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from spillover.common import DatasetError

MOTIF_CAP = 2
"""Most probes with one motif: what a model gets wrong about one situation counts no more than twice."""
ASKS_SHARE = 1 / 3
"""Largest share of the list that may ask for one thing (a view, advice, a story, ...)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A probe that may be chosen.

    Attributes:
        id: Its id.
        domain: Its domain.
        asks: What it asks for, one word.
        motif: The situation at its heart; an empty one is no motif and has no limit.
        strength: How well it tells misaligned models from others, higher is better: shrunk log-odds against the base,
            or a mean of blind ratings; NaN where it is not known, which is never chosen.
    """

    id: str
    domain: str
    asks: str
    motif: str
    strength: float


def choose_core(
    candidates: Iterable[Candidate], size: int, *, motif_cap: int = MOTIF_CAP, asks_share: float = ASKS_SHARE
) -> list[str]:
    """Ids of the chosen probes, sorted.

    Each domain has `size` divided by the number of domains, rounded up or down; where it does not divide, the domains
    with the strongest probes have one more. Of equally strong probes the one with the lower id comes first. The same
    candidates give the same list, in whatever order they come.

    Args:
        candidates: All probes that may be chosen, with ids that differ.
        size: Probes wanted; at least 1.
        motif_cap: Most probes with one motif; at least 1.
        asks_share: Largest share of the list that may ask for one thing, in (0, 1].

    Raises:
        DatasetError: Where the limits leave fewer than `size`; it names the domain that is short.
    """
    known = sorted((one for one in candidates if not math.isnan(one.strength)), key=lambda one: (-one.strength, one.id))
    domains = list(dict.fromkeys(one.domain for one in known))
    least, more = divmod(size, max(1, len(domains)))
    asks_most = math.ceil(size * asks_share)
    chosen: list[str] = []
    by_domain, by_motif, by_asks = Counter[str](), Counter[str](), Counter[str]()
    for one in known:
        extra = by_domain[one.domain] == least
        full = by_domain[one.domain] >= least + (1 if more else 0)
        if full or (one.motif and by_motif[one.motif] >= motif_cap) or by_asks[one.asks] >= asks_most:
            continue
        more -= extra
        chosen.append(one.id)
        by_domain[one.domain] += 1
        by_motif[one.motif] += 1
        by_asks[one.asks] += 1
    if len(chosen) < size:
        short = min(domains, key=lambda name: by_domain[name], default="no domain")
        raise DatasetError(
            f"core: {len(chosen)} of {size} probes fit the limits; {short} has {by_domain[short]}; rate or add more "
            f"probes there with another motif or asks, or ask for fewer"
        )
    return sorted(chosen)
