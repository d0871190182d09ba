"""Rates, means, differences and their intervals: pure functions on arrays."""

from spillover.common.target import Target

from ._agreement import cohen_kappa, krippendorff_alpha
from ._binomial import clopper_pearson, effective_n, newcomb, unseen_share, upper_at_zero, wilson
from ._cascade import Cascade, cascade_rate
from ._clusters import design_effect, group, icc
from ._corrected import corrected_rate
from ._estimate import Estimate, WorstCase, estimate_of
from ._exact import benjamini_hochberg, holm, stratified_exact
from ._intervals import difference, independent_difference, mean, rate, worst_of
from ._judge_error import JudgeErrors, prediction_powered_rate
from ._population import (
    LEAST_QUESTIONS,
    SignFlip,
    describes_only,
    population_difference,
    sign_flip,
)
from ._quantities import (
    MEANS,
    RATES,
    Rate,
    estimate_cascade,
    estimate_mean,
    estimate_rate,
    estimate_rate_by_question,
    threshold_curve,
)
from ._seeds import OverSeeds, over_seeds

__all__ = [
    "LEAST_QUESTIONS",
    "MEANS",
    "RATES",
    "Cascade",
    "Estimate",
    "JudgeErrors",
    "OverSeeds",
    "Rate",
    "SignFlip",
    "Target",
    "WorstCase",
    "benjamini_hochberg",
    "cascade_rate",
    "clopper_pearson",
    "cohen_kappa",
    "corrected_rate",
    "describes_only",
    "design_effect",
    "difference",
    "effective_n",
    "estimate_cascade",
    "estimate_mean",
    "estimate_of",
    "estimate_rate",
    "estimate_rate_by_question",
    "group",
    "holm",
    "icc",
    "independent_difference",
    "krippendorff_alpha",
    "mean",
    "newcomb",
    "over_seeds",
    "population_difference",
    "prediction_powered_rate",
    "rate",
    "sign_flip",
    "stratified_exact",
    "threshold_curve",
    "unseen_share",
    "upper_at_zero",
    "wilson",
    "worst_of",
]
