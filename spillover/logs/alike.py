"""What makes two arms comparable: one description of how an arm was made, one rule of what may differ.

Every command that compares arms asks `differences`. A field is compared unless the command's set in `TOLERATES` names
it, so that a field that is added is compared everywhere. Importing this loads the standard library only.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, fields

from .made import Made
from .settings import shown

MOST = 3
"""Values of a field that a message shows."""


FIELDS = tuple(field.name for field in fields(Made))
TOLERATES: dict[str, frozenset[str]] = {
    # How often each question was asked changes how sure a rate is, not what it is. What the dataset's version and the
    # judge protocol decide of a task is in its material, form and rubrics.
    "show": frozenset({"model", "repetitions", "origin", "servers", "arguments", "dataset", "protocol"}),
    "record": frozenset({"model", "repetitions", "origin", "servers", "arguments", "dataset", "protocol", "panel"}),
    # Questions and repetitions are compared answer by answer; what stands in one arm only is counted and reported.
    "audit": frozenset({"model", "questions", "repetitions", "origin", "servers", "arguments"}),
    # Other evaluations: where a model is served does not change which figures are compared.
    "capability": frozenset({"model", "origin", "servers"}),
    # Models of other people under one judge: judges beside the deciding one and the number of answers may differ.
    "board": frozenset({"model", "repetitions", "servers", "arguments", "panel", "protocol"}),
    # A log in the folder of a run is this plan's; it is taken over from another run only if its servers are the same.
    "resume": frozenset({"servers"}),
    "reuse": frozenset(),
}
"""By command, the fields that may differ between two arms."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which two arms differ.

    Attributes:
        field: Its name in `Made`.
        one: What only the first arm says.
        base: What only the second arm says.
    """

    field: str
    one: tuple[str, ...]
    base: tuple[str, ...]

    def __str__(self) -> str:
        """The field, with both values where they are short settings."""
        return apart(self.one, self.base) if self.field == "decoding" else self.field

    @property
    def values(self) -> tuple[str, str]:
        """Both values, each in one line."""
        return _said(self.one), _said(self.base)


def differences(one: Made, base: Made, command: str) -> list[Difference]:
    """What two arms should share and do not, for a command.

    Args:
        one: An arm.
        base: The arm it is compared with.
        command: A key of `TOLERATES`.
    """
    found = []
    for name in FIELDS:
        own, other = getattr(one, name), getattr(base, name)
        if name in TOLERATES[command] or own is None or other is None or set(own) == set(other):
            continue
        found.append(Difference(name, _only(own, other), _only(other, own)))
    return found


def _only(own: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in own if one not in other)


def _said(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - MOST} more" if len(values) > MOST else ""
    return " and ".join(shown(one) for one in values[:MOST]) + more if values else "nothing else"


def apart(texts: Collection[str], others: Collection[str]) -> str:
    """In what two ways of decoding differ, in words: `decoding` alone where either is of several kinds.

    Args:
        texts: Decodings as JSON, of the one; a task's name may stand before each.
        others: The same of the base.
    """
    if len(texts) != 1 or len(others) != 1:
        return "decoding"
    one, base = (json.loads(text[text.index("{") :]) for part in (texts, others) for text in part)
    names = sorted(name for name in one.keys() | base.keys() if one.get(name) != base.get(name))
    said = [f"{name} {shown(one.get(name))}, of the base {shown(base.get(name))}" for name in names]
    return f"decoding ({'; '.join(said)})"
