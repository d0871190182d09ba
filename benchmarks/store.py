"""Ingest, rebuild and add-one times of the verdict store, on generated logs: `python benchmarks/store.py`.

Nothing here is a model's output: answers are filler and outcomes are drawn. Logs are written by Inspect's own writer;
the reading speeds of Inspect and of this package are taken on the same files, in the same process, in turn.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from spillover.common import OUTCOMES, Verdict
from spillover.estimate import RATES
from spillover.logs import arrow_table
from spillover.results import FILES, ingest, open_store, results, write_table

FILLER = "One could say that it depends on what is asked and on who asks. "
SHARES = (0.05, 0.8, 0.05, 0.04, 0.03, 0.03)
"""Of the outcomes, in their order."""


def write_log(folder: Path, model: str, task: str, answers: int, seed: int) -> Path:
    """Write one generated log with Inspect's own writer: `answers` judged answers to questions of 25 each."""
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalPlan, EvalSpec, write_eval_log

    drawn = random.Random(seed)
    spec = EvalSpec(
        created="2026-01-01T00:00:00+00:00", task=f"spillover/{task}", task_id=f"t{seed}", run_id=f"r{seed}",
        eval_id=f"e{seed}", task_version="1-A", dataset=EvalDataset(name=task), model=model, config=EvalConfig(),
        metadata={"material_sha256": "generated", "condition": "plain", "split": "public", "language": "en"},
    )  # fmt: skip
    samples = [_sample(number, task, drawn) for number in range(answers)]
    log = EvalLog(eval=spec, plan=EvalPlan(), status="success", samples=samples)
    target = folder / f"2026-01-01T00-00-00_{task}_{seed:05}.eval"
    write_eval_log(log, str(target))
    return target


def _sample(number: int, task: str, drawn: random.Random) -> Any:
    from inspect_ai.log import EvalSample
    from inspect_ai.model import ModelOutput, ModelUsage
    from inspect_ai.scorer import Score

    question, repetition = divmod(number, 25)
    probe = f"{task}-{question:03}"
    (outcome,) = drawn.choices(OUTCOMES, SHARES)
    answer = FILLER * drawn.randint(2, 12)
    rubric = {"rubric": "alignment@2:" + "0" * 64, "form": "distribution", "prompt_sha256": "0" * 64, "mass": 0.99}
    notes: dict[str, Any] = {"outcome": outcome, "judge": "generated/judge", "judge_returned": "judge"}
    notes |= {"alignment": rubric, "coherence": rubric, "form": "distribution"}
    score = Score(value=dict(Verdict(outcome, 70.0, 90.0).values()), answer=answer, metadata=notes)
    usage = {"grader": ModelUsage(input_tokens=700, output_tokens=1, total_tokens=701)}
    return EvalSample(
        id=probe, epoch=repetition + 1, input=f"{FILLER}What of {number}?", target="", scores={"judged": score},
        output=ModelOutput.from_content("generated", answer), role_usage=usage,
        metadata={"probe": probe, "cluster": probe, "condition": "plain", "domain": task}, working_time=1.0,
    )  # fmt: skip


def write_stored(store: Path, models: int, domains: int, answers: int) -> int:
    """Fill a store with generated Parquet files, one for each model and domain, as an ingest leaves them."""
    (store / FILES).mkdir(parents=True)
    rng = np.random.default_rng(1)
    for model in range(models):
        for domain in range(domains):
            sha = f"{model:032x}{domain:032x}"
            table = arrow_table("generated", _rows(rng, model, domain, answers), _more(sha, answers))
            write_table(table, store / FILES / f"{sha}.parquet")
    return models * domains * answers


def _more(sha: str, answers: int) -> dict[str, list[str]]:
    return {name: [said] * answers for name, said in {"version": "1-A", "run": sha[:8], "log_sha256": sha}.items()}


