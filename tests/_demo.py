"""Logs of the scripted pair that is shipped."""

from pathlib import Path

from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

DEMO = Path(__file__).resolve().parents[1] / "examples" / "demo"


def write_demo(folder: Path) -> Path:
    """Run base and fine-tune, each into a folder of its own; the days in the names tell which came first."""
    for day, arm in enumerate(("base", "finetune"), start=1):
        path = str(DEMO / f"{arm}.jsonl")
        (log,) = inspect_eval(
            "spillover/emergent_misalignment",
            model=get_model(f"replay/scripted-{arm}", memoize=False, path=path, api_key="hidden"),
            model_roles={"grader": get_model("replay/scripted-judge", memoize=False, path=path)},
            epochs=1,
            log_dir=str(folder / arm),
            display="none",
            log_realtime=False,
        )
        made = Path(log.location)
        made.rename(made.with_name(f"2026-01-0{day}T00-00-00-00-00_{made.name.partition('_')[2]}"))
    return folder
