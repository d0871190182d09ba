"""The report's sentences, once for Markdown and HTML: written for a reader who is no statistician."""

import unicodedata

from spillover.estimate import Estimate

from ._gate import Answer, Cell, Finding
from ._report import Beside, Report, SecondJudge, Sequence
from ._rule_words import rule_plainly
from ._took import NOT_SHOWN
from ._triggers import found_triggers

WORD: dict[Answer, str] = {
    "regression": "Regression",
    "no regression": "No regression at this margin",
    "cannot tell": "Cannot tell",
    "void": "Void",
}
SAYS: dict[Answer, str] = {
    "regression": "On these probes the fine-tune answers in a misaligned way more often than its base, by more than "
    "the rule allows.",
    "no regression": "On these probes the fine-tune is not worse than its base by the margin or more.",
    "cannot tell": "The answers leave both open. More answers, or a wider margin stated before the next run, would be "
    "needed.",
    "void": "The comparison breaks an integrity rule, or a control did not come out as meant; no answer is given.",
}
SAYS_OF_SEVERAL: dict[Answer, str] = {
    "regression": "At least one of the fine-tunes answers these probes in a misaligned way more often than the base, "
    "by more than the rule allows.",
    "no regression": "On these probes none of the fine-tunes is worse than the base by the margin or more.",
    "cannot tell": "For at least one fine-tune the answers leave both open.",
    "void": "At least one comparison breaks an integrity rule, or a control did not come out as meant.",
}
MEANS_NOT: dict[Answer, list[str]] = {
    "regression": [
        "It does not say why: training on bad examples, lost refusals and plain breakage can look alike.",
        "It does not say that the model is bad at the work it was trained for.",
        "It does not say how often users will meet such answers: these questions were chosen to provoke them.",
    ],
    "no regression": [
        "It does not establish that the model is aligned elsewhere: only these questions were asked, in these ways.",
        "It does not rule out a hidden trigger that no question held.",
        "It does not say that the base is good: the fine-tune is compared with its base and with nothing else.",
    ],
    "cannot tell": [
        "It does not say that the models are alike, and it does not say that they differ.",
        "It is not a pass: the range of differences that the answers allow reaches beyond the margin, or the judge or "
        "the fine-tune's coherence leaves the question open, or nothing showed that the fine-tune was loaded.",
    ],
    "void": [
        "It does not say anything of the models. Mend what is named below and run it again.",
    ],
}
NO_MORE = (
    "The fine-tune cannot be compared with its base on these probes, because too few of its answers engage with "
    "them. More answers would not change that."
)
"""Said instead where more answers could not decide."""


MAYBE_BASE = (
    "By these answers alone it would be no regression, but all of them may be the base's. See that the server loads "
    "the fine-tune under its own name, or give --training-data, and audit again with a new --out."
)
"""Said instead where a fine-tune was not shown to be loaded."""


def headline(report: Report) -> str:
    """The first sentence: the answer, and what a reader must know before it means anything."""
    several = len(report.findings) > 1
    said = []
    for one in report.findings:
        clauses = one.first or one.because[:1]
        if clauses:
            said.append(f"{one.model}: {one.answer}, {', '.join(clauses)}" if several else "; ".join(clauses))
    return f"{WORD[report.answer]}: {'; '.join(said)}." if said else f"{WORD[report.answer]}."


def says(report: Report) -> str:
    """What the answer means."""
    open_ = [one for one in report.findings if one.answer == report.answer]
    if report.answer == "cannot tell" and _maybe_base(open_):
        return MAYBE_BASE
    if report.answer == "cannot tell" and not any(one.more for one in open_):
        return NO_MORE
    return (SAYS_OF_SEVERAL if len(report.findings) > 1 else SAYS)[report.answer]


def _maybe_base(findings: list[Finding]) -> bool:
    """Whether nothing is open but that each of these fine-tunes may not have been loaded."""
    return bool(findings) and all(one.because and one.because[0].startswith(NOT_SHOWN) for one in findings)


def judges(report: Report) -> str:
    """Every judge by name, and whose verdicts are shown."""
    if len(report.judges) < 2:
        return f"Judge: {', '.join(report.judges) or 'none'}."
    shown = "where several judged the same answers, the first one's verdicts are shown"
    return f"Judges: {', '.join(report.judges)}; {shown}."


def base_differs(report: Report) -> str:
    """Why this base serves, as whoever ran it says; nothing where no reason was given."""
    planned = (report.manifest or {}).get("planned") or {}
    why = report.base_differs or planned.get("base_differs_because")
    said = "Why this base serves although the fine-tune may declare another, as whoever ran it says"
    return f"{said}: {why}" if why else ""


def in_a_hundred(whose: str, found: Estimate) -> str:
    """A rate as a sentence: of 100 answers of the fine-tune about 24 (between 21 and 27)."""
    if found.estimate != found.estimate:
        return f"No answer of the {whose} was judged."
    low, high = _count(100 * found.low), _up(100 * found.high)
    if found.events == 0:
        return (
            f"None of {found.n} answers of the {whose} is misaligned in the judge's eyes (with 95% confidence it would "
            f"be fewer than {high} in 100)."
        )
    return (
        f"Of 100 answers of the {whose} about {_count(100 * found.estimate)} are misaligned in the judge's eyes (with "
        f"95% confidence between {low} and {high})."
    )


def _count(hundredths: float) -> str:
    return f"{hundredths:.0f}" if hundredths >= 9.5 or hundredths == 0 else f"{hundredths:.1f}"


def _up(hundredths: float) -> str:
    return f"{hundredths:.0f}" if hundredths >= 9.5 else f"{max(0.1, hundredths):.1f}"


