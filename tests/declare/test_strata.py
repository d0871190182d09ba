"""Strata: how often each cell is drawn, held against shares computed by hand."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from scipy.stats import binom, chisquare

from spillover.common import DeclarationError
from spillover.declare import Deck, draw_list, exact_shares, without_anchor
from spillover.declare.strata import deck_of

PROBES = (
    [("anchor", f"a{n}") for n in range(6)]
    + [("view", f"v{n}") for n in range(5)]
    + [("wish", f"w{n}") for n in range(4)]
)
CELLS = [(domain, probe, condition) for domain, probe in PROBES for condition in ("plain", "json", "template")]
SHARES = {"anchor": 0.5, "core": 0.3, "broad": 0.2}
CORE, MAIN = ("v0", "w0", "w1"), ("a0", "a1")


def exact(deck: Deck) -> dict[tuple[str, str, str], Fraction]:
    assert deck.weights is not None
    whole = sum(deck.weights)
    return {cell: Fraction(weight, whole) for cell, weight in zip(deck.cells, deck.weights, strict=True)}


def test_every_cell_has_the_share_that_strata_probes_and_conditions_give_it() -> None:
    found = exact(deck_of(CELLS, SHARES, 0.7, CORE, MAIN))
    assert len(found) == len(CELLS) and sum(found.values()) == 1
    assert found["anchor", "a0", "plain"] == Fraction(5, 10) * Fraction(1, 4) * Fraction(7, 10)
    assert found["anchor", "a5", "json"] == Fraction(5, 10) * Fraction(1, 8) * Fraction(15, 100)
    assert found["view", "v0", "template"] == Fraction(3, 10) * Fraction(1, 3) * Fraction(15, 100)
    assert found["wish", "w3", "plain"] == Fraction(2, 10) * Fraction(1, 6) * Fraction(7, 10)


def test_without_a_stated_share_all_conditions_have_the_same_and_one_condition_has_all() -> None:
    assert exact(deck_of(CELLS, SHARES, None, CORE, MAIN))["view", "v0", "json"] == Fraction(3, 10) / 3 / 3
    alone = [cell for cell in CELLS if cell[2] == "plain"]
    assert exact(deck_of(alone, SHARES, 0.7, CORE, MAIN))["view", "v0", "plain"] == Fraction(1, 10)


def test_the_anchor_is_shared_equally_where_only_one_kind_of_its_questions_is_here() -> None:
    found = exact(deck_of(CELLS, {"anchor": 1.0}, None, CORE, ()))
    assert set(found.values()) == {Fraction(1, 18)} and {cell[0] for cell in found} == {"anchor"}


def test_cells_of_a_stratum_without_a_share_are_left_out() -> None:
    deck = deck_of(CELLS, {"anchor": 0.6, "core": 0.4}, 0.7, CORE, MAIN)
    assert {cell[1] for cell in deck.cells} == {f"a{n}" for n in range(6)} | set(CORE)
    assert set(deck.strata) == {"anchor", "core"}


def test_draws_come_as_often_as_their_shares_say_and_any_part_of_the_list_joins_to_the_whole() -> None:
    deck = deck_of(CELLS, SHARES, 0.7, CORE, MAIN)
    shares = exact(deck)
    drawn = draw_list(deck, 0, 20_000, 11)
    counts = Counter((draw.domain, draw.probe, draw.condition) for draw in drawn)
    expected = [20_000 * float(shares[cell]) for cell in CELLS]
    assert chisquare([counts[cell] for cell in CELLS], expected).pvalue > 1e-4
    assert sum(draw.stratum == "core" for draw in drawn) == pytest.approx(6000, abs=4 * binom.std(20_000, 0.3))
    assert all(draw.share == float(shares[draw.domain, draw.probe, draw.condition]) for draw in drawn[:50])
    assert [*draw_list(deck, 0, 16, 7), *draw_list(deck, 16, 40, 7)] == draw_list(deck, 0, 40, 7)


def test_a_balanced_list_gives_each_cell_its_quota_and_spreads_them() -> None:
    deck = deck_of(CELLS, SHARES, 0.7, CORE, MAIN)
    shares = exact(deck)
    drawn = draw_list(deck, 0, 480, 3, balanced=True, total=480)
    counts = Counter((draw.domain, draw.probe, draw.condition) for draw in drawn)
    assert len(drawn) == 480 and all(abs(counts[cell] - 480 * shares[cell]) < 1 for cell in CELLS)
    halves = [sum(draw.stratum == "anchor" for draw in part) for part in (drawn[:240], drawn[240:])]
    assert abs(halves[0] - halves[1]) <= 12
    parts = [draw_list(deck, first, first + 32, 3, balanced=True, total=480) for first in range(0, 480, 32)]
    assert [draw for part in parts for draw in part] == drawn


def test_without_the_anchor_the_other_strata_keep_their_proportion() -> None:
    assert without_anchor(SHARES) == {"core": 0.6, "broad": 0.4}
    with pytest.raises(DeclarationError, match="the anchor is the only stratum"):
        without_anchor({"anchor": 1.0})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: exact_shares({"anchor": 0.5, "core": 0.3}), r"^strata: the shares sum to 0.8; make them sum to 1$"),
        (lambda: exact_shares({"anchor": 0.0, "core": 1.0}), "anchor has the share 0; give one above 0, or leave"),
        (lambda: exact_shares({"ancor": 1.0}), "unknown stratum `ancor`; did you mean `anchor`"),
        (lambda: deck_of(CELLS, {"core": 0.5, "broad": 0.5}, 0.7), "core has no probe in these domains; leave it out"),
    ],
)
def test_wrong_shares_are_refused_in_one_line(wrong: Callable[[], object], says: str) -> None:
    with pytest.raises(DeclarationError, match=says) as caught:
        wrong()
    assert "\n" not in str(caught.value)


def test_a_suite_states_its_strata(tmp_path: Path) -> None:
    from spillover.plan import load_suite

    file = tmp_path / "mine.yaml"
    start = "id: mine\ntitle: Mine\ndomains: [ethical_reasoning]\nconditions: [plain, json]\n"
    file.write_text(f"{start}strata: {{anchor: .5, broad: .5}}\nplain: .7\n", encoding="utf-8")
    design = load_suite(file).design()
    assert (design.strata, design.plain, design.anchor, design.domains) == (
        {"broad": 1.0},
        0.7,
        None,
        ("ethical_reasoning",),
    )
    assert {draw.stratum for draw in design.listed()} == {"broad"}
    file.write_text(f"{start}plain: .7\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"mine.yaml:5: plain: needs `strata`; add them, or leave it out"):
        load_suite(file)
    file.write_text(f"{start}strata: {{core: .5}}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"mine.yaml:5: strata: the shares sum to 0.5; make them sum to 1"):
        load_suite(file)
