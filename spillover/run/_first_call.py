"""The first call: one tiny question to every model and judge, so that one that is away is told before all else."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from spillover.common.interrupt import watched
from spillover.errors import OutageError

from ._design import OWN, Model

QUESTION = "Reply with the word yes."
MOST_TOKENS = 16
SECONDS = 30
"""Until a try counts as unanswered; there is one more."""
PLAYED = ("replay", "mockllm", "none")
"""Providers behind which there is no model."""
BUSY = 429


def first_calls(models: Sequence[Model], say: Callable[[str], None] = lambda _: None) -> None:
    """Ask every model that lies behind a server one tiny question; what it replies does not matter.

    Args:
        models: Models and judges; one that stands there twice is asked once.
        say: Takes one line of progress.

    Raises:
        OutageError: Where one gives no reply.
    """
    asked = [model for at, model in enumerate(models) if is_live(model) and model not in models[:at]]
    if not asked:
        return
    say(f"first call: one tiny question to each of {len(asked)} models and judges")
    with watched():
        found = asyncio.run(_all(asked))
    said: dict[str, list[str]] = {}
    for model, why in zip(asked, found, strict=True):
        if why is not None:
            said.setdefault(why, []).append(model.name)
    if said:
        away = "; ".join(f"{', '.join(dict.fromkeys(names))} {why}" for why, names in said.items())
        raise OutageError(f"no reply to a first tiny call: {away} (--no-first-call leaves this call out)")


def is_live(model: Model) -> bool:
    """Whether a model lies behind a server; one of the user's own machine would be loaded twice."""
    provider = model.name.partition("/")[0]
    return provider not in PLAYED and (provider not in OWN or model.base_url is not None)


async def _all(models: Sequence[Model]) -> list[str | None]:
    return list(await asyncio.gather(*(_one(model) for model in models)))


async def _one(model: Model) -> str | None:
    """Where a model is, why it gave no reply, and what to do; None where it did."""
    from inspect_ai.model import GenerateConfig

    config = GenerateConfig(max_tokens=MOST_TOKENS, attempt_timeout=SECONDS, max_retries=1)
    async with model.load(max_retries=1) as found:
        try:
            await found.generate(QUESTION, config=config)
        except Exception as error:
            why = _why(error)
            return None if why is None else f"at {_address(found)}: {why}"
    return None


def _address(model: Any) -> str:
    from spillover.verdicts._secrets import without_password

    url = getattr(model.api, "base_url", None) or getattr(getattr(model.api, "client", None), "base_url", None)
    return without_password(str(url)) if url else "its provider's own address"


def _why(error: BaseException) -> str | None:
    """What is said of a call that failed, with the fix; None where a longer run may well succeed."""
    from spillover.verdicts._secrets import without_password

    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    error = next((one for one in reversed(chain) if _status(one) is not None), chain[-1])
    status = _status(error)
    said = without_password(" ".join(str(error).split()))
    if status == BUSY and getattr(error, "code", None) != "insufficient_quota":
        return None
    if status == 400 and "token" in said:  # a reasoning model that may not finish in so few
        return None
    if "Timeout" in type(error).__name__:
        return f"nothing came within {SECONDS} s; wait until it answers, or mend the address"
    if status in (401, 403):  # what it says may repeat the key
        return f"the key is refused ({status}); give one that it takes, in the environment"
    return f"{type(error).__name__}: {said[:200].rstrip('. ')}; {_fix(status)}"


def _status(error: BaseException) -> int | None:
    found = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) else None


def _fix(status: int | None) -> str:
    if status is None:
        return "start the server, or mend the address"
    if status >= 500:
        return "wait until the server is well"
    return "mend the model's name, its arguments or the address"
