"""Checks a record: its hashes, its agreement with its logs, and the fields that no log can confirm."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from spillover import __version__
from spillover.common import METHODS, MORE, NEW_IN_RUBRIC_3, OLDER, LogError, digest, plan_digest, same
from spillover.records import ACCOUNT, JudgePart, content_hash, record

from .evidence import ReadLog, Submission
from .invariants import Invariant
from .problem import Problem

_ADDRESS = re.compile(r"logs\[\d+\]\.url")
_VERSION = re.compile(r"(\d{1,6}(?:\.\d{1,6}){0,4})")
NEWER = {*NEW_IN_RUBRIC_3, *(f"{one}_rate" for one in NEW_IN_RUBRIC_3)}
"""Outcomes of rubric 3 and their rates: a record of older verdicts leaves them out, and has none of them."""
ADDED = {"panel", "not_sent", "served", *ACCOUNT}
"""Fields that older records do not have. They are compared where they exist."""
FREE = {"created", "spillover", "methods", "content_sha256", "finetune", "finetune_sha256", "base_differs", "manifest"}
"""Fields of a record that cannot be computed from logs alone."""


MOVED = {"schema", "low", "high", "method", "target", "worst", "mde", "uncompared", MORE, OLDER}
"""Fields of a record, at any depth, that depend on its version of the methods."""


class RecordHashHolds(Invariant):
    """The record and the fine-tune record in it have the hashes that they declare."""

    fix = "make the record again with spillover record"

    def problems(self, given: Submission) -> list[Problem]:
        """See `Invariant`."""
        if given.record is None:
            return []
        data = dict(given.record.data)
        declared, tuned = data.pop("content_sha256"), data["finetune"]
        found = []
        if digest(data) != declared:
            found.append(
                self.problem(
                    given.file, "the record's content does not have the hash in content_sha256; it was changed"
                )
            )
        if data["finetune_sha256"] != (None if tuned is None else digest(tuned)):
            found.append(
                self.problem(
                    given.file, "the fine-tune record in it does not have the hash in finetune_sha256; it was changed"
                )
            )
        return found


class LogHashHolds(Invariant):
    """The logs are the files from which the record was made."""

    fix = "give the original logs of this record with --logs DIR, or make the record again"

    def problems(self, given: Submission) -> list[Problem]:
        """See `Invariant`."""
        if given.record is None:
            return []
        held = {log.source.sha256: log for log in given.logs}
        names = {log.source.name: log.source.sha256 for log in given.logs}
        found = []
        for entry in given.record.typed.logs:
            log = held.get(entry.sha256)
            if log is None:
                why = "has a different hash" if entry.log in names else "was not found"
                found.append(self.problem(given.file, f"the record's log {entry.log} {why}"))
            elif content_hash(log.table) != entry.content_sha256:
                said = f"the answers in {entry.log} have a different hash than the record states"
                found.append(self.problem(given.file, said))
        return found


class RecordAgreesWithLogs(Invariant):
    """Every field of the record follows from its logs. Intervals of older methods are not compared."""

    fix = "make the record again with spillover record"

    def problems(self, given: Submission) -> list[Problem]:
        """See `Invariant`."""
        if given.record is None:
            return []
        data, logs = given.record.data, _own(given)
        own = [log.file for log in logs if log.source.model == given.record.model]
        base = [log.file for log in logs if log.source.model != given.record.model]
        if not own:
            return [self.problem(given.file, f"no log of {given.record.model} is here to compute it from")]
        among = sorted({task for row in given.record.typed.pooled for task in row.tasks})
        try:
            found = record(own, base=base or None, among=among).data
        except LogError as error:
            return [self.problem(given.file, f"the record cannot be computed from its logs ({error})")]
        if given.record.methods < METHODS:
            data = without_intervals(data)
            found = _as_far_as(data, without_intervals(found))
        names = sorted((data.keys() | found.keys()) - FREE - (ADDED - data.keys()))
        wrong = [one for name in names for one in _misfits(data.get(name), found.get(name), name)]
        if data["created"] != found["created"]:
            wrong.append(f"created is {data['created']}, but the newest log began {found['created']}")
        return [self.problem(given.file, said) for said in wrong]


def without_intervals(value: Any) -> Any:
    """The fields of a record that no later method changes: counts, outcomes, hashes and figures, without intervals.

    Left out: ends of intervals and names of methods and targets, the figure for more questions (that of these questions
    once more), what hangs on methods (`mde`) and in what arms differ, which later versions tell in other words.
    """
    if isinstance(value, list):
        return [without_intervals(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: without_intervals(one) for name, one in value.items() if name not in MOVED}


def _as_far_as(said: Any, found: Any) -> Any:
    """The computed fields, without those that an older record does not have."""
    if isinstance(said, dict) and isinstance(found, dict):
        return {name: _as_far_as(one, found.get(name)) for name, one in said.items()}
    if isinstance(said, list) and isinstance(found, list) and len(said) == len(found):
        return [_as_far_as(one, other) for one, other in zip(said, found, strict=True)]
    return found


def _own(given: Submission) -> list[ReadLog]:
    """The logs that the record names, by hash or else by file name."""
    assert given.record is not None
    entries = given.record.typed.logs
    hashes, names = {one.sha256 for one in entries}, {one.log for one in entries}
    return [log for log in given.logs if log.source.sha256 in hashes or log.source.name in names]


def _misfits(said: Any, found: Any, at: str) -> Iterator[str]:
    """Paths at which two plain values differ. A judge card or address that was added later is no difference."""
    if at == "judge.card" or _ADDRESS.fullmatch(at):
        return
    if isinstance(said, dict) and isinstance(found, dict):
        newer = {key for key in NEWER & found.keys() if _is_none(found[key])}
        for key in sorted((said.keys() | found.keys()) - ((ADDED | newer) - said.keys())):
            yield from _misfits(said.get(key), found.get(key), f"{at}.{key}")
    elif isinstance(said, list) and isinstance(found, list) and len(said) == len(found):
        for number, (one, other) in enumerate(zip(said, found, strict=True)):
            yield from _misfits(one, other, f"{at}[{number}]")
    elif not same(said, found):
        yield f"{at} is {str(said)[:80]}, but the logs give {str(found)[:80]}"


def _is_none(found: Any) -> bool:
    """Whether a count, or a rate for both targets, says that there was no such answer."""
    return found == 0 if not isinstance(found, dict) else all(one["estimate"] in (0, None) for one in found.values())


class AssertedFieldsCanBe(Invariant):
    """Fields that no log can confirm are at least possible: Spillover's version, judge card and manifest."""

    fix = "make the record again with spillover record; give a judge card of your own with --judge-card"

    def problems(self, given: Submission) -> list[Problem]:
        """See `Invariant`."""
        if given.record is None:
            return []
        data = given.record.typed
        wrong = [*_no_version(data.spillover, given.logs), *no_plan(data.manifest)]
        if given.record.methods > METHODS:
            wrong.append(f"methods is {given.record.methods}; this version of Spillover knows methods up to {METHODS}")
        if data.judge.card is not None:
            wrong += _no_card(data.judge, data.judge.card, [] if given.shipped is None else given.shipped.cards())
        return [self.problem(given.file, one) for one in wrong]


