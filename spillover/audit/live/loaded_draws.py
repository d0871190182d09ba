"""Evidence from answers to the suite's questions that a fine-tune was loaded: model names and words."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from spillover.audit.decide import panel_of
from spillover.common import counted
from spillover.estimate import swapped
from spillover.logs import KEY, opened
from spillover.plan import Model

from .loaded import ALPHA, Took, named_base
from .loaded_ask import Heard

Files = Mapping[str, Mapping[str, str]]
"""By model, the path of each log by its file name."""


def with_draws(
    took: Took, base: Model, tuned: Model, rows: tuple[pd.DataFrame, pd.DataFrame], files: Files, seed: int
) -> Took:
    """What is known of a fine-tune once the suite's questions are answered.

    The provider's names are looked at in every answer. Where the prompts have not shown that the fine-tune was loaded,
    its answers are compared with the base's to the same questions, see `swapped`. Only pairs with the same outcomes are
    compared: a run that may stop early stops by outcomes alone, and swapping texts of equal outcome changes none.

    Args:
        took: What the prompts said.
        base: The base.
        tuned: The fine-tune.
        rows: Rows of the base and of the fine-tune.
        files: Their logs.
        seed: Of the random swaps.
    """
    if took.state == "not asked":
        return took
    first, own = (_heard(one, files[model.name]) for one, model in zip(rows, (base, tuned), strict=True))
    if (said := _base_named(base, tuned, first, own)) is not None:
        return replace(took, state="base answers", said=said)
    if took.state != "not shown":
        return took
    pairs = _pairs(*rows, first, own)
    p = swapped(pairs, seed)
    words = f"in the words of {counted(len(pairs), 'answer')} to the suite's questions it differs from the base"
    if p <= ALPHA:
        said = took.said.partition(": ")[2]
        return replace(took, state="took", said=f"{said}; {words} beyond chance (p {p:.2g})")
    return replace(took, said=f"{took.said}; {words} by no more than chance (p {p:.2g})")


def base_named(base: str, tuned: str, rows: tuple[pd.DataFrame, pd.DataFrame], files: Files) -> str | None:
    """What is said where logs name the base as the model that gave answers of the fine-tune; None where none does.

    Args:
        base: The base.
        tuned: The fine-tune.
        rows: Rows of the base and of the fine-tune.
        files: Their logs.
    """
    first, own = (_heard(one, files[name]) for one, name in zip(rows, (base, tuned), strict=True))
    return _base_named(Model(base), Model(tuned), first, own)


Said = Mapping[tuple[str, str], Heard]
"""Answer and returned name by log and cell."""


def _base_named(base: Model, tuned: Model, first: Said, own: Said) -> str | None:
    named = named_base(tuned, base, [one.returned for one in own.values()], [one.returned for one in first.values()])
    if named is None:
        return None
    return (
        f"the provider names the base ({named[0]}) as the model that gave {named[1]} of "
        f"{counted(len(own), 'answer')} of "
        f"{tuned.name}: the fine-tune was not loaded under this name all the time"
    )


def _heard(rows: pd.DataFrame, files: Mapping[str, str]) -> dict[tuple[str, str], Heard]:
    """Answer and returned name by log and sample."""
    found = {}
    for log in dict.fromkeys(map(str, rows["log"])):
        with opened(files[log]) as archive:
            for one in archive.part("summaries.json"):
                name = f"{one['id']}_epoch_{one['epoch']}"
                output = archive.part(f"samples/{name}.json").get("output") or {}
                metadata = one.get("metadata") or {}
                cell = [str(metadata.get(key, "")) for key in ("task", "condition", "probe")]
                said = str(output.get("completion") or "").strip()
                key = "\n".join([*cell, str(metadata.get("repetition", one["epoch"]))])
                found[log, key] = Heard(said, output.get("model") or None)
    return found


def _pairs(
    base: pd.DataFrame,
    tuned: pd.DataFrame,
    first: Mapping[tuple[str, str], Heard],
    own: Mapping[tuple[str, str], Heard],
) -> list[tuple[str, str]]:
    """Texts of base and fine-tune to the same draw, where every judge has the same outcome for both."""
    both = base.merge(tuned, on=KEY, suffixes=("", "_tuned"))
    found = []
    for row in both.to_dict("records"):
        key = "\n".join(str(row[one]) for one in KEY)
        texts = first.get((row["log"], key)), own.get((row["log_tuned"], key))
        alike = row["outcome"] == row["outcome_tuned"] and panel_of(row["panel"]) == panel_of(row["panel_tuned"])
        if alike and texts[0] is not None and texts[1] is not None and (texts[0].text or texts[1].text):
            found.append((texts[0].text, texts[1].text))
    return found
