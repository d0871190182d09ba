from .answers import transcripts
from .beside_base import AnswerPair, answer_pairs
from .capabilities import Capability, Measured, capability
from .leaked import leak_judged
from .other_figures import evidence
from .parts import Beside, Effect, Heat, Population, SecondJudge, Seeds, Statement, Transcript
from .scales import Scale, companion_scales
from .signatures import Signature
from .subject_rates import Leak, leakage

__all__ = [
    "AnswerPair",
    "Beside",
    "Capability",
    "Effect",
    "Heat",
    "Leak",
    "Measured",
    "Population",
    "Scale",
    "SecondJudge",
    "Seeds",
    "Signature",
    "Statement",
    "Transcript",
    "answer_pairs",
    "capability",
    "companion_scales",
    "evidence",
    "leak_judged",
    "leakage",
    "transcripts",
]
