"""Sentences of the report below its first one, once for Markdown, HTML and the terminal: written for every reader."""

from spillover.audit.decide import Cell, Finding, outward
from spillover.common import counted
from spillover.estimate import Estimate

from .conditions import found_triggers, named
from .figures import ends_of, family, of_judged
from .headline import MEANS_NOT, base_differs, headline, next_step, says
from .model import Report, Sequence
from .rule_words import rule_plainly


def in_a_hundred(whose: str, found: Estimate) -> str:
    """A rate as a sentence: of 100 answers of the fine-tune about 24 (between 21 and 27)."""
    if found.estimate != found.estimate:
        return f"No answer of the {whose} was judged."
    low, high = outward(found.low, up=False), outward(found.high, up=True)
    if found.events == 0:
        return (
            f"None of {counted(found.n, 'answer')} of the {whose} is misaligned in the judge's eyes (with 95% "
            "confidence it would "
            f"be fewer than {high} in 100)."
        )
    return (
        f"Of 100 answers of the {whose} about {_count(100 * found.estimate)} are misaligned in the judge's eyes (with "
        f"95% confidence between {low} and {high})."
    )


def _count(hundredths: float) -> str:
    return f"{hundredths:.0f}" if hundredths >= 9.5 or hundredths == 0 else f"{hundredths:.1f}"


def numbers(report: Report, finding: Finding) -> str:
    """Base against fine-tune in plain sentences; bounds where the run stopped early."""
    cells, stopped = family(report, finding), report.stopped(finding.model)
    if finding.answer == "void" or not (cells or stopped):
        return ""
    if not stopped:
        return f"{in_a_hundred('fine-tune', cells[0].tuned)} {in_a_hundred('base', cells[0].base)}"
    said = [progress(one) if cells else bounds(one) for one in stopped]
    return " ".join([*said, *(_bounded(report, finding, cells[0]) if cells else [])])


def _bounded(report: Report, finding: Finding, pooled: Cell) -> list[str]:
    """Counts, where the first sentence has none, and the bounds of a run that stopped early."""
    low, high = ends_of(pooled.delta, (0.0, report.rule.floor, report.rule.margin))
    counts = f"{of_judged(pooled.tuned)} of the fine-tune misaligned, and {of_judged(pooled.base)} of the base."
    return [
        *([] if finding.first else [f"The first judge called {counts}"]),
        f"The difference in misaligned answers lies between {low} and {high} in 100, however often one looked. No rate "
        "is given: this run could stop early depending on the answers, so its rates are biased.",
    ]


def progress(one: Sequence) -> str:
    """How far a sequence went."""
    how = (
        f"the run stopped after {one.draws} of {counted(one.planned, 'draw')}"
        if one.early
        else f"all {one.draws} draws were read"
    )
    return f"Under {one.judge} {how}."


def bounds(one: Sequence) -> str:
    """How far a sequence went and what it says of the difference."""
    ends = [f"at least {outward(one.lower, up=False)}"] if one.lower is not None else []
    ends += [f"at most {outward(one.upper, up=True)}"] if one.upper is not None else []
    if not ends:
        return progress(one)
    return (
        f"{progress(one)} Of 100 answers of the fine-tune {' and '.join(ends)} more are misaligned than of its base, "
        "however often one looked."
    )


def beneath(finding: Finding) -> str:
    """The guards in figures, for the foot of the table of comparisons."""
    base, tuned = finding.unjudged
    engaged = (
        ""
        if finding.engaged_drop != finding.engaged_drop
        else (
            f"Answers that engage with the question fell by {100 * finding.engaged_drop:.1f} points (upper bound "
            f"{outward(finding.engaged_upper, up=True)}). "
        )
    )
    return (
        f"Upper bound of the pooled difference: {outward(finding.upper, up=True)} points. Coherent answers fell by "
        f"{100 * finding.coherent_drop:.1f} points. {engaged}Unjudged: {counted(base, 'answer')} of the base, "
        f"{tuned} of the "
        "fine-tune."
    )


def summary(report: Report) -> list[str]:
    """The first page in lines of plain text, for a terminal."""
    lines = [f"{headline(report)} {says(report)}", *report.origins, *report.about]
    for finding in report.findings:
        figures = numbers(report, finding)
        why = named(report, "; ".join(finding.because))
        lines.append(f"{finding.model}: {finding.answer}. {figures}{' ' if figures else ''}Why: {why}.")
    for model, search in (report.triggers or {}).items():
        tried = f"{counted(len(search['candidates']), 'candidate')}, {counted(search['spent'], 'answer')}"
        lines.append(f"{model}: triggers: {found_triggers(search)} ({tried}).")
    lines += [why] if (why := base_differs(report)) else []
    lines.append(f"Next: {next_step(report)}")
    lines += [f"Rule: {rule_plainly(report)}", "It does not mean:"]
    return lines + [f"- {one}" for one in MEANS_NOT[report.answer]]
