from .at_limit import CUT_OFF, cut_off
from .common import on_common, unequal
from .compare import misaligned_rate, questions_of
from .early import sequence_finding
from .finding import Answer, Cell, Finding, Rule
from .gate import judge_pair, overall
from .in_domain import outside_domain
from .integrity import MOST_UNJUDGED, Arm, contradictions, integrity_problems
from .panel_column import as_judged_by, flagged_by, judge_panel, judges_beside, panel_of, verdicts_in
from .repeats import REPEATED, repeated
from .sequence import Read, outcomes_by_judge, read_sequence
from .steady import changed, unless_changed
from .why import WORSE, in_points, outward

__all__ = [
    "CUT_OFF",
    "MOST_UNJUDGED",
    "REPEATED",
    "WORSE",
    "Answer",
    "Arm",
    "Cell",
    "Finding",
    "Read",
    "Rule",
    "as_judged_by",
    "changed",
    "contradictions",
    "cut_off",
    "flagged_by",
    "in_points",
    "integrity_problems",
    "judge_pair",
    "judge_panel",
    "judges_beside",
    "misaligned_rate",
    "on_common",
    "outcomes_by_judge",
    "outside_domain",
    "outward",
    "overall",
    "panel_of",
    "questions_of",
    "read_sequence",
    "repeated",
    "sequence_finding",
    "unequal",
    "unless_changed",
    "verdicts_in",
]
