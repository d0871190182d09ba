"""The report's data: schema, figures beside the decision against other computations, answers to read, statements."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inspect_ai.log import read_eval_log
from jsonschema import Draft202012Validator
from statsmodels.stats.inter_rater import cohens_kappa

import spillover.audit
from spillover.audit.decide.finding import Finding, Rule
from spillover.audit.describe.answers import transcripts
from spillover.audit.describe.other_figures import evidence
from spillover.audit.from_logs import audit_logs
from spillover.audit.report.made_of import _shown
from spillover.audit.report.model import Report
from spillover.audit.report.statements import stated
from spillover.common import finite
from spillover.logs import log_facts, log_files, read
from tests.browser.conftest import CONDITIONS, DOMAINS, arm, full_report, stopped_report

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo"
SCHEMA = json.loads(
    (Path(spillover.audit.__file__).parent / "report" / "report.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def logs(demo_logs: Path) -> Path:
    return demo_logs


@pytest.fixture(scope="module")
def report(logs: Path) -> Report:
    return audit_logs([str(logs / "base")], [str(logs / "finetune")])


def rows(finetune: float = 0.25) -> tuple[pd.DataFrame, pd.DataFrame]:
    return arm("base", 0.02, 1), arm("tuned", finetune, 2)


def test_every_report_follows_its_schema(report: Report, logs: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    void = audit_logs([str(logs / "base")], [str(logs / "finetune")], Rule(floor=0.0))
    void = replace(void, findings=[Finding("m", "void", ["copied"])], answer="void")
    for one in (report, full_report(), stopped_report(), void):
        data = json.loads(json.dumps(one.as_dict(), allow_nan=False))
        Draft202012Validator(SCHEMA).validate(data)
        assert set(data) == set(SCHEMA["properties"])
    assert list(Draft202012Validator(SCHEMA).iter_errors({**report.as_dict(), "more": 1}))


def test_what_is_not_finite_is_null() -> None:
    assert finite({"a": (float("nan"), float("inf"), [1.5])}) == {"a": [None, None, [1.5]]}


def test_outcomes_and_cells_are_counts_of_the_rows() -> None:
    base, tuned = rows()
    found = evidence("base", {"tuned": (base, tuned)}, Rule())
    assert found["outcomes"]["tuned"]["misaligned"] == (tuned["outcome"] == "misaligned").sum()
    assert sum(found["outcomes"]["base"].values()) == len(base)
    assert [(one.domain, one.condition) for one in found["cells"]] == [(d, c) for d in DOMAINS for c in CONDITIONS]
    for one in found["cells"]:
        own = tuned[(tuned["task"] == one.domain) & (tuned["condition"] == one.condition)]
        by = own.assign(bad=own["outcome"] == "misaligned").groupby("cluster")["bad"].mean()
        assert one.tuned.estimate == pytest.approx(by.mean()) and one.tuned.n == len(own)
        assert one.delta.estimate == pytest.approx(one.tuned.estimate - one.base.estimate)
        assert one.delta.low <= one.delta.estimate <= one.delta.high


def test_effects_compare_each_condition_with_plain() -> None:
    base, tuned = rows()
    found = evidence("base", {"tuned": (base, tuned)}, Rule())["effects"]
    assert [(one.condition, one.reference) for one in found] == [("json", "plain"), ("system prompt", "plain")]
    share = pd.concat([base.assign(arm=0), tuned.assign(arm=1)])
    share = share.assign(bad=share["outcome"] == "misaligned").groupby(["arm", "condition"])["bad"].mean()
    by_hand = (share[1, "json"] - share[1, "plain"]) - (share[0, "json"] - share[0, "plain"])
    assert found[0].these.estimate == pytest.approx(by_hand) == found[0].more_questions.estimate
    only = [one[one["condition"] != "plain"] for one in (base, tuned)]
    assert [one.reference for one in evidence("base", {"tuned": tuple(only)}, Rule())["effects"]] == ["json"]


def test_a_second_judge_has_its_own_rates_answer_and_kappa() -> None:
    base, tuned = rows()
    (found,) = evidence("base", {"tuned": (base, tuned)}, Rule())["agreement"]
    both = pd.concat([base, tuned])
    other = both["panel"].map(lambda one: json.loads(one)["judge two"])
    names = sorted(set(both["outcome"]) | set(other))
    table = pd.crosstab(both["outcome"], other).reindex(index=names, columns=names, fill_value=0)
    bad = pd.crosstab(both["outcome"] == "misaligned", other == "misaligned")
    assert found.kappa == pytest.approx(float(cohens_kappa(table.to_numpy()).kappa))
    assert found.kappa_misaligned == pytest.approx(float(cohens_kappa(bad.to_numpy()).kappa))
    assert found.judge == "judge two" and found.answer == "regression" and found.answers == len(both)
    share = float((other[len(base) :] == "misaligned").mean())
    assert found.tuned.estimate == pytest.approx(share)
    silent = [one.assign(panel=None) for one in (base, tuned)]
    assert evidence("base", {"tuned": tuple(silent)}, Rule())["agreement"] == []


def test_curves_and_rates_of_the_literature() -> None:
    base, tuned = rows()
    found = evidence("base", {"tuned": (base, tuned)}, Rule())
    coherent = tuned[tuned["outcome"].isin(["misaligned", "aligned"])]
    at = {point["cut"]: point for point in found["curves"]["tuned"]}
    assert at[30]["below"] == pytest.approx(float((coherent["alignment"] < 30).mean()))
    assert at[30]["n"] == len(coherent)
    beside = {one.model: one for one in found["literature"]}
    assert beside["tuned"].coherent.estimate == pytest.approx(float((coherent["outcome"] == "misaligned").mean()))
    assert beside["tuned"].population.target == "more questions from these domains"
    scoreless = [one.assign(alignment=np.nan) for one in (base, tuned)]
    assert evidence("base", {"tuned": tuple(scoreless)}, Rule())["curves"] == {}
    assert evidence("base", {}, Rule())["cells"] == []


def test_answers_to_read_are_those_of_the_logs(report: Report, logs: Path) -> None:
    for name, folder in (("replay/scripted-base", "base"), ("replay/scripted-finetune", "finetune")):
        log = read_eval_log(log_files(str(logs / folder))[0])
        known = {str(one.id): one for one in log.samples or []}
        own = [one for one in report.transcripts if one.model == name]
        assert [one.picked for one in own] == ["random"] * 5 + ["worst"] * 3
        for one in own:
            sample = known[one.probe]
            assert one.question == f"[user] {sample.input}" and one.answer == sample.output.completion
            assert one.outcome == (sample.scores or {})["judged"].metadata["outcome"]  # type: ignore[index]
        assert len({(one.probe, one.condition, one.epoch) for one in own}) == len(own), "none is shown twice"
    worst = [one.alignment for one in own if one.picked == "worst"]
    table = read(str(logs / "finetune"))
    drawn = [one.probe for one in own if one.picked == "random"]
    bad = table[(table["outcome"] == "misaligned") & ~table["probe"].isin(drawn)]
    assert worst == sorted(bad["alignment"])[:3]


def test_which_answers_are_read_follows_from_the_hashes_alone(report: Report, logs: Path) -> None:
    files = {log_facts(one).log: one for one in log_files(str(logs / "finetune"))}
    table = read(str(logs / "finetune"))

    def picked(hashes: list[str], rows: pd.DataFrame = table) -> list[str]:
        found = transcripts({"m": rows}, {"m": files}, hashes)
        return [one.probe for one in found if one.picked == "random"]

    assert picked(["a", "b"]) == picked(["b", "a"]) != picked(["a", "c"])
    assert picked(["a"], table.assign(split="heldout")) == [], "texts of held-out probes are shown nowhere"


def test_what_differs_and_what_is_shared(report: Report) -> None:
    assert report.differs["model argument path"] == {
        "replay/scripted-base": ".../base.jsonl",
        "replay/scripted-finetune": ".../finetune.jsonl",
    }
    returned = report.differs["model, as returned (answers read here)"]
    assert list(returned.values()) == ["scripted-base", "scripted-finetune"]
    assert report.shared["judge"] == "replay/scripted-judge" and report.shared["answers"] == "60"
    assert "hidden" not in json.dumps(report.as_dict())


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("api_key", "sk-1", "(not shown)"),
        ("hf_token", "x", "(not shown)"),
        ("path", "/home/me/m", ".../m"),
        ("n", 3, "3"),
    ],
)
def test_arguments_without_secrets_and_folders(name: str, value: object, shown: str) -> None:
    assert _shown(name, value) == shown


def test_statements_move_when_a_live_run_adds_what_was_missing(report: Report) -> None:
    def said(one: Report, name: str) -> str:
        return " ".join(f"{row.what}: {row.by}" for row in getattr(one, name))

    assert "controls" in said(report, "not_covered") and "second judge" in said(report, "not_covered")
    assert "before anyone looked" in said(report, "asserted")
    live: Mapping[str, object] = {"controls": full_report().controls, "manifest": {"planned_sha256": "ab"}}
    found = stated(replace(report, **live))  # type: ignore[arg-type]
    assert "controls" not in said(found, "not_covered") and "plan SHA-256 ab" in said(found, "attested")
    assert "before anyone looked" not in said(found, "asserted")
    void = stated(replace(report, findings=[Finding("m", "void", ["x"])]))
    assert "the same questions" in said(report, "attested") and "the same questions" not in said(void, "attested")


def test_the_command_makes_the_same_report(report: Report, logs: Path) -> None:
    import shlex

    parts = shlex.split(report.reproduce)
    given = dict(zip(parts[2::2], parts[3::2], strict=True))
    again = audit_logs(
        [given["--base-logs"]], [given["--finetune-logs"]],
        Rule(float(given["--margin"]), float(given["--floor"]), float(given["--alpha"])),
    )  # fmt: skip
    assert again.as_dict() == report.as_dict()
