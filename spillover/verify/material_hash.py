"""Hashes of rubric and material, computed again from what a log holds."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from spillover.common import hash_of, known_to, plan_digest
from spillover.logs import decoding_of, steps_of

from .answered import Answered
from .evidence import ReadLog

PROBE = ("id", "text", "cluster", "system", "domain", "turns", "key", "pair")
CONDITION = {"id": "plain", "system": None, "prefix": "", "suffix": ""}


def rubric_sha256(rubric: dict[str, Any]) -> str:
    """Hash of a rubric as the header holds it: prompt, menu, what its words stand for, sections."""
    said = [str(rubric.get("prompt")), *(rubric.get("menu") or [])]
    said += [json.dumps(rubric.get("outcomes") or {}, sort_keys=True)]
    said += [json.dumps(rubric["sections"], sort_keys=True)] if rubric.get("sections") else []
    return hash_of("\x00".join(said))


def material_sha256(log: ReadLog, order: Sequence[str] = ()) -> str | None:
    """Hash of all material that the log shows; None where it does not show all of it.

    A run over a part of the probes, of draws or with solvers of its own cannot tell. Nor can one that put the probes in
    an order of its own, where the task's own order is not known: the hash is of the probes in that.

    Args:
        log: The log.
        order: Ids of the task's probes in its own order; empty where that is not known.
    """
    spec, steps = log.source.header["eval"], steps_of(log.source.header)
    asks = [one for one in steps if str(one.get("solver")).split("/")[-1] == "ask"]
    options = log.options(log.source.task)
    if is_part(spec) or len(asks) != 1 or len(steps) != 1 or not options:
        return None
    probes = {one.id: _probe(one) for one in log.samples}
    ids = [str(one) for one in (spec.get("dataset") or {}).get("sample_ids") or []]
    if not ids or not set(ids) <= set(probes):
        return None
    if is_shuffled(spec):
        if sorted(order) != sorted(ids):
            return None
        ids = list(order)
    put = {**CONDITION, **(asks[0].get("params") or {}).get("condition", {})}
    judge: dict[str, Any] = {
        "form": options.get("form"),
        "rubrics": [one.get("id") for one in options.get("rubrics") or []],
        "samples": options.get("samples"),
        "retries": options.get("retries"),
    }
    names = {name for one in log.samples for name in one.values(log.score)}
    now = "tool_call" in names
    judge |= {} if now else {"default": options.get("default_judge")}
    found = {
        "probes": [probes[one] for one in ids],
        "solver": "ask",
        "conditions": {put["id"]: put},
        "decoding": decoding_of(log.source.header),
        "judges": {judge["form"]: judge},
        "rubrics": options.get("rubrics"),
        "thresholds": options.get("thresholds"),
        **({"outcomes": list(known_to(names))} if now else {}),
        **({"system_as_user": True} if (asks[0].get("params") or {}).get("system_as_user") else {}),
        **({"checks": options["checks"]} if options.get("checks") else {}),
    }
    return plan_digest(found)


def is_part(spec: Mapping[str, Any]) -> bool:
    """Whether a run asked a part of the task (`--limit`, `--sample-id`), by the part `eval` of its header."""
    config = spec.get("config") or {}
    return config.get("limit") is not None or config.get("sample_id") is not None


def is_shuffled(spec: Mapping[str, Any]) -> bool:
    """Whether a run put its samples in an order of its own (`--sample-shuffle`), by the part `eval` of its header."""
    said = (spec.get("config") or {}).get("sample_shuffle"), (spec.get("dataset") or {}).get("shuffled")
    return any(one not in (None, False) for one in said)


def _probe(sample: Answered) -> dict[str, Any]:
    said = {**sample.metadata, "id": sample.id, "text": sample.input}
    found = {name: said.get(name) for name in PROBE}
    return {name: value for name, value in found.items() if value or name in ("id", "text", "cluster")}
