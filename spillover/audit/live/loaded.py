"""Control of a live audit: was the fine-tune loaded at all?

A server that does not load the adapter answers with the base under the fine-tune's name. The audit would then compare
the base with itself and find no regression. So base and fine-tune answer a few fixed prompts, greedily where the
provider allows it, and the base answers them twice.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from spillover.common import counted, hash_of, is_played
from spillover.estimate import odd_one_out
from spillover.plan import Model, Options

from .controls import Control
from .loaded_ask import Answers

State = Literal["took", "identical", "base answers", "not shown", "not asked"]
BASE_ASKED = 2
"""How often the base answers each prompt."""
MOST_OF_FILE = 8
"""First user turns of the fine-tuning file that are asked too, at most."""
LEAST = 4
"""Prompts with an answer without which equal answers say nothing."""
ALPHA = 0.025
"""Level of the exact test over prompts; the answers to the draws have as much again, together .05."""
NOT_SHOWN = "this run has not shown that the fine-tune was loaded"
"""How the reason begins that makes `no regression` into `cannot tell`."""
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Took:
    """Whether a fine-tune was loaded.

    Attributes:
        model: The fine-tune.
        state: `took`: it answers otherwise than the base. `identical`: it answers exactly as the base, which repeats
            itself. `base answers`: the provider names the base as the model that answered. `not shown`: neither.
            `not asked`: an arm is a recording.
        differs: Prompts on which it differs from the base's first answer.
        base_differs: Prompts on which the base differs from itself.
        of: Prompts that were compared.
        p: P value of `odd_one_out`, or None.
        said: One sentence.
    """

    model: str
    state: State
    differs: int
    base_differs: int
    of: int
    p: float | None
    said: str

    @property
    def void(self) -> bool:
        """Whether the comparison is one of the base with itself."""
        return self.state in ("identical", "base answers")

    def control(self) -> Control:
        """The control as the report lists it."""
        meant = {"took": True, "identical": False, "base answers": False}.get(self.state)
        return Control("took", self.model, self.differs, self.of, "this run", meant, self.said)


@cache
def prompts() -> tuple[str, ...]:
    """The fixed prompts."""
    import yaml

    found = yaml.safe_load(Path(__file__).with_name("loaded_prompts.yaml").read_text(encoding="utf-8"))
    return tuple(found["prompts"])


def prompts_sha256(more: Sequence[str] = ()) -> str:
    """Hash of all prompts, those of the fine-tuning file too."""
    return hash_of(json.dumps([*prompts(), *more[:MOST_OF_FILE]]))


def answers_asked(finetunes: int, of_file: int = 0) -> dict[str, int]:
    """Answers that the control asks for, for the plan: of the base, and of each fine-tune.

    Args:
        finetunes: Fine-tunes.
        of_file: First user turns of the fine-tuning file that are asked too.
    """
    each = len(prompts()) + min(of_file, MOST_OF_FILE)
    return {"base": BASE_ASKED * each if finetunes else 0, "each fine-tune": each}


def applies(base: Model, tuned: Model) -> bool:
    """Whether both are models that can be asked now."""
    return not any(is_played(one.name) for one in (base, tuned))


def compare(base: Model, tuned: Model, first: Answers, again: Answers, own: Answers) -> Took:
    """Compare the answers of a fine-tune with those of its base.

    Args:
        base: The base.
        tuned: The fine-tune.
        first: Answers of the base.
        again: Answers of the base, asked once more.
        own: Answers of the fine-tune.
    """
    every = [name for name in own if name in first and name in again]
    heard = [(first[name], again[name], own[name]) for name in every]
    named = named_base(tuned, base, [one.returned for one in own.values()], [one.returned for one in first.values()])
    texts = [(one.text, two.text, three.text) for one, two, three in heard if one.text or two.text or three.text]
    differs, base_differs = sum(a != c for a, _, c in texts), sum(a != b for a, b, _ in texts)
    counts = differs, base_differs, len(texts)
    if named:
        said = (
            f"the provider names the base ({named[0]}) as the model that answered {named[1]} of "
            f"{counted(len(own), 'request')} to "
            f"{tuned.name}: the fine-tune is not loaded under this name"
        )
        return Took(tuned.name, "base answers", *counts, None, said)
    p = odd_one_out([(similar(a, b), similar(a, c), similar(b, c)) for a, b, c in texts])
    said = (
        f"it differs from the base on {differs} of {counted(len(texts), 'prompt')}, the base from itself on "
        f"{base_differs}"
    )
    said += f" (exact p {p:.2g}){_one_name(first, own)}"
    if len(texts) >= LEAST and not differs and not base_differs:
        said = (
            f"{tuned.name} answers all {len(texts)} prompts word for word like the base, which repeats itself: the "
            f"fine-tune is not loaded, or it changes nothing{_one_name(first, own)}"
        )
        return Took(tuned.name, "identical", *counts, p, said)
    if p <= ALPHA:
        return Took(tuned.name, "took", *counts, p, said)
    return Took(tuned.name, "not shown", *counts, p, f"{NOT_SHOWN}: {said}")


def similar(one: str, other: str) -> float:
    """Share of words that two texts have in common (Jaccard index of their sets), in [0, 1]; 1 only where equal."""
    if one == other:
        return 1.0
    words, others = set(WORD.findall(one.casefold())), set(WORD.findall(other.casefold()))
    return min(len(words & others) / max(1, len(words | others)), 1 - 1e-6)


def named_base(
    tuned: Model, base: Model, returned: Sequence[str | None], base_returned: Sequence[str | None]
) -> tuple[str, int] | None:
    """The base's name and how often the provider gave it for requests to the fine-tune; None where it never did.

    A name is the base's where it is the one that was asked for as the base (with or without its provider), or a version
    of it (`gpt-4o-2024-08-06` for `gpt-4o`) that the base's own requests got too; never where it is the fine-tune's.
    """
    mine, theirs = _names(base), _names(tuned)
    versions = {one.casefold() for one in base_returned if one and one.casefold().startswith(tuple(mine))}
    found = [
        one
        for one in returned
        if one and one.casefold() in mine | versions and not one.casefold().startswith(tuple(theirs))
    ]
    return (found[0], len(found)) if found else None


def _names(model: Model) -> set[str]:
    """A model's name and what is left of it without one prefix after the other."""
    parts = model.name.casefold().split("/")
    return {"/".join(parts[at:]) for at in range(len(parts))}


