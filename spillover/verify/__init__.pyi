from .folders import manifest_of
from .invariants import LEAST_SHARED, SAME_ANSWERS
from .material_hash import is_part, is_shuffled, rubric_sha256
from .odd import Odd, of_record, of_replies, of_served
from .problem import Problem
from .shipped import Shipped
from .verified import Verified
from .verifier import verify

__all__ = [
    "LEAST_SHARED",
    "SAME_ANSWERS",
    "Odd",
    "Problem",
    "Shipped",
    "Verified",
    "is_part",
    "is_shuffled",
    "manifest_of",
    "of_record",
    "of_replies",
    "of_served",
    "rubric_sha256",
    "verify",
]
