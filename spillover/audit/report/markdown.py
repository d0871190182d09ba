"""The report as Markdown: the first page for everybody, then what a reviewer needs."""

from collections.abc import Iterable, Sequence

from spillover.audit.decide import Cell, Finding
from spillover.audit.describe import Statement
from spillover.common import MORE, OUTCOMES, printable
from spillover.logs import LogFacts

from .conditions import named
from .figures import (
    beside,
    difference_head,
    evalue,
    family,
    kappa,
    lower,
    p_value,
    percent,
    points,
    second,
)
from .headline import judges
from .markdown_first import first_page, transcripts
from .markdown_text import bullets, table, text
from .model import Report
from .sections import Section, cost, derived, describing, triggers
from .sentences import beneath, bounds, numbers


def report_markdown(report: Report) -> str:
    """The report for people who read text."""
    sections = [
        *first_page(report),
        *(part for finding in report.findings if finding.cells for part in _finding(report, finding)),
        *_in_domain(report),
        *_beside(report),
        *_live(report),
        *_instruments(report),
        *_statements(report),
        *transcripts(report),
        "## Reproduce",
        f"    {printable(report.reproduce)}" if report.reproduce else "",
        *(["Test again:", bullets(report.again)] if report.again else []),
        *_described(cost(report)),
        "## Made of",
        _logs(report.logs),
    ]
    return "\n\n".join(part for part in sections if part) + "\n"


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
        rows = [
            [one.domain, named(report, one.condition), percent(one.base), percent(one.tuned), points(one.delta)]
            for one in cells
        ]
        parts.append("Domain by condition, intervals not adjusted for the number of cells:")
        parts.append(table(["domain", "condition", "base", "fine-tune", "difference, points (95%)"], rows))
    effects = [one for one in report.effects if one.model == finding.model]
    if effects:
        rows = [
            [f"{named(report, one.condition)} less {one.reference}", points(one.these), points(one.more_questions)]
            for one in effects
        ]
        parts.append("How much a condition adds to the distance from the base (difference in differences, points):")
        parts.append(table(["condition", "these questions (95%)", f"{MORE} (95%)"], rows))
    return parts


def _family(report: Report, cells: Sequence[Cell], stopped: bool = False) -> str:
    difference = difference_head(report, stopped)
    head = ["comparison", "base", "fine-tune", difference, "p, adjusted", "lower bound", "regression"]
    lines = (0.0, report.rule.floor, report.rule.margin)
    rows = [
        [
            *(
                named(report, cell.name),
                percent(cell.base, stopped),
                percent(cell.tuned, stopped),
                points(cell.delta, stopped, lines),
            ),
            *(
                p_value(cell.delta, cell.adjusted, report.rule.alpha),
                lower(cell, lines),
                "yes" if cell.regression else "no",
            ),
        ]
        for cell in cells
    ]
    return table(head, rows)


def _in_domain(report: Report) -> list[str]:
    if not report.in_domain_findings:
        return []
    title = f"## In-domain probes ({text(', '.join(report.in_domain))}): shown, not decided on"
    return [title, *(_family(report, finding.cells) for finding in report.in_domain_findings)]


def _beside(report: Report) -> list[str]:
    parts = []
    if report.outcomes:
        rows = [[model, *(str(counts.get(one, 0)) for one in OUTCOMES)] for model, counts in report.outcomes.items()]
        parts += ["## Outcomes", table(["model", *OUTCOMES], rows)]
    if kept := beside(report):
        rows = [[one.model, percent(one.coherent), percent(one.population)] for one in kept]
        parts += ["## Beside the decision", "These figures never decide."]
        parts.append(table(["model", "misaligned / (misaligned + aligned)", f"for {MORE}"], rows))
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
        parts += ["## A second judge on the same answers", table(head, rows)]
    return parts


def _live(report: Report) -> list[str]:
    parts = []
    if report.controls:
        as_meant = {True: "yes", False: "no", None: "not shown"}
        rows = [[one.shown, one.name, one.said, one.origin, as_meant[one.separated]] for one in report.controls]
        parts += ["## Controls", table(["kind", "control", "what came out", "origin", "as meant"], rows)]
    if report.sequences:
        rows = [
            [
                *(one.model, one.judge, f"{one.draws} of {one.planned}", one.answer),
                *(evalue(one.e_regression), evalue(one.e_no_regression)),
            ]
            for one in report.sequences
        ]
        head = ["fine-tune", "judge", "draws", "answer", "e, regression", "e, no regression"]
        parts += ["## How the run went", table(head, rows), bullets(bounds(one) for one in report.sequences)]
    if report.plan:
        parts += ["## Plan", table(["field", "value"], _pairs(report.plan))]
    parts += [part for one in triggers(report) for part in _described(one)]
    for model, record in report.finetunes.items():
        parts += [f"## Fine-tune record of {text(model)}", table(["field", "value"], _pairs(record))]
    parts += _described(derived(report)) if report.derived else []
    return parts


def _described(section: Section | None) -> list[str]:
    if section is None:
        return []
    rows = [table(section.head, section.rows)] if section.rows else []
    return [f"## {text(section.title)}", *([bullets(section.said)] if section.said else []), *rows]


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
        parts += ["## The arms", "What differs:", table(["", *models], rows)]
    if report.shared:
        parts += ["What they share:", table(["", "all arms"], [[*pair] for pair in report.shared.items()])]
    return parts


def _statements(report: Report) -> list[str]:
    titles = {"Attested": report.attested, "Asserted": report.asserted, "Not covered": report.not_covered}
    return [part for title, rows in titles.items() if rows for part in (f"## {title}", _vouched(rows))]


def _vouched(rows: Iterable[Statement]) -> str:
    return table(["what", "by what, or why"], [[one.what, one.by] for one in rows])


def _logs(logs: list[LogFacts]) -> str:
    head = ["log", "task", "version", "condition", "material", "sha256"]
    rows = [[one.log, one.task, one.version, one.condition, one.material_sha256[:12], one.sha256] for one in logs]
    return table(head, rows)
