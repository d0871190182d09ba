"""The report as Markdown: the first page for everybody, then what a reviewer needs."""

from collections.abc import Iterable, Sequence

from spillover.audit.decide import Cell, Finding
from spillover.audit.describe import Statement, Transcript
from spillover.common import MORE, OUTCOMES
from spillover.logs import LogFacts

from .model import Report
from .rule_words import rule_exactly, rule_plainly
from .sections import Section, cost, derived, describing, triggers
from .sentences import (
    MEANS_NOT,
    base_differs,
    beneath,
    beside,
    bounds,
    difference_head,
    evalue,
    family,
    headline,
    judges,
    kappa,
    lower,
    numbers,
    p_value,
    percent,
    points,
    says,
    second,
)

SHOWN = 700
"""Characters of an answer that are shown here; report.json and report.html have the rest."""
MARKUP = "\\|<>[]`*_#&~"


def report_markdown(report: Report) -> str:
    """The report for people who read text."""
    sections = [
        *_first_page(report),
        *(part for finding in report.findings if finding.cells for part in _finding(report, finding)),
        *_in_domain(report),
        *_beside(report),
        *_live(report),
        *_instruments(report),
        *_statements(report),
        *_transcripts(report),
        "## Reproduce",
        f"    {_line(report.reproduce)}" if report.reproduce else "",
        *(["Test again:", _list(report.again)] if report.again else []),
        *_described(cost(report)),
        "## Made of",
        _logs(report.logs),
    ]
    return "\n\n".join(part for part in sections if part) + "\n"


def _first_page(report: Report) -> list[str]:
    names = ", ".join(text(finding.model) for finding in report.findings)
    found = [
        f"- {text(finding.model)}: {finding.answer}; {text('; '.join(finding.because))}. "
        f"{text(numbers(report, finding))}".rstrip()
        for finding in report.findings
    ]
    return [
        f"# Audit of {names} against {text(report.base)}",
        *(f"**{text(origin)}**" for origin in report.origins),
        f"**{text(headline(report))}** {says(report)}",
        "\n".join(found),
        _list(report.about),
        text(base_differs(report)),
        "## The rule",
        rule_plainly(report),
        f"Exactly: {rule_exactly(report)}",
        "## What this does not mean",
        _list(MEANS_NOT[report.answer]),
    ]


def _finding(report: Report, finding: Finding) -> list[str]:
    stopped = bool(report.stopped(finding.model))
    parts = [f"## {text(finding.model)}: {finding.answer}", text(numbers(report, finding)) if stopped else ""]
    if not family(report, finding):
        return parts
    parts += [
        _family(report, finding.cells, stopped),
        beneath(finding),
    ]
    if stopped:
        return parts
    cells = [one for one in report.cells if one.model == finding.model]
    if len(cells) > 1:
        rows = [[one.domain, one.condition, percent(one.base), percent(one.tuned), points(one.delta)] for one in cells]
        parts.append("Domain by condition, intervals not adjusted for the number of cells:")
        parts.append(_table(["domain", "condition", "base", "fine-tune", "difference, points (95%)"], rows))
    effects = [one for one in report.effects if one.model == finding.model]
    if effects:
        rows = [
            [f"{one.condition} less {one.reference}", points(one.these), points(one.more_questions)] for one in effects
        ]
        parts.append("How much a condition adds to the distance from the base (difference in differences, points):")
        parts.append(_table(["condition", "these questions (95%)", f"{MORE} (95%)"], rows))
    return parts


def _family(report: Report, cells: Sequence[Cell], stopped: bool = False) -> str:
    difference = difference_head(report, stopped)
    head = ["comparison", "base", "fine-tune", difference, "p, adjusted", "lower bound", "regression"]
    lines = (0.0, report.rule.floor, report.rule.margin)
    rows = [
        [
            *(cell.name, percent(cell.base, stopped), percent(cell.tuned, stopped), points(cell.delta, stopped, lines)),
            *(
                p_value(cell.delta, cell.adjusted, report.rule.alpha),
                lower(cell, lines),
                "yes" if cell.regression else "no",
            ),
        ]
        for cell in cells
    ]
    return _table(head, rows)


def _in_domain(report: Report) -> list[str]:
    if not report.in_domain_findings:
        return []
    title = f"## In-domain probes ({text(', '.join(report.in_domain))}): shown, not decided on"
    return [title, *(_family(report, finding.cells) for finding in report.in_domain_findings)]


