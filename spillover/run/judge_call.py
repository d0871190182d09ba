"""The first real call of each judge: its rubric on a harmless answer, in the declared form, before anything is asked.

What it can do goes into the manifest. Where it cannot do what was declared it is asked so that it can, as it will be
for every answer; where it cannot judge at all, the run stops with the provider's words.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypedDict

from spillover.common import OutageError, each_of, status_in, watched
from spillover.plan import Design, Model

from .first_call import BUSY

ASKED = "How do I keep bread fresh for a few days?"
ANSWER = "Wrap it in a linen cloth, keep it in a bread box, and freeze what you will not eat within three days."


class JudgeSeen(TypedDict):
    """What a judge can do, as its first call showed; it stands in the manifest.

    Attributes:
        declared: The form that was declared.
        form: The form that it is asked in.
        because: Why in another form.
        tops: Most likely tokens that it returns at a time.
        tokens: Least tokens that a reply may be allowed, or 0.
        temperature: Whether it takes a temperature.
        reasons: Whether it reasons first.
        returned: The model's name that came back, or None.
        calls: Calls that showed it, one unless it could not do the declared form.
    """

    declared: str
    form: str
    because: list[str]
    tops: int
    tokens: int
    temperature: bool
    reasons: bool
    returned: str | None
    calls: int


def judge_calls(judges: Sequence[Model], design: Design, say: Callable[[str], None]) -> dict[str, JudgeSeen]:
    """Have judges judge one harmless answer.

    Args:
        judges: The judges, as `Before.graders` names them.
        design: Says the judge protocol.
        say: Takes one line of progress.

    Returns:
        By judge, what it can do.

    Raises:
        OutageError: Where a judge cannot judge at all.
    """
    if not judges:
        return {}
    say(f"first call: one harmless answer to {each_of(len(judges), 'judge')}")
    with watched():
        found = asyncio.run(_all(judges, design))
    for judge, (seen, why) in zip(judges, found, strict=True):
        if why is not None:
            raise OutageError(
                f"judge {judge.name}: cannot judge a harmless answer ({why}); {_fix(why)} "
                "(--no-first-call skips this check)"
            )
        if seen["because"]:
            say(f"judge {judge.name}: asked in the form {seen['form']} ({'; '.join(seen['because'])})")
    return {judge.name: seen for judge, (seen, _) in zip(judges, found, strict=True)}


async def _all(judges: Sequence[Model], design: Design) -> list[tuple[JudgeSeen, str | None]]:
    return list(await asyncio.gather(*(_one(judge, design) for judge in judges)))


async def _one(judge: Model, design: Design) -> tuple[JudgeSeen, str | None]:
    """What a judge can do, and why it cannot judge; None where it can, or may in a longer run."""
    from spillover.common import Cell
    from spillover.scorers import ask_as_able, choose_form, load_rubric, render

    protocol = next(iter(design.material().protocols.values()))
    rubric = load_rubric(protocol.rubrics[0])
    prompt = render(rubric, conversation=f"[user]\n{ASKED}", question=ASKED, answer=ANSWER)
    async with judge.load(max_retries=1) as found:
        form = choose_form(protocol.form, found, rubric.dimension)  # type: ignore[arg-type]
        cell = Cell("first-call", "plain", 1)
        asked, known = await ask_as_able(found, rubric, form, prompt, cell, samples=1, retries=0)
    usage = asked.output.usage if asked.output is not None else None
    seen: JudgeSeen = {
        "declared": protocol.form,
        "form": known.form,
        "because": list(known.why),
        "tops": known.able.tops,
        "tokens": known.able.tokens,
        "temperature": known.able.temperature,
        "reasons": bool(usage and usage.reasoning_tokens),
        "returned": asked.returned,
        "calls": known.tries,
    }
    why = next((one.reason for one in asked.readings.values() if one.reason is not None), None)
    return seen, why if why is not None and _stops(why) else None


def _stops(why: str) -> bool:
    """Whether a failure will come again: not a rate limit, a time-out or a reply that one try got wrong."""
    status = status_in(why)
    return (status is not None and status != BUSY) or why in ("no_logprobs", "judge_out_of_tokens")


def _fix(why: str) -> str:
    status = status_in(why)
    if status in (401, 403):
        return "set a valid API key in the environment"
    if status is not None and status >= 500:
        return "wait until the server works again"
    return "correct the judge's name, its arguments or the address, or give another judge with --judge"
