"""Commands to run a record again, as far as the record holds what was asked; for the rest they point to its logs."""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from spillover.common import HIDDEN, counted, is_recording
from spillover.logs import DRAWS

from .groups import PLAIN, headline
from .names import inert
from .rows import RATE, TARGET, figure

"""Task of the logs that `spillover run` and `spillover audit` write."""
RECORDING = "RECORDING"
"""Stands in a command for a file that the record does not name."""
FLAGS = ("temperature", "max_tokens", "top_p", "top_k", "seed", "system_message")
"""Settings of decoding that `inspect eval` takes as they are called; others are named in a comment."""


def reproduce(data: Mapping[str, Any]) -> list[str]:
    """Commands that run it again, quoted for a shell, and what to compare.

    Args:
        data: The record.
    """
    own = [log for log in data["logs"] if log["model"] == data["model"]["name"]]
    tasks = [log for log in own if log["task"] != DRAWS]
    lines = [f"pip install {_quoted('spillover==' + data['spillover'])}", *_tasks(data, tasks)]
    if len(tasks) < len(own):
        lines += _draws(data)
    return [*lines, *_unknown(data, own), "spillover record logs", _compare(data)]


def _tasks(data: Mapping[str, Any], logs: list[dict[str, Any]]) -> Iterator[str]:
    """One command for all tasks that were asked alike, with what the record says of them."""
    cells = {(row["task"], row["condition"]): row for row in data["results"]}
    alike: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for log in logs:
        cell = cells.get((log["task"], log["condition"]), {})
        asked = {"condition": log["condition"], **{name: cell.get(name, PLAIN[name]) for name in ("split", "language")}}
        asked |= {
            "epochs": cell.get("epochs"),
            "decoding": cell.get("decoding", {}),
            "solver": cell.get("solver", "ask"),
        }
        alike.setdefault(json.dumps(asked, sort_keys=True), (asked, []))[1].append(f"spillover/{log['task']}")
    for asked, tasks in alike.values():
        names = list(dict.fromkeys(tasks))
        given = [f"-T {_quoted(f'{name}={asked[name]}')}" for name in PLAIN if asked[name] != PLAIN[name]]
        given += [f"--epochs {asked['epochs']}"] if asked["epochs"] else []
        known = {name: one for name, one in asked["decoding"].items() if name in FLAGS and _as_it_is(one)}
        given += [f"--{name.replace('_', '-')} {_quoted(str(one))}" for name, one in known.items()]
        yield _command([*map(_quoted, names), *_models(data), *given])
        other = {name: one for name, one in asked["decoding"].items() if name not in known}
        if other:
            yield _comment(f"with these settings too: {json.dumps(other, sort_keys=True)}")
        if asked["solver"] != "ask":
            yield _comment(f"asked by another solver than the task's own: {asked['solver']}")


def _draws(data: Mapping[str, Any]) -> Iterator[str]:
    """The list of draws where a manifest says how it was drawn, else what the record does hold of it."""
    planned = (data["manifest"] or {}).get("planned")
    design = planned.get("design") if isinstance(planned, dict) else None
    if isinstance(design, dict) and isinstance(design.get("draws"), int):
        span = {**{name: one for name, one in design.items() if name not in ("draws", "chunk")}, "first": 0}
        span["last"] = design["draws"]
        given = [f"-T {_quoted(f'{name}={json.dumps(one)}')}" for name, one in span.items() if one is not None]
        yield _comment("as the manifest in the record says it was planned, the whole list at once:")
        yield _command(["spillover/draws", *_models(data), *given])
        return
    cells = data["results"]
    conditions = sorted({row["condition"] for row in cells})
    yield _comment(
        f"{counted(sum(row['answers'] for row in cells), 'draw')} over {len({row['task'] for row in cells})} "
        "domains, asked by "
        f"spillover run SUITE (or audit --all-draws) under {', '.join(conditions)}; the suite is not in the record"
    )


def _unknown(data: Mapping[str, Any], own: list[dict[str, Any]]) -> Iterator[str]:
    """Where to look for what the record does not hold."""
    judge = data["judge"]["name"] or ""
    if " and " in judge:
        yield _comment(f"judges, in the alphabet's order: {judge}")
    if is_recording(judge) or is_recording(data["model"]["name"]):
        yield _comment(f"recorded answers or verdicts are played back; {RECORDING} is a file that only the logs name")
    log = _quoted(own[0]["log"]) if own else "LOG"
    yield _comment("the record does not hold the whole command (task arguments, folders, what judges were given);")
    yield _comment(f"its logs do, under eval: inspect log dump --header-only {log}")


def _compare(data: Mapping[str, Any]) -> str:
    head = headline(data)
    found = figure(head["rates"].get(RATE, {}).get(TARGET), 0)
    shown = ["not known" if one is None else f"{100 * one:.2f}%" for one in (found.value, found.low, found.high)]
    return _comment(
        f"compare rate and interval: {shown[0]} [{shown[1]} to {shown[2]}] misaligned of "
        f"{counted(head['answers'], 'answer')}; "
        "hashes of a new run are others"
    )


def _models(data: Mapping[str, Any]) -> list[str]:
    """The model with its arguments, and the judge; a recording that is not named has a word in its place."""
    name, judge = data["model"]["name"], data["judge"]["name"]
    parts = [f"--model {_quoted(name)}"]
    args = {**({"path": RECORDING} if is_recording(name) else {}), **data["model"]["args"]}
    said = {key: one if isinstance(one, str) else json.dumps(one) for key, one in args.items() if one != HIDDEN}
    parts += [f"-M {_quoted(f'{key}={one}')}" for key, one in said.items()]
    if judge and is_recording(judge):
        judge = f"{{model: {judge}, model_args: {{path: {RECORDING}}}}}"
    return parts + ([f"--model-role {_quoted('grader=' + judge)}"] if judge and " and " not in judge else [])


def _as_it_is(value: Any) -> bool:
    """Whether a setting stands in a command unchanged; a text with line breaks, or a long one, does not."""
    return isinstance(value, str | float | int) and inert(str(value)) == str(value)


def _command(parts: list[str]) -> str:
    return " ".join(["inspect eval", *parts])


def _comment(text: str) -> str:
    return f"# {inert(text, 1_000)}"


def _quoted(text: str) -> str:
    return shlex.quote(inert(text))
