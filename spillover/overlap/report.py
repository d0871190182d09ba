"""The report on a fine-tuning file, and the sums that it is made of."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from spillover.common import visible

from .blocks import Found, Hit
from .exact import LEVELS, PARAPHRASED
from .meaning import distinct
from .read import SHOWN

LISTED = 200
"""Hits that a report lists of each level."""

MOST_KEYS = 10_000
"""Such keys that are counted; where a file has more of them, the rarest are dropped."""
NAMES = 50
"""Keys with text that no shape reads that a report names."""

KEYS = 5
"""Kinds of rows of no known shape that a report names."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a fine-tuning file has of the probes.

    Attributes:
        file: The file.
        sha256: Of the file as it lies, in hexadecimal.
        rows: Rows that are not blank.
        shapes: Rows by shape.
        not_understood: Rows of no known shape; nothing was looked for in them.
        keys_not_understood: The keys of such rows, the most frequent first, at most `KEYS` kinds.
        keys_not_read: Keys with text in which nothing was looked for, and the rows that have them; at most `NAMES`.
        probes: Probes looked for, held-out ones among them.
        heldout: Held-out probes looked for.
        too_short: Probes not looked for because no turn has `LEAST_WORDS` words.
        rows_hit: Rows with a hit of any level.
        canary: Rows that hold the dataset's canary.
        levels: For each level `rows` and `probes`, the numbers of distinct ones with a hit of this level, or `None`
            where it was not looked for. A row and group of probes count at their strongest level only. For
            `paraphrased` a row with two such texts counts twice.
        by_probe: For each probe found, its rows by level.
        hits: The first of each level (`LISTED` where not asked otherwise), by row.
        hits_total: All hits.
        method: Thresholds, versions, seconds; for `paraphrased` what was embedded, and how much of our own is found so.
    """

    file: str
    sha256: str
    rows: int
    shapes: dict[str, int]
    not_understood: int
    keys_not_understood: list[str]
    keys_not_read: dict[str, int]
    probes: int
    heldout: int
    too_short: int
    rows_hit: int
    canary: int
    levels: dict[str, dict[str, int] | None]
    by_probe: dict[str, dict[str, int]]
    hits: list[Hit]
    hits_total: int
    method: dict[str, Any]

    @property
    def found(self) -> bool:
        """Whether any row holds a probe or the canary."""
        return bool(self.rows_hit or self.canary)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {**asdict(self), "found": self.found, "hits": [hit._asdict() for hit in self.hits]}


class Tally:
    """Sums over blocks; its size does not grow with the file."""

    def __init__(self, listed: int, most_embedded: int) -> None:
        """Begin with nothing; list so many hits of each level, keep so many texts to embed."""
        self.most, self.most_embedded = listed, most_embedded
        self.whole = Found()
        self.rows: Counter[str] = Counter()
        self.by_probe: dict[str, Counter[str]] = {}
        self.rows_hit = self.hits_total = 0
        self.listed: Counter[str] = Counter()

    def add(self, found: Found) -> None:
        """Add a block."""
        whole = self.whole
        whole.rows += found.rows
        whole.shapes += found.shapes
        whole.unknown += found.unknown
        if len(whole.unknown) > 1000:
            rest = whole.unknown.total()
            whole.unknown = Counter(dict(whole.unknown.most_common(100)))
            whole.unknown[("other",)] += rest - whole.unknown.total()
        whole.keys += found.keys
        if len(whole.keys) > MOST_KEYS:
            whole.keys = Counter(dict(whole.keys.most_common(MOST_KEYS // 2)))
        whole.canary += found.canary
        whole.passed += found.passed
        if found.asked:
            whole.asked = distinct([*whole.asked, *found.asked], self.most_embedded)
        self.rows_hit += len({hit.row for hit in found.hits})
        self.rows.update(level for level, _ in {(hit.level, hit.row) for hit in found.hits})
        for hit in found.hits:
            self.hit(hit, 1)

    def hit(self, hit: Hit, rows: int) -> None:
        """Count a hit in so many rows, and list it where there is room."""
        self.by_probe.setdefault(hit.probe, Counter())[hit.level] += rows
        self.hits_total += rows
        self.listed[hit.level] += 1
        if self.listed[hit.level] <= self.most:
            self.whole.hits.append(hit)

    def paraphrase(self, hit: Hit, rows: int) -> None:
        """Count a paraphrase that stands in so many rows; rows with a stronger hit are not embedded."""
        self.rows_hit += rows
        self.rows[hit.level] += rows
        self.hit(hit, rows)

    def levels(self, embedded: bool) -> dict[str, dict[str, int] | None]:
        """Rows and distinct probes of each level."""
        found: dict[str, dict[str, int] | None] = {
            level: {"rows": self.rows[level], "probes": sum(level in one for one in self.by_probe.values())}
            for level in LEVELS
        }
        return found if embedded else {**found, PARAPHRASED: None}

    def keys_not_read(self) -> dict[str, int]:
        """Keys with text that no shape reads, made fit to print, those of the most rows first."""
        return {clean(key): rows for key, rows in self.whole.keys.most_common(NAMES)}

    def keys_not_understood(self) -> list[str]:
        """The keys of rows of no known shape, made fit to print."""
        kinds = self.whole.unknown.most_common(KEYS)
        return [clean(", ".join(keys[:8]) or "(no keys)") for keys, _ in kinds]


def clean(text: str) -> str:
    """Text of a fine-tuning file that is fit to print: at most `SHOWN` characters, hidden ones shown as their codes."""
    return visible(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")[:SHOWN]
