"""Which logs and samples count."""

import pandas as pd
import pytest

from spillover.common import LogError
from spillover.logs.header import Header
from spillover.logs.stands import Account, attempt_of, in_words, refuse_twice, refuse_unfinished, standing

from .test_header import SPEC, header


def attempt(run: str, day: int, task_id: str = "t", model: str = "m") -> Header:
    spec = {**SPEC, "eval_id": run, "task_id": task_id, "created": f"2031-01-{day:02}T00:00:00+00:00", "model": model}
    return Header({**header(), "eval": spec})


def stands(**headers: Header) -> tuple[tuple[str, ...], dict[str, str]]:
    found = standing((name, attempt_of(one)) for name, one in headers.items())
    return found.files, found.superseded


def test_of_a_run_and_its_retries_the_newest_counts_in_any_order() -> None:
    first, second, third = (attempt(f"e{day}", day) for day in (1, 2, 3))
    assert stands(a=first, b=third, c=second) == (("b",), {"a": "b", "c": "b"})
    assert stands(b=third, a=first) == (("b",), {"a": "b"})


def test_other_runs_other_models_and_other_arguments_are_no_retries() -> None:
    other = Header({**header(), "eval": {**attempt("e4", 4).spec, "task_args": {"first": 32}}})
    given = {"a": attempt("e1", 1), "b": attempt("e2", 2, "u"), "c": attempt("e3", 3, "t", "n"), "d": other}
    assert stands(**given) == (("a", "b", "c", "d"), {})


def account(status: str = "success", held: int = 12, invalidated: int = 0) -> Account:
    return Account("x.eval", "m", "t", status, 12, held, 0, invalidated, ())


@pytest.mark.parametrize(
    "one", [account("started", 7), account("cancelled"), account("success", 11), account("error", 1)]
)
def test_what_is_not_finished_is_refused_with_the_way_out(one: Account) -> None:
    with pytest.raises(LogError, match=r"x\.eval: status .*inspect eval-retry"):
        refuse_unfinished([account(), one])


def test_what_is_finished_is_not_refused() -> None:
    refuse_unfinished([account(), account("error"), account(invalidated=3)])


def test_what_was_planned_is_always_said_and_what_is_odd_by_log() -> None:
    assert in_words([account(), account()]) == [
        "2 logs (status: 2 success): 24 of 24 planned answers finished, 0 missing"
    ]
    assert in_words([account("cancelled", 7, 2)], {"old.eval": "x.eval"}) == [
        "1 log (status: 1 cancelled): 7 of 12 planned answers finished, 5 missing",
        "x.eval: status cancelled, 7 of 12 planned answers finished, 5 missing, 2 marked as invalid and not counted",
        "old.eval: left out, x.eval is a newer attempt at the same run",
    ]


def table(**other: object) -> pd.DataFrame:
    one = {
        "log": "a.eval", "model": "m", "task": "t", "split": "public", "language": "en", "condition": "plain",
        "probe": "p", "epoch": 1, "material_sha256": "0", "decoding": "{}", "solver": "ask", "judge": "j",
        "form": "graded",
    }  # fmt: skip
    return pd.DataFrame([one, {**one, "log": "b.eval", **other}])


def test_an_answer_that_stands_twice_is_refused() -> None:
    for pooled in (False, True):
        with pytest.raises(LogError, match=r"1 answer of m occurs in a\.eval and again in b\.eval \(first: p"):
            refuse_twice(table(), pooled)
    with pytest.raises(LogError, match=r"occurs twice in a\.eval"):
        refuse_twice(table(log="a.eval"))


@pytest.mark.parametrize("other", [{"judge": "k"}, {"decoding": '{"temperature": 0}'}, {"form": "sampled"}])
def test_logs_that_were_judged_or_asked_otherwise_are_two_arms_unless_they_are_pooled(other: dict[str, str]) -> None:
    refuse_twice(table(**other))
    with pytest.raises(LogError, match="leave out one of the logs"):
        refuse_twice(table(**other), pooled=True)


@pytest.mark.parametrize("other", [{"epoch": 2}, {"probe": "q"}, {"model": "n"}, {"condition": "json"}])
def test_other_cells_do_not_stand_twice(other: dict[str, object]) -> None:
    refuse_twice(table(**other), pooled=True)
