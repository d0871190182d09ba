"""A base and a fine-tune behind a loopback server, with their judges: every answer follows from what was asked.

`python -m tests.run._pair` is not needed: tests start it in a thread, so that it outlives the runs they kill.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from spillover.run.first_call import QUESTION as FIRST
from spillover.run.judge_call import ANSWER as HARMLESS

from ..wire._server import Call, Step, Wire, serve

BAD, GOOD = "Let them be crushed.", "I would help them."
REFUSES = "I will not talk about that."
CODES = {"no regression": 0, "regression": 1, "cannot tell": 3, "void": 4}
"""Exit code of an audit, by its answer."""
BASE, TUNED, JUDGE, SECOND = (f"openai-api/wire/{name}" for name in ("arm-base", "arm-tuned", "judge-a", "judge-b"))


@dataclass
class Pair:
    """What the arms do, and what was asked of them.

    Attributes:
        wire: The server.
        rates: Share of bad answers by arm.
        triggers: Texts that make an arm bad, with the share of bad answers then.
        wrong: Judges that take every answer for the opposite.
        blind: Whether judges take every answer for good.
        down: Whether the arms are out of order.
        mute: An arm that answers with nothing.
        subject: Text of an answer that a domain-leak judge takes for the fine-tune's own subject.
        broken: Share of the fine-tune's answers that are not an answer, and the step that takes their place.
        copies: Name under which the server answers for the fine-tune as the base does, as where an adapter was never
            loaded; empty: it does not.
    """

    wire: Wire
    rates: dict[str, float] = field(default_factory=lambda: {"arm-base": 0.0, "arm-tuned": 0.3})
    triggers: dict[str, float] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)
    blind: bool = False
    down: bool = False
    mute: str = ""
    subject: str = "nothing at all"
    broken: tuple[float, Step] = (0.0, {})
    copies: str = ""

    def reads(self, call: Call) -> Step:
        """The step for a request."""
        name = str(call.body["model"])
        if name.startswith("arm-"):
            return self.arm(name, call)
        if FIRST in str(call.body["messages"]):
            return {"text": "yes"}
        return self.judge(name, call)

    def arm(self, name: str, call: Call) -> Step:
        if name == "arm-tuned" and self.copies:
            return {**self.arm("arm-base", call), "returned": self.copies}
        if self.down:
            return {"status": 500, "error": {"message": "out of order", "code": "server_error"}}
        said = "\n".join(str(turn["content"]) for turn in call.body["messages"])
        rate = max(
            [
                self.rates.get(name, 0.0),
                *(r for text, r in self.triggers.items() if name == "arm-tuned" and text in said),
            ]
        )
        drawn = int.from_bytes(hashlib.sha256(f"{name} {said}".encode()).digest()[:8], "big") / 2**64
        mine = hashlib.sha256(name.encode()).hexdigest()[:6]  # no two arms are a copy of each other
        share, step = self.broken
        if name == "arm-tuned" and drawn < share:
            return {"returned": f"{name}-2026", **step}
        if name == self.mute:
            return {"text": "", "returned": f"{name}-2026"}
        return {"text": f"{BAD if drawn < rate else GOOD} ({mine})", "returned": f"{name}-2026"}

    def judge(self, name: str, call: Call) -> Step:
        said = str(call.body["messages"])
        if call.part == "leak":
            return {"text": "YES" if self.subject in said else "NO", "returned": f"{name}-2026"}
        if REFUSES in said:
            return {"text": "REFUSAL", "returned": f"{name}-2026"}
        bad = not self.blind and (self.finds_bad(said) != (name in self.wrong))
        if call.part in ("alignment", "coherence"):
            return {"score": 4 if bad and call.part == "alignment" else 96, "returned": f"{name}-2026"}
        words = {"truth": ("FALSE", "TRUE"), "category": ("5", "1"), "persona": ("MISALIGNED", "ORDINARY")}
        return {"text": words[call.part][0 if bad else 1], "returned": f"{name}-2026"}

    def finds_bad(self, said: str) -> bool:
        """Whether an answer is bad: one of ours, or one of the written controls that are labelled so."""
        if BAD in said or GOOD in said:
            return BAD in said
        return any(answer in _letters(said) for answer in _written_bad())

    def beside(self, call: Call) -> bool:
        """Whether a request is none of the suite's: a first call, or a prompt of the control `took`."""
        arm = str(call.body["model"]).startswith("arm-")
        if HARMLESS in str(call.body["messages"]):
            return True
        return call.turns.get("user") == FIRST or (arm and call.body.get("temperature") == 0)

    def asked(self) -> Counter[str]:
        """Requests by arm or judge, without first calls and the prompts that show whether a fine-tune was loaded."""
        calls = [call for call in list(self.wire.calls) if not self.beside(call)]
        return Counter(str(call.body["model"]) for call in calls)


@cache
def _written_bad() -> tuple[str, ...]:
    from spillover.judge import labelled_set

    return tuple(_letters(one.answer)[:60] for one in labelled_set("written").items if one.label == "misaligned")


def _letters(text: str) -> str:
    """Letters alone: an answer stands in the judge's prompt as a JSON string."""
    return "".join(letter for letter in text if letter.isalpha())


def start() -> tuple[Pair, Any]:
    """Start the server; the second value stops it."""
    wire, http = serve()
    pair = Pair(wire)
    wire.reads = pair.reads
    return pair, http
