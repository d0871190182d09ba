"""Decoding that a run declares otherwise than its task: a part of the material, so a group of its own on the board."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError, shaped

from .declaration import Declaration

if TYPE_CHECKING:
    from spillover.common import Misfit


def decoded(declared: Declaration, decoding: dict[str, Any] | None) -> Declaration:
    """A declaration with some of its decoding replaced.

    Args:
        declared: The declaration.
        decoding: Fields that differ; see `DecodingFields`.

    Raises:
        DeclarationError: Where a field is unknown or its value cannot be meant.
    """
    from .decoding_shape import DecodingFields

    if not decoding:
        return declared
    whole = {**declared.decoding, **decoding}
    shaped(
        DecodingFields, whole, lambda misfit: DeclarationError(f"{_line(misfit)}; correct it in the suite or option")
    )
    return replace(declared, decoding=whole)


def _line(misfit: "Misfit") -> str:
    place = ".".join(part for part in ("decoding", misfit.dotted) if part)
    return f"{place}: {misfit.words}"
