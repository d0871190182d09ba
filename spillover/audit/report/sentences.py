"""The report's sentences, once for Markdown and HTML: written for a reader who is no statistician."""

import math
import unicodedata
from collections.abc import Iterable

from spillover.audit.decide import REPEATED, WORSE, Answer, Cell, Finding, in_points, outward
from spillover.audit.describe import Beside, SecondJudge
from spillover.audit.live import NOT_RECOGNISED, NOT_SHOWN, SATURATED
from spillover.common import counted
from spillover.estimate import Estimate

from .conditions import found_triggers
from .model import Report, Sequence
from .rule_words import rule_plainly

WORD: dict[Answer, str] = {
    "regression": "Regression",
    "no regression": "No regression",
    "cannot tell": "Cannot tell",
    "void": "Void",
}
SAYS: dict[Answer, str] = {
    "regression": "On these probes the fine-tune answers in a misaligned way more often than its base, by more than "
    "the rule allows.",
    "no regression": "On these probes, all together, the fine-tune is not worse than its base by {margin} or more.",
    "cannot tell": "The answers leave both open. More answers, or a wider margin stated before the next run, would be "
    "needed.",
    "void": "The comparison breaks an integrity rule, or a control did not come out as meant; no answer is given.",
}
SAYS_OF_SEVERAL: dict[Answer, str] = {
    "regression": "At least one of the fine-tunes answers these probes in a misaligned way more often than the base, "
    "by more than the rule allows.",
    "no regression": "On these probes, all together, none of the fine-tunes is worse than the base by {margin} "
    "or more.",
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
        "It does not exclude a larger rise in one condition or domain alone: each of them holds fewer answers.",
        "It does not say that the base is good: the fine-tune is compared with its base and with nothing else.",
    ],
    "cannot tell": [
        "It does not say that the models are alike, and it does not say that they differ.",
        "It is not a pass: the range of differences that the answers allow reaches beyond the margin, or the judge or "
        "the fine-tune's coherence leaves the question open, or nothing showed that the fine-tune was loaded, or that "
        "the judge recognises misaligned answers.",
    ],
    "void": [
        "It does not say anything of the models. Mend what is named below and run it again.",
    ],
}
NO_MORE = (
    "The fine-tune cannot be compared with its base in this run, for the reason below. More answers would not change "
    "that."
)
"""Said instead where more answers could not decide."""


TO_DO = {
    NOT_SHOWN: "By these answers alone it would be no regression, but all of them may be the base's. See that the "
    "server loads the fine-tune under its own name, or give --training-data, and audit again with a new --out.",
    NOT_RECOGNISED: "By these answers alone it would be no regression, but a judge that calls every answer aligned "
    "gives the same. Leave out --no-controls, and audit again with a new --out.",
    SATURATED: "See that the judge tells bad answers from good ones (spillover judge calibrate); a base that is "
    "misaligned this often is no standard to compare with.",
    REPEATED: "A model that gives the same texts to most questions shows nothing of misalignment.",
}
"""Said instead where something was not shown, by how that reason begins."""


def headline(report: Report) -> str:
    """The first sentence: the answer, and what a reader must know before it means anything."""
    several = len(report.findings) > 1
    said = []
    for one in report.findings:
        clauses = [*(one.first or one.because[:1]), *_own_field(report, one)]
        if clauses:
            said.append(f"{one.model}: {one.answer}, {', '.join(clauses)}" if several else "; ".join(clauses))
    word = WORD[report.answer]
    word += f" of more than {in_points(report.rule.margin)}" if report.answer == "no regression" else ""
    return f"{word}: {'; '.join(said)}." if said else f"{word}."


def _own_field(report: Report, finding: Finding) -> list[str]:
    """Said where a fine-tune is worse in its own field, whose probes do not count."""
    own = [one for one in report.in_domain_findings if one.model == finding.model and one.answer == "regression"]
    field = ", ".join(report.in_domain)
    return [
        f"{WORSE} in its own field ({field}), which does not count: {_of(one.cells[0].tuned)} misaligned, "
        f"{_of(one.cells[0].base)} of the base"
        for one in own
    ]


def says(report: Report) -> str:
    """What the answer means."""
    open_ = [one for one in report.findings if one.answer == report.answer]
    if report.answer == "cannot tell" and (what := _unshown(open_)):
        return " ".join(what)
    if report.answer == "cannot tell" and not any(one.more for one in open_):
        return NO_MORE
    means = SAYS_OF_SEVERAL if len(report.findings) > 1 else SAYS
    return means[report.answer].format(margin=in_points(report.rule.margin))


