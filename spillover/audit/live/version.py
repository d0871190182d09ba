"""The version of the rule under which a folder was begun; an audit finishes under the same version."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spillover.common import RunError
from spillover.estimate import RULE
from spillover.run import MANIFEST, read_manifest

FIRST = 1
"""Version of the rule of Spillover 0.1.0, whose plans do not name one."""


def require_this_rule(out: Path) -> None:
    """See that a folder holds no audit of another version of the rule; nothing in it is changed.

    Args:
        out: Folder of the audit; it need not exist.

    Raises:
        RunError: Where the audit there was begun or finished under another version, or its manifest cannot be read.
    """
    if not (out / MANIFEST).is_file():
        return
    manifest = read_manifest(out)
    rule: Any = manifest.planned.get("rule")
    if not isinstance(rule, dict):
        return  # another kind of run; the plan itself tells
    version = rule.get("version", FIRST)
    if version == RULE:
        return
    by = _by(manifest.planned)
    if manifest.finished:
        answer = manifest.done.get("answer", "no answer")
        raise RunError(
            f"{out}: this audit was finished under rule {version} ({answer}) and its report remains valid; "
            f"to audit under rule {RULE}, give a new --out"
        )
    raise RunError(
        f"{out}: this audit was begun under rule {version}; finish it with Spillover {by}, or give a new --out"
    )


def _by(planned: Mapping[str, Any]) -> str:
    """Version of the package that wrote a plan."""
    versions = planned.get("versions")
    return str(versions.get("spillover", "0.1.0")) if isinstance(versions, dict) else "0.1.0"
