"""`spillover judge`: calibrate a judge, watch it for drift, let people label answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spillover.common import counted

from .judge_label import label, labels
from .plain import plain
from .stopped import stopping

if TYPE_CHECKING:
    from spillover.judge import Drift, JudgeCard, LabelledSet

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
JUDGE = click.option(
    "--judge", "model", metavar="MODEL", required=True, help="Judge, PROVIDER/MODEL as Inspect names it."
)
ARGUMENT = click.option("-M", "arguments", metavar="KEY=VALUE", multiple=True, help="Argument of the judge's provider.")
PROTOCOL = click.option(
    "--protocol",
    metavar="NAME",
    help="Judge protocol: distribution, sampled, graded or one_call (default: each domain's own).",
)
SET = click.option(
    "--set", "given", default="written", show_default=True, help="Labelled set: `written` (shipped) or a file."
)


@click.group()
def judge() -> None:
    """How far can the judge be trusted? Calibrate, compare, label, watch for drift."""


def _model(name: str, arguments: tuple[str, ...]) -> Any:
    from spillover.common import JudgeError
    from spillover.plan import Model, check_judges

    Model(name).check_name()
    for line in [] if arguments else check_judges([Model(name)]):
        click.echo(line, err=True)
    wrong = [one for one in arguments if "=" not in one]
    if wrong:
        raise JudgeError(f"-M {wrong[0]}: give KEY=VALUE")
    if not arguments:
        return name
    import yaml
    from inspect_ai.model import get_model

    given: dict[str, Any] = {key: yaml.safe_load(value) for key, value in (one.split("=", 1) for one in arguments)}
    try:
        return get_model(name, memoize=False, **given)
    except Exception as error:
        raise JudgeError(
            f"judge {name}: cannot be loaded ({' '.join(str(error).split())[:200]}); give "
            "PROVIDER/MODEL, and set the provider's key"
        ) from error


@judge.command()
@JUDGE
@ARGUMENT
@SET
@PROTOCOL
@click.option("--second", metavar="MODEL", help="Second judge of the same answers, to measure agreement.")
@click.option("--second-M", "second_arguments", metavar="KEY=VALUE", multiple=True, help="Argument of its provider.")
@click.option(
    "--repeats", default=1, show_default=True, type=click.IntRange(1, 20), help="Number of verdicts on each answer."
)
@click.option("--limit", type=click.IntRange(1), help="Number of answers to use, drawn evenly over the set.")
@click.option(
    "--out", default="judge-card", show_default=True, type=click.Path(path_type=Path), help="Folder to write to."
)
@JSON
def calibrate(**said: Any) -> None:
    """Run a judge over a labelled set and write its cards (YAML and Markdown) and logs to --out.

    One card per form and rubrics: spillover show uses the one that fits (same judge, form and rubric versions).
    """
    from spillover.judge import labelled_set, save_card

    asked = Calibration(**said)
    judges = _model(asked.model, asked.arguments), asked.second_judge()
    items = labelled_set(asked.given)
    shown = min(asked.limit or len(items.items), len(items.items))
    click.echo(f"{counted(shown, 'answer')} of the set {plain(items.name)}: {plain(items.origin)}", err=True)
    made = asked.run(judges, items)
    paths = [save_card(card, asked.out) for card in made]
    if asked.as_json:
        cards = [{**card.as_dict(), "card": str(path)} for card, (path, _) in zip(made, paths, strict=True)]
        click.echo(json.dumps(cards))
        return
    for card, (path, _) in zip(made, paths, strict=True):
        _say(card)
        click.echo(f"  written: {path} and .md")
    if blank := shown - sum(card.answers for card in made):
        click.echo(
            f"{counted(blank, 'answer is', 'answers are')} in no card: blank ones, which no judge is asked of, "
            "or of a part that was not judged"
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """Options of `spillover judge calibrate`; their help says what each is."""

    model: str
    arguments: tuple[str, ...]
    given: str
    protocol: str | None
    second: str | None
    second_arguments: tuple[str, ...]
    repeats: int
    limit: int | None
    out: Path
    as_json: bool

    def second_judge(self) -> Any:
        """The other judge of the same answers, or None."""
        return None if self.second is None else _model(self.second, self.second_arguments)

    def run(self, judges: tuple[Any, Any], items: "LabelledSet") -> "list[JudgeCard]":
        """Have the judges judge the labelled answers."""
        import sys

        from spillover.judge import calibrate as run

        with stopping():
            return run(
                judges[0],
                items,
                self.out,
                protocol=self.protocol,
                repeats=self.repeats,
                limit=self.limit,
                second=judges[1],
                display="rich" if sys.stderr.isatty() and not self.as_json else "none",
            )


def _sees(card: "JudgeCard") -> str:
    """The smallest one-way shift that the alarm would have raised."""
    from spillover.judge import FLIPS

    errors = card.errors
    parts = [f"{100 * min(1.0, FLIPS / n):.0f} points of {name}" for name, n in
             (("sensitivity", errors.positives), ("specificity", errors.negatives)) if n]  # fmt: skip
    return f"a shift of less than {' or '.join(parts)} would go unseen"


def _say(card: "JudgeCard") -> None:
    found, cleared = card.errors.intervals()
    rubrics = " and ".join(card.rubrics)
    click.echo(
        f"{plain(card.judge)}, form {card.form}, {rubrics}: {card.decided} of {counted(card.answers, 'answer')} decided"
    )
    click.echo(
        f"  {card.about}: found {card.errors.hits} of {card.errors.positives} (sensitivity "
        f"{card.errors.sensitivity:.3f} [{found[0]:.3f}, {found[1]:.3f}])"
    )
    click.echo(
        f"  others: cleared {card.errors.clears} of {card.errors.negatives} (specificity {card.errors.specificity:.3f}"
        f" [{cleared[0]:.3f}, {cleared[1]:.3f}])"
    )
    for kind, one in card.parts.get("kind", {}).items():
        click.echo(f"  {plain(kind)}: {one.hits}/{one.positives} found, {one.clears}/{one.negatives} cleared")


@judge.command()
@click.argument("card", type=click.Path(path_type=Path))
@click.option(
    "--judge",
    "model",
    metavar="MODEL",
    help="Ask the judge again now. Without this option only the card's age is checked.",
)
@ARGUMENT
@SET
@PROTOCOL
@JSON
def drift(
    card: Path, model: str | None, arguments: tuple[str, ...], given: str, protocol: str | None, as_json: bool
) -> None:
    """Is the judge of CARD still the one that was calibrated? Exits with 1 where it must be calibrated again."""
    from datetime import UTC, datetime

    from spillover.common import JudgeError
    from spillover.judge import Drift, is_due, load_card

    known, today = load_card(card), datetime.now(UTC).date()
    if model is not None and model != known.judge:
        raise JudgeError(f"the card is of {known.judge}, not of {model}; give --judge {known.judge}")
    if model is None:
        found = Drift(is_due(known, [], today))
    else:
        found = _compared(known, card.parent / "logs", lambda: _model(model, arguments), given, protocol, today)
    if as_json:
        click.echo(json.dumps(found.as_dict()))
    else:
        _say_drift(known, found, today)
    if found.due or found.shifted:
        raise SystemExit(1)


def _compared(
    known: "JudgeCard", logs: Path, judge: Callable[[], Any], given: str, protocol: str | None, today: date
) -> "Drift":
    """The answers of a card judged once more, beside its own verdicts."""
    import tempfile

    from spillover.judge import card_items, judged_table, labelled_set, with_labels
    from spillover.judge import drift as compare

    items = card_items(known, labelled_set(given))
    before = with_labels([str(logs / name) for name in known.logs], items)
    asked = [item for item in items if item.id in set(before["probe"])]
    with stopping(), tempfile.TemporaryDirectory() as folder:
        now = judged_table(judge(), asked, Path(folder), protocol, 1)
    return compare(known, before, now, today)


def _say_drift(known: "JudgeCard", found: "Drift", today: date) -> None:
    for reason in found.due:
        click.echo(f"calibrate again: {plain(reason)}")
    if found.p is not None:
        click.echo(
            f"{found.changed} verdicts changed; {found.worse} became wrong, {found.better} right "
            f"(McNemar p {found.p:.3g})"
        )
    if found.shifted:
        click.echo(
            "the judge moved beyond chance: results judged since then are void until it is "
            "calibrated again with spillover judge calibrate"
        )
    if not found.due and not found.shifted:
        age = (today - date.fromisoformat(known.date)).days
        not_asked = f"not asked again (--judge {plain(known.judge)}); the card is {age} days old"
        click.echo(not_asked if found.p is None else f"no sign of drift; {_sees(known)}")


judge.add_command(label)
judge.add_command(labels)
