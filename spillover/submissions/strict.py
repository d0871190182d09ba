"""Reads JSON and YAML from strangers strictly: only one possible meaning, few levels, no tricks of the format."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from spillover.common import DEEPEST, LogError, SpilloverError, in_file, shaped, strict_json, trouble

if TYPE_CHECKING:
    from spillover.common import Shape

S = TypeVar("S", bound="Shape")
SMALL = 2**16
"""Most bytes of a finetune.yaml, a submission.json or a status.json."""


def sent_json(data: bytes, where: str, numbers: bool = True) -> Any:
    """Parse JSON that can be read in one way only.

    Args:
        data: UTF-8 without a byte order mark.
        where: What messages call it.
        numbers: Whether NaN, infinity, 1e400 and whole numbers of more than 18 digits are refused.

    Raises:
        LogError: Where it is not JSON, has a key twice, or is nested too deep.
    """
    try:
        return strict_json(data, numbers=numbers)
    except ValueError as error:
        why = " ".join(str(error).split())[:160]
        raise LogError(f"{where}: not valid JSON ({why}); write plain JSON in UTF-8") from error


def read_shape(file: Path, shape: type[S]) -> tuple[S, Any]:
    """Read a small JSON file of a submission: typed, and as plain data.

    Raises:
        LogError: Where it is absent, large, not JSON, or does not fit the shape.
    """
    found = sent_json(small_bytes(file), file.name)
    return shaped(shape, found, in_file(file.name, "make it again with spillover submit")), found


def small_bytes(file: Path) -> bytes:
    """The bytes of a file that must be small.

    Raises:
        LogError: Where it is not there, or large.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(SMALL + 1)
    except OSError as error:
        raise LogError(f"{file.name}: cannot be read ({error.strerror}); see docs/leaderboard.md") from error
    if len(data) > SMALL:
        raise LogError(f"{file.name}: larger than {SMALL // 1024} KB; shorten it")
    return data


def strict_finetune(file: Path) -> dict[str, Any]:
    """A fine-tune record as plain data: YAML without aliases, tags and includes, with the fields of such a record.

    Raises:
        LogError: Where it is anything else.
    """
    import yaml

    from spillover.finetune import read_finetune

    try:
        text = small_bytes(file).decode("utf-8")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += _plain_event(event, file.name)
            if depth > DEEPEST:
                raise LogError(
                    f"{file.name}: nested more than {DEEPEST} levels deep; write the fine-tune record with fewer levels"
                )
        read_finetune(file)
        found: dict[str, Any] = yaml.safe_load(text)
        return json.loads(json.dumps(found, allow_nan=False, default=str))  # type: ignore[no-any-return]
    except SpilloverError as error:
        raise LogError(str(error)) from error
    except (ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        said = trouble(error)
        raise LogError(f"{file.name}: not a fine-tune record ({said}); see examples/finetune.yaml") from error


def _plain_event(event: Any, name: str) -> int:
    """Refuse what a fine-tune record never needs. Returns the change in nesting level of an event."""
    import yaml

    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise LogError(
            f"{name}:{line}: uses a YAML anchor (&name) or alias (*name), which is not allowed "
            "here; write the value itself"
        )
    if getattr(event, "tag", None) is not None:
        raise LogError(f"{name}:{line}: holds the tag {event.tag[:40]}; write a plain value")
    if isinstance(event, yaml.ScalarEvent) and event.value == "include":
        raise LogError(f"{name}:{line}: includes another file; write the record out")
    return isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)


def strings(value: Any) -> Iterator[str]:
    """Every string in plain data, keys too, however deep."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one
