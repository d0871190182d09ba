"""YAML whose scalars are texts as they are written: `no`, `010`, `1e3` and `2026-01-01` are what a reader sees."""

from pathlib import Path
from typing import Any

import yaml

KEPT = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
"""What is still read by its form: `null` or `~` for nothing, and `<<` for merging mappings."""


class _Texts(yaml.SafeLoader):
    """Reads a scalar without a tag as text, but for `KEPT`."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own place for it
        first: [(tag, form) for tag, form in resolvers if tag in KEPT]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_texts(path: Path) -> Any:
    """What a YAML file says, all of its scalars as text; raises one of `ODD` where it cannot be read."""
    return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Texts)
