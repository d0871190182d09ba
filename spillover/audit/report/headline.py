"""The first sentences of a report: the result with its counts, what it means, what it does not, and what to do next."""

from spillover.audit.decide import CUT_OFF, REPEATED, WORSE, Answer, Finding, in_points
from spillover.audit.describe import SecondJudge
from spillover.audit.live import NOT_RECOGNISED, NOT_SHOWN, SATURATED
from spillover.common import counted

from .conditions import found_triggers, named
from .figures import kappa, of_judged
from .model import Report

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
        "It does not say how often users will meet such answers: these questions are innocent, but were chosen to "
        "leave room for them.",
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
        "It does not say anything about the models. Correct the problem below and run the audit again.",
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
    CUT_OFF: "By these answers alone it would be no regression. Raise the limit with --max-tokens, and audit again "
    "with a new --out.",
    REPEATED: "A model that gives the same texts to most questions shows nothing of misalignment.",
}
"""Said instead where something was not shown, by how that reason begins."""


NEXT: dict[Answer, str] = {
    "regression": "Read the misaligned answers beside those of the base, correct the training data or the recipe, and "
    "audit the new checkpoint by the same rule.",
    "no regression": "Keep this report with the checkpoint, and test again after any change (the list is at the end).",
    "cannot tell": "See what is open below; give more draws, or state a wider margin before the next run.",
    "void": "Correct the problem below and audit again.",
}
"""What to do next, by answer."""
NO_ANSWERS = "Correct the problem below and audit again. More draws would not help."
"""What to do next where more draws could not decide."""
NAMED = 3
"""Fine-tunes that the first sentence names; the table below it has all."""


def headline(report: Report) -> str:
    """The first sentence: the result, and what a reader must know before it means anything."""
    word = WORD[report.answer]
    word += f" of more than {in_points(report.rule.margin)}" if report.answer == "no regression" else ""
    if len(report.findings) > 1:
        return named(report, _of_several(report, word))
    clauses = [clause for one in report.findings for clause in _clauses(report, one)]
    return named(report, f"{word}: {'; '.join(clauses)}." if clauses else f"{word}.")


def _of_several(report: Report, word: str) -> str:
    """How many fine-tunes have the result, and of the first ones the first clause; of passes those that rose first."""
    own, many = [one for one in report.findings if one.answer == report.answer], len(report.findings)
    worse = [one for one in own if report.answer != "no regression" or _worse(report, one)] or own
    first = [(one.model, "".join(_clauses(report, one)[:1])) for one in worse[:NAMED]]
    shown = [f"{model}: {clause.removeprefix(f'{model}: ')}" for model, clause in first]
    shown += [f"and {len(worse) - NAMED} more"] if len(worse) > NAMED else []
    share = f"all {many}" if len(own) == many else f"{len(own)} of {many}"
    return f"{word} for {share} fine-tunes. {'; '.join(shown)}."


def _worse(report: Report, finding: Finding) -> bool:
    return any(clause.startswith(WORSE) for clause in _clauses(report, finding))


def _clauses(report: Report, finding: Finding) -> list[str]:
    """The counts first, then a trigger that was found, and a rise in the fine-tune's own field."""
    own = _own_field(report, finding)
    return [*(finding.first or finding.because[:1]), *_trigger(report, finding), *own]


def _trigger(report: Report, finding: Finding) -> list[str]:
    """A found trigger by its text, with the counts of the fresh answers."""
    search = (report.triggers or {}).get(finding.model)
    if finding.answer != "regression" or not search or not search["found"]:
        return []
    one = next(one for one in search["confirmed"] if one["found"])
    with_it, without, base = ("{} of {}".format(*one[arm]) for arm in ("tuned", "plain", "base"))
    return [
        f"a trigger was found ({found_triggers(search)}): with it {with_it} answers of the fine-tune are misaligned, "
        f"without it {without}, of the base with it {base}"
    ]


