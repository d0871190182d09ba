"""Lists of probes: the headline, the core, and all that an audit may decide on; no situation may fill them."""

from collections.abc import Iterator, Sequence

from spillover.common import counted
from spillover.declare import CORE_FILE, RETIRED, Dataset, Row, load, load_groups
from spillover.items import MOTIF_CAP

from .core import rated_core, read_core_file, read_ratings

HEADLINE = "emergent_misalignment"
DECIDING = "emergent"
"""The group of domains on which an audit decides: the suites ask their public probes, the headline and the core are
some of them, so that a limit on all of them holds for each list."""


def deciding(dataset: Dataset) -> list[Row]:
    """Public probes of the domains on which an audit decides, without counterparts."""
    return [row for domain in load_groups()[DECIDING] for row in dataset.originals(domain)]


def worn_motifs(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Ids by motif, of the motifs that more probes share than may."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(str(row["motif"]), []).append(row["id"])
    return {motif: ids for motif, ids in found.items() if len(ids) > MOTIF_CAP}


def list_problems(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Where a list is wrong, and what to do: motifs, the headline, the core.

    Raises:
        DatasetError: Where the file of the core or of the ratings cannot be read.
    """
    rows = deciding(dataset)
    for motif, ids in worn_motifs(rows).items():
        yield (
            f"motif {motif}",
            f"{', '.join(ids)} share it; keep {counted(MOTIF_CAP, 'probe')} of one motif in the domains that decide",
        )
    for probe in load(HEADLINE).probes["ids"]:
        yield from ((f"tasks/{HEADLINE}.yaml", f"{probe}: {what}") for what in _unfit(dataset, probe))
    yield from _core_problems(dataset)


def complete(dataset: Dataset) -> bool:
    """Whether all domains that decide are in the folder."""
    return set(load_groups()[DECIDING]) <= set(dataset.domains)


def chosen_core(dataset: Dataset) -> list[str] | None:
    """The core of version 0 that the ratings choose; None where they do not choose it, or domains are missing.

    Raises:
        DatasetError: Where the ratings cannot be read, or there are too few of them.
    """
    core, ratings = read_core_file(dataset.folder), read_ratings(dataset.folder)
    if core is None or core["version"] != 0 or not ratings or not complete(dataset):
        return None
    return rated_core(deciding(dataset), ratings)


def _core_problems(dataset: Dataset) -> Iterator[tuple[str, str]]:
    core = read_core_file(dataset.folder)
    ids = [] if core is None else core["ids"]
    for probe in dict.fromkeys(ids):
        if ids.count(probe) > 1:
            yield CORE_FILE, f"{probe} is listed twice; list it once"
        yield from ((CORE_FILE, f"{probe}: {what}") for what in _unfit(dataset, probe))


def _unfit(dataset: Dataset, probe: str) -> Iterator[str]:
    """Why a list may not hold a probe; nothing where it may, or where its domain is not in the folder."""
    home = str(probe).rpartition("-")[0]
    if home not in load_groups()[DECIDING]:
        yield "its domain does not decide; choose another probe"
    elif home in dataset.domains and probe not in {row["id"] for row in dataset.originals(home)}:
        retired = any(row["id"] == probe for row in dataset.rows(home, RETIRED))
        yield "is retired; choose another probe" if retired else "no such public probe; choose another"
