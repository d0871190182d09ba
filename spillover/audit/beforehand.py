"""What a live audit does before it asks anything: checks of the request, and the first calls."""

from collections import Counter
from collections.abc import Callable

from spillover.audit.live import Request, check_budget
from spillover.common import RunError
from spillover.judge import load_card
from spillover.plan import Model, calls_before, check_judges, check_priced
from spillover.run import (
    MANIFEST,
    JudgeSeen,
    check_drawn,
    check_named,
    first_calls,
    judge_calls,
    manner_of,
    read_manifest,
    require_run,
)

Say = Callable[[str], None]


def models_of(request: Request) -> tuple[list[Model], list[Model]]:
    """All models that answer, and all judges."""
    arms = [request.base, *request.tuned, *request.positive, *request.negative]
    return arms, [*request.judges, *([request.leak_judge] if request.leak_judge else [])]


def check_request(request: Request) -> None:
    """What can be seen of models and judges without asking."""
    arms, judges = models_of(request)
    check_named(arms, judges)
    check_drawn(request.design, [request.base, *request.tuned])
    if request.cap_cost_usd is not None and request.prices is not None:
        check_priced([request.base, *request.tuned, *request.judges], request.prices)
    for model in (*arms, *judges):
        model.check()
    _check_files(request)


def call_first(request: Request, say: Say) -> tuple[dict[str, JudgeSeen], dict[str, int]]:
    """What the first calls showed of the judges, and how many were made, by model."""
    for line in check_judges(request.judges):
        say(line)
    finished = (request.out / MANIFEST).is_file() and read_manifest(request.out).finished
    if request.options.first_call and not finished:
        before = calls_before(*models_of(request), request.judges)
        first_calls(before, manner_of(request.design), say)
        seen = judge_calls(before.graders, request.design, say)
        made = Counter({judge: one["calls"] - 1 for judge, one in seen.items()})
        made.update({name: calls for _, name, calls in before.calls()})
        return seen, dict(made)
    return {}, {}


def _check_files(request: Request) -> None:
    """What would only be found later, when answers have been paid for."""
    if set("#%?") & set(str(request.out)) or ":/" in str(request.out):  # a path makes `s3://x` into `s3:/x`
        raise RunError(f"{request.out}: Inspect reads # % ? and :// as parts of an address; give a plain folder")
    for folder in request.reuse:
        require_run(folder)
    if request.card is not None and load_card(request.card).judge != request.judges[0].name:
        raise RunError(
            f"{request.card}: is the card of {load_card(request.card).judge}, not of "
            f"{request.judges[0].name}; give the card of that judge"
        )
    check_budget(request.budget)
