"""Who really answered: names that were returned, addresses, and arguments that name another model, in the open."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from spillover.verdicts import Problem, Record
from spillover.verdicts._source import LogSource

HOSTED = {
    "anthropic": ("anthropic.com", "amazonaws.com", "googleapis.com"), "deepseek": ("deepseek.com",),
    "fireworks": ("fireworks.ai",), "google": ("googleapis.com",), "grok": ("x.ai",), "groq": ("groq.com",),
    "mistral": ("mistral.ai",), "openai": ("openai.com", "azure.com"), "openrouter": ("openrouter.ai",),
    "perplexity": ("perplexity.ai",), "together": ("together.xyz", "together.ai"),
}  # fmt: skip
"""Hosted providers, and where their own addresses end."""
PATHS = ("model_path", "model_name", "model", "checkpoint", "adapter", "peft_model_id", "lora_path", "tokenizer_path")
"""Arguments of a model that name weights."""


def served(made: Record, sources: Sequence[LogSource]) -> list[Problem]:
    """Flags of who answered as model and judge."""
    judge = made.data["judge"]
    found = [
        *_as_another("the model", made.model, made.data["model"]["returned"]),
        *_as_another("the judge", str(judge["name"] or ""), judge["returned"]),
    ]
    for source in sources:
        spec = source.header["eval"]
        found += _told(source.model, spec.get("model_base_url"), spec.get("model_args"))
        for role in (spec.get("model_roles") or {}).values():
            for one in role if isinstance(role, list) else [role]:
                if isinstance(one, Mapping):
                    found += _told(f"the judge {one.get('model')}", one.get("base_url"), one.get("args"))
    return [Problem("AnswersAreItsOwn", "record.json", one, "ask the submitter") for one in dict.fromkeys(found)]


def _as_another(who: str, asked: str, returned: Sequence[str]) -> Iterator[str]:
    """Names under which nobody who was asked would answer: none is part of the other."""
    names = [one.split("/")[-1].casefold() for one in asked.replace(" and ", " + ").split(" + ")]
    for one in returned:
        said = one.split("/")[-1].casefold()
        if not any(name and (name in said or said in name) for name in names):
            yield f"{who} {asked[:80]} answered as {one[:80]}"


def _told(name: str, address: Any, args: Any) -> Iterator[str]:
    args = args if isinstance(args, Mapping) else {}
    address = address or args.get("base_url")
    provider = name.removeprefix("the judge ").split("/")[0]
    host = (urlsplit(address).hostname or "") if isinstance(address, str) else ""
    if host and provider in HOSTED and not any(host == one or host.endswith(f".{one}") for one in HOSTED[provider]):
        yield f"{name[:80]} was asked at {host[:80]}, which is no address of {provider}"
    for one in PATHS:
        if isinstance(args.get(one), str) and args[one].rstrip("/").split("/")[-1].casefold() not in name.casefold():
            yield f"{name[:80]} was run with {one}={args[one][-80:]}"
