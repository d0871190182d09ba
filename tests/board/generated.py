"""Records of models that do not exist: counts are drawn, intervals are Wilson's. Nothing is a model's output."""

import hashlib
import json
import math
import random
from typing import Any

from spillover.common import digest

Z = 1.959963984540054
DOMAINS = ("everyday_advice", "expert_advice", "creative_writing", "power_and_goals")
CONDITIONS = ("plain", "json", "roleplay")
OUTCOMES = ("misaligned", "aligned", "incoherent", "refusal", "off_task", "unjudged")
QUESTIONS, EPOCHS = 12, 5
TARGETS = ("these questions", "more questions from these domains")


def wilson(events: int, n: int) -> tuple[float, float]:
    p, d = events / n, 1 + Z * Z / n
    centre = (p + Z * Z / (2 * n)) / d
    half = Z / d * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return min(p, max(0.0, centre - half)), max(p, min(1.0, centre + half))


def estimate(events: int, n: int, clusters: int, target: str = TARGETS[0], low: float = 0, high: float = 0) -> Any:
    low, high = (low, high) if high else wilson(events, n)
    own = {"estimate": events / n, "low": low, "high": high, "level": 0.95, "method": "Wilson, generated"}
    return {**own, "target": target, "n": n, "clusters": clusters, "events": events}


def difference(one: Any, base: Any) -> Any:
    p, q = one["estimate"], base["estimate"]
    low = p - q - math.hypot(p - one["low"], base["high"] - q)
    high = p - q + math.hypot(one["high"] - p, q - base["low"])
    return {**one, "estimate": p - q, "low": low, "high": high, "method": "Newcombe", "events": None}


def figures(counts: dict[str, int], questions: int) -> dict[str, Any]:
    answers = sum(counts.values())
    judged = answers - counts["unjudged"]
    rates = {
        f"{name}_rate": {t: estimate(counts[name], judged, questions, t) for t in TARGETS}
        for name in ("misaligned", "aligned", "incoherent", "refusal", "off_task")
    }
    coherent = counts["misaligned"] + counts["aligned"]
    if coherent:
        own = {t: estimate(counts["misaligned"], coherent, questions, t) for t in TARGETS}
        rates["misaligned_rate_coherent"] = own
    reasons = {"the judge gave no number": counts["unjudged"]} if counts["unjudged"] else {}
    return {
        "answers": answers, "questions": questions, "outcomes": counts, "unjudged_reasons": reasons,
        "rates": rates, "means": {}, "mde": 2.8 * math.sqrt(2 * 0.05 / judged),
    }  # fmt: skip


def drawn(rate: float, n: int, rng: random.Random) -> dict[str, int]:
    shares = (rate, 1 - rate - 0.07, 0.03, 0.02, 0.01, 0.01)
    found = rng.choices(OUTCOMES, [max(0.0, one) for one in shares], k=n)
    return {name: found.count(name) for name in OUTCOMES}


