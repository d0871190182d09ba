"""What a submission says: no held-out question, no canary, no name that hides something, no figure that cannot be."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from spillover.common import METHODS, WITHHELD, LogError, counted, read_served, secrets_in
from spillover.records import SCHEMA, Measured, Record, RecordedEstimate, RecordShape
from spillover.verify import Odd, Problem, of_served

from .names import hidden, oddities
from .shape import Submission
from .strict import sent_json, strict_finetune, strings
from .unpack import parts_of

LEAST_WORDS = 5
"""Fewest words of a held-out question to search for. Shorter questions occur in any text by chance."""
FIX_HELDOUT = "submit the public split: held-out questions are never published"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Held-out questions as words, so that layout and capitals cannot hide them.

    Attributes:
        ids: By their words, the id of each.
    """

    ids: dict[str, str]

    @classmethod
    def read(cls, file: Path) -> "HeldOut":
        """Read a file of held-out questions.

        Raises:
            DatasetError: Where it is not such a file. The message holds no text of it.
        """
        from spillover.overlap import heldout_rows, words

        rows = [(str(row["id"]), text) for row in heldout_rows(file) for text in row.get("turns") or [row["text"]]]
        found = {" ".join(said): name for name, text in rows if len(said := words(text)) >= LEAST_WORDS}
        return cls(found)

    def among(self, texts: Iterable[str]) -> list[str]:
        """Ids of the questions that occur in texts."""
        from spillover.overlap import words

        said = " | ".join(" ".join(words(text)) for text in texts if len(text) > LEAST_WORDS)
        return sorted(name for question, name in self.ids.items() if question in said)


def of_texts(file: Path, heldout: HeldOut | None) -> list[Problem]:
    """Problems of a published file: it must hold neither the dataset's canary nor a held-out question."""
    texts = [file.read_text(encoding="utf-8")]
    if file.suffix == ".json":
        texts = list(strings(sent_json(texts[0].encode(), file.name)))
    found = []
    if _marked(texts):
        found.append(_canary(file.name, "the file holds the dataset's canary text"))
    if heldout is not None and (ids := heldout.among(texts)):
        found.append(_held(file.name, f"the file holds held-out questions ({', '.join(ids)[:80]})"))
    return found


def of_log(file: Path, heldout: HeldOut | None) -> tuple[list[Problem], list[Problem]]:
    """Problems and flags of a log: unpacked within limits, JSON with one meaning, no held-out question."""
    where = f"{file.parent.name}/{file.name}"
    problems: list[Problem] = []
    marked, held, odd = 0, set(), Odd()
    try:
        for name, data in parts_of(file):
            part = sent_json(data, f"{where}: {name}", numbers=False)
            odd.look(name, part)
            texts = list(strings(part))
            if _marked(texts):
                marked += name.startswith("samples/")
                problems += [] if _of_answers(name) else [_canary(where, f"{name} holds the dataset's canary")]
            held |= set(heldout.among(texts)) if heldout is not None else set()
            if name in ("header.json", "_journal/start.json"):
                problems += [_held(where, "the log's run used held-out questions")] if _asks_heldout(part) else []
                problems += _secret(where, part)
    except LogError as error:
        what, _, fix = str(error).removeprefix(f"{where}: ").rpartition("; ")
        problems.append(Problem("LogsAreInspectLogs", where, what, fix))
    if held:
        problems.append(_held(where, f"the log holds held-out questions ({', '.join(sorted(held))[:80]})"))
    said = (
        f"{counted(marked, 'sample holds', 'samples hold')} the dataset's canary text: the model may have been "
        "trained on the dataset"
    )
    flags = [Problem("CanaryIsAlone", where, said, "look at these answers")] if marked else []
    return problems, [*flags, *odd.flags(where)]


def _of_answers(name: str) -> bool:
    """Whether a part of a log holds answers. A canary there comes from the model, not from the submitter."""
    return name.startswith(("samples/", "_journal/summaries/")) or name in ("summaries.json", "reductions.json")


def _asks_heldout(header: Any) -> bool:
    spec = header.get("eval", {}) if isinstance(header, dict) else {}
    facts, args = (spec.get(name) or {} for name in ("metadata", "task_args"))
    return WITHHELD in (facts.get("split"), args.get("split")) or bool(args.get(WITHHELD))


def _secret(where: str, header: Any) -> list[Problem]:
    """Find keys and passwords among the arguments in a log, which would be published with it."""
    spec = header.get("eval", {}) if isinstance(header, dict) else {}
    told = ("model_args", "task_args", "model_roles", "model_base_url")
    names = dict.fromkeys(name for one in told for name in secrets_in(spec.get(one), one))
    fix = "replace this key or password, and run again with the new one in an environment variable"
    return [Problem("NoSecretIsPublished", where, f"the log holds a secret in {name[:60]}", fix) for name in names]


def _marked(texts: Iterable[str]) -> bool:
    from spillover.declare import CANARY

    mark = CANARY.rpartition(":")[2]
    return any(mark in text.casefold() for text in texts)


def _canary(file: str, what: str) -> Problem:
    return Problem("CanaryIsAlone", file, what, "remove the canary: it belongs only in the dataset's own files")


def _held(file: str, what: str) -> Problem:
    return Problem("NothingHeldOut", file, what, FIX_HELDOUT)


