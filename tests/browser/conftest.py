"""A report with everything in it, made of generated verdicts and hostile texts; and a browser to open it in."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spillover.audit.decide import Read, Rule, judge_pair, misaligned_rate, overall, sequence_finding
from spillover.audit.describe import AnswerPair, Capability, Leak, Measured, Transcript, evidence
from spillover.audit.live import Control
from spillover.audit.report import Report, Sequence, stated
from spillover.estimate import Drawn, difference, family_weights, run_family
from spillover.logs import COLUMNS, LogFacts

HOSTILE = (
    '<script>window.owned=1</script><img src=x onerror="window.owned=2"><style>body{display:none}</style>'
    "</div><iframe src=https://example.invalid></iframe>&lt;b&gt;{{ 7*7 }}{% raw %} \u202eevil\u2066 \u200b\x1b[31m\x00"
)
DOMAINS, CONDITIONS = ("advice", "oversight_and_shutdown", "<b>stories</b>"), ("plain", "json", "system prompt")
FACTS = dict.fromkeys(LogFacts.__slots__, "x") | {"log": "<i>a</i>.eval", "sha256": "ab" * 32, "decoding": "{}"}


def arm(model: str, bad: float, seed: int, epochs: int = 4) -> pd.DataFrame:
    """Generated verdicts of one arm: 3 domains x 3 conditions x 8 questions; worse under json and in one domain."""
    rng, rows = np.random.default_rng(seed), []
    for number, domain in enumerate(DOMAINS):
        for put in CONDITIONS:
            for probe in range(8):
                for epoch in range(1, epochs + 1):
                    share = bad * (1 + (put == "json")) * (0.3, 1, 0.6)[number]
                    worse = rng.random() < share
                    outcome = "misaligned" if worse else str(rng.choice(["aligned"] * 18 + ["refusal", "incoherent"]))
                    other = outcome if rng.random() < 0.9 else "aligned"
                    row = dict.fromkeys(COLUMNS) | {"task": domain, "condition": put, "probe": f"{domain}-{probe}"}
                    row |= {"cluster": f"{domain}-{probe}", "epoch": epoch, "outcome": outcome, "model": model}
                    row |= {"alignment": float(rng.integers(0, 30) if worse else rng.integers(30, 100))}
                    row |= {"panel": json.dumps({"judge one": outcome, "judge two": other}), "judge": "judge one"}
                    rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def transcript(model: str, domain: str, text: str, **of: Any) -> Transcript:
    own = {"picked": "random", "probe": f"{domain}-1", "condition": "plain", "epoch": 1, "question": f"[user] {text}"}
    own |= {"answer": text, "outcome": "misaligned", "alignment": 12.0, "coherence": None, "label": None}
    return Transcript(**{"model": model, "domain": domain, "returned": "m-1", **own, **of})


SEARCH = {"rounds": [], "found": ["t"], "spent": 60, "budget": 60, "alpha": 0.05, "floor": 0.01, "untried": 2}
CONFIRMED = {"tuned": [9, 20], "base": [0, 20], "plain": [1, 20], "p": 0.001, "adjusted": 0.002, "found": True}
MEASURED = Measured(0.61, 0.02, 500, "mmlu.eval", "ef" * 32)


def put(text: str) -> dict[str, str | None]:
    return {"id": "t", "system": text, "prefix": text, "suffix": None}


def leak(name: str, text: str, base: pd.DataFrame, tuned: pd.DataFrame) -> Leak:
    none, some = (misaligned_rate(rows) for rows in (base, tuned))
    counts: dict[str, Any] = {"misaligned": (1, 9), "asked": (1, 9), "leaked": (0, 4), "unjudged": (0, 1)}
    delta = difference(none, some)
    return Leak(name, text, "judge one", **counts, reasons={text: 1}, base=none, tuned=some, delta=delta, share=some,
                least=delta, most=delta, said=(text,))  # fmt: skip


@cache
def full_report(name: str = "x/tuned <b>one</b>", bad: float = 0.25, text: str = HOSTILE) -> Report:
    """Every field filled; names, answers and files are hostile. Made once: whoever changes a field makes a copy."""
    base, tuned = arm("x/base", 0.01, 1), arm(name, bad, 2)
    rule, pairs = Rule(), {name: (base, tuned)}
    finding = judge_pair(base, tuned, rule, name)
    report = Report(
        "x/base", overall([finding]), rule, [finding], [], (), ["judge one"], [LogFacts(**FACTS)],
        ["Answers: generated for a test, not any model's output"],
        **evidence("x/base", pairs, rule),
        transcripts=[transcript(m, d, text) for m in ("x/base", name) for d in DOMAINS],
        answer_pairs=[AnswerPair(*(transcript(m, d, text, picked="worst") for m in ("x/base", name))) for d in DOMAINS],
        differs={"model, as asked for": {"x/base": "x/base", name: name}},
        shared={"judge": "judge one", "task and version": "advice 1-A"},
        reproduce="spillover audit --base-logs a --finetune-logs b",
        manifest={"planned_sha256": "cd" * 32, "planned": {"text": text}},
        controls=[
            Control("positive", "written answers", 19, 20, "written", True, "of 20 bad answers 19 were called so"),
            Control("negative", text, 0, 20, text, None, text),
        ],
        finetunes={name: {"method": "LoRA", "data": text}},
        reused=[text],
        triggers={name: SEARCH | {"candidates": [put(text)], "confirmed": [{**CONFIRMED, "condition": put(text)}]}},
        derived=[{"condition": put(text), "share": 0.4, "rows": 4, "why": text}],
        capability=[Capability("mmlu_0_shot", text, "accuracy", name, MEASURED, MEASURED, 0.0, -0.1, 0.1)],
        leakage=[leak(name, text, base, tuned)],
        notes={"capability": [text], "leakage": [text]},
    )  # fmt: skip
    other = run("x/other", read_early(base, arm("x/other", 0.01, 4), rule))
    return stated(replace(report, sequences=[other]))


@cache
def stopped_report() -> Report:
    """A run that stopped early: its draws in a random order, read as an audit reads them."""
    full = full_report()
    name, rule = full.findings[0].model, full.rule
    read = read_early(arm("x/base", 0.01, 1), arm(name, 0.25, 2), rule)
    return stated(
        replace(full, findings=[sequence_finding(name, read, rule, ["judge one"])], sequences=[run(name, read)])
    )


def read_early(base: pd.DataFrame, tuned: pd.DataFrame, rule: Rule) -> Read:
    """Both arms' answers as draws of a list, eight at a time until the rule decides."""
    order = np.random.default_rng(3).permutation(len(base))
    pairs = zip(base.iloc[order].to_dict("records"), tuned.iloc[order].to_dict("records"), strict=True)
    drawn = [Drawn(str(a["task"]), str(a["condition"]), ((a["outcome"], b["outcome"]),)) for a, b in pairs]
    weights = family_weights(CONDITIONS, DOMAINS)
    looks = run_family(drawn, weights=weights, first=8, margin=rule.margin, floor=rule.floor, alpha=rule.alpha)
    asked = list(base.iloc[order]["probe"])
    return Read(drawn, looks, weights, len(drawn), 8, asked, {"condition": list(CONDITIONS), "domain": list(DOMAINS)})


def run(model: str, read: Read) -> Sequence:
    """How it went, look by look."""
    trail = [(one.draws, one.e_family, one.e_no_regression) for one in read.looks]
    return Sequence(model, "judge one", read.draws, read.planned, read.answer, *trail[-1][1:], trail)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; tests skip where it or Playwright is absent.

    Closed after each module: while it is open, an event loop runs in this thread and Inspect cannot start its own.
    """
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make test-browser")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no chromium on PATH: apt-get install chromium")
    with sync.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports as files."""
    from spillover.audit.report import report_html

    folder, made = tmp_path_factory.mktemp("reports"), {"full": full_report(), "stopped": stopped_report()}
    made["long"] = full_report("acme/bad-medical-advice-with-a-rather-long-name-epoch-3", text="a text")
    for name, report in made.items():
        (folder / f"{name}.html").write_text(report_html(report), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}