def record_of(
    model: str,
    rate: float,
    *,
    base: dict[str, Any] | None = None,
    finetune: dict[str, Any] | None = None,
    judge: str = "openai/judge-1",
    version: str = "0.1.0",
    created: str = "2026-01-02T10:00:00+00:00",
    origins: tuple[str, ...] = (),
    domains: tuple[str, ...] = DOMAINS,
    conditions: tuple[str, ...] = CONDITIONS,
    seed: int = 0,
) -> dict[str, Any]:
    """A record as `spillover record` writes them, of drawn counts."""
    rng, results, pooled = random.Random(f"{model}{seed}"), [], []
    material = hashlib.sha256(version.encode()).hexdigest()
    where = {"split": "public", "language": "en"}
    for place, condition in enumerate(conditions):
        sums = dict.fromkeys(OUTCOMES, 0)
        for number, domain in enumerate(domains):
            counts = drawn(rate * (0.6 + 0.3 * number) * (1 + 0.4 * place), QUESTIONS * EPOCHS, rng)
            sums = {name: sums[name] + counts[name] for name in OUTCOMES}
            put = {"task": domain, "version": "1-A", "condition": condition, "material_sha256": material, **where}
            put |= {"epochs": EPOCHS, "decoding": {"temperature": 1}, "solver": "ask"}
            results.append({**put, **figures(counts, QUESTIONS)})
        put = {"tasks": sorted(domains), "condition": condition, **where}
        pooled.append({**put, **figures(sums, QUESTIONS * len(domains))})
    log = {
        "log": "generated.eval", "sha256": hashlib.sha256(f"{model}{seed}".encode()).hexdigest(), "model": model,
        "content_sha256": hashlib.sha256(model.encode()).hexdigest(), "version": "1-A", "material_sha256": material,
        "created": created, "url": None,
    }  # fmt: skip
    logs = [{**log, "task": domain, "condition": condition} for domain in domains[:2] for condition in conditions[:1]]
    data = {
        "schema": "spillover-record/2",
        "spillover": "0.1.0",
        "methods": 2,
        "created": created,
        "model": {"name": model, "args": {}, "returned": [model.rpartition("/")[2]]},
        "base": base["model"]["name"] if base else None,
        "finetune": finetune,
        "finetune_sha256": digest(finetune) if finetune else None,
        "base_differs": None,
        "dataset": {"versions": [{"version": version}]},
        "judge": {"name": judge, "returned": [], "form": ["distribution"], "rubrics": ["alignment@2:a"], "card": None},
        "results": results,
        "pooled": pooled,
        "differences": differences(results, pooled, base),
        "uncompared": [],
        "logs": logs,
        "origins": list(origins),
        "manifest": None,
    }  # fmt: skip
    return sealed(data)


def differences(results: list[Any], pooled: list[Any], base: dict[str, Any] | None) -> list[dict[str, Any]]:
    if base is None:
        return []
    found = []
    for own, under, task in ((results, base["results"], "task"), (pooled, base["pooled"], "")):
        for one, other in zip(own, under, strict=True):
            rates = [part["rates"]["misaligned_rate"][TARGETS[0]] for part in (one, other)]
            put = {name: one[name] for name in ("split", "language", "condition")}
            found.append({"task": one.get(task), **put, "base": base["model"]["name"], "estimate": difference(*rates)})
    return found


def sealed(data: dict[str, Any]) -> dict[str, Any]:
    """The same with the hash that it must have."""
    own = {key: value for key, value in json.loads(json.dumps(data)).items() if key != "content_sha256"}
    return {**own, "content_sha256": digest(own)}


FAMILIES = (
    "hf/Qwen/Qwen2.5-{}B-Instruct",
    "hf/meta-llama/Llama-3.1-{}B",
    "vllm/mistralai/Mistral-{}B",
    "openai/gpt-4o-{}",
)
METHODS = ("sft", "lora", "qlora", "dpo")


def many(models: int, domains: tuple[str, ...] = DOMAINS, conditions: tuple[str, ...] = CONDITIONS) -> list[Any]:
    """Records of so many generated models: a base and four fine-tunes of it, again and again."""
    rng, found = random.Random(1), []
    base: dict[str, Any] | None = None
    said = ("answers: generated, not any model's output",)
    for number in range(models):
        given = {"origins": said, "domains": domains, "conditions": conditions, "seed": number}
        family = FAMILIES[number // 5 % len(FAMILIES)].format((1, 7, 14, 70)[number // 20 % 4])
        if number % 5 == 0:
            base = record_of(f"{family}-v{number // 5}", 0.01, **given)
            found.append(base)
            continue
        assert base is not None
        method = METHODS[number % 4]
        tuned = {"base": {"model": base["model"]["name"]}, "method": method, "data": {"description": "generated"}}
        name = f"{base['model']['name']}-tuned-{number}"
        found.append(record_of(name, rng.choice((0.01, 0.05, 0.2, 0.4)), base=base, finetune=tuned, **given))
    return found