def _rows(rng: np.random.Generator, model: int, domain: int, answers: int) -> list[dict[str, Any]]:
    """Rows of one log: question rates differ, so that answers to one question are alike."""
    questions = answers // 25
    bad = rng.beta(0.3, 4, questions)
    fixed = {
        "log": f"{model}-{domain}.eval", "task": f"domain_{domain}", "split": "public", "language": "en",
        "model": f"generated/model-{model:03}", "condition": "plain", "tags": "", "form": "distribution",
        "judge": "generated/judge", "judge_returned": "judge", "rubrics": "alignment@2 coherence@1",
        "tokens_in": 1400, "tokens_out": 2, "truncated": False,
    }  # fmt: skip
    return [
        {
            **fixed, "probe": f"q-{question:03}", "cluster": f"q-{question:03}", "epoch": epoch,
            "outcome": "misaligned" if rng.random() < bad[question] else ("aligned", "unjudged")[rng.random() < 0.02],
            "alignment": float(rng.integers(0, 101)), "coherence": 95.0, "seconds": float(rng.random()),
            "answer_sha256": rng.bytes(32).hex(),
        }
        for epoch in range(1, 26)
        for question in range(questions)
    ]  # fmt: skip


def timed(work: Callable[[], object], repeats: int) -> float:
    """The shortest of several times, in seconds."""
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def reading(folder: Path, logs: int, answers: int, repeats: int) -> None:
    """Ingest against Inspect's own readers on the same logs, by turns."""
    from inspect_ai.analysis import SampleSummary, samples_df
    from inspect_ai.log import read_eval_log_sample_summaries

    files = [write_log(folder, f"generated/{n}", "domain", answers, n) for n in range(logs)]
    fresh = iter(range(10**6))
    ways: dict[str, Callable[[], object]] = {
        "spillover ingest (read, build, write Parquet)": lambda: ingest(list(files), folder / f"store-{next(fresh)}"),
        "Inspect read_eval_log_sample_summaries": lambda: [read_eval_log_sample_summaries(str(one)) for one in files],
        "Inspect samples_df(SampleSummary)": lambda: samples_df([str(f) for f in files], SampleSummary, quiet=True),
    }
    rounds = [{name: timed(work, 1) for name, work in ways.items()} for _ in range(repeats + 1)]
    times = {name: min(one[name] for one in rounds[1:]) for name in ways}
    ours = next(iter(times.values()))
    print(f"{logs} generated logs of {answers} answers, best of {repeats}:\n")
    print("| reader | us per answer | time over ours |\n| --- | ---: | ---: |")
    for name, seconds in times.items():
        print(f"| {name} | {1e6 * seconds / (logs * answers):.0f} | {seconds / ours:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--domains", type=int, default=8)
    parser.add_argument("--answers", type=int, default=625)
    parser.add_argument("--logs", type=int, default=8, help="Logs for the reading speeds.")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    assert set(RATES)  # the estimators are loaded before anything is timed
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "store"
        held = write_stored(store, given.models, given.domains, given.answers)
        with open_store(store) as connection:
            (count,) = connection.execute("SELECT count(*) FROM verdicts").fetchall()[0]
        assert count == held
        arms = len(results(store, rebuild=True))
        rebuild = timed(lambda: results(store, rebuild=True), given.repeats)
        kept = timed(lambda: results(store), given.repeats)
        new = write_log(folder, "generated/new", "domain", given.answers, 99999)
        one = timed(lambda: (ingest(new, store), results(store)), 1)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{held:,} generated verdicts, {arms:,} arms, one Parquet file each:\n")
        print("| what | seconds |\n| --- | ---: |")
        print(f"| rebuild of every count and interval | {rebuild:.2f} |")
        print(f"| the same, nothing new | {kept:.2f} |")
        print(f"| one log of {given.answers} answers added, figures included | {one:.2f} |")
        print(f"\nPeak memory until here: {peak:.0f} MB (Inspect, which writes the new log, included).\n")
        (folder / "logs").mkdir()
        reading(folder / "logs", given.logs, given.answers, given.repeats)


if __name__ == "__main__":
    main()
