"""What models must share to be ranked together: the same questions, asked and judged in the same way."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spillover.common import hash_of, methods_of, oddities, read_served, set_apart
from spillover.logs import Made, differences

from .names import inert

PLAIN = {"split": "public", "language": "en", "condition": "plain"}
"""What a row's figure is about where the record has it."""
NONE = "none said"
ORIGINS = ("scripted", "simulated", "generated", "recorded")
OTHER_ORIGIN = "no model's"


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """Everything two models must share; two settings are one where `spillover.logs.alike` finds no difference.

    Attributes:
        suite_version: Version of the dataset that the logs name.
        judge: Name of the judge.
        form: How it judged.
        rubrics: Rubrics as `id@version:hash`.
        tasks: Tasks that are pooled, as `id version`.
        split: Split of the probes.
        language: Language of the probes.
        condition: How the probes were put.
        questions: Questions that were asked; a run over a part of them is another one.
        material: Hash of probes, condition, decoding, rubrics and thresholds of all tasks, as declared, and of
            decoding and solver as they were.
        decoding: Generation settings with which the models were really asked, as JSON.
        solver: What asked; `ask` where it was Spillover's own.
        origin: In a word where answers or verdicts come from that no model gave, or empty.
        methods: Version of the methods behind the intervals: those of older ones are never ranked with newer ones.
        served: What of a judge or hosted model does not fit its name, each in a sentence: a hosted name behind a
            foreign address is a group of its own. None where the record does not say what served the answers.
    """

    suite_version: str
    judge: str
    form: str
    rubrics: tuple[str, ...]
    tasks: tuple[str, ...]
    split: str
    language: str
    condition: str
    questions: int
    material: str
    decoding: tuple[str, ...]
    solver: str
    origin: str
    methods: int
    served: tuple[str, ...] | None = None

    @property
    def made(self) -> Made:
        """The setting as it is compared."""
        return Made(
            dataset=(self.suite_version,),
            judge=(self.judge,),
            form=(self.form,),
            rubrics=self.rubrics,
            task=self.tasks,
            version=self.tasks,
            split=(self.split,),
            language=(self.language,),
            condition=(self.condition,),
            questions=(str(self.questions),),
            material=(self.material,),
            decoding=self.decoding,
            solver=(self.solver,),
            origin=(self.origin,),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Setting):
            return NotImplemented
        same = (self.methods, self.served) == (other.methods, other.served)
        return same and not differences(self.made, other.made, "board")

    def __hash__(self) -> int:
        return hash((self.methods, self.served, self.material, self.judge))

    def as_dict(self) -> dict[str, Any]:
        """As plain data, without what could hide in a text."""
        return {
            name: [inert(one) for one in value] if isinstance(value, tuple) else value
            for name in self.__slots__
            for value in [getattr(self, name)]
        }


def headline(data: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a record that a row's figure is of: pooled, and public, English and plain where it has that."""
    rows = data["pooled"] or [{**row, "tasks": [row["task"]]} for row in data["results"]]
    return dict(
        min(
            rows,
            key=lambda row: [
                *(row[name] != usual for name, usual in PLAIN.items()),
                *(row[name] for name in (*PLAIN, "tasks")),
            ],
        )
    )


def setting_of(data: Mapping[str, Any], head: Mapping[str, Any]) -> Setting:
    """What the figure of a record shares with those it may be ranked among."""
    cells = [row for row in data["results"] if row["task"] in head["tasks"] and same(row, head)]
    made = sorted(
        (row["task"], row["version"], row["material_sha256"], _text(row["decoding"]), row["solver"]) for row in cells
    )
    judge = data["judge"]
    return Setting(
        suite_version=suite_version(data),
        judge=inert(judge["name"] or NONE),
        form=inert(" and ".join(judge["form"]) or NONE),
        rubrics=tuple(judge["rubrics"]),
        tasks=tuple(sorted({f"{row['task']} {row['version']}" for row in cells})),
        split=inert(head["split"]),
        language=inert(head["language"]),
        condition=inert(head["condition"]),
        questions=head["questions"],
        material=hash_of(json.dumps(made))[:12],
        decoding=_decoding(cells),
        solver=inert(" and ".join(sorted({row["solver"] for row in cells}))),
        origin=origin_word(data["origins"]),
        methods=methods_of(data),
        served=_served(data),
    )


def odd_of(data: Mapping[str, Any]) -> list[str]:
    """What of model, base and judges does not fit their names, each in a sentence."""
    return [inert(one) for one in oddities(read_served(data.get("served", [])))]


def _served(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(map(inert, set_apart(read_served(data["served"])))) if "served" in data else None


def _decoding(cells: list[dict[str, Any]]) -> tuple[str, ...]:
    """One text where all tasks share their settings, else one for each task."""
    said = {row["task"]: _text(row["decoding"]) for row in cells}
    if len(set(said.values())) == 1:
        return (inert(next(iter(said.values())), 500),)
    return tuple(inert(f"{task} {one}", 500) for task, one in sorted(said.items()))


def _text(decoding: Mapping[str, Any]) -> str:
    return json.dumps(decoding, sort_keys=True, ensure_ascii=False)


def origin_word(origins: list[str]) -> str:
    """What the badge says where answers or verdicts come from no model; the card has the words of the record."""
    said = " ".join(origins).lower()
    return next((word for word in ORIGINS if word in said), OTHER_ORIGIN) if origins else ""


def same(row: Mapping[str, Any], head: Mapping[str, Any]) -> bool:
    """Whether two parts of a record are of one split, language and condition."""
    return all(row[name] == head[name] for name in PLAIN)


def suite_version(data: Mapping[str, Any]) -> str:
    """Version of the dataset that the logs name."""
    said = {one.get("version") for one in data["dataset"]["versions"]}
    return inert(" and ".join(sorted(str(one) for one in said if one)) or NONE, 60)


def in_order(setting: Setting, models: int) -> tuple[Any, ...]:
    """Groups stand newest methods and version first, scripted ones last, larger ones before smaller ones."""
    version = [-int(part) for part in re.findall(r"\d{1,9}", setting.suite_version)]
    return (
        bool(setting.origin),
        -setting.methods,
        setting.served is None,
        setting.served or (),
        version or [1],
        -models,
        setting.judge,
        setting.material,
        setting.condition,
        setting.decoding,
        setting.solver,
    )


def letter(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    rest, last = divmod(number, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)