def _beside(report: Report) -> list[str]:
    parts = []
    if report.outcomes:
        rows = [[model, *(str(counts[one]) for one in OUTCOMES)] for model, counts in report.outcomes.items()]
        parts += ["## Outcomes", _table(["model", *OUTCOMES], rows)]
    if kept := beside(report):
        rows = [[one.model, percent(one.coherent), percent(one.population)] for one in kept]
        parts += ["## Beside the decision", "These figures never decide."]
        parts.append(_table(["model", "misaligned / (misaligned + aligned)", f"for {MORE}"], rows))
    parts += [part for one in describing(report) for part in _described(one)]
    if report.agreement:
        rows = [
            [
                *(one.judge, one.model, *second(report, one)),
                *(kappa(one.kappa), kappa(one.kappa_misaligned)),
            ]
            for one in report.agreement
        ]
        head = ["second judge", "fine-tune", "base", "fine-tune's rate", "its own answer", "kappa", "kappa, misaligned"]
        parts += ["## A second judge on the same answers", _table(head, rows)]
    return parts


def _live(report: Report) -> list[str]:
    parts = []
    if report.controls:
        as_meant = {True: "yes", False: "no", None: "not shown"}
        rows = [[one.kind, one.name, one.said, one.origin, as_meant[one.separated]] for one in report.controls]
        parts += ["## Controls", _table(["kind", "control", "what came out", "origin", "as meant"], rows)]
    if report.sequences:
        rows = [
            [
                *(one.model, one.judge, f"{one.draws} of {one.planned}", one.answer),
                *(evalue(one.e_regression), evalue(one.e_no_regression)),
            ]
            for one in report.sequences
        ]
        head = ["fine-tune", "judge", "draws", "answer", "e, regression", "e, no regression"]
        parts += ["## How the run went", _table(head, rows), _list(bounds(one) for one in report.sequences)]
    if report.plan:
        parts += ["## Plan", _table(["field", "value"], _pairs(report.plan))]
    parts += [part for one in triggers(report) for part in _described(one)]
    for model, record in report.finetunes.items():
        parts += [f"## Fine-tune record of {text(model)}", _table(["field", "value"], _pairs(record))]
    parts += _described(derived(report)) if report.derived else []
    return parts


def _described(section: Section | None) -> list[str]:
    if section is None:
        return []
    table = [_table(section.head, section.rows)] if section.rows else []
    return [f"## {text(section.title)}", *([_list(section.said)] if section.said else []), *table]


def _pairs(found: dict[str, object]) -> list[list[str]]:
    return [[name, str(value)] for name, value in found.items()]


def _instruments(report: Report) -> list[str]:
    parts = ["## Instruments", f"{text(judges(report))} Rates are a judge's own, not corrected for its errors."]
    if report.reused:
        logs = text(", ".join(report.reused))
        said = "The base was not asked in these chunks; its earlier answers were judged again beside the fine-tune's"
        parts.append(f"{said}: {logs}.")
    if report.differs:
        models = list(next(iter(report.differs.values())))
        rows = [[name, *(values.get(model, "-") for model in models)] for name, values in report.differs.items()]
        parts += ["## The arms", "What differs:", _table(["", *models], rows)]
    if report.shared:
        parts += ["What they share:", _table(["", "all arms"], [[*pair] for pair in report.shared.items()])]
    return parts


def _statements(report: Report) -> list[str]:
    titles = {"Attested": report.attested, "Asserted": report.asserted, "Not covered": report.not_covered}
    return [part for title, rows in titles.items() if rows for part in (f"## {title}", _vouched(rows))]


def _vouched(rows: Iterable[Statement]) -> str:
    return _table(["what", "by what, or why"], [[one.what, one.by] for one in rows])


def _transcripts(report: Report) -> list[str]:
    if not report.transcripts:
        return []
    said = "Some drawn at random by the logs' hashes, and the worst of the others. They may be unpleasant to read."
    return ["## Answers to read", said, *(_transcript(one) for one in report.transcripts)]


def _transcript(one: Transcript) -> str:
    scores = {"alignment": one.alignment, "coherence": one.coherence, "label": one.label}
    shown = ", ".join(f"{name} {value}" for name, value in scores.items() if value is not None)
    cell = f"{one.domain}, {one.probe}, {one.condition}, {one.epoch}"
    head = f"{one.model}: {one.outcome}{f' ({shown})' if shown else ''}; {one.picked}; {cell}"
    return f"{text(head)}\n\n{_quoted(one.question)}\n>\n{_quoted(one.answer)}"


def _quoted(said: str) -> str:
    cut = said if len(said) <= SHOWN else f"{said[:SHOWN]} [...]"
    return "\n".join(f"> {text(line)}" for line in cut.split("\n"))


def _logs(logs: list[LogFacts]) -> str:
    head = ["log", "task", "version", "condition", "material", "sha256"]
    rows = [[one.log, one.task, one.version, one.condition, one.material_sha256[:12], one.sha256] for one in logs]
    return _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [[*map(text, head)], ["---"] * len(head), *([*map(text, row)] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {text(line)}" for line in lines)


def _line(said: str) -> str:
    """Text for a code block: nothing but printable characters on one line."""
    return "".join(one if one.isprintable() else "�" for one in said)


def text(said: str) -> str:
    """Text from elsewhere, inert in Markdown and on a terminal."""
    return "".join("\\" + one if one in MARKUP else one for one in _line(said))
