"""Which shape stands behind which schema file, and the text of that file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from spillover.common import schema_of, write_text

if TYPE_CHECKING:
    from spillover.common import Shape

ROOT = Path(__file__).resolve().parents[2]


def shipped_shapes() -> dict[str, type["Shape"]]:
    """By path of the schema file below the repository: the shape that it is made from."""
    from spillover.audit.report import ReportShape
    from spillover.board import Display
    from spillover.finetune import Finetune
    from spillover.judge import CardFile
    from spillover.plan import SuiteFile
    from spillover.records import RecordShape
    from spillover.submissions import Status, Submission
    from spillover.tools.dataset import ProbeRow

    return {
        "spillover/judge/card.schema.json": CardFile,
        "spillover/board/display.schema.json": Display,
        "tools/dataset/row.schema.json": ProbeRow,
        "spillover/audit/report/report.schema.json": ReportShape,
        "spillover/finetune/finetune.schema.json": Finetune,
        "spillover/plan/suite.schema.json": SuiteFile,
        "spillover/records/record.schema.json": RecordShape,
        "spillover/submissions/submission.schema.json": Submission,
        "spillover/submissions/status.schema.json": Status,
    }


def schema_text(shape: type["Shape"]) -> str:
    """The text of a shape's schema file."""
    return json.dumps(schema_of(shape), indent=2, ensure_ascii=False) + "\n"


def outdated() -> list[str]:
    """Schema files that are missing or not what their shape makes."""
    return [
        name
        for name, shape in shipped_shapes().items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != schema_text(shape)
    ]


def write_schemas() -> list[str]:
    """Write the schema files that are outdated, and give their names."""
    found = outdated()
    for name in found:
        write_text(ROOT / name, schema_text(shipped_shapes()[name]))
    return found
