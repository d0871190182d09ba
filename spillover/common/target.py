"""What an interval is for: the names of the targets, and the version of the methods that make intervals.

Every other place that names a target uses these constants, or repeats them as text (schemas, pages, documents).
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

Target = Literal["these questions", "more questions from these domains", "models like these"]
"""What is estimated: the fixed list that was asked (NIST AI 800-3 "benchmark"); more questions from the same, fixed
domains ("generalized"); or other fine-tunes made by the same recipe, asked these questions (`over_seeds` alone)."""
THESE: Final = "these questions"
MORE: Final = "more questions from these domains"
MODELS: Final = "models like these"
OLDER: Final = "questions like these"
"""Name of `MORE` in what methods 1 wrote. It promised more: new domains with effects of their own are not covered."""
METHODS: Final = 2
"""Version of the methods behind every interval. It grows when an interval of the same counts changes.

1: up to 59be585; records do not name it. 2: no drawn answers, exact intervals inside those over questions, worst-case
ends for unjudged answers."""


def more_of(both: Mapping[str, Any]) -> Any:
    """The figure for more questions from these domains, out of figures by target; None where there is none.

    Args:
        both: Figures by target, as a record of any version names them.
    """
    return both.get(MORE, both.get(OLDER))


def methods_of(record: Mapping[str, Any]) -> int:
    """Version of the methods behind the intervals of a record, as plain data; 1 where it names none."""
    return int(record.get("methods", 1))
