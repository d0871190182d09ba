"""Checking submissions: each is hostile until proven otherwise, and one line says what is wrong and what to do."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spillover.common import LogError, SpilloverError, file_sha256, trouble
from spillover.logs import found_logs
from spillover.records import Record, read_record
from spillover.verify import Problem, of_replies, verify
from spillover.verify import of_record as odd_in

from .checked import Checked, How
from .contents import names_of, not_of_now, of_base, of_finetune, of_log, of_record, of_texts, served_by
from .hostile import LOGS, RESCORED, folder_problems
from .near import near_copies
from .package import folder_name, read_submission
from .rescored import rescored
from .shape import Level, MissingPart, Status, Submission
from .siblings import Known, Siblings
from .status import LEVELS, STATUS, UNVERIFIED, read_status, write_status
from .unjudged import unjudged_problems
from .whole import lost_draws, missing_part, not_rebuilt, part_problems, sources_of

ODD = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, RuntimeError, MemoryError)
"""Errors that a file made to break a reader may cause. RecursionError is a RuntimeError."""

WITHOUT_LOGS = ("RecordIsWellFormed", "RecordHashHolds", "AssertedFieldsCanBe")
"""Invariants of a record that can be checked without its logs."""


def check_each(folders: Sequence[Path], how: How | None = None, among: Path | None = None) -> list[Checked]:
    """Check submissions, and each against the others in its folder.

    Args:
        folders: Submissions.
        how: How to check them.
        among: Folder of all submissions; the parent of each where None.

    Raises:
        LogError: Where a path is not a folder.
    """
    siblings: dict[Path, Siblings] = {}
    found = []
    for folder in folders:
        if folder.is_symlink() or not folder.is_dir():
            raise LogError(f"{folder}: no such folder; give a submission (leaderboard/submissions/DATE_MODEL)")
        place = among or folder.resolve().parent
        others = siblings.setdefault(place, Siblings.read(place))
        found.append(check(folder, replace(how or How(), among=place), others))
    return found


def check(folder: Path, how: How, others: "Siblings | None" = None, name: str | None = None) -> Checked:
    """Check one submission. The result is a `Checked`, whatever the submission holds.

    Args:
        folder: The submission.
        how: How to check it.
        others: The other submissions; None to compare with no other.
        name: What its folder will be called, where that is not yet its name.
    """
    name = name or folder.name
    outside = [one for one in folder_problems(folder) if not (folder.name != name and one.file == folder.name)]
    if how.new:
        outside += _of_maintainers(folder)
    if outside:
        return Checked(name, problems=outside)
    found = Checked(name)
    for step in (_opened, _recomputed, _compared):
        try:
            found = step(folder, found, how, others)
        except SpilloverError as error:
            found = _with(found, problems=[_said(name, str(error))])
        except ODD as error:
            said = f"the submission cannot be read ({trouble(error)})"
            found = _with(found, problems=[Problem("CanBeRead", name, said, "make it again with spillover submit")])
        if step is _opened and found.problems:
            return found
    status = _status(folder, found)
    return replace(found, status=status, verification=status.verification)


def write_statuses(folders: Sequence[Path], found: Sequence[Checked]) -> list[Path]:
    """Write the result into the status.json of each submission without problems."""
    return [write_status(one, said.status) for one, said in zip(folders, found, strict=True) if said.holds]


def _of_maintainers(folder: Path) -> list[Problem]:
    there = [one for one in (STATUS, RESCORED) if (folder / one).exists()]
    return [Problem("OnlyMaintainersRank", one, "only maintainers may add this file", "remove it") for one in there]


def _said(name: str, text: str) -> Problem:
    """Make a problem from an error's line: what is wrong before the last semicolon, what to do after it."""
    what, _, fix = " ".join(text.split()).rpartition("; ")
    file, _, rest = (what or fix).partition(": ")
    fix = fix if what else "see docs/leaderboard.md"
    return Problem("CanBeRead", file if rest else name, rest or file, fix)


def _with(found: Checked, problems: Sequence[Problem] = (), flags: Sequence[Problem] = ()) -> Checked:
    return replace(found, problems=[*found.problems, *problems], flags=[*found.flags, *flags])


def _opened(folder: Path, found: Checked, how: How, others: "Siblings | None") -> Checked:
    """Read the submission's own files, and unpack its logs within limits."""
    said, made = read_submission(folder), read_record(folder / "record.json")
    read_status(folder)
    problems = [*_names_and_hashes(folder, found.submission, said, made), *of_record(made)]
    problems += of_finetune(folder, said, made)
    problems += not_of_now(made) if how.new else []
    flags = [*odd_in(made), *served_by(made)]
    for wrong, odd in (names_of(made, others.models if others else ()), of_base(folder, made)):
        problems += wrong
        flags += odd
    for file in ("record.json", "submission.json", "finetune.yaml"):
        problems += of_texts(folder / file, how.heldout) if (folder / file).is_file() else []
    elsewhere = [Path(file) for place in how.logs for file in found_logs(place)]
    for log in sorted([*folder.glob(f"{LOGS}/*"), *folder.glob(f"{RESCORED}/*"), *elsewhere]):
        wrong, odd = of_log(log, how.heldout)
        problems += wrong
        flags += odd
    return _with(replace(found, model=made.model), problems, flags)


