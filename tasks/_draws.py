"""Draws from a seeded list over domains and conditions: what an audit asks; `spillover audit` runs it in parts."""

from typing import Any

from inspect_ai import Task, task

from spillover.declare import build_draws, words


@task
def draws(
    domains: str | list[str] = "emergent",
    conditions: str | list[Any] = "plain",
    first: int = 0,
    last: int = 128,
    seed: int = 0,
    balanced: bool = False,
    turns: bool = False,
    probes: int | None = None,
    judge: str = "distribution",
    panel: str = "first",
    split: str = "public",
    revision: str | None = None,
    own_probes: str | None = None,
    decoding: dict[str, Any] | None = None,
    system_as_user: bool = False,
    anchor: str | None = None,
    strata: dict[str, float] | None = None,
    plain: float | None = None,
    total: int | None = None,
) -> Task:
    """Draws `first` to `last` from the cells (domain, probe, condition) of the named domains or groups."""
    given: dict[str, Any] = dict(locals())
    named, put = words("domains", given.pop("domains")), given.pop("conditions")
    return build_draws(named, put.split(",") if isinstance(put, str) else put, **given)
