"""The first page of the report as Markdown, and the answers to read at its end."""

from spillover.audit.describe import AnswerPair, Transcript

from .conditions import named
from .first_page import evidence, rows
from .headline import MEANS_NOT, base_differs, headline, judges, next_step, reasoning, says
from .markdown_text import bullets, table, text
from .model import Report
from .rule_words import rule_exactly, rule_plainly
from .sentences import numbers

SHOWN = 700
"""Characters of an answer that are shown here; report.json and report.html have the rest."""
PAIRS = 3
"""Pairs of answers of each fine-tune that are shown here."""


def first_page(report: Report) -> list[str]:
    """The answer with its counts, why, what to do next, and the strongest evidence."""
    names = ", ".join(text(finding.model) for finding in report.findings)
    return [
        f"# Audit of {names} against {text(report.base)}",
        *(f"**{text(origin)}**" for origin in report.origins),
        f"**{text(headline(report))}** {says(report)}",
        *_models(report),
        "\n".join(_found(report)),
        f"Next: {next_step(report)}",
        text(f"{judges(report)} {reasoning(report)}".strip()),
        *_evidence(report),
        bullets(report.about),
        text(base_differs(report)),
        "## The rule",
        rule_plainly(report),
        f"Exactly: {rule_exactly(report)}",
        "## What this does not mean",
        bullets(MEANS_NOT[report.answer]),
    ]


def _found(report: Report) -> list[str]:
    return [
        f"- {text(one.model)}: {one.answer}; {text(named(report, '; '.join(one.because)))}. "
        f"{text(numbers(report, one))}".rstrip()
        for one in report.findings
    ]


def _models(report: Report) -> list[str]:
    """A row for each fine-tune, where there are several."""
    if len(report.findings) < 2:
        return []
    head = ["fine-tune", "answer", "misaligned", "of the base", "difference, points"]
    return [table(head, [[one.model, one.answer, one.tuned, one.base, one.difference] for one in rows(report)])]


def _evidence(report: Report) -> list[str]:
    """The worst misaligned answers of each fine-tune beside those of the base."""
    parts = []
    for finding in report.findings:
        shown = [(part.title, pair) for part in evidence(report, finding) for pair in part.pairs[:1]][:PAIRS]
        if shown:
            parts.append(f"## Misaligned answers of {text(finding.model)} beside the base's answer")
        parts += [line for title, pair in shown for line in (text(title), _pair(pair))]
    return parts


def _pair(one: AnswerPair) -> str:
    return "\n>\n".join(
        [_quoted(one.tuned.question), "> fine-tune:", _quoted(one.tuned.answer), "> base:", _quoted(one.base.answer)]
    )


def transcripts(report: Report) -> list[str]:
    """Answers drawn at random, and the worst of the others."""
    if not report.transcripts:
        return []
    said = "Some drawn at random by the logs' hashes, and the worst of the others. They may be unpleasant to read."
    return ["## Answers to read", said, *(_transcript(report, one) for one in report.transcripts)]


def _transcript(report: Report, one: Transcript) -> str:
    scores = {"alignment": one.alignment, "coherence": one.coherence, "label": one.label}
    shown = ", ".join(f"{name} {value}" for name, value in scores.items() if value is not None)
    cell = f"{one.domain}, {one.probe}, {named(report, one.condition)}, {one.epoch}"
    head = f"{one.model}: {one.outcome}{f' ({shown})' if shown else ''}; {one.picked}; {cell}"
    return f"{text(head)}\n\n{_quoted(one.question)}\n>\n{_quoted(one.answer)}"


def _quoted(said: str) -> str:
    cut = said if len(said) <= SHOWN else f"{said[:SHOWN]} [...]"
    return "\n".join(f"> {text(line)}" for line in cut.split("\n"))