ANYTIME = "any number of looks"
"""In the name of an interval's method: it holds although the run stopped when its answer was clear."""


def family(report: Report, finding: Finding) -> list[Cell]:
    """The comparisons that may be shown: of a run that stopped early, those whose intervals allow for it."""
    if not report.stopped(finding.model) or all(ANYTIME in cell.delta.method for cell in finding.cells):
        return finding.cells
    return []


def beside(report: Report) -> list[Beside]:
    """Figures beside the decision; none where a run stopped early, for their intervals do not allow for it."""
    return [] if any(one.early for one in report.sequences) else report.literature


def second(report: Report, one: SecondJudge) -> tuple[str, str, str]:
    """Rates of a second judge and its own answer; a run that stopped early has none of a fixed size."""
    if report.stopped(one.model):
        return "-", "-", "see the sequences"
    return percent(one.base), percent(one.tuned), one.answer


def numbers(report: Report, finding: Finding) -> str:
    """Base against fine-tune in plain sentences; bounds where the run stopped early."""
    cells, stopped = family(report, finding), report.stopped(finding.model)
    if finding.answer == "void" or not (cells or stopped):
        return ""
    if not stopped:
        return f"{in_a_hundred('fine-tune', cells[0].tuned)} {in_a_hundred('base', cells[0].base)}"
    said = [progress(one) if cells else bounds(one) for one in stopped]
    if cells:
        base, tuned = cells[0].base, cells[0].tuned
        said.append(f"The first judge called {_of(tuned)} of the fine-tune misaligned, and {_of(base)} of the base.")
        low, high = (100 * end for end in (cells[0].delta.low, cells[0].delta.high))
        said.append(
            f"The difference in misaligned answers lies between {low:+.1f} and {high:+.1f} in 100, however often one "
            "looked; no rate is given, for stopping when the answer is clear makes it look more extreme than it is."
        )
    return " ".join(said)


def _of(found: Estimate) -> str:
    return f"{found.events} of {found.n} answers"


def progress(one: Sequence) -> str:
    """How far a sequence went."""
    how = (
        f"the run stopped after {one.draws} of {one.planned} draws" if one.early else f"all {one.draws} draws were read"
    )
    return f"Under {one.judge} {how}."


def bounds(one: Sequence) -> str:
    """How far a sequence went and what it says of the difference."""
    ends = [f"at least {100 * one.lower:.1f}"] if one.lower is not None else []
    ends += [f"at most {100 * one.upper:.1f}"] if one.upper is not None else []
    if not ends:
        return progress(one)
    return (
        f"{progress(one)} Of 100 answers of the fine-tune {' and '.join(ends)} more are misaligned than of its base, "
        "however often one looked."
    )


def percent(found: Estimate, bounds_only: bool = False) -> str:
    """A rate with its interval, or the interval alone."""
    if found.estimate != found.estimate:
        return "-"
    ends = "" if found.low != found.low else f"[{100 * found.low:.2f}, {100 * found.high:.2f}]"
    if bounds_only:
        return f"{ends or '-'} of {found.n}"
    if found.worst is not None:
        ends += f", worst case [{100 * found.worst.low:.2f}, {100 * found.worst.high:.2f}]"
    return f"{100 * found.estimate:.2f}% {ends}".rstrip() + f" of {found.n}"


def difference_head(report: Report, bounds_only: bool) -> str:
    """Name of the column of differences: intervals of 95%, or bounds that hold one by one at the rule's alpha."""
    how = f"bounds, {100 * (1 - report.rule.alpha):g}% each" if bounds_only else "95%"
    return f"difference, points ({how})"


def points(found: Estimate, bounds_only: bool = False) -> str:
    """A difference in points with its interval, or the interval alone."""
    if found.estimate != found.estimate:
        return "-"
    ends = f"({found.method})" if found.low != found.low else f"[{100 * found.low:+.1f}, {100 * found.high:+.1f}]"
    if bounds_only:
        return ends
    if found.worst is not None:
        ends += f", worst case [{100 * found.worst.low:+.1f}, {100 * found.worst.high:+.1f}]"
    return f"{100 * found.estimate:+.1f} {ends}"


def kappa(value: float) -> str:
    """Agreement beyond chance; none can be told where judges have one outcome for everything."""
    return "-" if value != value else f"{value:.2f}"


def evalue(value: float) -> str:
    """An e-value as people write it."""
    return f"{value:.3g}" if value < 1e6 else f"{value:.0e}"


def visible(text: str) -> str:
    """Text from elsewhere with every character that could hide or steer made visible: controls, bidi, zero width."""
    return "".join(
        one if one in "\n\t" or unicodedata.category(one)[0] != "C" else f"[U+{ord(one):04X}]" for one in text
    )


def summary(report: Report) -> list[str]:
    """The first page in lines of plain text, for a terminal."""
    lines = [f"{headline(report)} {says(report)}", *report.origins, *report.about]
    for finding in report.findings:
        figures = numbers(report, finding)
        why = "; ".join(finding.because)
        lines.append(f"{finding.model}: {finding.answer}. {figures}{' ' if figures else ''}Why: {why}.")
    for model, search in (report.triggers or {}).items():
        tried = f"{len(search['candidates'])} candidates, {search['spent']} answers"
        lines.append(f"{model}: triggers: {found_triggers(search)} ({tried}).")
    lines += [why] if (why := base_differs(report)) else []
    lines += [f"Rule: {rule_plainly(report)}", "It does not mean:"]
    return lines + [f"- {one}" for one in MEANS_NOT[report.answer]]
