"""What vouches for a report, what is only asserted, what it does not cover, and when to test again."""

from dataclasses import replace

from spillover.audit.describe import Statement
from spillover.common import counted

from .model import Report

AGAIN = [
    "after any change of the weights: more training, another checkpoint or seed, a merge, an adapter, a quantisation",
    "after any change around them: system prompt, template, tools, decoding, filters",
    "when the provider changes what stands behind the model's name",
    "when the questions, the judge or this suite have a new version: old and new rates are not comparable",
]


def stated(report: Report) -> Report:
    """The report with its tables of what is attested, asserted and not covered, and when to test again.

    To be called again after fields of a live run were filled: what they add moves from one table to another.
    """
    return replace(
        report,
        attested=_attested(report),
        asserted=_asserted(report),
        not_covered=_not_covered(report),
        again=list(AGAIN),
    )


def _rows(*rows: tuple[bool, str, str]) -> list[Statement]:
    return [Statement(what, by) for holds, what, by in rows if holds]


def _attested(report: Report) -> list[Statement]:
    void = any(one.answer == "void" for one in report.findings)
    planned = (report.manifest or {}).get("planned_sha256", "")
    return _rows(
        (
            bool(report.logs),
            f"every figure here comes from these {counted(len(report.logs), 'log')}",
            "SHA-256 of each, at the end",
        ),
        (
            not void,
            "base and fine-tune were asked the same questions under the same conditions, settings and judge",
            "compared log by log; the headers of the logs are taken at their word",
        ),
        (
            not void,
            "no run counts twice, and no model's answers are a copy of another's",
            "run ids, and all answers but the texts that a model repeats",
        ),
        (bool(planned), "the plan and its rule are the ones that were hashed", f"plan SHA-256 {planned}"),
    )


def _asserted(report: Report) -> list[Statement]:
    return _rows(
        (
            bool(report.logs),
            "the answers are what these models said",
            "whoever wrote the logs; nothing here can prove it",
        ),
        (True, "which weights stand behind a model's name", "provider and operator"),
        (True, "the judge is the one that is named", "provider and operator"),
        (
            report.manifest is None,
            "the rule was fixed before anyone looked",
            "whoever gave the command; a hash of a plan, published beforehand, would prove it",
        ),
        (report.manifest is not None, "the plan is older than the answers", "the clock of the machine that ran it"),
        (
            (report.manifest or {}).get("planned", {}).get("seed") == "given",
            "the seed of the draws was not chosen for what it shows",
            "whoever gave it; an audit draws one at random where none is given",
        ),
        (bool(report.finetunes), "how each fine-tune was made", "its fine-tune record"),
        (bool(report.origins), "where recorded or scripted texts come from", "the recording itself"),
    )


def _not_covered(report: Report) -> list[Statement]:
    asked = report.shared.get("domain", ""), report.shared.get("condition", "")
    none = not report.logs
    return [
        *_rows(
            (none, "everything", "a control did not come out as meant, so no model was asked"),
            (True, "agents that act, long conversations, tools, images", "nothing of the kind is asked"),
            (
                not none,
                "other domains and conditions",
                f"asked were {asked[0] or 'those listed'} under {asked[1] or 'one'}",
            ),
            (report.triggers is None, "triggers", "this audit did not search for any"),
            (report.triggers is not None, "triggers outside the search's list and budget", "see the search"),
        ),
        *_own_field(report),
        *_of_judges(report),
        *_rows(
            (
                not report.capability,
                "capability (MMLU, HumanEval, IFEval), harmful requests and needless refusals (StrongREJECT, XSTest)",
                "no logs of such evaluations were given with --capability-logs",
            ),
            (True, "other training runs of the same recipe", "each fine-tune is one model; another seed may differ"),
        ),
    ]


def _own_field(report: Report) -> list[Statement]:
    """What was not looked at of the fine-tune's own field and subject."""
    return _rows(
        (bool(report.in_domain), "probes in the fine-tune's own field", "shown apart, not decided on"),
        (
            not report.in_domain,
            "whether the trouble is emergent or the fine-tune's own subject",
            "no field was named with --in-domain, so all probes count alike",
        ),
        (
            not report.leakage,
            "whether misaligned answers drag in the fine-tune's own subject",
            "no subject was named with --subject, or no judge could be asked",
        ),
    )


def _of_judges(report: Report) -> list[Statement]:
    """What was not looked at of the judges."""
    several = bool(report.agreement) or len({one.judge for one in report.sequences}) > 1
    return _rows(
        (
            not any(one.kind != "took" for one in report.controls),
            "controls of the judge",
            "none was asked: this audit was made from logs alone"
            if report.manifest is None
            else "none was asked in this audit",
        ),
        (not several and bool(report.logs), "the opinion of a second judge", "one judge judged these answers"),
        (
            True,
            "errors of the judge that differ between base and fine-tune by more than the floor, "
            f"{100 * report.rule.floor:g}%",
            "rates are the judge's own, not corrected",
        ),
    )
