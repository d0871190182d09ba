"""Prepares a submission: one folder with the record, its logs or their address, and the submitter's declarations."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import LogError, file_sha256
from spillover.records import Record, read_record, safe_name

from .hostile import LOGS, bad_name
from .names import hidden
from .shape import Submission
from .strict import read_shape, sent_json, strict_finetune, strings

SCHEMA = "spillover-submission/1"
LARGEST_REPORT = 2**24
"""Most bytes of an overlap report."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a submitter declares.

    Attributes:
        license: SPDX id of the license under which record and logs may be published.
        overlap: Report that `spillover dataset overlap --out` wrote of the fine-tuning data, or None.
        not_checked: Why there is none.
        finetune: The fine-tune record; None for the one in the record.
        contact: How to reach the submitter, or None.
        part: Why the logs hold a part of the design only; None where they hold all of it.
    """

    license: str
    overlap: Path | None = None
    not_checked: str | None = None
    finetune: Path | None = None
    contact: str | None = None
    part: str | None = None


def prepare(
    record: Path, out: Path, said: Declared, *, logs: Sequence[Path] = (), logs_at: str | None = None, check: Any = None
) -> Path:
    """Make the folder of a submission.

    Args:
        record: The record.
        out: Folder of submissions.
        said: What the submitter declares.
        logs: Files or folders with the logs of the record; they are copied.
        logs_at: Where else they are: an https address or `hf:ORG/NAME@COMMIT/FOLDER`, before their names.
        check: Called with the finished folder and its name before the folder is moved to its place. If it raises,
            nothing is left.

    Returns:
        The new folder, `<date>_<model>`.

    Raises:
        LogError: Where anything is missing or wrong, or there is such a submission already.
    """
    made = read_record(record)
    name = folder_name(made)
    if out.exists() and not out.is_dir():
        raise LogError(f"{out}: is a file; --out takes a folder")
    if (out / name).exists():
        raise LogError(f"{out / name}: this submission exists already; delete this folder first, or give another --out")
    if logs and logs_at:
        raise LogError("--logs and --logs-at are both given; give only one")
    part = out / f".{name}.{os.getpid()}.part"
    try:
        part.mkdir(parents=True)
        _fill(part, record, made, said, _held(made, logs), logs_at)
        if check is not None:
            check(part, name)
        os.rename(part, out / name)
    except OSError as error:
        raise LogError(f"{out / name}: cannot be written ({error.strerror}); give another --out") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return out / name


def folder_name(record: Record) -> str:
    """Folder name of a record's submission: `<date>_<model>`, with every special character replaced."""
    return f"{safe_name(record.typed.created[:10])}_{safe_name(record.model)}"


def _fill(part: Path, file: Path, made: Record, said: Declared, held: dict[str, Path], logs_at: str | None) -> None:
    shutil.copyfile(file, part / "record.json")
    tuned = _write_finetune(part / "finetune.yaml", made, said.finetune)
    for log in made.typed.logs if held else ():
        (part / LOGS).mkdir(exist_ok=True)
        shutil.copyfile(held[log.sha256], part / LOGS / log.log)
    data = {
        "schema": SCHEMA,
        "record": {"file": "record.json", "sha256": file_sha256(part / "record.json")},
        "finetune": {"file": "finetune.yaml", "sha256": file_sha256(part / "finetune.yaml")} if tuned else None,
        "logs": _places(made, bool(held), logs_at),
        "overlap": _overlap(made, said),
        "license": {"id": said.license, "consent": True},
        "contact": said.contact,
        **({} if said.part is None else {"part": said.part}),
    }
    text = json.dumps(data, indent=2, sort_keys=True, allow_nan=False) + "\n"
    (part / "submission.json").write_text(text, encoding="utf-8")
    read_submission(part)


def _places(made: Record, copied: bool, logs_at: str | None) -> list[dict[str, str]]:
    if not copied and logs_at is None:
        return []
    start = LOGS if copied or logs_at is None else logs_at.rstrip("/")
    return [{"log": one.log, "sha256": one.sha256, "where": f"{start}/{one.log}"} for one in made.typed.logs]


def _held(made: Record, given: Sequence[Path]) -> dict[str, Path]:
    """Files of all logs of a record, found by hash; empty where no file was given."""
    from spillover.logs import found_logs

    if not given:
        return {}
    found = {file_sha256(file): Path(file) for one in given for file in found_logs(one)}
    for log in made.typed.logs:
        if log.sha256 not in found:
            raise LogError(f"{given[0]}: no file here has the hash of the record's log {log.log}; give its folder")
        if (why := bad_name(log.log)) is not None or found[log.sha256].name != log.log:
            why = why or f"the file's name is now {found[log.sha256].name}"
            raise LogError(f"{log.log}: {why}; rename the log and make the record again")
    return found


def _write_finetune(target: Path, made: Record, given: Path | None) -> bool:
    """Write the fine-tune record as a file of its own, with the same content as in the record."""
    import yaml

    said = made.typed.finetune
    if given is None and said is None:
        return False
    if given is None:
        target.write_text(yaml.safe_dump(said, sort_keys=False, allow_unicode=True), encoding="utf-8")
    else:
        shutil.copyfile(given, target)
    if strict_finetune(target) != said:
        where = given or "the record"
        raise LogError(
            f"{where}: this fine-tune file differs from the one stored in the record; run "
            "spillover record again with --finetune-record FILE"
        )
    return True


def _overlap(made: Record, said: Declared) -> dict[str, Any]:
    if (said.overlap is None) == (said.not_checked is None):
        raise LogError("no overlap report; give --overlap FILE (from spillover dataset overlap), or --no-overlap WHY")
    return {"not_checked": said.not_checked} if said.overlap is None else read_overlap(said.overlap)


def read_overlap(file: Path) -> dict[str, Any]:
    """The part of an overlap report that a submission declares: hash of the data, and counts.

    Raises:
        LogError: Where the file is no such report.
    """
    try:
        if file.stat().st_size > LARGEST_REPORT:
            raise LogError(f"{file.name}: larger than {LARGEST_REPORT // 2**20} MB; give an overlap report")
        found = sent_json(file.read_bytes(), file.name)
        counts = {name: int(found[name]) for name in ("rows", "rows_hit", "canary")}
        probes, dataset = len(found["by_probe"]), str(found["method"]["dataset"])
        return {"file_sha256": str(found["sha256"]), **counts, "probes_found": probes, "dataset": dataset}
    except OSError as error:
        raise LogError(f"{file}: cannot be read ({error.strerror}); give the report's path") from error
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise LogError(f"{file.name}: not a report of spillover dataset overlap ({error}); give one") from error


def read_submission(folder: Path) -> Submission:
    """The submission.json of a folder.

    Raises:
        LogError: Where it is absent, or says what no submission says.
    """
    found, plain_data = read_shape(folder / "submission.json", Submission)
    for text in strings(plain_data):
        if (odd := hidden(text)) is not None:
            raise LogError(f"submission.json: holds an invisible character, {odd}; remove it")
    return found
