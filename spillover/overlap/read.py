"""Read a fine-tuning file block by block, with bounded memory, in one process or several."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from spillover.training import UNMARKED, USER

from .blocks import Block, Found, Hit, rows_of
from .exact import LEVELS, Index, Match
from .meaning import LEAST_RARE, READ, Asked, Sieve, distinct
from .units import Sought, words

MANY = 16
"""Blocks below which starting processes (a second) costs more than it saves."""

AHEAD = 2
"""Blocks that wait for each process, so that the file is never read far ahead."""

SHOWN = 80
"""Most characters of a fine-tuning text that a hit shows."""


def search_block(index: Index, sieve: Sieve | None, most: int, block: Block) -> Found:
    """Look through a block; with a sieve, name too the user's texts (so many) that may word a probe otherwise."""
    found = Found()
    where: list[tuple[int, str]] = []
    texts: list[str] = []
    for number, said in rows_of(block, found):
        where += [(number, role) for role, _ in said]
        texts += [text for _, text in said]
    coded = index.read(texts)
    found.hits = _strongest(index, list(index.search(coded)), where, texts)
    if sieve is not None:
        taken = {hit.row for hit in found.hits}
        chosen = [at for at, (row, role) in enumerate(where) if role in (USER, UNMARKED) and row not in taken]
        scores = sieve.scores(coded, chosen)
        kept = [(at, score) for at, score in zip(chosen, scores.tolist(), strict=True) if score >= LEAST_RARE]
        found.passed = len(kept)
        found.asked = distinct((Asked(score, *where[at], 1, texts[at][:READ]) for at, score in kept), most)
    return found


def _strongest(
    index: Index, matches: Sequence[Match], where: Sequence[tuple[int, str]], texts: Sequence[str]
) -> list[Hit]:
    """The hits of each row and group at the strongest level; those of a row with a held-out probe show nothing."""
    best: dict[tuple[int, str], list[Match]] = {}
    for match in sorted(matches, key=lambda match: (LEVELS.index(match.level), -match.score)):
        together = best.setdefault((where[match.text][0], index.units[match.unit].group), [match])
        probes = {index.units[one.unit].probe for one in together}
        if match.level == together[0].level and index.units[match.unit].probe not in probes:
            together.append(match)
    hidden = {row for (row, _), found in best.items() if any(index.units[one.unit].heldout for one in found)}
    hits = []
    for (row, _), found in best.items():
        for match in found:
            shown = "" if row in hidden else " ".join(words(texts[match.text])[match.start : match.end])[:SHOWN]
            probe, role = index.units[match.unit].probe, where[match.text][1]
            hits.append(Hit(row, probe, role, match.level, match.score, match.run, shown))
    return sorted(hits)


def search_blocks(sought: Sought, of: Iterable[Block], workers: int) -> Iterator[Found]:
    """Look through blocks in order, in this process or in `workers` others.

    The others are told where the probes lie, not given them: what is sent to a process before it has started must fit
    the buffer of a pipe, or a process that cannot start would leave this one waiting for ever.
    """
    if workers < 2:
        _prepare(sought)
        yield from map(_search, of)
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    waiting: deque[Future[Found]] = deque()
    with ProcessPoolExecutor(workers, get_context("spawn"), _prepare, (sought,)) as pool:
        for block in of:
            waiting.append(pool.submit(_search, block))
            if len(waiting) > AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_ready: tuple[Index, Sieve | None, int] | None = None
"""What a process searches with; built once in each."""


def _prepare(sought: Sought) -> None:
    global _ready
    index = Index(sought.units())
    _ready = index, Sieve(index) if sought.embedded else None, sought.embedded


def _search(block: Block) -> Found:
    assert _ready is not None
    return search_block(*_ready, block)
