"""Decoding that a run declares otherwise than its task: a part of the material, so a group of its own on the board."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from spillover.common import DeclarationError

from .declaration import Declaration


def decoded(declared: Declaration, decoding: dict[str, Any] | None) -> Declaration:
    """A declaration with some of its decoding replaced.

    Args:
        declared: The declaration.
        decoding: Fields that differ: `temperature`, `max_tokens`, `top_p`, `reasoning_effort`, `reasoning_tokens`.

    Raises:
        DeclarationError: Where a field is unknown or its value cannot be meant.
    """
    if not decoding:
        return declared
    whole = {**declared.decoding, **decoding}
    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))["properties"]["decoding"]
    for error in Draft202012Validator(schema).iter_errors(whole):
        field = ".".join(["decoding", *(str(part) for part in error.absolute_path)])
        raise DeclarationError(f"{field}: {error.message}; mend it in the suite or option")
    return replace(declared, decoding=whole)
