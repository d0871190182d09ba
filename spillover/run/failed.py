"""Failures in a chunk: answers that never came, and verdicts of a judge that could not be reached."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from spillover.common import OutageError, Said, advice, counted, said_in_log
from spillover.logs import SHOWN, words

MOST_FAILED = 0.1
"""Share of answers without a verdict, after all retries, from which a chunk counts as an outage and the run stops."""
_GIVEN_UP = re.compile(r"RetryError\(.*raised (\w+)>")
"""What a call says that failed at every try."""


def file_of(log: Any) -> Path:
    """The file of a log, from its header."""
    return Path(unquote(log.location.removeprefix("file://")))


def check_failed(logged: Sequence[Any], unheard: Sequence[Sequence[Any]], where: Path) -> None:
    """Stop where more failed than can be put up with, in one arm or in all together.

    Args:
        logged: Headers of the logs, one for each arm.
        unheard: For each of them the samples whose judge could not be reached.
        where: Their folder.

    Raises:
        OutageError: Where too much failed; what there is stays, and the same call asks or judges the rest.
    """
    asked = [log.eval.dataset.samples or 0 for log in logged]
    failed = [unanswered(log) for log in logged]
    away = [len(one) for one in unheard]
    if _too_many(failed, asked) and (refused := refusal(logged)) is not None:
        fix = advice(refused.words) or "correct the model's name, its arguments or the address"
        raise OutageError(
            f"{where}: {sum(failed)} of {sum(asked)} answers were refused: {refused}; {fix}. Refused requests are not "
            "repeated. If you change the questions or options, use a new --out"
        )
    if _too_many(failed, asked):
        raise OutageError(
            f"{where}: {sum(failed)} of {counted(sum(asked), 'answer')} failed ({_first_error(logged)}); nothing "
            "is lost: run the "
            "same command again to resume"
        )
    if _too_many([one + other for one, other in zip(failed, away, strict=True)], asked):
        raise OutageError(
            f"{where}: a judge failed on {sum(away)} of {counted(sum(asked), 'answer')} ({_words(unheard)}). The "
            "answers are kept: run the same command again to judge them without asking the models"
        )


def _too_many(failed: Sequence[int], asked: Sequence[int]) -> bool:
    """One failure alone is never an outage of an arm: a tenth of a small chunk is less than one answer."""
    one = any(bad > max(1, MOST_FAILED * n) for bad, n in zip(failed, asked, strict=True))
    return one or sum(failed) > MOST_FAILED * sum(asked)


def unanswered(log: Any) -> int:
    """Samples of a log that have no answer or were never judged."""
    planned = log.eval.dataset.samples or 0
    done = log.results.completed_samples if log.results is not None else 0
    return int(planned - done)


def _words(unheard: Sequence[Sequence[Any]]) -> str:
    from spillover.common import without_password

    return without_password(words(sample for samples in unheard for sample in samples))


def _sample_errors(file: str) -> list[str | None]:
    """Errors of a log's samples; none where it was never written, as on a full disk."""
    from inspect_ai.log import read_eval_log_sample_summaries

    try:
        return [one.error for one in read_eval_log_sample_summaries(file)]
    except Exception:
        return []


def refusal(logged: Sequence[Any]) -> Said | None:
    """What the provider said where every failure is a 4xx that lasts; None where trying again may help."""
    errors = [error for log in logged if unanswered(log) for error in _sample_errors(log.location) if error]
    found = [said_in_log(error) for error in errors]
    return found[0] if found and all(one is not None and one.lasting for one in found) else None


def _first_error(logged: Sequence[Any]) -> str:
    whole = [log.error.message for log in logged if log.error is not None]
    single = (error for log in logged for error in _sample_errors(log.location))
    said = next((str(one) for one in (*whole, *single) if one), "no reason given")
    given_up = _GIVEN_UP.search(said)
    if given_up:
        return f"{given_up[1]} at every try"
    return str(said_in_log(said) or " ".join(said.split())[:SHOWN])
