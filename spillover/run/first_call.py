"""The first call: one short question to every model and judge, to find those that do not reply.

A model under test is asked as the run asks it: with its decoding, and with a system prompt where any question has one.
A provider that refuses a setting does so here, before anything is bought.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from spillover.common import OutageError, Said, advice, counted, said, shortened, watched
from spillover.plan import Before, Model

from .manner import Manner

QUESTION = "Reply with the word yes."
MOST_TOKENS = 16
"""Tokens of a judge's reply at most."""
SECONDS, LONG = 30, 120
"""Until a try of a judge, or of a model under test, counts as unanswered; there is one more."""
BUSY = 429
TOKENS, FIX_TOKENS = re.compile(r"max\w*tokens", re.IGNORECASE), "correct --max-tokens"
FIX = "correct the model's name, its arguments or the address"


def first_calls(before: Before, manner: Manner | None = None, say: Callable[[str], None] = lambda _: None) -> None:
    """Ask every model that lies behind a server one short question; what it replies does not matter.

    Args:
        before: Who is asked.
        manner: How models under test are asked; in a few tokens, as judges are, where None.
        say: Takes one line of progress.

    Raises:
        OutageError: Where one gives no reply, or its provider refuses to be asked so.
    """
    asked = [*((model, manner) for model in before.models), *((judge, None) for judge in before.judges)]
    if not asked:
        return
    say(f"first call: one short question to {_whom(before)}")
    with watched():
        found = asyncio.run(_all(asked))
    told: dict[str, list[str]] = {}
    for (model, _), why in zip(asked, found, strict=True):
        if why is not None:
            told.setdefault(why, []).append(model.name)
    if told:
        away = "; ".join(f"{', '.join(dict.fromkeys(names))} {why}" for why, names in told.items())
        raise OutageError(f"no reply to the first call: {away} (--no-first-call skips this check)")


def _whom(before: Before) -> str:
    each = [counted(len(own), what) for what, own in (("model", before.models), ("judge", before.judges)) if own]
    return " and ".join(each)


async def _all(asked: list[tuple[Model, Manner | None]]) -> list[str | None]:
    return list(await asyncio.gather(*(_one(model, manner) for model, manner in asked)))


async def _one(model: Model, manner: Manner | None) -> str | None:
    """Where a model is, why it gave no reply, and what to do; None where it did."""
    from inspect_ai.model import GenerateConfig

    from spillover.solvers import messages

    how, seconds = manner or Manner({"max_tokens": MOST_TOKENS}), LONG if manner else SECONDS
    config = GenerateConfig(**{**how.decoding, "attempt_timeout": seconds, "max_retries": 1})
    async with model.load(max_retries=1) as found:
        try:
            await found.generate(messages(how.system, QUESTION, how.system_as_user), config=config)
        except Exception as error:
            why = _why(error, seconds, few=manner is None)
            return None if why is None else f"at {_address(found)}: {why}"
    return None


def _address(model: Any) -> str:
    from spillover.common import without_password

    url = getattr(model.api, "base_url", None) or getattr(getattr(model.api, "client", None), "base_url", None)
    return without_password(str(url)) if url else "its provider's own address"


def _why(error: BaseException, seconds: int, few: bool) -> str | None:
    """What is said of a call that failed, with the fix; None where a longer run may well succeed.

    Args:
        error: What was raised.
        seconds: How long a try was waited for.
        few: Whether only a few tokens were asked for, in which a model that reasons first may not finish.
    """
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    if any(_passes(one) for one in chain):
        return None
    found = said(error)
    if few and found.status == 400 and "token" in found.words:
        return None
    if found.status is None and any("Timeout" in type(one).__name__ for one in chain):
        return f"no reply within {seconds} s; start the server or wait until it is ready, or correct the address"
    return _told(found, shortened(str(chain[-1])))


def _passes(error: BaseException) -> bool:
    """Whether a provider is only busy."""
    return getattr(error, "status_code", None) == BUSY and getattr(error, "code", None) != "insufficient_quota"


def _told(found: Said, plainly: str) -> str:
    """What a provider said, and the fix; what it says of a key may repeat that key."""
    if found.status is None:
        return (
            f"the call failed ({plainly.rstrip('. ') or 'no reason given'}); start the server, or correct the address"
        )
    if found.status in (401, 403):
        return f"the API key is refused ({found.status}); set a valid key in the environment"
    words = found.words.rstrip(". ") or "no reason given"
    if found.status >= 500:
        return f"the server failed ({found.status}: {words}); wait until the server works again"
    fix = advice(found.words) or (FIX_TOKENS if TOKENS.search(found.words) else FIX)
    return f"the provider refused ({found.status}: {words}); {fix}"
