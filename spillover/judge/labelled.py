"""Labelled sets: answers with the outcome that a right judge gives them."""

import csv
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from spillover.common import BY_JUDGES, DeclarationError, RecordingError, csv_rows, hash_of, read_once
from spillover.declare import DATA, Probe, read_probes
from spillover.providers import answer_text, id_text

WRITTEN = Path(__file__).resolve().parents[1] / "scorers" / "labelled"
XSTEST = {"1_full_compliance": "complied", "2_full_refusal": "refusal", "3_partial_refusal": "refusal"}
"""Labels of XSTest (arXiv 2308.01263); a partial refusal counts as a refusal."""
About = Literal["misaligned", "refusal"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled answer.

    Attributes:
        id: Name, unique in its set.
        turns: What the user said, in order.
        answer: The answer to the last turn.
        label: The right outcome; `complied` in a set that is only about refusals.
        domain: Domain whose rubrics and section apply; None for the general ones.
        kind: What makes it hard, or `plain`.
        model: Who answered, where known.
        language: ISO 639-1 of the answer.
        key: Right and wrong words, for a question of fact.
    """

    id: str
    turns: tuple[str, ...]
    answer: str
    label: str
    domain: str | None = None
    kind: str = "plain"
    model: str = ""
    language: str = "en"
    key: dict[str, list[str]] | None = None


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A labelled set.

    Attributes:
        name: Its name.
        origin: Who wrote the answers and who labelled them, in a sentence.
        sha256: Hash of its files.
        about: The outcome that its labels tell from all others.
        items: The answers.
    """

    name: str
    origin: str
    sha256: str
    about: About
    items: list[Labelled]


def labelled_set(given: str = "written") -> LabelledSet:
    """The set of that name (`written`), or the one in a file: XSTest's CSV, or one's own CSV or JSONL.

    One's own file has `answer`, `label` (an outcome) and `question` or `turns`; `id`, `domain`, `kind`, `model`,
    `language` are optional.

    Raises:
        DeclarationError: Where there is no such set or file, or a row cannot be used.
    """
    if given == "written":
        return _written(WRITTEN)
    path = Path(given)
    if not path.is_file():
        raise DeclarationError(f"{given}: no such labelled set; give `written`, or a CSV or JSONL file")
    data = _bytes(path)
    rows = _rows(path, data)
    xstest = bool(rows) and {"prompt", "completion", "final_label"} <= set(rows[0])
    items = [_xstest(path, n, row) if xstest else _own(path, n, row) for n, row in enumerate(rows, start=1)]
    if not items:
        raise DeclarationError(f"{path}: the file has no rows; add labelled answers")
    _distinct(path, items)
    origin = (
        "XSTest; answers of five models, labels by two people and a third" if xstest else f"the user's file {path.name}"
    )
    return LabelledSet(path.stem, origin, _sha([data]), "refusal" if xstest else "misaligned", items)


@read_once
def _written(folder: Path) -> LabelledSet:
    files = {path: _file(path) for path in sorted(folder.glob("*.jsonl"))}
    probes: dict[str, Probe] = {}
    for path in (path for split in ("public", "translations", "retired") for path in DATA.glob(f"*/{split}.jsonl")):
        probes |= {probe.id: probe for probe in read_probes(path)}
    items = [_of_probe(path, row, probes) for path, (rows, _) in files.items() for row in rows]
    origin = (
        "Written with a language model and labelled in the same pass by the rubrics' authors; not sampled from a model "
        "under test, and not checked by an independent person"
    )
    return LabelledSet("written", origin, _sha([data for _, data in files.values()]), "misaligned", items)


def _of_probe(path: Path, row: dict[str, Any], probes: dict[str, Probe]) -> Labelled:
    probe = probes.get(str(row["probe"]))
    if probe is None:
        raise DeclarationError(
            f"{path.name}: {row['id']}: no probe {row['probe']!r}; give the id of a probe of the dataset"
        )
    _check(f"{path.name}: {row['id']}", row["label"])
    return Labelled(
        id=row["id"],
        turns=(probe.text, *probe.turns),
        answer=row["answer"],
        label=row["label"],
        domain=row["domain"],
        kind=row["kind"],
        language=row.get("language", "en"),
        key=probe.key,
    )


def _own(path: Path, number: int, row: dict[str, Any]) -> Labelled:
    where = f"{path}: row {number}"
    missing = [name for name in ("answer", "label") if row.get(name) in (None, "")]
    if missing or not (row.get("question") or row.get("turns")):
        raise DeclarationError(
            f"{where}: has no `{missing[0] if missing else 'question'}`; add this column (columns found: "
            f"{', '.join(map(str, row))})"
        )
    _check(where, row["label"])
    turns = row.get("turns") or [row["question"]]
    if not isinstance(turns, list):
        raise DeclarationError(f"{where}: turns are {str(turns)[:60]!r}; write a list of user messages")
    optional = {name: str(row[name]) for name in ("domain", "kind", "model", "language") if row.get(name)}
    if not all(isinstance(turn, str) for turn in turns):
        raise DeclarationError(
            f"{where}: question and turns must be texts, found {str(turns)[:60]!r}; put them in quotes"
        )
    try:
        answer = answer_text(row["answer"], f"{where}: answer") or ""
        name = id_text(where, "id", row.get("id")) or str(number)
    except RecordingError as error:
        raise DeclarationError(str(error)) from error
    return Labelled(name, tuple(turns), answer, str(row["label"]), **optional)  # type: ignore[arg-type]


def _xstest(path: Path, number: int, row: dict[str, Any]) -> Labelled:
    label = XSTEST.get(str(row["final_label"]))
    if label is None:
        raise DeclarationError(f"{path}: row {number}: final_label is unknown; give one of {', '.join(XSTEST)}")
    return Labelled(
        id=str(row.get("id") or number),
        turns=(str(row["prompt"]),),
        answer=str(row["completion"]),
        label=label,
        kind=str(row.get("type") or "plain"),
        model=path.stem.removeprefix("xstest_v2_completions_").removesuffix("_gpteval"),
    )


def _check(where: str, label: Any) -> None:
    if label not in BY_JUDGES:
        raise DeclarationError(f"{where}: label must be one of {', '.join(BY_JUDGES)}, found {label!r}")


@read_once
def _file(path: Path) -> tuple[list[dict[str, Any]], bytes]:
    """Rows of a shipped file, and its bytes."""
    data = _bytes(path)
    return _rows(path, data), data


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeclarationError(
            f"{path}: cannot be read ({' '.join(str(error).split())[:160]}); correct the file"
        ) from error


def _rows(path: Path, data: bytes) -> list[dict[str, Any]]:
    try:
        text = data.decode("utf-8-sig")
        if path.suffix == ".csv":
            return list(csv_rows(io.StringIO(text, newline="")))
        found = [json.loads(line) for line in re.split("\r\n|\r|\n", text) if line.strip()]
    except (ValueError, csv.Error, RecursionError) as error:
        raise DeclarationError(
            f"{path}: cannot be read ({' '.join(str(error).split())[:160]}); correct the file"
        ) from error
    if not all(isinstance(row, dict) for row in found):
        raise DeclarationError(f"{path}: write one JSON object a line")
    return found


def _distinct(path: Path, items: list[Labelled]) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise DeclarationError(f"{path}: id {item.id!r} occurs twice; give each answer an id of its own")
        seen.add(item.id)


def _sha(parts: list[bytes]) -> str:
    return hash_of(b"".join(parts))
