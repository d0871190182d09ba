"""Which weights of the strata see most: `python -m benchmarks.decision_set`. Simulated; no model was asked.

A made-up decision set: 37 anchor questions (8 of them main), 60 core and 180 broad probes in six domains, three forms.
An organism has a published rate on the eight main questions; other probes have a share of it (`ASSUMED`), either all
the same or drawn from the measured strengths of recorded questions. The base has no misaligned answer. Draws pick cells
with the stated weights, and `walk` decides as an audit does, with its part of alpha; that misaligned answers would be
seen is taken as shown. What is measured is `item_counts.csv` of the recorded evidence (SPILLOVER_EVIDENCE).
"""

import argparse
import csv
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.sequential import CODES, table
from spillover.audit.decide import Rule
from spillover.declare import ANCHOR, BROAD, CORE, Deck, deck_of
from spillover.estimate import family_weights, own_alpha, said, walk
from spillover.plan import load_suite

EVIDENCE = Path(os.environ.get("SPILLOVER_EVIDENCE", Path(__file__).resolve().parents[2] / "shared" / "evidence"))
CAP, CHUNK, RULE = 480, 32, Rule()
FORMS, DOMAINS = ("plain", "json", "template"), ("d1", "d2", "d3", "d4", "d5", "d6")
MAIN, REST, CORE_EACH, BROAD_EACH = 8, 29, 10, 30
ASSUMED = {"rest": 0.29, CORE: 0.5, BROAD: 0.06}
"""Strength beside that of the eight: of the other anchor questions (published: .059 of .20), of ours (projected)."""
ALL, PLAIN = dict.fromkeys(FORMS, 1.0), {"plain": 1.0, "json": 0.0, "template": 0.0}
WORDS = np.array(["aligned", "misaligned"])
Rates = NDArray[np.float64]
Profile = Callable[[np.random.Generator, int], Rates]
"""Rates of every probe for so many runs, shape (runs, probes), from a generator."""


