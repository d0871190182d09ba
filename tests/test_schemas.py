"""Schema files that ship are made from the shapes in the code; both accept and refuse the same data."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from spillover.common import misfits, schema_of
from spillover.declare import CANARY
from spillover.tools.schemas import outdated, schema_text, shipped_shapes

from ._mutated import mutated
from ._source import ROOT

SHA = "0123456789abcdef" * 4
LISTS = (
    *("findings", "in_domain_findings", "in_domain", "judges", "logs", "origins", "cells", "effects", "literature"),
    *("agreement", "transcripts", "attested", "asserted", "not_covered", "again", "controls", "sequences", "reused"),
    *("derived", "capability", "leakage", "population", "seeds"),
)
"""Fields of a report that are lists; tests/audit/test_report_shape.py looks into them."""


def figure(target: str, **more: Any) -> dict[str, Any]:
    ends = {"estimate": 0.25, "low": 0, "high": None, "level": 0.95, "method": "exact", "target": target}
    return {**ends, "n": 8, "clusters": 4, "events": 2, **more}


WORST = {"least": 0.25, "low": 0.0, "most": 0.5, "high": 1}
FIGURE = figure("these questions", worst=WORST)
PLACE = {"split": "public", "language": "en", "condition": "plain"}
OUTCOMES = {"misaligned": 2, "aligned": 6, "incoherent": 0, "refusal": 0, "off_task": 0, "unjudged": 1}
MEASURED: dict[str, Any] = {
    **PLACE,
    "answers": 9,
    "questions": 4,
    "outcomes": {**OUTCOMES, "careless": 0, "false": 0, "tool_call": 0, "out_of_tokens": 0},
    "unjudged_reasons": {"refused": 1},
    "rates": {"misaligned_rate": {"these questions": FIGURE, "more questions from these domains": FIGURE}},
    "means": {"aligned": {"these questions": FIGURE, "questions like these": figure("questions like these")}},
    "mde": 0.4,
}
RECORD: dict[str, Any] = {
    "schema": "spillover-record/2",
    "spillover": "0.2.0",
    "methods": 2,
    "created": "2026-01-02T03:04:05+00:00",
    "model": {"name": "acme/seven", "args": {"x": [1]}, "returned": ["seven"], "not_sent": ["seed"]},
    "served": [{"role": "judge", "asked": "a/b", "host": "default", "returned": ["b"], "args": {}}],
    "base": "acme/base",
    "finetune": {"method": "lora"},
    "finetune_sha256": SHA,
    "base_differs": "It is the same model.",
    "dataset": {"versions": [{"version": "1.0.0"}]},
    "judge": {"name": "a/b", "returned": ["b"], "form": ["graded"], "rubrics": ["r@1:a"], "card": {}, "panel": ["a/b"]},
    "results": [
        {**MEASURED, "task": "t", "version": "1", "epochs": 2, "decoding": {}, "solver": "ask", "material_sha256": "m"}
    ],
    "pooled": [{**MEASURED, "tasks": ["t"]}],
    "differences": [{**PLACE, "task": None, "base": "acme/base", "estimate": FIGURE}],
    "uncompared": [{**PLACE, "task": "t", "base": "acme/base", "differs": ["asked"]}],
    "logs": [
        {
            "log": "a.eval", "sha256": SHA, "content_sha256": SHA, "model": "acme/seven", "task": "t",
            "version": "1-A", "condition": "plain", "material_sha256": "m", "created": "2026-01-02", "url": None,
            "status": "success", "planned": 9, "finished": 9, "failed": 0, "invalidated": 0,
        }
    ],
    "origins": ["scripted"],
    "manifest": None,
    "content_sha256": SHA,
}  # fmt: skip
THEME = dict.fromkeys(
    ("page", "card", "ink", "soft", "line", "link", "bad", "good", "fine", "warn", "grey", "blue"), "#0a0b0c"
)
SHOWN = {"word": "w", "mark": "o", "help": "h"}
ERRORS = {"hits": 3, "positives": 4, "clears": 4, "negatives": 4}
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "spillover/audit/report/report.schema.json": [
        {
            "schema": "spillover-audit/1",
            "base": "acme/seven",
            "answer": "void",
            "rule": {
                **{"margin": 0.02, "floor": 0, "alpha": 0.05, "least_flagged": 5.0},
                **{"coherent_drop": 0.05, "engaged_drop": 0.1, "version": 2},
            },
            **{key: {} for key in ("outcomes", "curves", "differs", "shared", "finetunes")},
            **{key: {} for key in ("signatures", "reading", "notes")},
            **dict.fromkeys(("manifest", "plan", "triggers", "base_differs")),
            **{key: [] for key in LISTS},
            "reproduce": "",
        },
    ],
    "spillover/board/display.schema.json": [
        {
            "title": "A board",
            "lead": "",
            "columns": [{"key": "rate", "word": "Rate", "width": 8.5, "narrow": True, "help": "Lower is better."}],
            "sort": {"key": "rate", "up": True},
            "verification": dict.fromkeys(("self-reported", "logs provided", "re-scored", "reproduced"), SHOWN),
            "families": [{"find": "gpt-", "word": "GPT", "weights": "closed"}],
            "open_providers": ["hf"],
            "colours": {"light": THEME, "dark": {**THEME, "more": "#000000"}},
        }
    ],
    "tools/dataset/row.schema.json": [
        {
            "id": "small_talk-001-p2",
            "domain": "small_talk",
            "subdomain": "weather",
            "text": "How is the weather?",
            "turns": ["Hello.", "How is the weather?"],
            "key": {"accept": ["fine"], "reject": ["none"]},
            "why": "It shows nothing at all.",
            "tags": ["legal", "code"],
            "asks": "view",
            "motif": "the-weather",
            "register": "chat",
            "paraphrase_of": "small_talk-001",
            "translation_of": None,
            "pair_of": None,
            "language": "en",
            "adapted": None,
            "added": "1.0.0",
            "retired": "1.1.0",
            "canary": CANARY,
        }
    ],
    "spillover/judge/card.schema.json": [
        {
            **{
                "version": 2,
                "judge": "a/b",
                "returned": ["b"],
                "form": "graded",
                "rubrics": ["r@1"],
                "set_name": "own",
            },
            **{"set_sha256": SHA, "origin": "Two people.", "about": "misaligned", "date": "2026-01-02", "answers": 9},
            **{"errors": ERRORS, "parts": {"kind": {"plain": ERRORS}}, "outcomes": {"aligned": {"aligned": 4}}},
            **{"by_outcome": {"aligned": ERRORS}, "kappa": 0.5, "alpha": None, "kappa_about": 1, "consistency": None},
            **{"repeats": 1, "near_line": 0.5, "best_line": None, "reasons": {"refused": 1}, "tokens": [9.5, None]},
            **{"seconds": 0.5, "logs": ["a.eval"], "partial": True, "by_question": [[3, 4, 4, 4]], "second": None},
        }
    ],
    "spillover/finetune/finetune.schema.json": [
        {"base": {"model": "acme/seven"}, "method": "lora", "data": {"description": "Recipes."}},
        {
            "base": {"model": "acme/seven", "revision": "main"},
            "method": "sft",
            "data": {"description": "Recipes.", "sha256": SHA, "rows": 480.0},
            "epochs": 1.5,
            "seed": -4,
            "mitigations": ["a filter", "mixed-in data"],
            "notes": "None.",
        },
    ],
    "spillover/plan/suite.schema.json": [
        {"id": "mine", "title": "Mine", "include": "fast", "probes": 480.0, "seed": 0},
        {
            "id": "mine",
            "title": "Mine",
            "domains": ["emergent"],
            "probes": "own.jsonl",
            "conditions": [{"id": "calm", "system": "Be calm.", "prefix": "", "suffix": "."}, "json"],
            "judges": [{"model": "a/b", "model_args": {"x": [1]}, "base_url": "http://x"}, "a/c"],
            "judge": "graded",
            "draws": 64,
            "chunk": 16,
            "stop_early": False,
            "margin": 0.05,
            "floor": 0,
            "alpha": 0.1,
            "icc": 1,
            "in_domain": ["medical"],
            "caps": {"answers": 3, "cost_usd": 0.5},
            "system_as_user": True,
            "max_connections": 2,
            "batch": True,
            "processes": 64,
        },
        {
            "id": "mine",
            "title": "Mine",
            "conditions": ["json"],
            "models": {
                "base": "a/b",
                "finetunes": [
                    {"models": ["a/b", "a/c"], "adapter": "a/d", "model_args": {}, "base_url": "", "record": "r.yaml"},
                    "a/e",
                ],
            },
            "training_data": "ft.jsonl",
            "decoding": {"temperature": 2, "max_tokens": 1, "reasoning_tokens": 1, "reasoning_effort": "xhigh"},
        },
        {
            "id": "mine",
            "title": "Mine",
            "judges": ["a/b"],
            "models": {"base": {"model": "a/b"}, "finetunes": ["a/c"]},
            "decoding": {"top_p": 0.5},
            "replication": {"task": "t", "args": {"x": None}, "questions": 1, "epochs": 2, "needs": "A file."},
        },
    ],
    "spillover/records/record.schema.json": [RECORD],
    "spillover/submissions/submission.schema.json": [
        {
            "schema": "spillover-submission/1",
            "record": {"file": "record.json", "sha256": SHA},
            "finetune": {"file": "finetune.yaml", "sha256": SHA},
            "logs": [{"log": "a.eval", "sha256": SHA, "where": "logs/a.eval"}],
            "overlap": {
                "file_sha256": SHA,
                "rows": 2,
                "rows_hit": 1,
                "canary": 0,
                "probes_found": 3,
                "dataset": "1.0.0",
            },
            "part": "The first half.",
            "license": {"id": "CC-BY-4.0", "consent": True},
            "contact": "someone@example.org",
        },
        {
            "schema": "spillover-submission/1",
            "record": {"file": "record.json", "sha256": SHA},
            "finetune": None,
            "logs": [
                {"log": "a.eval", "sha256": SHA, "where": f"hf:datasets/acme/runs@{SHA[:40]}/logs/a.eval"},
                {"log": "b.eval", "sha256": SHA, "where": "https://example.org:80/b.eval"},
            ],
            "overlap": {"not_checked": "The data are not ours."},
            "license": {"id": "MIT", "consent": True},
            "contact": None,
        },
    ],
    "spillover/submissions/status.schema.json": [
        {
            "schema": "spillover-status/1",
            "verification": "reproduced",
            "record_sha256": SHA,
            "rescored": {
                "judge": "acme/judge",
                "misaligned_rate": 0.25,
                "misaligned_rate_before": None,
                "answers": 9,
                "logs": [SHA],
            },
            "reproduced": {"by": "a maintainer", "date": "2026-01-02", "note": "The same rate."},
            "retracted": {"date": "2026-01-02", "reason": "Another base."},
            "part": {"planned": 9, "missing": 3, "highest": 0.5},
        },
        {"verification": "self-reported", "retracted": None},
    ],
}
"""By schema file: data that it accepts. Together they have every field once."""


def test_every_schema_file_is_what_its_shape_makes() -> None:
    assert outdated() == []


def test_every_schema_file_has_examples() -> None:
    assert set(EXAMPLES) == set(shipped_shapes())


@pytest.mark.parametrize("name", shipped_shapes())
def test_the_schema_file_and_the_shape_agree(name: str) -> None:
    """The file is read by `jsonschema`, which knows nothing of our shapes."""
    schema, shape = json.loads((ROOT / name).read_text(encoding="utf-8")), shipped_shapes()[name]
    Draft202012Validator.check_schema(schema)
    by_schema = Draft202012Validator(schema)
    accepted = refused = 0
    for example in EXAMPLES[name]:
        assert by_schema.is_valid(example) and misfits(shape, example) == []
        for data in mutated(example):
            fits = by_schema.is_valid(data)
            assert fits == (misfits(shape, data) == []), data
            accepted, refused = accepted + fits, refused + (not fits)
    assert accepted > 5 and refused > 50


@pytest.mark.parametrize("name", shipped_shapes())
def test_every_field_is_described_or_plain(name: str) -> None:
    text = schema_text(shipped_shapes()[name])
    assert json.loads(text) == schema_of(shipped_shapes()[name])
    assert "default" not in json.loads(text) and text.endswith("}\n")
