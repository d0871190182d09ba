from .answers import transcripts
from .beside_base import AnswerPair, answer_pairs
from .capabilities import Capability, Measured, capability
from .leaked import leak_judged
from .other_figures import evidence
from .parts import Beside, Effect, Heat, Population, SecondJudge, Seeds, Statement, Transcript
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
    "SecondJudge",
    "Seeds",
    "Signature",
    "Statement",
    "Transcript",
    "answer_pairs",
    "capability",
    "evidence",
    "leak_judged",
    "leakage",
    "transcripts",
]