def of_finetune(folder: Path, said: Submission, made: Record) -> list[Problem]:
    """The submission has a fine-tune record exactly where the record has one, with the same content."""
    file, own = folder / "finetune.yaml", made.typed.finetune
    if file.is_file() != (said.finetune is not None) or file.is_file() != (own is not None):
        what = "only some of folder, submission.json and record have the fine-tune record"
        return [Problem("FinetuneIsOne", file.name, what, "make the submission again with spillover submit")]
    if own is None:
        return []
    if strict_finetune(file) != own:
        return [Problem("FinetuneIsOne", file.name, "not the fine-tune record in record.json", "make both again")]
    data, overlap = own.get("data", {}).get("sha256"), getattr(said.overlap, "file_sha256", None)
    if data and overlap and data != overlap:
        what = "the overlap report is not about the training data"
        return [
            Problem("OverlapIsDeclared", "submission.json", what, "run spillover dataset overlap on the training data")
        ]
    return []


def of_base(folder: Path, made: Record) -> tuple[list[Problem], list[Problem]]:
    """Problems and flags of the base: it is the declared base, or the record states why it differs."""
    from spillover.finetune import check_base, read_finetune

    file, base = folder / "finetune.yaml", made.typed.base
    if base is None:
        return [], []
    plain = file.is_file() and strict_finetune(file) == made.typed.finetune
    why = check_base(base, made.model, read_finetune(file) if plain else None)
    if why is None:
        return [], []
    what, _, fix = why.rpartition("; ")
    said = (made.typed.base_differs or "").strip()
    if not said:
        return [Problem("BaseIsDeclared", "record.json", what, fix)], []
    return [], [Problem("BaseIsDeclared", "record.json", f"{what}: {said[:200]}", "decide if this reason is valid")]


def not_of_now(made: Record) -> list[Problem]:
    """A new submission needs a record of the current schema and methods, because an older one holds less to compare."""
    served = "with" if made.typed.served is not None else "without"
    if (made.typed.kind, made.methods, served) == (SCHEMA, METHODS, "with"):
        return []
    said = f"the record has {made.typed.kind}, methods {made.methods}, {served} the field served"
    what = f"{said}; a new submission needs {SCHEMA}, methods {METHODS}, with the field served"
    return [Problem("RecordIsOfNow", "record.json", what, "make it again with spillover record from the same logs")]


def served_by(made: Record) -> list[Problem]:
    """Flags of what served the answers, from the record. Where logs exist, `verify` compares them with the record."""
    return of_served(read_served(made.data.get("served", [])), "record.json")


def of_record(made: Record) -> list[Problem]:
    """Problems of a record that need no logs: impossible figures, held-out results, bad addresses."""
    data = made.typed
    found = [
        Problem("FiguresCanBe", "record.json", one, "make it again with spillover record") for one in _unsound(data)
    ]
    splits = {row.split for row in (*data.results, *data.pooled)} | {row.split for row in data.differences}
    if any(split.casefold() == WITHHELD for split in splits):
        found.append(_held("record.json", "the record has results of held-out questions"))
    for log in data.logs:
        if log.url is not None and not log.url.startswith("https://"):
            what = f"the address of {log.log} does not begin with https://"
            found.append(Problem("FiguresCanBe", "record.json", what, "give an https address"))
    return found


def _unsound(data: RecordShape) -> Iterator[str]:
    parts: tuple[tuple[str, Sequence[Measured]], ...] = (("results", data.results), ("pooled", data.pooled))
    for part, rows in parts:
        for number, row in enumerate(rows):
            at = f"{part}[{number}]"
            if sum(row.outcomes.as_plain().values()) != row.answers:
                yield f"{at}: the outcomes do not add up to the number of answers"
            if sum(row.unjudged_reasons.values()) > row.outcomes.unjudged:
                yield f"{at}: there are more reasons than unjudged answers"
            for kind, figures, most in (("rates", row.rates, 1.0), ("means", row.means, 100.0)):
                for name, both in figures.items():
                    if not all(_can_be(one, 0.0, most, row.answers) for one in both.each()):
                        yield f"{at}.{kind}.{name}: the figure is outside 0 to {most:g}, or outside its interval"
            if not _within(row.mde, 0.0, 1.0):
                yield f"{at}.mde: the value is outside 0 to 1"
    for number, less in enumerate(data.differences):
        if not _can_be(less.estimate, -1.0, 1.0, None):
            yield f"differences[{number}]: the figure is outside -1 to 1, or outside its interval"


def _can_be(one: RecordedEstimate, least: float, most: float, answers: int | None) -> bool:
    known = [value for value in (one.low, one.estimate, one.high) if value is not None]
    counted = answers is None or (one.n <= answers and (one.events or 0) <= answers)
    return all(_within(value, least, most) for value in known) and counted and _rising(known)


def _rising(values: list[float]) -> bool:
    return all(one <= other + 1e-9 for one, other in pairwise(values))


def _within(value: float | None, least: float, most: float) -> bool:
    return value is None or (math.isfinite(value) and least - 1e-9 <= value <= most + 1e-9)


def names_of(made: Record, known: Iterable[str]) -> tuple[list[Problem], list[Problem]]:
    """Problems and flags of the names in a record. Invisible characters are refused, look-alike names are flagged."""
    tuned, base = made.typed.finetune or {}, made.typed.base
    named = {"model.name": made.model, "base": base, "finetune.name": tuned.get("name")}
    named["judge.name"] = made.typed.judge.name
    found = [
        Problem("NamesAreWhatTheySeem", "record.json", f"{at} holds an invisible character, {odd}", "remove it")
        for at, name in named.items()
        if isinstance(name, str) and (odd := hidden(name)) is not None
    ]
    models = {*known, *([base] if base else [])}
    flags = [
        Problem("NamesAreWhatTheySeem", "record.json", one, "ask the submitter") for one in oddities(made.model, models)
    ]
    return found, flags
