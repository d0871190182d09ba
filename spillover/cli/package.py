"""What the installed package knows of its own versions, asked by spillover verify."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspect_ai import Task

    from spillover.logs import LogSource

OURS = ("probes", "questions", "heldout", "revision", "own_probes", "anchor")
"""Task arguments with which the material is not the package's own; questions in `probes` are read from the log."""


class Package:
    """What the installed package knows of its own versions, and judge cards that somebody gave."""

    def __init__(self, cards: Sequence[Path] = ()) -> None:
        self._built: dict[str, Task | str] = {}
        self._why: dict[str, str] = {}
        self._given = cards

    def version(self, task: str) -> str | None:
        """See `spillover.verify.Shipped`."""
        from spillover.declare import load, names

        return load(task).version if task in names() else None

    def cards(self) -> list[dict[str, Any]]:
        """See `spillover.verify.Shipped`."""
        from spillover.judge import CARDS, JUDGE_FIELDS, load_card, read_fields

        shipped = [one for one in sorted((CARDS / "judges").glob("*.yaml")) if not one.name.endswith(".judge.yaml")]
        measured = [*sorted((CARDS / "judges").glob("*.judge.yaml")), *self._given]
        return [*(read_fields(one, JUDGE_FIELDS) for one in shipped), *(load_card(one).as_dict() for one in measured)]

    def rubric(self, name: str, version: int, domains: list[str]) -> str | None:
        """See `spillover.verify.Shipped`."""
        from spillover.scorers import load_rubric, rubric_names

        if name not in rubric_names():
            return None
        shipped = load_rubric(name)
        return shipped.for_domains(domains).sha256 if shipped.version == version else None

    def material(self, source: "LogSource") -> str | None:
        """See `spillover.verify.Shipped`."""
        task = self._task(source)
        return None if task is None else str((task.metadata or {})["material_sha256"])

    def questions(self, source: "LogSource") -> dict[str, str] | None:
        """See `spillover.verify.Shipped`."""
        task = self._task(source)
        return None if task is None else {str(one.id): str(one.input) for one in task.dataset}

    def scorer(self, source: "LogSource") -> dict[str, Any] | None:
        """See `spillover.verify.Shipped`."""
        from inspect_ai._util.registry import registry_params

        task = self._task(source)
        scorers = task.scorer if task is not None else None
        return registry_params(scorers[0]) if isinstance(scorers, list) else None

    def asking(self, source: "LogSource") -> dict[str, Any] | None:
        """See `spillover.verify.Shipped`."""
        from inspect_ai._util.registry import registry_params

        task = self._task(source)
        if task is None:
            return None
        return {"decoding": task.config.model_dump(exclude_none=True), "params": registry_params(task.solver)}

    def unknown(self, source: "LogSource") -> str | None:
        """See `spillover.verify.Shipped`."""
        self._task(source)
        return self._why.get(source.sha256)

    def design(self, source: "LogSource") -> tuple[list[str], int] | None:
        """See `spillover.verify.Shipped`."""
        task = self._task(source)
        return None if task is None else ([str(one.id) for one in task.dataset], int(task.epochs or 1))

    def task(self, source: "LogSource") -> "Task | str":
        """The task that a log says it ran, built again, or why it cannot be."""
        return self._task(source) or self._why.get(source.sha256, "cannot be rebuilt")

    def _task(self, source: "LogSource") -> "Task | None":
        """The shipped task that a log says it ran, its own questions in it where it had some; None where it is unknown.

        Why it is unknown is kept for `unknown`.
        """
        import json

        from spillover.common import SpilloverError

        args = source.header["eval"].get("task_args") or {}
        why = self._foreign(source, args)
        if why is not None:
            self._why[source.sha256] = why
            return None
        own = isinstance(args.get("probes"), str) and source.task != "draws"
        key = json.dumps([source.task, args, source.sha256 if own else None], sort_keys=True, default=str)
        if key not in self._built:
            try:
                self._built[key] = _build_own(source, args) if own else _build(source.task, args)
            except (SpilloverError, TypeError, AttributeError, KeyError, ValueError) as error:
                self._built[key] = f"the task cannot be built with its arguments ({' '.join(str(error).split())[:160]})"
        found = self._built[key]
        if isinstance(found, str):
            self._why[source.sha256] = found
            return None
        return found

    def _foreign(self, source: "LogSource", args: dict[str, Any]) -> str | None:
        """Why a log is of nothing that the package ships, or None."""
        from spillover.declare import DRAWS_ARGUMENTS, TASK_ARGUMENTS, load, names
        from spillover.verify import is_part, is_shuffled

        versions = source.facts.get("versions") if source.task == "draws" else None
        for task, version in (versions if isinstance(versions, dict) else {source.task: source.version}).items():
            if task not in names():
                return f"is of the task {str(task)[:60]!r}, which this package does not have"
            if (own := load(task).version) != version:
                return f"is of {str(task)[:40]} {str(version)[:20]}, this package ships {own}"
        takes = DRAWS_ARGUMENTS if source.task == "draws" else TASK_ARGUMENTS
        if unknown := [name for name in args if name not in takes]:
            return f"has the task argument {str(unknown[0])[:60]!r}, which {source.task} does not take"
        if args.get("probes") and is_shuffled(source.header["eval"]):
            return "put its own questions in an order of its own (--sample-shuffle), of which no hash was taken"
        if args.get("probes") and is_part(source.header["eval"]):
            return "asked a part of its own questions (--limit or --sample-id); the hash was taken of all of them"
        for name in OURS:
            given = args.get(name)
            if given and name != "probes":
                return f"has {name}={str(given)[:60]!r}: its material is not the package's own"
        return None


def _build_own(source: "LogSource", args: dict[str, Any]) -> "Task":
    """The task with the questions that stand in the log: all but the questions is the package's."""
    import json
    import tempfile

    from spillover.common import write_text
    from spillover.declare import build

    rows = {str(sample["id"]): _row(sample) for _, sample in source.samples()}
    listed = [str(one) for one in (source.header["eval"].get("dataset") or {}).get("sample_ids") or rows]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "probes.jsonl"
        kept = [rows[one] for one in dict.fromkeys(listed) if one in rows]
        write_text(file, "".join(json.dumps(one) + "\n" for one in kept))
        return build(source.task, **{**args, "probes": str(file)})


def _row(sample: dict[str, Any]) -> dict[str, Any]:
    """A row of a file of probes, as a sample holds it."""
    held = sample.get("metadata") or {}
    fields = ("cluster", "system", "domain", "turns", "key", "tags", "pair")
    return {"id": str(sample["id"]), "text": sample["input"], **{name: held[name] for name in fields if held.get(name)}}


def _build(task: str, args: dict[str, Any]) -> "Task":
    from spillover.declare import build, build_draws

    if task != "draws":
        return build(task, **args)
    named = {name: one.split(",") if isinstance(one := args[name], str) else one for name in ("domains", "conditions")}
    return build_draws(**{**args, **named})
