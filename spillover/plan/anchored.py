"""Where the questions of earlier studies are, for a suite or a written plan that asks them."""

from dataclasses import replace

from spillover.common import DeclarationError

from .design import Design
from .suite import ANCHOR, Suite

WITHOUT = "published rates are rates on them, and they find more than ours do; give a folder with --anchor"


def without_anchor_said(suite: Suite) -> str | None:
    """That a suite goes without the questions of earlier studies, and what that costs; None where it has them."""
    if suite.anchor_missing is None:
        return None
    return f"without the questions of earlier studies ({suite.anchor_missing}): {WITHOUT}"


def anchored_suite(suite: Suite, given: str | None) -> Suite:
    """A suite with the folder of the questions of earlier studies, or with why it goes without them.

    Args:
        suite: The suite.
        given: See `spillover.declare.anchor_folder`.

    Raises:
        DeclarationError: Where it has no such questions and a folder is given, or the folder holds none.
    """
    if ANCHOR not in (suite.strata or {}):
        if given is not None:
            raise DeclarationError(f"--anchor: the suite {suite.id} has no stratum `anchor`; leave the option out")
        return suite
    folder, why = _folder(given)
    return replace(suite, anchor=folder, anchor_missing=why)


def anchored_design(design: Design) -> Design:
    """A design as a plan has it, with the folder of the questions of earlier studies, where it asks any.

    Raises:
        DeclarationError: Where they are not on this machine.
    """
    if design.anchor is None:
        return design
    folder, why = _folder(None)
    if folder is None:
        from spillover.declare import VARIABLE

        raise DeclarationError(f"the questions of earlier studies are not here ({why}); give {VARIABLE}=FOLDER")
    return replace(design, anchor=folder)


def _folder(given: str | None) -> tuple[str | None, str | None]:
    from spillover.declare import anchor_folder, load

    folder, why = anchor_folder(load(ANCHOR).probes["anchor"], given)
    return (None if folder is None else str(folder)), why
