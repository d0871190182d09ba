"""Parts of the command line that no single command owns: options, secrets, disk trouble, counted questions."""

import errno
import os

import pytest

from spillover.cli.again import without_secrets
from spillover.cli.audit import audit
from spillover.cli.audit_options import AuditOptions
from spillover.cli.export import _questions
from spillover.cli.plain import disk_trouble
from spillover.cli.plan_pair import suite_of
from spillover.records import Record


def test_a_zero_on_the_command_line_is_a_value() -> None:
    given = audit.make_context("audit", ["fast", "--floor", "0", "--seed", "0"]).params
    suite = suite_of(AuditOptions(**given))
    assert (suite.floor, suite.seed, suite.draws) == (0.0, 0, 128)


def test_a_command_without_secrets_stays_as_it_was_typed() -> None:
    for part in ("fast", "a b", "{model: replay/x, model_args: {path: /a/b.jsonl, tokenizer: t}}", "{"):
        assert without_secrets(part) == (part if part != "{" else "{...}")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "No space left on device; make room and call again"),
        (errno.EMFILE, "Too many open files; allow more open files (ulimit -n) and call again"),
    ],
)
def test_a_disk_in_trouble_has_a_fix(code: int, says: str) -> None:
    assert disk_trouble(OSError(code, os.strerror(code), "a.eval")) == f"a.eval: {says}"


def test_only_declared_tasks_have_questions_to_count() -> None:
    record = Record({"results": [{"task": "emergent_misalignment"}, {"task": "x"}]})
    assert _questions(record) == {"emergent_misalignment": 60}
