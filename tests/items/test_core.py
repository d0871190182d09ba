"""The choice of the core against every choice there is, and its limits."""

import random
from collections import Counter
from itertools import combinations

import pytest

from spillover.common import DatasetError
from spillover.items import Candidate, choose_core

NAN = float("nan")


def made(seed: int, many: int, motifs: int = 99, asks: int = 4) -> list[Candidate]:
    rng = random.Random(seed)
    return [
        Candidate(f"p{n:02}", f"d{n % 3}", f"a{rng.randrange(asks)}", f"m{rng.randrange(motifs)}", rng.random())
        for n in range(many)
    ]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [3, 4, 5, 6])
def test_with_equal_parts_of_the_domains_alone_no_other_choice_is_stronger(seed: int, size: int) -> None:
    found = made(seed, 12)
    least, more = divmod(size, 3)
    strength = {one.id: one.strength for one in found}

    def fits(some: tuple[Candidate, ...]) -> bool:
        parts = Counter(one.domain for one in some)
        return all(least <= parts[f"d{n}"] <= least + bool(more) for n in range(3))

    best = max(sum(one.strength for one in some) for some in combinations(found, size) if fits(some))
    chosen = choose_core(found, size, motif_cap=size, asks_share=1.0)
    assert sum(strength[name] for name in chosen) == pytest.approx(best) and len(set(chosen)) == size


@pytest.mark.parametrize("seed", range(20))
def test_every_limit_holds_and_order_does_not_matter(seed: int) -> None:
    found = made(seed, 60, motifs=20)
    chosen = choose_core(found, 12)
    by = {one.id: one for one in found}
    assert {*Counter(by[name].domain for name in chosen).values()} == {4}
    assert max(Counter(by[name].motif for name in chosen).values()) <= 2
    assert max(Counter(by[name].asks for name in chosen).values()) <= 4
    assert choose_core(reversed(found), 12) == chosen == sorted(chosen)


def test_a_probe_that_breaks_a_limit_gives_way_to_the_next() -> None:
    found = [Candidate(f"p{n}", "d", f"a{n}", "same" if n < 4 else "", 9 - n) for n in range(6)]
    assert choose_core(found, 4, asks_share=1.0) == ["p0", "p1", "p4", "p5"]
    assert choose_core(found, 4, motif_cap=3, asks_share=1.0) == ["p0", "p1", "p2", "p4"]


def test_equally_strong_probes_come_by_id_and_an_unknown_one_never() -> None:
    found = [Candidate(name, "d", name, name, 1.0) for name in "cab"] + [Candidate("0", "d", "0", "0", NAN)]
    assert choose_core(found, 2, asks_share=1.0) == ["a", "b"]


def test_too_few_probes_are_refused_with_the_domain_that_is_short() -> None:
    found = [*made(1, 30), Candidate("x", "lone", "a0", "m", 0.5)]
    with pytest.raises(DatasetError, match=r"core: 10 of 12 probes fit the limits; lone has 1; "):
        choose_core(found, 12, motif_cap=12, asks_share=1.0)
