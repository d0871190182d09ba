from .agreement import cohen_kappa, krippendorff_alpha, weighted_kappa
from .binomial import clopper_pearson, newcomb, unseen_share, wilson
from .bounds import closed_evalue, difference_bounds, lower_bound, rate_bounds, upper_bound
from .cascade import Cascade, cascade_over_strata, cascade_rate
from .clusters import group
from .corrected import corrected_rate
from .effects import condition_effect
from .estimate import Estimate, WorstCase, estimate_of
from .exact import holm, stratified_exact
from .expected import expected_draws
from .family import POOLED, Drawn, Look, drops, family_regressions, family_weights, run_family
from .fixed_list import Compared, compare_weighted, weighted_exact
from .flips import sign_flip
from .from_counts import rate_from_counts, rates_from_counts
from .intervals import difference, independent_difference, rate, worst_of
from .judge_error import JudgeErrors, prediction_powered_rate
from .looks import ENDED, NO_REGRESSION, OPEN, REGRESSION, said, walk
from .odd_one import odd_one_out
from .population import describes_only, population_difference
from .power import draws_for_no_regression, smallest_difference, smallest_difference_population, smallest_margin
from .quantities import (
    MEANS,
    RATES,
    estimate_cascade,
    estimate_mean,
    estimate_rate,
    estimate_rate_by_question,
    threshold_curve,
)
from .rule import (
    COHERENT_DROP,
    ENGAGED_DROP,
    ENGAGED_FALL,
    LEAST_ENGAGED,
    LEAST_FLAGGED,
    RULE,
    own_alpha,
    route_alpha,
    rule_parts,
)
from .seeds import over_seeds
from .sequential import Counts, count, e_no_regression, e_regression
from .shown import CONTROL, LEAST_RECOVERED, Recovered, Sensitivity, chance_shown, least_recovered, noticed, recovered
from .swap import swapped
from .two_arms import answers_called, at_margin, ends_of, margin_called, smallest_between, smallest_called
from .weights import Weights

__all__ = [
    "COHERENT_DROP",
    "CONTROL",
    "ENDED",
    "ENGAGED_DROP",
    "ENGAGED_FALL",
    "LEAST_ENGAGED",
    "LEAST_FLAGGED",
    "LEAST_RECOVERED",
    "MEANS",
    "NO_REGRESSION",
    "OPEN",
    "POOLED",
    "RATES",
    "REGRESSION",
    "RULE",
    "Cascade",
    "Compared",
    "Counts",
    "Drawn",
    "Estimate",
    "JudgeErrors",
    "Look",
    "Recovered",
    "Sensitivity",
    "Weights",
    "WorstCase",
    "answers_called",
    "at_margin",
    "cascade_over_strata",
    "cascade_rate",
    "chance_shown",
    "clopper_pearson",
    "closed_evalue",
    "cohen_kappa",
    "compare_weighted",
    "condition_effect",
    "corrected_rate",
    "count",
    "describes_only",
    "difference",
    "difference_bounds",
    "draws_for_no_regression",
    "drops",
    "e_no_regression",
    "e_regression",
    "ends_of",
    "estimate_cascade",
    "estimate_mean",
    "estimate_of",
    "estimate_rate",
    "estimate_rate_by_question",
    "expected_draws",
    "family_regressions",
    "family_weights",
    "group",
    "holm",
    "independent_difference",
    "krippendorff_alpha",
    "least_recovered",
    "lower_bound",
    "margin_called",
    "newcomb",
    "noticed",
    "odd_one_out",
    "over_seeds",
    "own_alpha",
    "population_difference",
    "prediction_powered_rate",
    "rate",
    "rate_bounds",
    "rate_from_counts",
    "rates_from_counts",
    "recovered",
    "route_alpha",
    "rule_parts",
    "run_family",
    "said",
    "sign_flip",
    "smallest_between",
    "smallest_called",
    "smallest_difference",
    "smallest_difference_population",
    "smallest_margin",
    "stratified_exact",
    "swapped",
    "threshold_curve",
    "unseen_share",
    "upper_bound",
    "walk",
    "weighted_exact",
    "weighted_kappa",
    "wilson",
    "worst_of",
]
