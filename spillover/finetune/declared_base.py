"""The base that a fine-tune declares by its name or files, and whether it is the one it is compared with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import HubError, is_played, strict_json, trouble

from .shape import Finetune

SERVED = ("hf", "vllm")
"""Providers whose model names are repositories on the Hub."""
PROVIDERS = (
    "anthropic azureai bedrock cloudflare deepseek fireworks google grok groq hf hf-inference-providers litellm-proxy "
    "llama-cpp-python meta mistral mockllm moonshot nnterp ollama openai openai-api openai-api-completions openrouter "
    "perplexity replay sagemaker sambanova sglang together transformer_lens vllm vllm-completions"
).split()
"""First parts of a model string that name a provider (Inspect 0.3.285, and our own)."""
SERVICES = ("azure", "bedrock", "vertex")
"""Second parts that say through whose service."""
UNNAMED = ("hf/local", "vllm/local")
"""Models whose name does not say which model it is; see also `is_played`."""


@dataclass(frozen=True, slots=True)
class DeclaredBase:
    """The base that a fine-tune's own files declare.

    Attributes:
        model: Its id, or None.
        said: Where it was found, or why it was not.
    """

    model: str | None
    said: str


def base_of(model: str, card: Path | None = None, online: bool = False) -> DeclaredBase:
    """The base that a fine-tune's name, adapter or Hub model card declares.

    Args:
        model: Inspect's model string of the fine-tune.
        card: A model card, an `adapter_config.json`, or a folder that has either; the only place looked at if given.
        online: Whether to ask the Hub for the card of `hf/ORG/NAME` or `vllm/ORG/NAME`.

    Returns:
        The base, or the reason why none is known: never an error.
    """
    if card is not None:
        return _base_on_disk(card)
    named = base_in_name(model)
    if named is not None:
        return DeclaredBase(named, f"the name {model}")
    provider, _, repo = model.partition("/")
    if provider not in SERVED or repo.count("/") != 1:
        return DeclaredBase(None, f"{model}: its name declares no base, and it has no card on the Hub")
    return _base_on_hub(repo) if online else DeclaredBase(None, f"{repo}: the Hub was not asked")


def base_in_name(model: str) -> str | None:
    """The base in `openai/ft:BASE:ORG:NAME:ID` or `vllm/BASE:ADAPTER`, or None."""
    parts = model.rpartition("/")[2].split(":")
    if parts[0] == "ft":
        return parts[1] if len(parts) > 1 and parts[1] else None
    provider, _, name = model.partition("/")
    base, _, adapter = name.partition(":")
    return base if provider in ("vllm", "vllm-completions") and adapter else None


def check_base(
    base: str, tuned: str, finetune: Finetune | None = None, declared: DeclaredBase | None = None
) -> str | None:
    """The reason to refuse a pair: the fine-tune's declared base is another model.

    Args:
        base: Inspect's model string of the base.
        tuned: The same of the fine-tune.
        finetune: The fine-tune record.
        declared: What `base_of` found.

    Returns:
        None where nothing speaks against the pair; also where the base is a recording, whose name says nothing.
    """
    if is_played(base) or base in UNNAMED:
        return None
    said = [
        (finetune.base.model if finetune else None, "the fine-tune record"),
        (base_in_name(tuned), "its name"),
        (declared.model, declared.said) if declared else (None, ""),
    ]
    for name, where in said:
        if name is not None and not _names(base) & _names(name):
            return (
                f"{tuned}: its base is {name} ({where}), not {base}; compare it with that base, or give a reason: "
                '--base-differs "WHY"'
            )
    return None


def _names(model: str) -> set[str]:
    """What a model may be called: as given, and without provider and service; small letters, no revision."""
    name = model.strip().lower().partition("@")[0].rstrip("/")
    found = {name}
    for skipped in (PROVIDERS, SERVICES):
        first, _, rest = name.partition("/")
        if rest and first in skipped:
            name = rest.rpartition("/")[2] if first in ("openai-api", "fireworks") else rest
            found.add(name)
    return found


def _base_on_disk(card: Path) -> DeclaredBase:
    files = [card / "adapter_config.json", card / "README.md"] if card.is_dir() else [card]
    there = [file for file in files if file.is_file()]
    if not there:
        return DeclaredBase(None, f"{card}: no model card or adapter_config.json here")
    tried = [_base_in_file(file) for file in there]
    return next((one for one in tried if one.model is not None), tried[-1])


def _base_in_file(file: Path) -> DeclaredBase:
    try:
        if file.suffix == ".json":
            config = strict_json(file.read_bytes(), numbers=False)
            return _one_base(config.get("base_model_name_or_path"), f"base_model_name_or_path of {file}")
        return _base_in_card(file, f"base_model of {file}")
    except Exception as error:  # a foreign file: whatever is wrong with it, it declares nothing
        return DeclaredBase(None, f"{file}: neither a model card nor an adapter_config.json ({trouble(error)})")


def _base_on_hub(repo: str) -> DeclaredBase:
    from spillover.hub import hub_errors

    try:
        with hub_errors(repo):
            return _base_in_card(repo, f"base_model of {repo} on the Hub")
    except Exception as error:  # no network, no card, not YAML: the run can do without
        said = str(error) if isinstance(error, HubError) else f"{repo}: its card cannot be read ({trouble(error)})"
        return DeclaredBase(None, said)


def _base_in_card(card: Path | str, where: str) -> DeclaredBase:
    from huggingface_hub import ModelCard

    return _one_base(ModelCard.load(card).data.to_dict().get("base_model"), where)


def _one_base(found: Any, where: str) -> DeclaredBase:
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    if isinstance(found, str) and found.strip():
        return DeclaredBase(found.strip(), where)
    return DeclaredBase(None, f"{where}: {'several bases' if isinstance(found, list) and found else 'no base'}")