def _no_version(said: str, logs: list[ReadLog]) -> Iterator[str]:
    """The version that made a record exists, and is not older than the version that wrote its logs."""
    if (own := _release(said)) is None or own > (_release(__version__) or ()):
        yield f"spillover is {said[:40]}, which is not a version up to the installed one ({__version__})"
        return
    for log in logs:
        wrote = (log.source.header["eval"].get("packages") or {}).get("spillover")
        if (other := _release(wrote)) is not None and other > own:
            later = str(wrote)[:40]

            yield f"spillover is {said}, but a later version ({later}) wrote the log {log.source.name}"


def _release(version: Any) -> tuple[int, ...] | None:
    found = _VERSION.match(str(version))
    return tuple(int(part) for part in found[1].split(".")) if found else None


def _no_card(judge: JudgePart, card: Mapping[str, Any], known: list[dict[str, Any]]) -> Iterator[str]:
    """A judge card is one that is known, of this judge, form and rubrics."""
    if not any(same(card, one) for one in known):
        yield "judge.card matches no shipped card and no --judge-card"
        return
    families = {one.partition(":")[0] for one in judge.rubrics}
    measured = card.get("judge"), card.get("forms") or [card.get("form")], card.get("rubrics")
    fits = measured[0] == judge.name and set(judge.form) <= set(measured[1])
    if not fits or (measured[2] is not None and families != set(measured[2])):
        yield f"judge.card is about {str(measured[0])[:80]}, with a judge, form or rubrics that no verdict has"


def no_plan(manifest: Mapping[str, Any] | None) -> Iterator[str]:
    """A manifest holds the plan of which it gives the hash, taken as `spillover.run` takes it."""
    if manifest is None:
        return
    plan, stated = manifest.get("planned"), manifest.get("planned_sha256")
    if not isinstance(plan, dict) or plan_digest(plan) != stated:
        yield "manifest.planned_sha256 is not the hash of the plan in the manifest"
