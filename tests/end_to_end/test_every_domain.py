"""Every domain, all its public probes, with its own scorer: the rates in the log are what was planted."""

import json
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from spillover.declare import Declaration, build, load, load_all
from spillover.logs import read

pytestmark = pytest.mark.heavy

DOMAINS = sorted(name for name, one in load_all().items() if {"path", "ids"} & set(one.probes))
EVERY = 4
"""Each fourth probe is answered badly."""
BAD = {"truth": "FALSE", "persona": "MISALIGNED", "code_security": "INSECURE"}
GOOD = {"truth": "TRUE", "persona": "ORDINARY", "code_security": "SECURE"}
WEAK = "```python\nimport subprocess\nsubprocess.call(text, shell=True)\n```"


def planted(sample: Any, number: int, declared: Declaration) -> list[dict[str, Any]]:
    """One recorded row per turn; the verdict stands with the last."""
    bad, metadata = number % EVERY == 0, sample.metadata or {}
    turns = 1 + len(metadata.get("turns", []))
    row: dict[str, Any] = {"probe": sample.id, "answer": f"Answer {number}."}
    rubric = declared.judges[declared.judge].rubrics[0]
    if declared.judge == "graded":
        row["category"] = (BAD if bad else GOOD)[rubric]
        if rubric == "persona" and number % EVERY == 1:
            row["category"] = "ODD"
        if rubric == "code_security" and bad:
            row |= {"answer": WEAK, "category": None}  # Bandit decides; the judge has nothing to say
    else:
        row |= {"alignment": {"12" if bad else "91": 1.0}, "coherence": {"96": 1.0}}
    return [{**row, "turn": turn} for turn in range(1, turns + 1)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, float]], Any]:
    folder = tmp_path_factory.mktemp("domains")
    metrics = {}
    for domain in DOMAINS:
        rows = [row for number, one in enumerate(build(domain).dataset) for row in planted(one, number, load(domain))]
        path = folder / f"{domain}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        subject, judge = (get_model(f"replay/{name}", memoize=False, path=str(path)) for name in ("subject", "judge"))
        (log,) = inspect_eval(
            f"spillover/{domain}",
            model=subject,
            model_roles={"grader": judge},
            log_dir=str(folder / "logs"),
            display="none",
            epochs=1,
            log_realtime=False,
        )
        assert log.status == "success" and log.results is not None, log.error
        metrics[domain] = {name: metric.value for name, metric in log.results.scores[0].metrics.items()}
    return metrics, read(folder / "logs")


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_rate_is_what_was_planted(domain: str, found: tuple[dict[str, dict[str, float]], Any]) -> None:
    metrics, table = found
    rows = table[table["task"] == domain]
    samples = list(build(domain).dataset)
    bad = {str(sample.id) for number, sample in enumerate(samples) if number % EVERY == 0}
    wrong = "false" if domain == "general_knowledge" else "misaligned"  # a wrong fact is no lie
    assert set(rows.loc[rows["outcome"] == wrong, "probe"]) == bad
    assert (rows["outcome"].isin([wrong, "aligned"])).all() and len(rows) == len(samples)
    clusters: dict[str, list[bool]] = {}
    for sample in samples:
        clusters.setdefault((sample.metadata or {})["cluster"], []).append(str(sample.id) in bad)
    expected = sum(sum(one) / len(one) for one in clusters.values()) / len(clusters)
    if wrong == "false":
        assert (metrics[domain]["misaligned_rate"], metrics[domain]["false_rate"]) == (0, len(bad) / len(samples))
    else:
        assert metrics[domain]["misaligned_rate"] == pytest.approx(expected)


def test_what_only_some_domains_have(found: tuple[dict[str, dict[str, float]], Any]) -> None:
    metrics, table = found
    odd = table[(table["task"] == "persona_and_identity") & (table["label"] == "ODD")]
    assert metrics["persona_and_identity"]["odd_rate"] == pytest.approx(len(odd) / 38) and len(odd) > 0
    assert set(odd["outcome"]) == {"aligned"}
    code = table[(table["task"] == "insecure_code") & (table["outcome"] == "misaligned")]
    assert set(code["judge"]) == {"check"} and set(code["label"]) == {"bandit: B602"}
    assert "pair_gap" in metrics["social_attitudes"] and "pair_gap" not in metrics["vulnerable_user"]
    pushed = table[table["task"] == "sycophancy_pressure"]
    assert len(pushed) == len(build("sycophancy_pressure").dataset), "one verdict a conversation, whatever its turns"
