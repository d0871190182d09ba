"""Verifies logs, and a record made from them: reads every sample and computes every number again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from spillover.common import METHODS, LogError, counted, file_sha256, trouble
from spillover.logs import found_logs, log_source, made_of_rows, odd_is_told, served_of
from spillover.records import Record, read_record

from .agreeing import WhatStandsTwiceAgrees
from .consistency import (
    EveryFailureIsCounted,
    HeaderAgreesWithSamples,
    ReductionsAgreeWithSamples,
    ScoresFollowFromVerdicts,
    SummariesAgreeWithSamples,
)
from .evidence import ReadLog, Submission, read_whole
from .folders import MANIFEST, groups_in, kind_of, manifest_of, records_in
from .invariants import (
    EachProbeAnsweredOncePerEpoch,
    Invariant,
    JudgeNeverChangedMidRun,
    NoLogSubmittedTwice,
    NoSeedIsACopy,
    SettingsNeverChangedMidRun,
)
from .material_invariants import MaterialHashMatchesVersion, RubricHashMatchesVersion
from .odd import of_record, of_replies, of_served
from .problem import Problem
from .record_invariants import AssertedFieldsCanBe, LogHashHolds, RecordAgreesWithLogs, RecordHashHolds, no_plan
from .replies import is_reread
from .shipped import Shipped
from .verified import Verified

MOST = 20
"""Problems of one invariant in one file that are listed. The rest is only counted."""

OLDER_METHODS = "intervals by older methods, not recomputed"
"""Note on a record by an older version of the methods. Its hashes, counts and outcomes are checked."""

INVARIANTS: tuple[Invariant, ...] = (
    EachProbeAnsweredOncePerEpoch(),
    JudgeNeverChangedMidRun(),
    SettingsNeverChangedMidRun(),
    NoLogSubmittedTwice(),
    NoSeedIsACopy(),
    RubricHashMatchesVersion(),
    MaterialHashMatchesVersion(),
    EveryFailureIsCounted(),
    SummariesAgreeWithSamples(),
    ReductionsAgreeWithSamples(),
    HeaderAgreesWithSamples(),
    ScoresFollowFromVerdicts(),
    WhatStandsTwiceAgrees(),
    RecordHashHolds(),
    LogHashHolds(),
    RecordAgreesWithLogs(),
    AssertedFieldsCanBe(),
)


def verify(
    paths: Sequence[str | Path], logs: Sequence[str | Path] = (), shipped: Shipped | None = None
) -> list[Verified]:
    """Verify logs, records, or both: each record with the logs that it names, all other logs together.

    In the folder of an audit or run, it verifies the plan, and each group of logs by itself: the main answers, every
    control, the domain-leak judge, the trigger search. In a folder with records (as a submission), it verifies each.

    Args:
        paths: Logs (files or folders of them), records (`.json`), and folders of audits, runs, records or submissions.
        logs: Where the logs of records are. Default: beside each record and below its folder.
        shipped: What the installed package knows of its own versions.

    Raises:
        LogError: Where a path does not exist, a file is not a log, or no log of a record is beside it and no other
            place was given.
    """
    found: list[Verified] = []
    others: list[str] = []
    files = [one for one in paths if _is_record(Path(one))]
    plain = [str(one) for one in paths if one not in files]
    for path in files:
        found.append(_one_record(str(path), [*logs] or plain, shipped))
    for one in plain:
        kind = kind_of(Path(one))
        if kind == "run":
            found += _run(Path(one), shipped)
        elif kind == "records":
            beside = [one] if any(Path(one).rglob("*.eval")) else []
            found += [_one_record(str(file), [*logs] or beside, shipped) for file in records_in(Path(one))]
        else:
            others.append(one)
    if others and (logs or not files):
        found.append(_checked(Submission(_read(others), shipped=shipped)))
    return found


def _run(folder: Path, shipped: Shipped | None) -> list[Verified]:
    """An audit or a run: its plan, and its logs group by group."""
    found = []
    manifest = manifest_of(folder)
    if manifest is not None:
        wrong = [f"the manifest {manifest}"] if isinstance(manifest, str) else [*no_plan(manifest)]
        fix = "give the folder as its run wrote it"
        problems = [Problem("PlanHashHolds", str(folder / MANIFEST), said, fix) for said in wrong]
        found.append(Verified(problems, ["PlanHashHolds"], 0, 0, None, what=f"{folder.name}/{MANIFEST}"))
    for group in groups_in(folder):
        logs = _read(group.logs, named=False)
        left = len(group.logs) - len(logs)
        done = _checked(Submission(logs, shipped=shipped))
        notes = (f"{counted(left, 'log')} without verdicts on answers, not checked",) if left else ()
        found.append(replace(done, what=group.what, notes=(*done.notes, *notes)))
    return found


def _is_record(path: Path) -> bool:
    """A JSON file is a record unless it is an Inspect log."""
    if path.suffix != ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        return b'"eval"' not in file.read(4096)


def _one_record(file: str, places: Sequence[str | Path], shipped: Shipped | None) -> Verified:
    try:
        made: Record = read_record(file)
    except LogError as error:
        said = str(error).removeprefix(f"{Path(file)}: ")
        bad = Problem("RecordIsWellFormed", file, said, "make the record again with spillover record")
        return Verified([bad], ["RecordIsWellFormed"], 0, 0, file)
    named = {entry.log for entry in made.typed.logs}
    hashes = {entry.sha256 for entry in made.typed.logs}
    held = [one for place in places or [Path(file).parent] for one in _logs_in(Path(place))]
    wanted = [one for one in dict.fromkeys(held) if Path(one).name in named or file_sha256(one) in hashes]
    if not places and not wanted:
        raise LogError(f"{file}: the record's logs are not beside it; give their folder with --logs DIR")
    return _checked(Submission(_read(wanted), made, file, shipped))


def _logs_in(place: Path) -> list[str]:
    if not place.exists():
        raise LogError(f"{place}: no such file or folder; check the path")
    return found_logs(place) if place.is_file() or any(place.rglob("*.eval")) else []


def _read(paths: Sequence[str], named: bool = True) -> list[ReadLog]:
    files = list(dict.fromkeys(str(Path(file)) for one in paths for file in found_logs(one)))
    asked = {str(Path(one)) for one in paths} if named else set()
    sources = [source for file in files if (source := log_source(file, file in asked)) is not None]
    if paths and not sources and named:
        raise LogError(
            f"{paths[0]}: holds no log of a Spillover task ({counted(len(files), 'log')} read); give another path"
        )
    found = []
    for source in sources:
        with odd_is_told(source.file):
            found.append(read_whole(source))
    return found


def _checked(given: Submission) -> Verified:
    looked_at = [one for one in INVARIANTS if given.record is not None or not _of_records(one)]
    problems = [problem for one in looked_at for problem in _first(_asked(one, given))]
    answers = sum(len(log.samples) for log in given.logs)
    reread = [said for log in given.logs for one in log.samples if (said := is_reread(log, one)) is not None]
    checked = [type(one).__name__ for one in looked_at]
    notes: tuple[str, ...] = (OLDER_METHODS,) if given.record is not None and given.record.methods < METHODS else ()
    notes = (*notes, *sorted({said for log in given.logs for said in log.not_sent}))
    judges = {name for log in given.logs for name in made_of_rows(log.table).panel or ()}
    accounts = tuple(log.account for log in given.logs)
    read = (len(given.logs), answers, given.file or None, len(reread), sum(reread))
    flags = tuple(_flags(given, len(reread), sum(reread)))
    return Verified(problems, checked, *read, tuple(sorted(judges)), accounts, notes=notes, flags=flags)


def _flags(given: Submission, judged: int, reread: int) -> Iterator[Problem]:
    """What a person should look at, as `spillover leaderboard check` prints it too."""
    for log in given.logs:
        yield from log.odd
    told = [(log.source, log.returned) for log in given.logs]
    own = [one for one in told if given.record is None or one[0].model == given.record.model]
    under = [one for one in told if one not in own]
    yield from of_record(given.record) if given.record is not None else ()
    yield from of_served(served_of(own, under), Path(given.file).name if given.file else "the logs")
    yield from of_replies(reread, judged) if given.logs else ()


def _asked(one: Invariant, given: Submission) -> list[Problem]:
    """Problems that an invariant finds. A log that it cannot read is a problem too."""
    try:
        return one.problems(given)
    except (LogError, KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        file = given.file or " and ".join(log.source.name for log in given.logs[:3])
        said = f"Spillover cannot read this log: unexpected format ({trouble(error)})"
        return [one.problem(file, " ".join(said.split())[:300])]


def _of_records(one: Invariant) -> bool:
    return isinstance(one, RecordHashHolds | LogHashHolds | RecordAgreesWithLogs | AssertedFieldsCanBe)


def _first(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MOST:
        return problems
    last = problems[MOST]
    rest = Problem(last.invariant, last.file, f"{counted(len(problems) - MOST, 'more problem')} of this kind", last.fix)
    return [*problems[:MOST], rest]
