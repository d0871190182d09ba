"""What must hold of logs. Each invariant is a small class: its name states the rule, and `fix` says what to do."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from spillover.common import counted
from spillover.logs import attempt_of, standing
from spillover.records import content_hash

from .evidence import ReadLog, Submission
from .problem import Problem

CELL = ["task", "split", "language", "condition", "probe", "epoch"]
SAME_ANSWERS = 0.9
"""Share of equal answers from which one model's answers count as a copy of another's."""
LEAST_SHARED = 5
"""Least number of shared cells (domain, probe, condition, epoch) for this comparison."""


class Invariant:
    """Something that must hold of a submission."""

    fix = ""

    def problems(self, given: Submission) -> list[Problem]:
        """What is wrong; nothing where it holds."""
        return [self.problem(log.file, said) for log in given.logs for said in self.of_log(log, given)]

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """What is wrong with one log."""
        return iter(())

    def problem(self, file: str, what: str) -> Problem:
        """A problem under this invariant's name."""
        return Problem(type(self).__name__, file, what, self.fix)


class EachProbeAnsweredOncePerEpoch(Invariant):
    """No answer occurs twice in a log or in the logs of one model, and each part's name states the sample it holds.

    An earlier attempt at a run (`inspect eval-retry`) does not count, so the same answers may occur there.
    """

    fix = "give each log once, as its run wrote it"

    def problems(self, given: Submission) -> list[Problem]:
        """See `Invariant`."""
        import pandas as pd

        found = super().problems(given)
        counts = standing((log.source.file, attempt_of(log.source.said)) for log in given.logs).files
        for model in sorted({log.source.model for log in given.logs}):
            own = [log for log in given.logs if log.source.model == model and log.source.file in counts]
            rows = pd.concat([log.table for log in own])
            again = rows[rows.duplicated(CELL)]
            if len(again) and len(own) > 1:
                first = again.iloc[0]
                said = (
                    f"{counted(len(again), f'answer of {model} is', f'answers of {model} are')} in two "
                    f"logs (first: {first['probe']})"
                )
                found.append(self.problem(str(first["log"]), said))
        return found

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        seen = Counter((one.id, one.epoch) for one in log.samples)
        yield from (
            f"{probe}, epoch {epoch}: the log holds {n} samples for it" for (probe, epoch), n in seen.items() if n > 1
        )
        listed = Counter((str(one.get("id")), one.get("epoch")) for one in log.summaries or [])
        yield from (
            f"{probe}, epoch {epoch}: the log holds {n} summaries for it"
            for (probe, epoch), n in listed.items()
            if n > 1
        )
        for one in log.samples:
            if one.part != f"samples/{one.id}_epoch_{one.epoch}.json":
                yield f"the part {one.part} holds a different sample: {one.id}, epoch {one.epoch}"


class JudgeNeverChangedMidRun(Invariant):
    """A log has one judge and form: the judge that was called and that the header names."""

    fix = "have one judge rate all answers (spillover rescore)"

    def problems(self, given: Submission) -> list[Problem]:
        """See `Invariant`."""
        found = super().problems(given)
        own = [log for log in given.logs if given.record is not None and log.source.model == given.record.model]
        judges = sorted({one for log in own for one in _judges(log)})
        if len(judges) > 1 and not found:
            found.append(self.problem(given.file, f"the record's logs have different judges: {' and '.join(judges)}"))
        return found

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        judges = _judges(log)
        if len(judges) > 1:
            yield f"the log's answers have different judges: {' and '.join(judges)}"
        for one in log.samples:
            notes = (one.scores.get(log.score) or {}).get("metadata") or {}
            called = {call.model for call in one.calls}
            named = {str(member).split(" #")[0] for member in _members(notes)}
            if called and notes.get("judge") and not named & called:
                asked = ", ".join(sorted(called))
                own = f"the verdict names the judge {notes['judge']}, but {asked} was asked"
                yield f"{one.id}, epoch {one.epoch}: {own}"
                break
        said = _roles(log)
        if len(judges) == 1 and said and not set(judges[0].replace(" then ", " + ").split(" + ")) & said:
            yield f"the verdicts name the judge {judges[0]}, but the header names {', '.join(sorted(said))}"


def _judges(log: ReadLog) -> list[str]:
    return sorted(set(log.table["judge"].dropna()) - {"check"})


def _members(notes: dict[str, Any]) -> list[str]:
    return str(notes.get("judge")).replace(" then ", " + ").split(" + ")


def _roles(log: ReadLog) -> set[str]:
    bound = log.source.header["eval"].get("model_roles") or {}
    roles = [one for name in ("grader", "screen") if (one := bound.get(name)) is not None]
    flat = [one for role in roles for one in (role if isinstance(role, list) else [role])]
    return {str(one.get("model")) for one in flat if isinstance(one, dict)}


class SettingsNeverChangedMidRun(Invariant):
    """No setting that decides answers was changed while the run was going on."""

    fix = "run the task again with one setting throughout"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        yield from (
            f"a setting was changed during the run: {change}" for change in log.source.said.changes if change.decides
        )


class NoLogSubmittedTwice(Invariant):
    """No file, run or set of answers is given twice under one model."""

    fix = "leave out one of the two logs"

    def problems(self, given: Submission) -> list[Problem]:
        """See `Invariant`."""
        found = []
        hashed = [(log, content_hash(log.table)) for log in given.logs]
        for (one, content), (other, again) in combinations(hashed, 2):
            first, second = one.source, other.source
            alike = first.model == second.model and content == again
            if first.sha256 == second.sha256 or first.run == second.run or alike:
                found.append(self.problem(second.file, f"this log is from the same run as {first.name}"))
        return found


class NoSeedIsACopy(Invariant):
    """No model's answers are another's under a new name.

    Only answers that vary with the question count: two models that give one line to every question are not copies.
    """

    fix = "give the logs of real runs of each model"

    def problems(self, given: Submission) -> list[Problem]:
        """See `Invariant`."""
        said = [(log, _answers(log)) for log in given.logs]
        found = []
        for (one, answers), (other, others) in combinations(said, 2):
            shared = answers.keys() & others.keys()
            equal = sum(answers[cell] == others[cell] for cell in shared)
            if one.source.model != other.source.model and len(shared) >= LEAST_SHARED:
                if equal >= SAME_ANSWERS * len(shared):
                    what = f"{equal} of {len(shared)} answers equal those of {one.source.model} ({one.source.name})"
                    found.append(self.problem(other.file, what))
        return found


def _answers(log: ReadLog) -> dict[tuple[str, str, int], str]:
    """Answers by domain, probe and epoch, without answers that the log gives to more than one question."""
    task, said = log.source.task, [one for one in log.samples if one.answer.strip()]
    asked = {(one.answer, str(one.metadata.get("probe", one.id))) for one in said}
    lines = Counter(answer for answer, _ in asked)
    own = [one for one in said if lines[one.answer] == 1]
    return {(str(one.metadata.get("task", task)), one.id, one.epoch): one.answer for one in own}