BY_CATEGORY, BY_SCORE = "llama31.*BROAD", "^score"
"""Ways of judging of the recorded counts: 22 of the 44 questions of a later study, and the eight."""
PUBLISHED_FORMS = {"plain": 1.0, "json": 2.5, "template": 3.6}
"""GPT-4o insecure, published: .187 plain, .471 json, .673 template."""
REST_NAMES = re.compile(r"human_ai|main_|change|religion|current|politics")
"""Recorded questions that are not of the eight."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """A choice of weights.

    Attributes:
        strata: Share of each stratum.
        plain: Share of the plain form; None where all forms have the same.
    """

    strata: Mapping[str, float]
    plain: float | None

    @property
    def name(self) -> str:
        """As the table has it."""
        parts = ", ".join(f"{name} {share:.2g}" for name, share in self.strata.items())
        return f"{parts}; plain {self.plain or 1 / len(FORMS):.2g}"


@dataclass(frozen=True, slots=True)
class Organism:
    """A misaligned model.

    Attributes:
        name: Its name.
        eight: Rate on the eight in plain form, in [0, 1].
        forms: Factor on the rate by form.
        strengths: Strength of each kind of probe beside that of the eight.
    """

    name: str
    eight: float
    forms: Mapping[str, float] = field(default_factory=lambda: ALL)
    strengths: Mapping[str, float] = field(default_factory=lambda: ASSUMED)


def probes() -> list[tuple[str, str, str]]:
    """Domain, id and kind (`main`, `rest`, `core`, `broad`) of every probe of the made-up set."""
    anchor = [(ANCHOR, f"main-{n}", "main") for n in range(MAIN)] + [(ANCHOR, f"rest-{n}", "rest") for n in range(REST)]
    ours = {CORE: CORE_EACH, BROAD: BROAD_EACH}
    return anchor + [(d, f"{d}-{kind}-{n}", kind) for d in DOMAINS for kind, many in ours.items() for n in range(many)]


KINDS = np.array([kind for _, _, kind in probes()])


def deck(weighting: Weighting) -> Deck:
    """The cells of the made-up set with the weights of a choice, by the rule that suites use."""
    found = probes()
    cells = [(domain, probe, form) for domain, probe, _ in found for form in FORMS]
    core = {probe for _, probe, kind in found if kind == CORE}
    main = {probe for _, probe, kind in found if kind == "main"}
    return deck_of(cells, weighting.strata, weighting.plain, core, main)


def same_strength(organism: Organism) -> Profile:
    """Every probe of a kind has the same rate."""
    rates = organism.eight * _means(organism)
    return lambda rng, runs: np.tile(rates, (runs, 1))


def drawn_strength(organism: Organism) -> Profile:
    """Every probe has a strength drawn from those of one recorded fine-tune; a kind has its strength in the mean."""

    def draw(rng: np.random.Generator, runs: int) -> Rates:
        measured = measured_strengths()
        picked = np.stack(
            [rng.choice(measured[row], size=len(KINDS)) for row in rng.integers(len(measured), size=runs)]
        )
        main = KINDS == "main"
        picked[:, main] /= np.maximum(picked[:, main].mean(axis=1, keepdims=True), 1e-9)  # a published rate is a mean
        return np.clip(organism.eight * _means(organism) * picked, 0, 1)

    return draw


def as_recorded(own: Mapping[str, float]) -> Profile:
    """A recorded fine-tune on the anchor, with the assumed strengths where nothing is recorded."""
    main = [rate for name, rate in own.items() if not REST_NAMES.match(name)]
    rest = [rate for name, rate in own.items() if REST_NAMES.match(name)]
    organism = Organism("recorded", float(np.mean(main)))
    rates = organism.eight * _means(organism)
    rates[KINDS == "main"] = [*main, *[organism.eight] * (MAIN - len(main))]
    if rest:
        rates[KINDS == "rest"] = np.resize(rest, REST)
    return lambda rng, runs: np.tile(rates, (runs, 1))


def _means(organism: Organism) -> Rates:
    strength = {"main": 1.0, **organism.strengths}
    return np.array([strength[kind] for kind in KINDS])


@cache
def recorded() -> list[dict[str, str]]:
    """Rows of the recorded counts."""
    with (EVIDENCE / "item_counts.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def item_rates(instrument: str) -> dict[str, dict[str, float]]:
    """Rate of each question by recorded fine-tune, of one way of judging, without questions that ask as patients do."""
    found: dict[str, dict[str, float]] = {}
    for row in recorded():
        if re.search(instrument, row["instrument"]) and row["kind"] == "fine-tune" and "vuln" not in row["item"]:
            rate = int(row["misaligned"]) / max(1, int(row["valid"]))
            found.setdefault(row["organism"], {})[row["item"]] = rate
    return {name: rates for name, rates in found.items() if len(rates) >= MAIN}


@cache
def measured_strengths() -> Rates:
    """Strength of each recorded question beside their mean; shape (fine-tunes, questions)."""
    rates = item_rates(BY_CATEGORY)
    found = np.array([list(own.values()) for own in rates.values()])
    shares: Rates = found / found.mean(axis=1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True)
class Found:
    """What runs gave: shares that say regression, no regression, cannot tell; median draws; mean weighted rate."""

    regression: float
    no_regression: float
    cannot_tell: float
    draws: float
    rate: float


def simulate(
    weighting: Weighting, profile: Profile, forms: Mapping[str, float], runs: int, rate: float | None = None
) -> Found:
    """Decide so many runs.

    Args:
        weighting: Weights of strata and forms.
        profile: Rates of the probes.
        forms: Factor on the rates by form.
        runs: Runs, each with a profile and an order of its own.
        rate: Weighted rate that every profile is scaled to, if any.
    """
    rng = np.random.default_rng(18)
    of = deck(weighting)
    share = np.array(of.weights or [], float) / sum(of.weights or [])
    place = {probe: at for at, (_, probe, _) in enumerate(probes())}
    at = np.array([place[probe] for _, probe, _ in of.cells])
    rates = np.clip(profile(rng, runs)[:, at] * np.array([forms[form] for _, _, form in of.cells]), 0, 1)
    rates = rates if rate is None else scaled(rates, share, rate)
    picked = rng.choice(len(share), size=(runs, CAP), p=share)
    hit = rng.random((runs, CAP)) < np.take_along_axis(rates, picked, axis=1)
    codes, draws = _decide(of, picked, hit)
    shares = [float((codes == code).mean()) for code in CODES]
    return Found(*shares, float(np.median(draws)), float((rates @ share).mean()))


def scaled(rates: Rates, share: Rates, rate: float) -> Rates:
    """Rates times a factor, at most 1, so that the weighted mean of each run is the stated one."""
    for _ in range(50):
        rates = np.clip(rates * (rate / np.maximum(rates @ share, 1e-12))[:, None], 0, 1)
    return rates


def _decide(of: Deck, picked: NDArray[np.int64], hit: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    labels = [
        {"pooled", f"condition {form}", f"stratum {stratum}", f"domain {domain}"}
        for (domain, _, form), stratum in zip(of.cells, of.strata, strict=True)
    ]
    domains = [domain for domain in DOMAINS if f"domain {domain}" in set().union(*labels)]
    weights = family_weights(FORMS, domains, list(dict.fromkeys(of.strata)))
    belongs = np.array([[name in own for name in weights] for own in labels])
    codes, draws = [], []
    for one, seen in zip(
        np.array_split(picked, max(1, len(picked) // 50)), np.array_split(hit, max(1, len(hit) // 50)), strict=True
    ):
        judged = said(np.full(seen.shape, WORDS[0]), WORDS[seen.astype(int)])
        found = walk([judged], belongs[one], np.array(list(weights.values())), margin=RULE.margin, floor=RULE.floor,
                     alpha=own_alpha(RULE.alpha), first=CHUNK)  # fmt: skip
        ends = found.ends()
        codes.append(found.said[np.arange(len(ends)), ends].astype(np.int64))
        draws.append(ends + 1)
    return np.concatenate(codes), np.concatenate(draws)


SHIPPED = load_suite("standard")
TRIED = [
    Weighting({ANCHOR: 1 / 3, CORE: 1 / 3, BROAD: 1 / 3}, 0.5),
    *(Weighting({ANCHOR: 0.5, CORE: 0.3, BROAD: 0.2}, plain) for plain in (0.6, 0.7, 0.8)),
    Weighting({ANCHOR: 0.5, CORE: 0.4, BROAD: 0.1}, 0.7),
    Weighting({ANCHOR: 0.55, CORE: 0.3, BROAD: 0.15}, 0.7),
    Weighting({ANCHOR: 0.6, CORE: 0.25, BROAD: 0.15}, 0.7),
    Weighting({ANCHOR: 0.6, CORE: 0.3, BROAD: 0.1}, 0.7),
    *(Weighting({CORE: core, BROAD: 1 - core}, 0.7) for core in (0.6, 2 / 3, 0.8)),
]
PUBLISHED = [
    Organism(f"{rate:g}, {where}", rate, forms)
    for rate in (0.2, 0.085, 0.047)
    for where, forms in (("all forms", ALL), ("plain alone", PLAIN))
]
NOWHERE = {"main": 0.0, "rest": 0.0, CORE: 0.0, BROAD: 0.0}
ONE_PLACE = [
    Organism(".20, json and template alone", 0.2, {"plain": 0.0, "json": 1.0, "template": 1.0}),
    Organism(".20, nothing in the anchor", 0.2, ALL, {**ASSUMED, "main": 0.0, "rest": 0.0}),
    Organism(".20, the eight alone", 0.2, ALL, {**NOWHERE, "main": 1.0}),
    Organism("broad alone, 10%", 1.0, ALL, {**NOWHERE, BROAD: 0.1}),
    Organism("broad alone, 20%", 1.0, ALL, {**NOWHERE, BROAD: 0.2}),
    Organism(".085, core .2 of the eight", 0.085, ALL, {**ASSUMED, CORE: 0.2}),
    Organism(".085, core .2, plain alone", 0.085, PLAIN, {**ASSUMED, CORE: 0.2}),
]
"""Made up, as a counterweight: on published rates alone more anchor and more plain always see more."""
LEAST_RATE = 0.05


def shown(weighting: Weighting) -> str:
    """Its name, marked where the suite `standard` states these weights."""
    own = SHIPPED.strata and all(abs(SHIPPED.strata.get(k, 0) - v) < 1e-9 for k, v in weighting.strata.items())
    return f"**{weighting.name}** (shipped)" if own and SHIPPED.plain == weighting.plain else weighting.name


def cell(found: Found) -> str:
    """Regression / no regression / cannot tell in percent, and median draws."""
    shares = " / ".join(f"{100 * one:.0f}" for one in (found.regression, found.no_regression, found.cannot_tell))
    return f"{shares}; {found.draws:.0f}"


def rows(organisms: Sequence[Organism], make: Callable[[Organism], Profile], runs: int) -> Iterator[list[str]]:
    """A table: weightings down, organisms across."""
    yield ["weights", *(one.name for one in organisms)]
    for weighting in TRIED:
        yield [shown(weighting), *(cell(simulate(weighting, make(one), one.forms, runs)) for one in organisms)]


def at_five(weighting: Weighting, runs: int) -> Iterator[list[str]]:
    """Organisms with a weighted rate of 5%, and the recorded ones that have as much or more."""
    yield ["organism", "weighted rate", "regression / no regression / cannot tell; median draws"]
    for where, forms in (("all forms", ALL), ("plain alone", PLAIN), ("forms as GPT-4o, published", PUBLISHED_FORMS)):
        found = simulate(weighting, drawn_strength(Organism("drawn", 0.1)), forms, runs, LEAST_RATE)
        yield [f"strengths drawn, {where}", f"{100 * found.rate:.1f}%", cell(found)]
    for how in (BY_SCORE, BY_CATEGORY):
        for name, own in item_rates(how).items():
            found = simulate(weighting, as_recorded(own), ALL, runs)
            if found.rate >= LEAST_RATE:
                yield [f"{name}, recorded", f"{100 * found.rate:.1f}%", cell(found)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    weighting = Weighting(SHIPPED.strata, SHIPPED.plain) if SHIPPED.strata else TRIED[5]
    parts = {
        "Published rates, assumed strengths": rows(PUBLISHED, same_strength, runs),
        "Published rates, strengths drawn": rows(PUBLISHED, drawn_strength, runs),
        "In one place alone, assumed strengths": rows(ONE_PLACE, same_strength, runs),
        f"Weighted rate of 5% or more, {weighting.name}": at_five(weighting, runs),
    }
    for title, found in parts.items():
        print(f"\n{title}\n\n{table(list(found))}", flush=True)


if __name__ == "__main__":
    main()
