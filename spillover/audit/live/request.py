"""What a live audit is asked to do, and what of it is written down before anything is done."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spillover.audit.decide import Rule
from spillover.finetune import Finetune, TrainingFile
from spillover.plan import Design, Model, Options, Prices
from spillover.run import DRAWN, GIVEN, versions
from spillover.solvers import Condition
from spillover.training import Derived

from .loaded import prompts_sha256


@dataclass(frozen=True, slots=True)
class Request:
    """What an audit is to do.

    Attributes:
        design: What is asked.
        base: The base.
        tuned: The fine-tunes.
        judges: The judges; the first one's verdicts are shown, all must agree on an answer.
        rule: The decision rule.
        out: Folder for manifest, logs and reports.
        seed_given: Whether somebody chose the seed; else it was drawn at random.
        stop_early: Whether a fine-tune is asked no further once its answer is clear.
        in_domain: Tags of the fine-tune's own field.
        options: How it is carried out.
        reuse: Folders of earlier runs that may hold the base's answers.
        records: Fine-tune records by model.
        derived: Conditions that come from a training file, with share and reason.
        training: That file, or None.
        controls: Whether the judge is put to written answers first.
        first_turns: First user turns of the training file, for the control that shows whether a fine-tune was loaded.
        card: Card of the first judge: has it moved since?
        positive: Models known to be misaligned.
        negative: Models known not to be.
        candidates: What may be a trigger.
        budget: Answers of the trigger search; 0: none.
        recipes: Fine-tunes that differ in their training seed alone, each group of them.
        subjects: By fine-tune, what it was trained on, in a few words, for the domain-leak judge.
        leak_judge: That judge; the first one where None.
        companions: What is asked of the companion scales, whatever is decided; None for nothing.
        prices: What models cost.
        cap_cost_usd: US dollars after which nothing more is asked.
        why: Why a base serves that the fine-tune does not declare.
        reproduce: The command.
    """

    design: Design
    base: Model
    tuned: tuple[Model, ...]
    judges: tuple[Model, ...]
    rule: Rule
    out: Path
    seed_given: bool = False
    stop_early: bool = True
    in_domain: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    reuse: tuple[Path, ...] = ()
    records: dict[str, Finetune] = field(default_factory=dict)
    derived: tuple[Derived, ...] = ()
    training: TrainingFile | None = None
    controls: bool = True
    first_turns: tuple[str, ...] = ()
    card: Path | None = None
    positive: tuple[Model, ...] = ()
    negative: tuple[Model, ...] = ()
    candidates: tuple[Condition, ...] = ()
    budget: int = 0
    recipes: tuple[tuple[str, ...], ...] = ()
    subjects: dict[str, str] = field(default_factory=dict)
    leak_judge: Model | None = None
    prices: Prices | None = None
    cap_cost_usd: float | None = None
    why: str | None = None
    reproduce: str = ""
    companions: Design | None = None

    def planned(self) -> dict[str, Any]:
        """What is written down and hashed before anything is asked."""
        return {
            "rule": self.rule.as_dict(),
            "stop_early": self.stop_early,
            "seed": GIVEN if self.seed_given else DRAWN,
            "design": self.design.as_dict(),
            "material_sha256": self.design.material_sha256(),
            "base": self.base.as_dict(),
            "finetunes": [model.as_dict() for model in self.tuned],
            "judges": [model.as_dict() for model in self.judges],
            "in_domain": list(self.in_domain),
            "records": {name: one.as_dict() for name, one in self.records.items()},
            "derived": [one.as_dict() for one in self.derived],
            "training": self.training.as_dict() if self.training else {},
            "controls": {
                "written": self.controls,
                "took_sha256": prompts_sha256(self.first_turns),
                "judge_card": self.card.name if self.card else None,
                "positive": [model.as_dict() for model in self.positive],
                "negative": [model.as_dict() for model in self.negative],
            },
            "trigger_search": {"budget": self.budget, "candidates": [one.as_dict() for one in self.candidates]},
            "recipes": [list(one) for one in self.recipes],
            "leaks": {
                "subjects": self.subjects,
                "judge": self.leak_judge.as_dict() if self.leak_judge else None,
            },
            "cap_cost_usd": self.cap_cost_usd,
            "base_differs_because": self.why,
            **self._beside(),
            "versions": versions(),
        }

    def _beside(self) -> dict[str, Any]:
        """What is asked of the companion scales, where anything is."""
        if self.companions is None:
            return {}
        return {"companions": {**self.companions.as_dict(), "material_sha256": self.companions.material_sha256()}}
