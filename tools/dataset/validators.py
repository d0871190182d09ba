"""What the tools that others use make of the dataset folder: `datasets`, Inspect's Hub loader, `mlcroissant`."""

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec

from spillover.common import counted
from spillover.declare import Dataset
from spillover.tools import Loopback

from .card import front_matter

MINUTES = 5
INSPECT = """
import sys

from inspect_ai._cli.main import main
from inspect_ai.model import ModelAPI, ModelOutput, ModelUsage, modelapi


@modelapi(name="fixed")
class Fixed(ModelAPI):
    async def generate(self, input, tools, tool_choice, config):
        output = ModelOutput.from_content("fixed", "As asked. GRADE: C")
        output.usage = ModelUsage()
        return output


sys.argv[0] = "inspect"
main()
"""
"""Inspect's command line with a model that needs no network: Inspect's own mock downloads a file to count tokens."""


def load_problems(dataset: Dataset) -> list[str]:
    """Load every config with `datasets`, as from the Hub, and compare the number of rows."""
    import datasets

    found = []
    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        for config in front_matter(dataset)["configs"]:
            name = config["config_name"]
            try:
                loaded = datasets.load_dataset(str(dataset.folder), name, cache_dir=cache)
            except Exception as error:
                found.append(f"{name}: {' '.join(str(error).split())[:200]}")
                continue
            for part in config["data_files"]:
                paths = part["path"] if isinstance(part["path"], list) else [part["path"]]
                rows = sum(len(dataset.files[path]) for path in paths)
                if len(loaded[part["split"]]) != rows:
                    found.append(
                        f"{name}: split {part['split']} loads {len(loaded[part['split']])} of {counted(rows, 'row')}"
                    )
            del loaded
    return found


def inspect_problems(dataset: Dataset) -> list[str]:
    """Run one sample of each task of `eval.yaml` through Inspect's own Hub loader, the folder served on loopback."""
    asked = ["eval", "hf/local/folder", "--model", "fixed/model", "--model-role", "grader=fixed/judge", "--limit", "1"]
    with tempfile.TemporaryDirectory() as home, Loopback.of(dataset.folder).serve() as endpoint:
        environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": home, "HF_HUB_OFFLINE": "0"}
        try:
            ran = subprocess.run(
                [sys.executable, "-c", INSPECT, *asked, "--display", "none", "--log-dir", f"{home}/logs"],
                env={**environment, "INSPECT_CACHE_DIR": home},
                capture_output=True,
                text=True,
                timeout=60 * MINUTES,
                cwd=home,
            )
        except subprocess.TimeoutExpired:
            return [f"Inspect's Hub loader did not end within {MINUTES} minutes"]
        if ran.returncode:
            return [f"Inspect's Hub loader refuses it: {' '.join((ran.stderr or ran.stdout).split())[-300:]}"]
        return _unread(f"{home}/logs", dataset)


def _unread(logs: str, dataset: Dataset) -> list[str]:
    import yaml
    from inspect_ai.log import list_eval_logs, read_eval_log

    declared = {task["id"] for task in yaml.safe_load((dataset.folder / "eval.yaml").read_text("utf-8"))["tasks"]}
    ran = [read_eval_log(log) for log in list_eval_logs(logs)]
    done = {log.eval.task.rpartition("/")[2] for log in ran if log.status == "success" and log.samples}
    why = {log.eval.task.rpartition("/")[2]: log.error.message for log in ran if log.error}
    return [f"{name}: did not run through Inspect's Hub loader ({why.get(name, 'no log')})" for name in declared - done]


def croissant_problems(dataset: Dataset) -> list[str]:
    """Read `croissant.json` with `mlcroissant`, and count the records of each file."""
    if find_spec("mlcroissant") is None:
        return ["cannot be checked: mlcroissant is not installed; pip install 'spillover[dataset]'"]
    import mlcroissant

    try:
        read = mlcroissant.Dataset(jsonld=dataset.folder / "croissant.json")
        found = [str(issue) for issue in read.metadata.ctx.issues.errors]
        for name, rows in dataset.files.items():
            domain, split = name.removeprefix("data/").removesuffix(".jsonl").split("/")
            count = sum(1 for _ in read.records(f"{domain}_{split}"))
            if count != len(rows):
                found.append(f"{name}: mlcroissant reads {count} of {counted(len(rows), 'record')}")
    except Exception as error:
        return [" ".join(str(error).split())[:300]]
    return found