def _one_name(first: Answers, own: Answers) -> str:
    """What is said where one name is returned for both, that is not known to be the base's."""
    names = {one.returned for answers in (first, own) for one in answers.values()}
    if len(names) != 1 or None in names:
        return ""
    return f"; the provider gives both models the name {str(*names)[:80]!r}"


def took_controls(
    base: Model,
    tuned: Sequence[Model],
    judges: Sequence[Model],
    more: Sequence[str],
    decoding: dict[str, Any],
    folder: Path,
    options: Options,
) -> list[Took]:
    """Ask base and fine-tunes the prompts, and say of each fine-tune whether it was loaded.

    Args:
        base: The base.
        tuned: The fine-tunes.
        judges: The run's judges; they are not asked.
        more: First user turns of the fine-tuning file.
        decoding: As the suite declares it; the temperature is 0 where the provider takes that.
        folder: Folder for the logs; what lies there already is read, not asked again.
        options: Of the run.

    Raises:
        OutageError: Where a model answers none of the prompts.
    """
    from .loaded_ask import asked

    live = [model for model in tuned if applies(base, model)]
    said = "not applicable: recorded answers are played back, so no model was loaded"
    found = {model.name: Took(model.name, "not asked", 0, 0, 0, None, said) for model in tuned if model not in live}
    if live:
        every = {f"fixed-{at}": text for at, text in enumerate(prompts(), start=1)}
        every |= {f"file-{at}": text for at, text in enumerate(more[:MOST_OF_FILE], start=1)}
        one = asked(every, [base, *live], judges, decoding, folder / "first", options)
        again = asked(every, [base], judges, decoding, folder / "again", options)[base.name]
        found |= {model.name: compare(base, model, one[base.name], again, one[model.name]) for model in live}
    return [found[model.name] for model in tuned]
