"""Answers of finished logs judged again: new verdicts beside the old ones, and what moved."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spillover.common import JudgeError, LogError, OutageError, counted, trouble, watched, whole
from spillover.logs import EACH, JUDGED, lost, words
from spillover.results import Agreement, agreement

from .task import protocol_of

MOST_LOST = 0.1
"""Share of answers on which a judge may fail; above it the judge counts as away."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What another judge made of one log.

    Attributes:
        log: The new log, which holds both scores.
        score: Name of the new score in it; `spillover show --score NAME` and `read(logs, score=NAME)` take it.
        judge: The new judge.
        outcomes: Answers by outcome before and after: `{"aligned": {"misaligned": 3, ...}, ...}`.
        agreement: Of the old verdicts and the new.
    """

    log: str
    score: str
    judge: str
    outcomes: dict[str, dict[str, int]]
    agreement: Agreement

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return asdict(self)


def rescore(
    logs: list[str], judge: str | Any, out: Path, *, protocol: str | None = None, display: str = "none"
) -> list[Moved]:
    """Judge the answers of logs again. The given logs stay as they are.

    Args:
        logs: Log files or folders of them.
        judge: Inspect model (or its name).
        out: Folder for the new logs; a log that is there already with a score of this judge is not judged twice.
        protocol: Id of a declared judge protocol, with today's rubrics; the log's own form and rubrics where None.
        display: Inspect's display.

    Raises:
        LogError: Where a log cannot be read or is not ours, or `out` holds the given logs.
        JudgeError: Where the judge cannot be had.
        OutageError: Where it fails on many answers.
    """
    from inspect_ai.model import get_model

    from spillover.logs import log_files

    try:
        model = get_model(judge, memoize=False) if isinstance(judge, str) else judge
    except Exception as error:
        raise JudgeError(
            f"judge {judge}: cannot be loaded ({' '.join(str(error).split())[:200]}); give "
            "PROVIDER/MODEL, and set the provider's key"
        ) from error
    files = [Path(file) for one in logs for file in log_files(one)]
    if any(file.resolve().parent == out.resolve() for file in files):
        raise LogError(f"{out}: is the folder of the given logs; give another folder with --out")
    if out.exists() and not out.is_dir():
        raise LogError(f"{out}: is a file; give --out a folder")
    out.mkdir(parents=True, exist_ok=True)
    return [_one(file, model, out / file.name, protocol, display) for file in files]


def _one(file: Path, model: Any, target: Path, protocol: str | None, display: str) -> Moved:
    from inspect_ai.log import read_eval_log, write_eval_log

    try:
        log = read_eval_log(str(target if target.is_file() else file))
    except Exception as error:
        raise LogError(
            f"{file}: not a readable Inspect log ({trouble(error)}); copy it again from where it was run"
        ) from error
    if "material_sha256" not in (log.eval.metadata or {}) or not log.samples:
        raise LogError(f"{file}: not a Spillover log, or it has no answers; give logs of a Spillover task")
    done = ((log.eval.metadata or {}).get("rescored") or {}).copy()
    if str(model) not in done:
        name, log = _judged(log, model, protocol, display)
        done[str(model)] = {"score": name, "at": datetime.now(UTC).isoformat(timespec="seconds"), "protocol": protocol}
        log.eval.metadata = {**(log.eval.metadata or {}), "rescored": done}
        with whole(target) as part:
            write_eval_log(log, str(part), format="json" if target.suffix == ".json" else "eval")
    return _moved(log, str(target), done[str(model)]["score"], str(model))


def _judged(log: Any, model: Any, protocol: str | None, display: str) -> tuple[str, Any]:
    """The log with a score of this judge, and the name of that score; no model under test is loaded.

    Raises:
        OutageError: Where the judge could not be reached for a tenth of the answers: nothing is written then.
    """
    from inspect_ai import score

    from spillover.common import without_password

    before, alone = _scores(log), log.eval.model_copy(update={"model_roles": {}})
    with watched():
        new = score(
            log.model_copy(update={"eval": alone}),
            _scorer(log, protocol),
            model="none/none",
            model_roles={"grader": model},
            action="append",
            display=display,  # type: ignore[arg-type]
        )
    new.eval.model_roles = log.eval.model_roles
    (name,) = _scores(new) - before
    samples = new.samples or []
    left = [one for one in samples if lost(one, name)]
    if len(left) > MOST_LOST * len(samples):
        why = without_password(words(left))
        raise OutageError(
            f"{log.location}: {model} failed on {len(left)} of {counted(len(samples), 'answer')} ({why}); "
            "nothing was written for "
            "this log: run the same command again"
        )
    return name, new


def _scores(log: Any) -> set[str]:
    return {name for sample in log.samples or [] for name in (sample.scores or {})}


ONE = {"default_judge": None, "cascade": None, "panel": "first"}
"""Arguments that a new verdict does not take over: one judge gives it."""


def _scorer(log: Any, protocol: str | None) -> Any:
    """The log's own scorer for one judge, with the rubrics of a protocol where one is named.

    Raises:
        LogError: Where no scorer of Spillover stands in the log.
    """
    from spillover.scorers import judged, judged_each

    name, options = _first_scorer(log)
    if name == EACH:
        by = {domain: {**own, **ONE} for domain, own in options["protocols"].items()}
        return judged_each({domain: own | _protocol(log, domain, protocol) for domain, own in by.items()})
    domain = str((log.eval.metadata or {}).get("domain"))
    return judged(**options | ONE | _protocol(log, domain, protocol))


def _first_scorer(log: Any) -> tuple[str, dict[str, Any]]:
    """Name and arguments of the scorer that judged the log first.

    Raises:
        LogError: Where it is none of ours.
    """
    for one in log.eval.scorers or []:
        if (name := one.name.split("/")[-1]) in (JUDGED, EACH):
            return name, dict(one.options or {})
    named = ", ".join(one.name for one in log.eval.scorers or []) or "none"
    raise LogError(f"{log.location}: its scorer ({named}) is not from Spillover; give logs of a Spillover task")


def _protocol(log: Any, domain: str, protocol: str | None) -> dict[str, Any]:
    """Arguments of `judged` that another judge protocol brings, for one domain; none where none is named."""
    from spillover.declare import load, names
    from spillover.scorers import load_rubric

    if protocol is None:
        return {}
    if domain not in names():
        raise LogError(f"{log.location}: this package has no domain {domain!r}; leave out --protocol")
    chosen = protocol_of(load(domain), protocol)
    inside = [(one.metadata or {}) for one in log.samples or []]
    homes = [str(one.get("domain") or "") for one in inside if one.get("task", domain) == domain]
    rubrics = [load_rubric(name).for_domains(homes).as_dict() for name in chosen.rubrics]
    return {"form": chosen.form, "rubrics": rubrics, "samples": chosen.samples, "retries": chosen.retries}


def _moved(log: Any, target: str, name: str, judge: str) -> Moved:
    """What changed; nothing where the new verdicts are the first ones of the log."""
    pairs, first = [], _first_scorer(log)[0]
    for sample in (log.samples or []) if name != first else []:
        old, new = ((sample.scores or {}).get(score) for score in (first, name))
        if old is not None and new is not None:
            pairs.append(tuple(str((one.metadata or {}).get("outcome", "unjudged")) for one in (old, new)))
    outcomes: dict[str, Counter[str]] = {}
    for old, new in pairs:
        outcomes.setdefault(old, Counter())[new] += 1
    plain = {old: dict(counts) for old, counts in outcomes.items()}
    return Moved(target, name, judge, plain, agreement(("before", judge), [(a, b) for a, b in pairs]))
