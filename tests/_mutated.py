"""Plain data with one thing changed: for tests of what a reader accepts and refuses."""

from collections.abc import Iterator
from typing import Any

OTHER: tuple[Any, ...] = (None, True, False, 0, -1, 2, 0.5, 480.0, "", "x", "x" * 5001, "0" * 64, [], {}, [1], {"a": 1})
"""Values of every type of JSON, at and beyond the usual limits."""


def mutated(data: Any, others: tuple[Any, ...] = OTHER) -> Iterator[Any]:
    """The data with each field dropped, each value replaced, an unknown field added, each list repeated."""
    if isinstance(data, dict):
        yield {**data, "unknown field": 1}
        for key, value in data.items():
            yield {one: other for one, other in data.items() if one != key}
            yield from ({**data, key: changed} for changed in mutated(value, others))
    elif isinstance(data, list) and data:
        yield data[1:]
        yield data + data
        yield data * (100 // len(data) + 1)
        yield from ([changed, *data[1:]] for changed in mutated(data[0], others))
    yield from (other for other in others)
