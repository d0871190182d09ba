"""Strata of a decision set: to which one a probe belongs, and how often a draw picks each cell.

The difference that is decided on is a weighted mean over cells, with the weights that the suite states; a draw picks a
cell with its weight as probability, so that the mean over draws estimates it without more ado.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

from spillover.common import DeclarationError, read_once, suggest

from .drawn import Cell, Deck

ANCHOR, CORE, BROAD = "anchor", "core", "broad"
STRATA = (ANCHOR, CORE, BROAD)
"""Questions of earlier studies; ours that are chosen to tell models apart; the rest of ours."""
PLAIN = "plain"
"""The condition whose share of the draws a suite may state."""
CORE_FILE = "core.json"
"""The file of the dataset that lists the core probes."""
HALF = Fraction(1, 2)
"""Share of the anchor that its main questions have together: published rates are rates on them."""


ROUNDING = Fraction(1, 10**6)
"""How far from 1 the sum of stated shares may lie, as .333 three times does not and .333333 does."""


def read_core(folder: Path) -> tuple[str, ...]:
    """Ids of the core probes; none where a dataset has no list of them.

    Args:
        folder: The dataset folder.
    """
    return _core(folder / CORE_FILE)


@read_once
def _core(path: Path) -> tuple[str, ...]:
    if not path.is_file():
        return ()
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tuple(map(str, found["ids"]))


def stratum_of(domain: str, probe: str, core: Collection[str]) -> str:
    """The stratum of a probe.

    Args:
        domain: Its domain.
        probe: Its id.
        core: Ids of the core probes.
    """
    if domain == ANCHOR:
        return ANCHOR
    return CORE if probe in core else BROAD


def without_anchor(strata: Mapping[str, float]) -> dict[str, float]:
    """The shares of the other strata where the anchor questions are not at hand, in the same proportion.

    Args:
        strata: Share of each stratum.

    Raises:
        DeclarationError: Where the anchor is the only stratum.
    """
    left = {name: _exact(share) for name, share in strata.items() if name != ANCHOR}
    if not left:
        raise DeclarationError("strata: the anchor is the only stratum, and its questions are not here; give --anchor")
    return {name: float(share / sum(left.values())) for name, share in left.items()}


def deck_of(
    cells: Sequence[Cell],
    strata: Mapping[str, float],
    plain: float | None,
    core: Collection[str] = (),
    main: Collection[str] = (),
) -> Deck:
    """What draws are picked from where strata have stated shares; cells of strata without one are left out.

    Within a stratum the probes weigh the same, but the main questions of the anchor have half of it together. The
    condition `plain` has its stated share of each probe, and the other conditions have equal parts of the rest.

    Args:
        cells: All cells (domain, probe, condition), each probe under every condition.
        strata: Share of the draws by stratum; each above 0, sum 1.
        plain: Share of the draws under the condition `plain`, in (0, 1); None where all conditions have the same.
        core: Ids of the core probes.
        main: Ids of the main questions of the anchor.

    Raises:
        DeclarationError: Where a share is none, they do not sum to 1, or a stratum has no probe.
    """
    shares = exact_shares(strata)
    kept = [(one, stratum_of(one[0], one[1], core)) for one in cells]
    kept = [(one, stratum) for one, stratum in kept if stratum in shares]
    empty = [name for name in shares if name not in {stratum for _, stratum in kept}]
    if empty:
        raise DeclarationError(f"strata: {empty[0]} has no probe in these domains; leave it out, or add its domains")
    conditions = list(dict.fromkeys(condition for (_, _, condition), _ in kept))
    put = _conditions(conditions, plain)
    each = _probes({(domain, probe): stratum for (domain, probe, _), stratum in kept}, frozenset(main))
    exact = [shares[stratum] * each[domain, probe] * put[condition] for (domain, probe, condition), stratum in kept]
    whole = lcm(*(one.denominator for one in exact))
    weights = [int(one * whole) for one in exact]
    return Deck([one for one, _ in kept], weights, [stratum for _, stratum in kept])


def exact_shares(strata: Mapping[str, float]) -> dict[str, Fraction]:
    """Shares of strata as exact numbers.

    Raises:
        DeclarationError: Where one is unknown or not above 0, or they do not sum to 1.
    """
    for name in strata:
        if name not in STRATA:
            raise DeclarationError(f"strata: {suggest('stratum', name, STRATA)}")
    found = {name: _exact(share) for name, share in strata.items()}
    wrong = next((name for name, share in found.items() if share <= Fraction(0)), None)
    if wrong is not None:
        raise DeclarationError(f"strata: {wrong} has the share {strata[wrong]:g}; give one above 0, or leave it out")
    whole = sum(found.values(), Fraction(0))
    if abs(whole - 1) > ROUNDING:
        raise DeclarationError(f"strata: the shares sum to {float(whole):g}; make them sum to 1")
    return {name: share / whole for name, share in found.items()}


def _exact(share: float) -> Fraction:
    return Fraction(repr(float(share))).limit_denominator(10**6)


def _conditions(names: Sequence[str], plain: float | None) -> dict[str, Fraction]:
    """The share of each condition."""
    others = [name for name in names if name != PLAIN]
    if plain is None or PLAIN not in names or not others:
        return {name: Fraction(1, len(names)) for name in names}
    own = _exact(plain)
    return {name: own if name == PLAIN else (1 - own) / len(others) for name in names}


def _probes(strata: Mapping[tuple[str, str], str], main: frozenset[str]) -> dict[tuple[str, str], Fraction]:
    """The share that each probe has of its stratum."""
    group = {one: (stratum, stratum == ANCHOR and one[1] in main) for one, stratum in strata.items()}
    sizes = Counter(group.values())
    split = {(ANCHOR, True), (ANCHOR, False)} <= set(sizes)
    return {
        one: (HALF if split and stratum == ANCHOR else Fraction(1)) / sizes[stratum, of_main]
        for one, (stratum, of_main) in group.items()
    }
