"""Arms beside their base: which arms can be compared with it, and by how much their rates differ."""

from spillover.common import LogError
from spillover.estimate import Estimate, difference
from spillover.logs import differences as differences_of

from .summary import Arm


def uncompared(arms: list[Arm], compared: dict[str, Estimate], base: str | None = None) -> dict[str, list[str]]:
    """Arms that are neither the base nor comparable with it, by log, each with what differs from the nearest base."""
    name = base or (arms[0].model if arms else "")
    bases = [arm for arm in arms if is_model(arm, name)]
    left = [arm for arm in arms if arm.log not in compared and not is_model(arm, name)]
    return {arm.log: min((_differing(one, arm) for one in bases), key=len, default=[]) for arm in left}


def base_of(arms: list[Arm], base: str | None = None) -> str | None:
    """The model that the others are compared with: the named one, else the first arm's; None where there is one model.

    Args:
        arms: What `summarise` returned.
        base: Model (or log) that is the base.
    """
    if len({arm.model for arm in arms}) < 2:
        return None
    return next((arm.model for arm in arms if base is None or is_model(arm, base)), None)


def _differing(one: Arm, other: Arm) -> list[str]:
    return [str(found) for found in differences_of(other.made, one.made, "show")]


def is_model(arm: Arm, name: str) -> bool:
    """Whether a name is that of an arm: its model with or without the provider, or its log."""
    return name in (arm.model, arm.model.split("/")[-1], arm.log)


def differences(arms: list[Arm], base: str | None = None) -> dict[str, Estimate]:
    """`misaligned_rate` of each arm less that of the base on the same task, condition, judge and form.

    Args:
        arms: What `summarise` returned.
        base: Model (or log) that is the base; the first arm's where None.

    Returns:
        By log of the other arm.

    Raises:
        LogError: Where no arm is the base.
    """
    if len(arms) < 2 and base is None:
        return {}
    name = base or arms[0].model
    bases = [arm for arm in arms if is_model(arm, name)]
    if not bases:
        raise LogError(
            f"no log of base {name!r}; give --base one of {', '.join(dict.fromkeys(arm.model for arm in arms))}"
        )
    found = {}
    for arm in arms:
        match = [one for one in bases if _comparable(one, arm)]
        if arm not in bases and len(match) == 1:
            found[arm.log] = difference(match[0].estimates["misaligned_rate"], arm.estimates["misaligned_rate"])
    return found


def _comparable(one: Arm, other: Arm) -> bool:
    return not _differing(one, other)
