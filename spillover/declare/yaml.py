"""YAML with line numbers: every value can be pointed at, and a key said twice is an error."""

from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from spillover.common import DeclarationError, read_once, trouble

Place = tuple[str | int, ...]

ODD = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What PyYAML raises on what it cannot read: on a value that its tag does not fit, whatever Python does."""
FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C, where PyYAML was built with it; what it refuses is read again by the other, for its words."""
MOST = 100_000
"""Values that a file may say; aliases of aliases make more than memory holds."""


@dataclass(frozen=True, slots=True)
class Source:
    """A loaded YAML file: its data, and where each value stands.

    Attributes:
        path: The file.
        data: What it says, includes overlaid.
        lines: By place in `data`: file and 1-based line.
    """

    path: Path
    data: dict[str, Any]
    lines: dict[Place, tuple[Path, int]] = field(default_factory=dict)

    def at(self, place: Place) -> str:
        """File and line of a place, or of its nearest ancestor."""
        while place and place not in self.lines:
            place = place[:-1]
        path, line = self.lines.get(place, (self.path, 1))
        return f"{path.name}:{line}"


def read_yaml(path: Path, including: tuple[Path, ...] = ()) -> Source:
    """Read a mapping from YAML and overlay it on the file its `include` names.

    Mappings are overlaid key by key; `null` takes a key away; anything else is replaced.

    Raises:
        DeclarationError: Where the file is absent, not a mapping, says a key twice, or includes itself.
    """
    if path in including:
        raise DeclarationError(
            f"{path.name}: includes itself; remove an include from {' -> '.join(p.name for p in including)}"
        )
    if not path.is_file():
        if including:
            named = f"{including[-1].name}: include names {path.name!r}, which"
            raise DeclarationError(f"{named} does not exist in {path.parent.resolve().name}/; correct the name")
        raise DeclarationError(f"{path}: {'is a folder; give a file in it' if path.is_dir() else 'no such file'}")
    source = read_source(path)
    base = source.data.pop("include", None)
    if base is None:
        return source
    if not isinstance(base, str):
        raise DeclarationError(
            f"{source.at(('include',))}: include must be a file name, found {base!r}; write the name of one file"
        )
    under = read_yaml(path.parent / base, (*including, path))
    return Source(path, overlay(under.data, source.data), {**under.lines, **source.lines})


def read_source(path: Path) -> Source:
    """A YAML file as data, with the line of every value; no `include` is followed. The file is parsed once."""
    found = _parsed(path)
    return Source(path, deepcopy(found.data), found.lines)


@read_once
def _parsed(path: Path) -> Source:
    try:
        text = path.read_text(encoding="utf-8")
        try:
            return _loaded(path, text, FAST)
        except ODD:
            return _loaded(path, text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DeclarationError(f"{path.name}:{line}: not valid YAML: {error.problem}; correct this line") from error
    except ODD as error:
        said = "nested too deep" if isinstance(error, RecursionError) else (str(error).splitlines() or [""])[0]
        raise DeclarationError(f"{path.name}: not valid YAML: {said or trouble(error)}; correct the file") from error


def _loaded(path: Path, text: str, kind: Any) -> Source:
    """What a text says: parsed once, for the lines and for the data."""
    lines: dict[Place, tuple[Path, int]] = {}
    loader = kind(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise DeclarationError(f"{path.name}:1: the file is not a list of fields; write each as `name: value`")
        _mark(path, node, (), lines)
        return Source(path, loader.construct_document(node), lines)
    finally:
        loader.dispose()


def _mark(path: Path, node: yaml.Node, place: Place, lines: dict[Place, tuple[Path, int]]) -> None:
    lines.setdefault(place, (path, node.start_mark.line + 1))
    if len(lines) > MOST:
        raise DeclarationError(
            f"{path.name}: the file holds more than {MOST} values; remove some of them, or nested aliases"
        )
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _mark(path, item, (*place, index), lines)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                said = f"line {line}: a key is a list or a mapping"
                raise DeclarationError(
                    f"{path.name}: not valid YAML ({said}); write the key as text, such as name: value"
                )
            if key.value in seen:
                first = seen[key.value]
                raise DeclarationError(
                    f"{path.name}:{line}: {key.value!r} occurs twice, first on line {first}; remove one"
                )
            seen[key.value] = line
            lines[(*place, key.value)] = (path, line)
            _mark(path, value, (*place, key.value), lines)


def overlay(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """A mapping laid over another: values of `over` win, nested mappings are merged."""
    both = dict(under)
    for key, value in over.items():
        old = both.get(key)
        both[key] = overlay(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return {key: value for key, value in both.items() if value is not None}
