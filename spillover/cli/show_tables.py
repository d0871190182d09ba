"""The tables of `spillover show`: models as columns, the base always beside them, no header broken inside a word."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from spillover.common import MORE
from spillover.results import REPLICATION

from .plain import interval, percent, plain, points, share

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from spillover.estimate import Estimate
    from spillover.results import Arm, Part, Pooled

FURTHER = {
    "misaligned_rate_coherent": "misaligned among coherent answers",
    "misaligned_rate_original": "  as in Betley et al. (questions with 5 coherent answers or more)",
    "careless_rate": "careless (a danger or worry passed over)",
    "false_rate": "false (an honest mistake of fact)",
    "odd_rate": "odd persona (decides nothing)",
    "mean_alignment": "mean alignment (0-100)",
    "mean_coherence": "mean coherence (0-100)",
}
"""Figures below the misaligned rate, and how they are called."""
ORIGINAL = "misaligned_rate_original"
"""The rate that is shown for replications of the study that defined it alone."""
LABELS, CELL = 40, 18
"""Characters of the first column, and of a rate with its interval."""
LONGEST = 40
"""Characters of a word in a header from which it is broken after all."""

T = TypeVar("T")


def console() -> "Console":
    """Where tables are printed: the terminal, or 120 characters a line."""
    from rich.console import Console

    found = Console()
    return found if found.is_terminal else Console(width=120)


def in_a_sentence(models: "Sequence[Pooled]") -> list[str]:
    """Each fine-tune's counts beside those of the base; of models without a base their own."""
    base = next((one for one in models if one.base), None)
    return [_sentence(one, base) for one in models if one is not base]


def _sentence(model: "Pooled", base: "Pooled | None") -> str:
    said = f"{plain(model.model)}: {_of(model.whole.arm)} answers misaligned"
    if base is None or model.whole.difference is None:
        return f"{said}."
    return f"{said}, against {_of(base.whole.arm)} of the base; difference {points(model.whole.difference)}."


def _of(arm: "Arm") -> str:
    return f"{arm.outcomes['misaligned']} of {arm.answers - arm.outcomes['unjudged']}"


def pooled_tables(models: "Sequence[Pooled]", corrected: "Mapping[str, Estimate]", width: int) -> "list[Table]":
    """All answers of each model to one set of questions, then by condition and by domain.

    Args:
        models: The models, the base first.
        corrected: By log, the rate as the judge card corrects it.
        width: Characters of a line.
    """
    return [
        _pooled(part, corrected) for part in beside_base(models, lambda one: one.base, lambda one: one.model, width)
    ]


def arm_tables(
    arms: "Sequence[Arm]",
    base: str | None,
    compared: "Mapping[str, Estimate]",
    corrected: "Mapping[str, Estimate]",
    width: int,
) -> "list[Table]":
    """Each task under each condition, log by log.

    Args:
        arms: What `summarise` returned.
        base: Name of the base.
        compared: By log, the difference from the base.
        corrected: By log, the rate as the judge card corrects it.
        width: Characters of a line.
    """
    from spillover.results import is_model

    tables = []
    for key in dict.fromkeys(_cell(arm) for arm in arms):
        together = [arm for arm in arms if _cell(arm) == key]
        marked = [(arm, base is not None and is_model(arm, base)) for arm in together]
        for part in beside_base(marked, lambda one: one[1], lambda one: one[0].model, width):
            own = [arm for arm, _ in part]
            table = _empty(f"{_asked(own[0])}, condition {own[0].condition}", part)
            _figures(table, own, compared, corrected)
            tables.append(table)
    return tables


def question_tables(models: "Sequence[Pooled]", width: int) -> "list[Table]":
    """The misaligned rate of each question."""
    tables = []
    for part in _parts(models, width):
        arms = [one.whole.arm for one in part]
        table = _empty("misaligned rate by question", _marked(part))
        for question in sorted({name for arm in arms for name in arm.questions}):
            _row(table, question, [percent(arm.questions.get(question)) for arm in arms])
        tables.append(table)
    return tables


