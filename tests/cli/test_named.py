"""A model whose name nobody can take is refused in one line by every command that takes one, before anything else."""

from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from spillover.common import PROVIDERS, wrong_name

from .._spill import spill

GPT = "openai/gpt-4o-2024-08-06"
COMMANDS: dict[str, Sequence[str]] = {
    "plan, base": ["plan", "fast", "--base", "NAME"],
    "plan, fine-tune": ["plan", "fast", "--base", GPT, "--finetune", "NAME"],
    "plan, judge": ["plan", "fast", "--judge", "NAME"],
    "plan, suite": ["plan", "mine.yaml"],
    "plan, replication": ["plan", "betley2025", "--base", "NAME"],
    "audit, base": ["audit", "fast", "--base", "NAME", "--finetune", GPT],
    "audit, fine-tune": ["audit", "fast", "--base", GPT, "--finetune", "NAME"],
    "audit, judge": ["audit", "fast", "--base", GPT, "--finetune", "openai/b", "--judge", "NAME"],
    "audit, suite": ["audit", "mine.yaml", "--base", GPT],
    "audit, control": ["audit", "fast", "--base", GPT, "--finetune", "openai/b", "--positive-control", "NAME"],
    "audit, leak judge": ["audit", "fast", "--base", GPT, "--finetune", "openai/b", "--leak-judge", "NAME"],
    "run, model": ["run", "fast", "--model", "NAME"],
    "run, judge": ["run", "fast", "--model", GPT, "--judge", "NAME"],
    "run, suite": ["run", "mine.yaml"],
    "rescore": ["rescore", "logs", "--judge", "NAME"],
    "judge calibrate": ["judge", "calibrate", "--judge", "NAME"],
    "judge calibrate, second": ["judge", "calibrate", "--judge", "mockllm/j", "--second", "NAME"],
}
WRONG = {
    "nosuch/y": "model nosuch/y: Inspect knows no provider 'nosuch' (it knows anthropic, azureai, ",
    "Open-AI/gpt-4o": "model Open-AI/gpt-4o: Inspect knows no provider 'Open-AI' (did you mean openai?); write",
    "gpt-4o": "model gpt-4o: the provider is missing; write PROVIDER/MODEL, as openai/gpt-4o",
    "none/x": "model none/x: Inspect knows no provider 'none'",
    "openai-api/y": "model openai-api/y: the service is missing; write openai-api/SERVICE/MODEL",
    "openai/": "model openai/: the model is missing; write PROVIDER/MODEL",
}


def refused(args: Sequence[str], name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is written to stderr by a call that ends with 2."""
    monkeypatch.chdir(folder)
    (folder / "logs").mkdir()
    suite = f"include: fast\nid: mine\nmodels: {{finetunes: ['{name}']}}\n"
    (folder / "mine.yaml").write_text(suite, encoding="utf-8")
    done = spill(*(name if one == "NAME" else one for one in args))
    assert (done.code, done.out) == (2, "")
    assert not list(folder.rglob("manifest.json"))
    return done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_provider_that_nobody_knows(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(COMMANDS[command], "nosuch/y", tmp_path, monkeypatch)
    assert said.startswith(f"Error: {WRONG['nosuch/y']}") and said.count("\n") == 1


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_name_is_told_with_the_fix(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refused(COMMANDS["plan, fine-tune"], name, tmp_path, monkeypatch)
    assert said.startswith(f"Error: {WRONG[name]}") and said.count("\n") == 1


def test_the_providers_are_those_that_inspect_has() -> None:
    from inspect_ai._util.registry import registry_find, registry_info

    entry_points(group="inspect_ai")["spillover"].load()  # adds our own
    there = {registry_info(one).name.split("/")[-1] for one in registry_find(lambda info: info.type == "modelapi")}
    assert there - {"none"} == set(PROVIDERS)
    assert [wrong_name(f"{one}/a/b") for one in PROVIDERS] == [None] * len(PROVIDERS)