def _names_and_hashes(folder: Path, name: str, said: Submission, made: Record) -> list[Problem]:
    found = []
    if name != folder_name(made):
        found.append(Problem("FilesAreInPlace", name, f"its name must be {folder_name(made)}", "rename the folder"))
    for named in (said.record, said.finetune):
        if named and file_sha256(folder / named.file) != named.sha256:
            found.append(_another(named.file))
    return found + _of_its_logs(folder, said, made)


def _of_its_logs(folder: Path, said: Submission, made: Record) -> list[Problem]:
    found: list[Problem] = []
    own = {one.sha256: one.log for one in made.typed.logs}
    local = {one.where: one for one in said.logs if one.where.startswith(f"{LOGS}/")}
    for one in said.logs:
        if own.get(one.sha256) != one.log:
            found.append(Problem("HashesHold", one.log, "the record does not have this log", "list only its logs"))
    for where, one in local.items():
        if where != f"{LOGS}/{one.log}" or not (folder / where).is_file():
            found.append(Problem("HashesHold", where, "the listed log is missing", "add the log here"))
        elif file_sha256(folder / where) != one.sha256:
            found.append(_another(where))
    there = {f"{LOGS}/{file.name}" for file in folder.glob(f"{LOGS}/*")}
    strange = there - set(local)
    found += [Problem("HashesHold", one, "submission.json does not list this file", "remove it") for one in strange]
    if said.logs and (hashes := {one.sha256 for one in said.logs}) != own.keys():
        gone = sorted(own[one] for one in own.keys() - hashes)
        found.append(Problem("HashesHold", "submission.json", f"not listed: {', '.join(gone)[:80]}", "list all logs"))
    return found


def _another(file: str) -> Problem:
    return Problem("HashesHold", file, "the file's hash is not the one in submission.json", "make the submission again")


def _recomputed(folder: Path, found: Checked, how: How, others: "Siblings | None") -> Checked:
    """Compute every number again where the logs are available."""
    places = [folder / LOGS] if (folder / LOGS).is_dir() else [one for one in how.logs if one.is_dir()]
    if not places:
        alone = verify([folder / "record.json"], [folder], how.shipped)[0].problems
        wrong = [one for one in alone if one.invariant in WITHOUT_LOGS]
        return _with(found, wrong)
    (whole,) = verify([folder / "record.json"], places, how.shipped)
    found = replace(found, logs=whole.logs, answers=whole.answers)
    wrong, flags, part = _designed(folder, places, how)
    if whole.holds and not wrong and not any(one.invariant == "CanBeRebuilt" for one in flags):
        found = replace(found, verification=LEVELS[1])
    found = _with(found, [*whole.problems, *wrong], [*of_replies(whole.reread, whole.judged), *flags])
    found = replace(found, status=found.status.model_copy(update={"part": part}))
    if (folder / RESCORED).is_dir() and found.holds:
        again, problems = rescored(folder / RESCORED, read_record(folder / "record.json"), how.shipped)
        found = _with(found, problems)
        if again is not None and not problems:
            status = found.status.model_copy(update={"rescored": again})
            found = replace(found, verification=LEVELS[2], status=status)
    return found


def _designed(
    folder: Path, places: Sequence[Path], how: How
) -> tuple[list[Problem], list[Problem], MissingPart | None]:
    """Problems and flags of the design (rebuilt or not, complete or not, share unjudged), and what is missing.

    If maintainers checked a submission before with an older version, a design that cannot be rebuilt is only a flag.
    """
    made, said = read_record(folder / "record.json"), read_submission(folder)
    sources = sources_of([file for place in places for file in found_logs(place)], made)
    unknown = not_rebuilt(sources, how.shipped)
    before = read_status(folder)
    merged = before is not None and before.verification != LEVELS[0]
    part = missing_part(made, sources, how.shipped)
    undeclared, declared = part_problems(part, said.part)
    problems, flags = unjudged_problems(sources, made.model)
    copies, similar = near_copies(sources, made.model, folder, how.among or folder.parent)
    problems, flags = [*problems, *copies], [*flags, *similar]
    problems = [*([] if merged else unknown), *undeclared, *lost_draws(sources), *problems]
    flags = [*(unknown if merged else []), *declared, *flags]
    if part is None:
        return problems, flags, None
    return problems, flags, MissingPart(planned=part.planned, missing=part.missing, highest=part.highest)


def _compared(folder: Path, found: Checked, how: How, others: "Siblings | None") -> Checked:
    """Compare with the other submissions, to find duplicates."""
    made = read_record(folder / "record.json")
    own = Known.of(found.submission, made.data)
    return _with(found, *others.duplicates(own)) if others else found


def _status(folder: Path, found: Checked) -> Status:
    """The content of status.json. What maintainers wrote stays as long as the record is the same."""
    now = file_sha256(folder / "record.json")
    before = read_status(folder) or UNVERIFIED
    reproduced = before.reproduced if before.record_sha256 == now else None
    level: Level = LEVELS[3] if reproduced is not None and found.holds else found.verification
    return Status(
        verification=level,
        record_sha256=now,
        rescored=found.status.rescored,
        reproduced=reproduced,
        retracted=before.retracted,
        part=found.status.part,
    )
