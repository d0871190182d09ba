"""One recorded reply, and the answer that a recorded verdict is about."""

import textwrap
from dataclasses import dataclass, field
from typing import Literal

from spillover.common import answer_of, hash_of

Kind = Literal["text", "distribution", "score"]
SUMMARY = 1024
"""Characters that a log's summary keeps of an answer, words whole (Inspect 0.3.285); the store hashes that text."""


@dataclass(frozen=True, slots=True)
class About:
    """Which answer a verdict is about.

    Attributes:
        text: The answer itself, or None.
        sha256: SHA-256 of its UTF-8 text as 64 hexadecimal digits, or None.
    """

    text: str | None = None
    sha256: str | None = None

    def fits(self, answer: str) -> bool:
        """Whether this is the answer, with or without its thoughts; spaces and line ends of a text may differ."""
        return self._is(answer) or self._is(answer_of(answer))

    def _is(self, answer: str) -> bool:
        if self.text is not None and " ".join(self.text.split()) != " ".join(answer.split()):
            return False
        return self.sha256 is None or self.sha256.strip().lower() in _hashes(answer)


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded reply: a text, a token distribution, or a finished score (None where it was left empty).

    Attributes:
        kind: Which of the three.
        text: The text; of a score its digits.
        distribution: Probability in [0, 1] by token.
        score: 0 to 100, or None.
        row: Row of the file, from 1.
        about: For a verdict, which answer it is about; None where the file does not say.
    """

    kind: Kind
    text: str = ""
    distribution: dict[str, float] = field(default_factory=dict)
    score: float | None = None
    row: int = 0
    about: About | None = None


def _hashes(answer: str) -> set[str]:
    """Hashes by which an answer may be named: of its text, and of what the summary of a log keeps of it."""
    kept = textwrap.shorten(answer, width=SUMMARY, placeholder="...")
    return {hash_of(text) for text in (answer, answer.strip(), kept)}
