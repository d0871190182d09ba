"""Compares the prompts in a log, which keeps them all, with the rubric of their judge."""

import re
from collections.abc import Iterator
from typing import Any

from spillover.common import is_recording

from .answered import Answered

_PLACE = re.compile(r"\{(conversation|question|answer|boundary|key|here|subject)\}")


def asked_otherwise(sample: Answered, judge: str, notes: dict[str, Any], options: dict[str, Any]) -> Iterator[str]:
    """Contradictions between a verdict's notes on its judge and the prompts in the log, each as a sentence.

    Args:
        sample: The answer.
        judge: The judge that the notes are about.
        notes: The verdict's notes.
        options: Arguments of the scorer in the header.
    """
    prompts = {call.prompt_sha256: call.prompt for call in sample.calls if call.model == judge}
    if not prompts:
        yield f"the verdict names the judge {judge}, but the log holds no call of it"
        return
    for rubric in options.get("rubrics") or []:
        dimension = str(rubric.get("dimension"))
        said = notes.get(dimension)
        if not isinstance(said, dict):
            yield f"the verdict does not state how {dimension} was judged"
            continue
        if str(said.get("form")) not in _forms(str(options.get("form")), judge):
            form = options.get("form")
            yield f"the verdict states the judge form {said.get('form')} for {dimension}, but the header has {form}"
        prompt = prompts.get(said.get("prompt_sha256"))
        if prompt is None and None not in prompts:
            yield f"the verdict names a prompt for {dimension} that {judge} did not receive"
        elif prompt is not None and not _rendered(prompt, rubric, sample):
            yield f"the prompt to {judge} for {dimension} differs from its rubric"


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
