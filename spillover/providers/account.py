"""Account for every recorded answer or verdict: a line at the end of the program names the unused ones."""

import atexit
import sys
from collections import Counter
from collections.abc import Iterable

import click

from spillover.common import Cell

from .recording import Recording, listed

Key = tuple[str, str, int]
INSPECT = "inspect"
"""The command that has no line of ours at its end; Spillover's own commands say it themselves."""


HINT = "; leave out --epochs to ask all"


class Account:
    """What of one recording was asked for, turns of a conversation and dimensions of a verdict taken together."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.asked: set[Key] = set()
        self.judged: set[tuple[str, Key]] = set()
        command = click.get_current_context(silent=True)
        if command is not None and command.find_root().command.name == INSPECT:
            atexit.register(self.tell)

    def add(self, cell: Cell) -> None:
        """Note that an answer, or a verdict, was asked for."""
        own = self.recording.key(cell)
        key = own.probe, own.condition, own.epoch
        if cell.dimension is None:
            self.asked.add(key)
        else:
            self.judged.add((own.model, key))

    def tell(self) -> None:
        """Say on standard error what was not asked for, where anything was."""
        said = not_asked(self.recording, self.asked, HINT) if self.asked else _not_judged(self.recording, self.judged)
        if said is not None:
            print(f"Note: {said}", file=sys.stderr)


def _not_judged(recording: Recording, judged: set[tuple[str, Key]]) -> str | None:
    """One line about recorded verdicts that were not asked for; where answers stand beside them, these are counted."""
    models = {model for model, _ in judged}
    cells = [cell for cell in recording.records if cell.model in models]
    recorded = {(cell.model, (cell.probe, cell.condition, cell.epoch)) for cell in cells if cell.dimension is not None}
    left = len(recorded - judged)
    if not left or any(cell.dimension is None for cell in cells):
        return None
    return (
        f"{recording.path}: {left} of {len(recorded)} recorded verdicts were not used; if they come from "
        "another run, they may not fit these answers"
    )


def not_asked(recording: Recording, asked: Iterable[Key], hint: str = "") -> str | None:
    """One line about recorded answers that were not asked for; None where all were.

    Args:
        recording: The recording.
        asked: Probe, condition ("" where the recording has none) and epoch of the answers that were asked for.
        hint: What is said of other epochs.
    """
    asked, recorded = set(asked), set(recording.conversations())
    left = recorded - asked
    if not left:
        return None
    probes, conditions = {probe for probe, _, _ in asked}, {condition for _, condition, _ in asked}
    kinds: Counter[str] = Counter()
    for probe, condition, _ in left:
        kinds["probe" if probe not in probes else "condition" if condition not in conditions else "epoch"] += 1
    others = sorted({probe for probe, _, _ in left} - probes)
    last = max((epoch for probe, _, epoch in left if probe in probes), default=0)
    whys = {
        "probe": f"{kinds['probe']} of probes that were not asked ({listed(others)})",
        "condition": f"{kinds['condition']} under another condition",
        "epoch": f"{kinds['epoch']} of other epochs (they go up to {last}{hint})",
    }
    why = "; ".join(whys[kind] for kind in whys if kinds[kind])
    return f"{recording.path}: {len(left)} of {len(recorded)} recorded answers were not used: {why}"
