"""The form that a judge supports: found at its first real call, then kept for every answer.

The first answers are judged one at a time, until one was read as declared. Where a judge cannot do what was declared
(no token probabilities, fewer top tokens, a larger least length, no temperature, digits as tokens of their own), it is
asked so that it can; the verdict says so. Once a reply was read, what fails is a counted failure and changes nothing.
"""

import re
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import anyio
from inspect_ai.model import Model

from spillover.common import Cell, integer

from .able import ABLE, Able
from .forms import Asked, Form, ask
from .rubric import Rubric

MOST_CHANGES = 6
"""Tries of one rubric on one answer, each asked otherwise, before a judge is left as it is."""
WHOLE = 4
"""Tokens in which a judge that writes numbers digit by digit shows that it does."""
FIRST = 8
"""Answers that are judged one at a time where none of them proves what the judge can do, as in an outage."""
LONG = 4096
"""Tokens of a judge that reasons before it replies."""
_LEAST = re.compile(r"max\w*tokens\D*.*?(?:minimum|at least|below|>=|greater than or equal to)\D*?(\d+)", re.IGNORECASE)
_TOPS = re.compile(
    r"logprobs.*?(?:<=|at most|maximum|less than or equal to|between 0 and|up to)\D*?(\d+)", re.IGNORECASE
)


@dataclass(slots=True)
class Known:
    """What is known of how a judge can be asked in a declared form.

    Attributes:
        form: The form in which it is asked.
        able: What it can do.
        proved: Whether a reply was read so.
        room: Tokens that the user gives it; None where we choose.
        asked: Answers that it was asked about before that.
        tries: Tries of these, those included that only showed that it cannot be asked so.
        why: Why it is asked otherwise than declared; empty where it is not.
        lock: Held while the first answers are judged.
    """

    form: Form
    able: Able = ABLE
    proved: bool = False
    room: int | None = None
    asked: int = 0
    tries: int = 0
    why: list[str] = field(default_factory=list)
    lock: anyio.Lock = field(default_factory=anyio.Lock)


_known: "WeakKeyDictionary[Model, dict[Form, Known]]" = WeakKeyDictionary()


def known_of(judge: Model, form: Form) -> Known:
    """What is known of a judge in a form; nothing before its first call."""
    return _known.setdefault(judge, {}).setdefault(form, Known(form, room=judge.config.max_tokens))


async def ask_as_able(
    judge: Model, rubric: Rubric, form: Form, prompt: str, cell: Cell, *, samples: int, retries: int
) -> tuple[Asked, Known]:
    """Ask one judge about one dimension of one answer in the form that it can do; see `ask`.

    Returns:
        What came back, and how the judge was asked.
    """
    if hasattr(judge.api, "recording"):
        return await ask(judge, rubric, form, prompt, cell, samples=samples, retries=retries), Known(form)
    known = known_of(judge, form)
    if known.proved:
        return await _ask(judge, rubric, prompt, cell, known, samples, retries), known
    async with known.lock if known.asked < FIRST else nullcontext():
        asked = await _ask_until_able(judge, rubric, prompt, cell, known, samples, retries)
    known.asked += 1
    return asked, known


async def _ask_until_able(
    judge: Model, rubric: Rubric, prompt: str, cell: Cell, known: Known, samples: int, retries: int
) -> Asked:
    """Ask, and ask again where what came back changed how the judge is asked, or another answer has changed it."""
    for _ in range(MOST_CHANGES):
        form, able = known.form, known.able
        known.tries += 1
        asked = await _ask(judge, rubric, prompt, cell, known, samples, retries)
        failed = any(reading.reason is not None for reading in asked.readings.values())
        stale = known.form != form or (failed and known.able != able)
        if not stale and (known.proved or not _changed(known, asked)):
            break
    known.proved = known.proved or _proves(known, asked)
    return asked


async def _ask(
    judge: Model, rubric: Rubric, prompt: str, cell: Cell, known: Known, samples: int, retries: int
) -> Asked:
    return await ask(judge, rubric, known.form, prompt, cell, samples=samples, retries=retries, able=known.able)


def _changed(known: Known, asked: Asked) -> bool:
    """Change how a judge is asked by what came back; False where nothing that came back calls for it."""
    why = next((reading.reason for reading in asked.readings.values() if reading.reason is not None), None)
    able, form = known.able, known.form
    if why is None:
        return _digit_by_digit(known, asked)
    if found := _LEAST.search(why):
        known.able = replace(able, tokens=min(max(int(found[1]), able.tokens), LONG))
    elif found := _TOPS.search(why):
        known.able = replace(able, tops=min(int(found[1]), able.tops))
    elif form == "distribution" and (why in ("no_logprobs", "one_digit_tokens") or "logprobs" in why):
        known.form = "sampled"
    elif why == "judge_out_of_tokens" and known.room is None:
        known.able = replace(able, tokens=LONG)
    elif "temperature" in why and "judge_error" in why:
        known.able = replace(able, temperature=False)
    if (known.able, known.form) == (able, form):
        return False
    known.why.append(why)
    return True


def _digit_by_digit(known: Known, asked: Asked) -> bool:
    """Whether a score from one-digit tokens has to be asked for again: in more tokens, or in words.

    A tokenizer that writes 95 as 9, 5 shows a first token 9. A server that returns few top tokens may hide that.
    """
    if known.form != "distribution" or not _one_digit(asked) or asked.output is None:
        return False
    if asked.output.stop_reason == "stop" and len(asked.output.completion.strip()) == 1:
        return False  # the reply ended there: it is the whole number
    if known.able.tokens < WHOLE:
        known.able = replace(known.able, tokens=WHOLE)
        return True
    text = asked.output.completion.strip()
    digits = re.match(r"\d*", text)
    cut = text.isdigit() and asked.output.stop_reason == "max_tokens"
    if not cut and (digits is None or len(digits[0]) < 2):
        return False
    known.form, known.able = "sampled", replace(known.able, tokens=0)
    known.why.append("one_digit_tokens")
    return True


def _one_digit(asked: Asked) -> bool:
    """Whether a score was read, from tokens of one digit alone."""
    if asked.output is None or all(reading.score is None for reading in asked.readings.values()):
        return False
    return all(len(number) == 1 for number in _numbers(asked))


def _numbers(asked: Asked) -> list[str]:
    logprobs = asked.output.choices[0].logprobs if asked.output is not None and asked.output.choices else None
    tops = (logprobs.content[0].top_logprobs or []) if logprobs is not None and logprobs.content else []
    return [top.token.strip() for top in tops if integer(top.token) is not None]


def _proves(known: Known, asked: Asked) -> bool:
    """Whether a reply shows that the judge can be asked so: it was read, and a number has more than one digit."""
    if any(reading.reason is not None for reading in asked.readings.values()):
        return False
    return known.form != "distribution" or any(len(number) > 1 for number in _numbers(asked))
