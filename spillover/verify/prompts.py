"""What a judge was asked, held against its rubric: the log keeps every prompt."""

import re
from collections.abc import Iterator
from typing import Any

from spillover.common import is_recording

from .answered import Answered

_PLACE = re.compile(r"\{(conversation|question|answer|boundary|key|here|subject)\}")


def asked_otherwise(sample: Answered, judge: str, notes: dict[str, Any], options: dict[str, Any]) -> Iterator[str]:
    """What in a verdict's own account of how its judge was asked cannot be.

    Args:
        sample: The answer.
        judge: The judge whose account it is.
        notes: The account.
        options: Arguments of the scorer in the header.
    """
    prompts = {call.prompt_sha256: call.prompt for call in sample.calls if call.model == judge}
    if not prompts:
        yield f"names the judge {judge}, of which the log holds no call"
        return
    for rubric in options.get("rubrics") or []:
        dimension = str(rubric.get("dimension"))
        said = notes.get(dimension)
        if not isinstance(said, dict):
            yield f"has no account of how {dimension} was judged"
            continue
        if str(said.get("form")) not in _forms(str(options.get("form")), judge):
            yield f"{dimension} is said to be judged in the form {said.get('form')}, declared is {options.get('form')}"
        prompt = prompts.get(said.get("prompt_sha256"))
        if prompt is None and None not in prompts:
            yield f"names a prompt for {dimension} that {judge} was not asked"
        elif prompt is not None and not _rendered(prompt, rubric, sample):
            yield f"{judge} was asked for {dimension} in other words than its rubric has"


def _forms(declared: str, judge: str) -> set[str]:
    """Forms in which a judge may answer for the declared one; see `spillover.scorers`."""
    return (
        {declared}
        | ({"sampled"} if declared == "distribution" else set())
        | ({"recorded"} if is_recording(judge) else set())
    )


def _rendered(prompt: str, rubric: dict[str, Any], sample: Answered) -> bool:
    """Whether a prompt is the rubric with this answer, and what the model was shown before it, in their places."""
    known = {"answer": sample.answer.encode("utf-8", "replace").decode()}
    if sample.shown is not None:
        known["conversation"] = sample.shown.encode("utf-8", "replace").decode()
    known["here"] = str((rubric.get("sections") or {}).get(str(sample.metadata.get("domain") or ""), ""))
    parts = [""]
    for number, text in enumerate(_PLACE.split(str(rubric.get("prompt") or "{question}"))):
        if number % 2 and text not in known:
            parts.append("")
        else:
            parts[-1] += known[text] if number % 2 else text
    if not prompt.startswith(parts[0]) or not prompt.endswith(parts[-1]):
        return False
    at = 0
    for part in parts:
        at = prompt.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True
