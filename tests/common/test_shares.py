"""Margin, floor and alpha: one place for their defaults and ranges, and nothing outside these ranges."""

import ast
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from spillover.audit.decide import Rule
from spillover.common import ALPHA, FLOOR, MARGIN, SHARES, DeclarationError, Share
from spillover.plan import SCHEMA, Suite

from .._source import ROOT, modules
from .._spill import spill

NAMES = {one.name for one in SHARES}
IN_HELP = re.compile(r"(default: |at most )0?\.\d")


def literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines where a parameter, a field or a keyword of one of these names has a number of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            placed = [*node.posonlyargs, *node.args]
            pairs = [*zip(placed[len(placed) - len(node.defaults) :], node.defaults, strict=True)]
            pairs += [(arg, one) for arg, one in zip(node.kwonlyargs, node.kw_defaults, strict=True) if one is not None]
            yield from ((arg.lineno, arg.arg) for arg, one in pairs if arg.arg in NAMES and _number(one))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            if node.target.id in NAMES and _number(node.value):
                yield node.lineno, node.target.id
        elif isinstance(node, ast.keyword) and node.arg in NAMES and _number(node.value):
            yield node.value.lineno, str(node.arg)
        elif isinstance(node, ast.Dict):
            numbers = {_text(key) for key, value in zip(node.keys, node.values, strict=True) if _number(value)}
            yield from [(node.lineno, "a table")] * (NAMES <= numbers)


def _number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float | int)


def _text(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def test_no_module_keeps_a_copy_of_their_numbers() -> None:
    found = []
    for file in modules().values():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found += [f"{file.relative_to(ROOT)}:{line}: {name}" for line, name in literals(tree)]
        if "cli" in file.parts:
            texts = [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)]
            found += [f"{file.name}: {text}" for text in texts if IN_HELP.search(str(text))]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "def f(n, margin: float = 0.02): pass",
        "def f(*, alpha=0.05): pass",
        "class A:\n    floor: float = 0.01",
        "f(1, alpha=0.05)",
        "X = {'margin': 0.2, 'floor': 0.05, 'alpha': 0.1}",
    ],
)
def test_a_copy_would_be_seen(code: str) -> None:
    assert len([*literals(ast.parse(code))]) == 1
    assert IN_HELP.search("at most 0.2") and IN_HELP.search("default: .05")


def test_rule_suite_schema_and_help_have_the_same_numbers() -> None:
    rule, suite = Rule(), Suite("mine", "Mine")
    fields = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]
    for name in ("chunk", "icc"):
        assert f"({getattr(suite, name):g}" in fields[name]["description"].replace("(.", "(0.")
    texts = [" ".join(spill(name, "--help").out.split()) for name in ("plan", "audit")]
    for one in SHARES:
        assert getattr(rule, one.name) == getattr(suite, one.name) == one.default
        assert fields[one.name]["maximum"] == one.most and f"{one.default:g}" in fields[one.name]["description"]
        assert fields[one.name]["minimum" if one.zero else "exclusiveMinimum"] == 0
        for text in texts:
            assert f"at most {one.most:g} (default: {one.default:g}" in text.partition(f"--{one.name}")[2][:200]


@pytest.mark.parametrize("one", SHARES, ids=lambda share: share.name)
def test_a_rule_from_python_refuses_what_the_command_line_refuses(one: Share, tmp_path: Path) -> None:
    above = math.nextafter(one.most, 1)
    for value in (math.nan, math.inf, -math.inf, -0.001, above, 5.0, *(() if one.zero else (0.0,))):
        given = {"margin": MARGIN.most, "floor": 0.0} | {one.name: value}
        with pytest.raises(DeclarationError) as caught:
            Rule(**given)
        options = [part for name, each in given.items() for part in (f"--{name}", repr(each))]
        refused = spill("audit", "--base-logs", tmp_path, "--finetune-logs", tmp_path, *options)
        assert refused.error == str(caught.value) and str(caught.value).startswith(f"{one.name} {value:g} ")
    assert getattr(Rule(**{"margin": MARGIN.most, one.name: one.most}), one.name) == one.most


def test_the_floor_is_at_most_the_margin() -> None:
    with pytest.raises(DeclarationError, match=r"^floor 0\.04 is above margin 0\.03: .* give a --floor of at most"):
        Rule(margin=0.03, floor=0.04)
    assert Rule(margin=FLOOR.most, floor=FLOOR.most, alpha=ALPHA.most).floor == FLOOR.most
