"""What served the answers of logs, read from their headers and from the events of every sample."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spillover.common import Role, Served, host_of, merged, plain_args

from .source import LogSource

JUDGE_ROLES = ("grader", "screen")
Place = tuple[str, dict[str, Any]]
"""Host and arguments of a model."""
Returned = dict[str, set[str]]
"""Names that came back with answers, by judge; those of the model under test under an empty name."""
Told = tuple[LogSource, Returned]
"""A log, and the names that came back in it."""


def served_of(own: Sequence[Told], under: Sequence[Told] = ()) -> list[Served]:
    """What served the answers and verdicts of logs.

    Args:
        own: Logs of the model under test, each with the names that came back.
        under: The same of its base.
    """
    arms: list[tuple[Role, Sequence[Told]]] = [("model", own), ("base", under)]
    return merged(one for role, logs in arms for log in logs for one in _of_log(*log, role))


def _of_log(source: LogSource, names: Returned, role: Role) -> Iterator[Served]:
    spec, returned = source.header["eval"], dict(names)
    model = _place(spec.get("model_base_url"), spec.get("model_args"))
    yield Served(role, source.model, model[0], tuple(sorted(returned.pop("", ()))), model[1])
    places = dict(_judges(spec))
    for name in sorted(places.keys() | returned.keys()):
        host, args = places.get(name) or _place(None, None)
        yield Served("judge", name, host, tuple(sorted(returned.get(name, ()))), args)


def _place(address: Any, args: Any) -> Place:
    given = args if isinstance(args, Mapping) else {}
    return host_of(address or given.get("base_url")), plain_args(given)


def _judges(spec: Mapping[str, Any]) -> Iterator[tuple[str, Place]]:
    roles = spec.get("model_roles")
    for role, held in roles.items() if isinstance(roles, Mapping) else ():
        for one in held if isinstance(held, list) else [held]:
            if role in JUDGE_ROLES and isinstance(one, Mapping):
                yield str(one.get("model")), _place(one.get("base_url"), one.get("args"))


def add_returned(found: Returned, sample: Mapping[str, Any], model: str) -> None:
    """Add the names that came back with one sample's answer and verdicts.

    Args:
        found: Names by judge; those of the model under test under an empty name.
        sample: A whole sample.
        model: The model under test.
    """
    if not sample.get("error"):
        found.setdefault("", set()).update(_named(sample.get("output")))
    for event in sample.get("events") or []:
        if is_judges(event, model):
            found.setdefault(str(event.get("model")), set()).update(_named(event.get("output")))


def is_judges(event: Mapping[str, Any], model: str) -> bool:
    """Whether an event is a judge's call; a task's default judge has no role.

    Args:
        event: An event of a sample.
        model: The model under test.
    """
    role = event.get("role")
    return role in JUDGE_ROLES or (role is None and event.get("event") == "model" and event.get("model") != model)


def _named(output: Any) -> Iterator[str]:
    if isinstance(output, Mapping) and output.get("choices") and output.get("model"):
        yield str(output["model"])
