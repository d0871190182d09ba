"""The domain-leak judge: does an answer bring up a subject that it was not asked about? Asked through Inspect.

Its logs are no logs of answers: they carry no material, so that no table of answers takes them in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample

from spillover.common import JudgeError, watched
from spillover.scorers import LEAKED, leak_prompt_sha256, leak_rubric, leaked

from .task import given

BUFFER = 8
"""Replies after which the log is written: what a kill can cost beside what is under way."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One answer to be looked through.

    Attributes:
        id: Name, unique in its set, which says nothing of who answered.
        conversation: What the model saw before it.
        answer: The answer.
        uuid: Sample of the log that holds it.
    """

    id: str
    conversation: str
    answer: str
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the judge said of one answer.

    Attributes:
        leaked: Whether the answer brings the subject up; None where there is no reply that can be read.
        reason: Why there is none.
    """

    leaked: bool | None
    reason: str | None = None


def brings_up(
    judge: Any, passages: Sequence[Passage], subject: str, logs: Path, *, split: str = "public", display: str = "none"
) -> dict[str, Said]:
    """Ask a judge of each answer whether it brings up a subject unasked, in the order given.

    Args:
        judge: Inspect model.
        passages: The answers.
        subject: Name of the subject.
        logs: Folder for the logs; answers that a log there has a reply for are not asked about again, those of a run
            that was cut off too.
        split: What the log says of the probes; logs of held-out ones are never published.
        display: Inspect's display.

    Returns:
        By id of the answer; without those that the judge was kept from, as by a broken sample.

    Raises:
        JudgeError: Where the folder holds replies of another judge or of another subject, or the run fails.
    """
    about = {"judge": str(judge), "subject": subject, "rubric": leak_rubric().label}
    before = _found(passages, about, logs)
    left = [one for one in passages if one.id not in before]
    if not left:
        return before
    with watched():
        (ran,) = inspect_eval(
            _task(left, about, split),
            model="none/none",
            model_roles={"grader": judge},
            log_dir=str(logs),
            display=display,  # type: ignore[arg-type]
            log_realtime=False,
            log_buffer=BUFFER,
            score_display=False,
        )
    if ran.status != "success":
        why = " ".join((ran.error.message if ran.error else ran.status).split())[:200]
        raise JudgeError(f"judge {judge}: {why}; run the same command again to resume")
    return _found(passages, about, logs)


def _task(passages: Sequence[Passage], about: dict[str, str], split: str) -> Task:
    return Task(
        name="leak",
        dataset=MemoryDataset([_sample(one) for one in passages], name="misaligned answers"),
        solver=given(),
        scorer=leaked(leak_rubric().as_dict(), about["subject"]),
        metadata={LEAKED: about, "split": split},
        fail_on_error=False,
    )


def _sample(one: Passage) -> Sample:
    own = {"probe": one.id, "condition": "plain", "answer": one.answer, "sample_uuid": one.uuid}
    return Sample(id=one.id, input=one.conversation, metadata=own)


def _found(passages: Sequence[Passage], about: dict[str, str], logs: Path) -> dict[str, Said]:
    """What the logs of a folder say of these answers: by id, where the judge was shown what it would be now."""
    rubric = leak_rubric()
    asked = {one.id: leak_prompt_sha256(rubric, one.conversation, one.answer, about["subject"]) for one in passages}
    return {
        name: said
        for file in sorted(logs.glob("*.eval"))
        for name, prompt, said in _replies(file, about)
        if asked.get(name) == prompt
    }


def _replies(file: Path, about: dict[str, str]) -> Iterator[tuple[str, str, Said]]:
    """Id, hash of the prompt and reply of each answer in a log; nothing of one that was cut off before it had any."""
    from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries

    try:
        known = (read_eval_log(str(file), header_only=True).eval.metadata or {}).get(LEAKED)
        summaries = read_eval_log_sample_summaries(str(file))
    except Exception:
        return
    if known != about:
        raise JudgeError(
            f"{file}: holds verdicts on another subject or of another judge; move the folder away, and run the same "
            "command again"
        )
    for one in summaries:
        notes = (one.scores[LEAKED].metadata if one.scores and LEAKED in one.scores else None) or {}
        if "prompt_sha256" in notes:
            word = notes.get("label")
            said = Said(None if word is None else word == "YES", notes.get("reason"))
            yield str(one.id), str(notes["prompt_sha256"]), said