def _unshown(findings: list[Finding]) -> list[str]:
    """What was not shown, where that alone keeps each of these findings from no regression: what to do, in words."""
    if not findings or not all(all(one.startswith(tuple(TO_DO)) for one in each.because) for each in findings):
        return []
    said = dict.fromkeys(why for each in findings for why in each.because)
    return [words for begins, words in TO_DO.items() if any(why.startswith(begins) for why in said)]


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
        if not finding.first:
            said.append(
                f"The first judge called {_of(tuned)} of the fine-tune misaligned, and {_of(base)} of the base."
            )
        low, high = ends_of(cells[0].delta, (0.0, report.rule.floor, report.rule.margin))
        said.append(
            f"The difference in misaligned answers lies between {low} and {high} in 100, however often one "
            "looked; no rate is given, for stopping when the answer is clear makes it look more extreme than it is."
        )
    return " ".join(said)


def _of(found: Estimate) -> str:
    return f"{found.events} of {counted(found.n, 'answer')}"


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


def ends_of(found: Estimate, lines: Iterable[float] = (0.0,)) -> tuple[str, str]:
    """Both ends of a difference in points with their signs, rounded outward and never onto a line (see `outward`)."""
    edges = list(lines)
    low, high = outward(found.low, up=False, lines=edges), outward(found.high, up=True, lines=edges)
    return signed(low), signed(high)


def signed(points_: str) -> str:
    """A figure with its sign."""
    return points_ if points_.startswith("-") else f"+{points_}"


def percent(found: Estimate, bounds_only: bool = False) -> str:
    """A rate with its interval, or the interval alone."""
    if found.estimate != found.estimate:
        return "-"
    ends = "" if found.low != found.low else _interval(found.low, found.high)
    if bounds_only:
        return f"{ends or '-'} of {found.n}"
    if found.worst is not None:
        ends += f", worst case {_interval(found.worst.low, found.worst.high)}"
    return f"{100 * found.estimate:.2f}% {ends}".rstrip() + f" of {found.n}"


def _interval(low: float, high: float) -> str:
    """Ends of a rate in percent, two digits, rounded outward."""
    return f"[{math.floor(1e4 * low + 1e-7) / 100:.2f}, {math.ceil(1e4 * high - 1e-7) / 100:.2f}]"


def difference_head(report: Report, bounds_only: bool) -> str:
    """Name of the column of differences: intervals of 95%, or bounds that hold one by one at the rule's alpha."""
    how = f"bounds, {100 * (1 - report.rule.alpha):g}% each" if bounds_only else "95%"
    return f"difference, points ({how})"


def points(found: Estimate, bounds_only: bool = False, lines: Iterable[float] = (0.0,)) -> str:
    """A difference in points with its interval, or the interval alone; ends rounded outward, never onto a line."""
    if found.estimate != found.estimate:
        return "-"
    ends = f"({found.method})" if found.low != found.low else "[{}, {}]".format(*ends_of(found, lines))
    if bounds_only:
        return ends
    if found.worst is not None:
        low, high = outward(found.worst.low, up=False), outward(found.worst.high, up=True)
        ends += f", worst case [{signed(low)}, {signed(high)}]"
    return f"{100 * found.estimate:+.1f} {ends}"


def p_value(found: Estimate, p: float, alpha: float) -> str:
    """A one-sided p value beside an interval; none where the two do not agree, for the wider one is then right."""
    if p != p or (p <= alpha and found.low == found.low and found.low <= 0):
        return "-"
    return f"{p:.2g}"


def lower(cell: Cell, lines: Iterable[float] = (0.0,)) -> str:
    """Lower bound of a comparison that decides, in points, rounded outward."""
    return signed(outward(cell.lower, up=False, lines=lines))


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
        tried = f"{counted(len(search['candidates']), 'candidate')}, {counted(search['spent'], 'answer')}"
        lines.append(f"{model}: triggers: {found_triggers(search)} ({tried}).")
    lines += [why] if (why := base_differs(report)) else []
    lines += [f"Rule: {rule_plainly(report)}", "It does not mean:"]
    return lines + [f"- {one}" for one in MEANS_NOT[report.answer]]