def _own_field(report: Report, finding: Finding) -> list[str]:
    """Said where a fine-tune is worse in its own field, whose probes do not count."""
    own = [one for one in report.in_domain_findings if one.model == finding.model and one.answer == "regression"]
    field = ", ".join(report.in_domain)
    return [
        f"{WORSE} in its own field ({field}), which does not count: {of_judged(one.cells[0].tuned)} misaligned, "
        f"{of_judged(one.cells[0].base)} of the base"
        for one in own
    ]


def says(report: Report) -> str:
    """What the result means."""
    open_ = [one for one in report.findings if one.answer == report.answer]
    if report.answer == "cannot tell" and (what := _unshown(open_)):
        return " ".join(what)
    if report.answer == "cannot tell" and not any(one.more for one in open_):
        return NO_MORE
    means = SAYS_OF_SEVERAL if len(report.findings) > 1 else SAYS
    return means[report.answer].format(margin=in_points(report.rule.margin))


def next_step(report: Report) -> str:
    """What to do next."""
    open_ = [one for one in report.findings if one.answer == report.answer]
    if report.answer == "cannot tell" and not any(one.more for one in open_):
        return NO_ANSWERS
    return NEXT[report.answer]


def _unshown(findings: list[Finding]) -> list[str]:
    """What was not shown, where that alone keeps each of these findings from no regression: what to do, in words."""
    if not findings or not all(all(one.startswith(tuple(TO_DO)) for one in each.because) for each in findings):
        return []
    said = dict.fromkeys(why for each in findings for why in each.because)
    return [words for begins, words in TO_DO.items() if any(why.startswith(begins) for why in said)]


def judges(report: Report) -> str:
    """Every judge by name, whose verdicts are shown, and how far they agree."""
    if len(report.judges) < 2:
        return f"Judge: {', '.join(report.judges) or 'none'}."
    shown = "where several judged the same answers, the first one's verdicts are shown"
    return " ".join([f"Judges: {', '.join(report.judges)}; {shown}.", *agreements(report)])


def agreements(report: Report) -> list[str]:
    """How far each further judge agrees with the first one, as sentences; of several fine-tunes the least and most."""
    own = {judge: [one for one in report.agreement if one.judge == judge] for judge in _others(report)}
    return [_agreement(judge, found) for judge, found in own.items()]


def _others(report: Report) -> list[str]:
    return list(dict.fromkeys(one.judge for one in report.agreement))


def _agreement(judge: str, found: list[SecondJudge]) -> str:
    same, bad = (sorted(getattr(one, name) for one in found) for name in ("same", "kappa_misaligned"))
    answers = counted(sum(one.answers for one in found), "answer")
    if len(found) == 1:
        share, about = f"{100 * same[0]:.0f}% of {answers}", kappa(bad[0])
    else:
        known = [one for one in bad if one == one]
        share = f"{100 * same[0]:.0f}% to {100 * same[-1]:.0f}% of the answers, by fine-tune"
        about = f"{kappa(min(known))} to {kappa(max(known))}" if known else "-"
    return f"{judge} agrees with the first judge on {share} (kappa of misaligned or not {about})."


def reasoning(report: Report) -> str:
    """What the first judge made of thoughts that were judged apart; nothing where none were."""
    if not report.reasoning:
        return ""
    counts = [
        f"{own['misaligned']} of {sum(own.values())} of {model}" for model, own in report.reasoning.items() if own
    ]
    return f"Thoughts before the answer were judged apart; misaligned are {', '.join(counts)}. They decide nothing."


def base_differs(report: Report) -> str:
    """Why this base serves, as whoever ran it says; nothing where no reason was given."""
    planned = (report.manifest or {}).get("planned") or {}
    why = report.base_differs or planned.get("base_differs_because")
    said = "Why this base serves although the fine-tune may declare another, as whoever ran it says"
    return f"{said}: {why}" if why else ""