def beside_base(
    columns: Sequence[T], is_base: Callable[[T], bool], name: Callable[[T], str], width: int
) -> list[list[T]]:
    """Columns in parts that fit on a line, the base first in every part."""
    base = [one for one in columns if is_base(one)][:1]
    others = [one for one in columns if one not in base]
    widest = max([CELL, *(len(line) for one in columns for line in header_lines(name(one)))])
    fit = max(1, (width - LABELS) // (widest + 3) - len(base))
    return [[*base, *others[start : start + fit]] for start in range(0, max(1, len(others)), fit)]


def header_lines(name: str, width: int = CELL) -> list[str]:
    """A name in lines, broken after `/ - _ : .` or a blank alone; a word of more than `LONGEST` characters anywhere."""
    words = re.findall(r"[^/\-_:. ]*[/\-_:. ]+|[^/\-_:. ]+", name)
    words = [word[at : at + LONGEST] for word in words for at in range(0, len(word), LONGEST)]
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def _parts(models: "Sequence[Pooled]", width: int) -> "list[list[Pooled]]":
    return beside_base(models, lambda one: one.base, lambda one: one.model, width)


def _marked(models: "Sequence[Pooled]") -> "list[tuple[Arm, bool]]":
    return [(one.whole.arm, one.base) for one in models]


def _pooled(models: "Sequence[Pooled]", corrected: "Mapping[str, Estimate]") -> "Table":
    arms = [one.whole.arm for one in models]
    differ = {one.whole.arm.log: one.whole.difference for one in models if one.whole.difference is not None}
    table = _empty(_title(arms), _marked(models))
    _figures(table, arms, differ, corrected)
    for heading, parts in (("condition", [m.conditions for m in models]), ("domain", [m.domains for m in models])):
        names = dict.fromkeys(name for own in parts for name in own)
        if names:
            table.add_section()
            _row(table, f"by {heading}", ["" for _ in models])
        for name in names:
            _row(table, f"  {name}", [_part(own.get(name)) for own in parts])
    return table


def _title(arms: "Sequence[Arm]") -> str:
    """What was asked, in one line."""
    tasks = list(dict.fromkeys(one for arm in arms for one in arm.task.split(", ")))
    conditions = list(dict.fromkeys(one for arm in arms for one in arm.condition.split(", ")))
    what = tasks[0] if len(tasks) == 1 else f"{len(tasks)} domains"
    how = f"condition {conditions[0]}" if len(conditions) == 1 else f"{len(conditions)} conditions"
    return f"{_asked(arms[0], what)}, {how}"


def _part(part: "Part | None") -> str:
    """Counts and rate of one part, with its difference from the base."""
    if part is None:
        return "not asked"
    rate = part.arm.estimates["misaligned_rate"]
    figure = "-" if rate.estimate != rate.estimate else f"{share(rate.estimate)}%"
    return f"{_of(part.arm)}, {figure}"


def _cell(arm: "Arm") -> tuple[str, ...]:
    return arm.task, arm.split, arm.language, arm.condition


def _asked(arm: "Arm", what: str | None = None) -> str:
    asked = what or arm.task
    asked += "" if arm.split == "public" else f", split {arm.split}"
    return asked + ("" if arm.language == "en" else f", language {arm.language}")


def _figures(
    table: "Table", arms: "Sequence[Arm]", compared: "Mapping[str, Estimate]", corrected: "Mapping[str, Estimate]"
) -> None:
    """The rate first, what differs, then counts of every outcome, further figures, and who judged."""
    _row(table, "misaligned rate", [percent(arm.estimates.get("misaligned_rate")) for arm in arms])
    _row(table, f"  for {MORE}", [interval(arm.population["misaligned_rate"]) for arm in arms])
    if any(arm.log in corrected for arm in arms):
        _row(table, "  if the judge erred as on its card", [percent(corrected.get(arm.log)) for arm in arms])
    if compared:
        _row(table, "  difference from the base", [points(compared.get(arm.log)) for arm in arms])
    table.add_section()
    _row(table, "answers asked for", [str(arm.answers) for arm in arms])
    if any(arm.not_recorded for arm in arms):
        _row(table, "not recorded", [str(arm.not_recorded) for arm in arms])
    for outcome in arms[0].outcomes:
        _row(table, f"  {outcome.replace('_', ' ')}", [str(arm.outcomes[outcome]) for arm in arms])
    table.add_section()
    replication = arms[0].task.startswith(REPLICATION)
    for name, words in FURTHER.items():
        if any(name in arm.estimates for arm in arms) and (name != ORIGINAL or replication):
            _row(table, words, [percent(arm.estimates.get(name)) for arm in arms])
    table.add_section()
    _row(table, "judge", [_judges(arm) for arm in arms])
    _row(table, "judge form", [", ".join(arm.forms) or "-" for arm in arms])


def _judges(arm: "Arm") -> str:
    """The judges whose verdicts are shown, and those beside them."""
    beside = [one for one in arm.made.panel or () if one not in arm.judges and " + " not in ", ".join(arm.judges)]
    return (", ".join(arm.judges) or "-") + (f"; beside it: {', '.join(beside)}" if beside else "")


def _empty(title: str, columns: "Sequence[tuple[Arm, bool]]") -> "Table":
    """A table with a column for each arm; the flag says which one is the base."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(plain(title)), title_justify="left")
    table.add_column("")
    models = [arm.model for arm, _ in columns]
    for arm, is_base in columns:
        lines = header_lines(plain(arm.model))
        lines += ["(base)"] if is_base else []
        lines += header_lines(plain(f"({arm.log[:19]})")) if models.count(arm.model) > 1 else []
        table.add_column(Text("\n".join(lines)), justify="right", overflow="fold", min_width=max(map(len, lines)))
    return table


def _row(table: "Table", name: str, cells: Iterable[str]) -> None:
    from rich.text import Text

    table.add_row(plain(name), *(Text("\n".join(_lines(plain(cell)))) for cell in cells))


def _lines(cell: str) -> list[str]:
    """A cell in lines: figures stay as they are, names are broken where headers are."""
    return [cell] if len(cell) <= CELL or cell[:1] in "-+0123456789[" else header_lines(cell)
