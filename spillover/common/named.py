"""A model's name as Inspect takes it, PROVIDER/MODEL: what is wrong with one, seen without loading it."""

from difflib import get_close_matches

PROVIDERS = (
    *("anthropic", "azureai", "bedrock", "cloudflare", "deepseek", "fireworks", "google", "grok", "groq", "hf"),
    *("hf-inference-providers", "litellm-proxy", "llama-cpp-python", "meta", "mistral", "mockllm", "moonshot"),
    *("nnterp", "ollama", "openai", "openai-api", "openai-api-completions", "openrouter", "perplexity", "replay"),
    *("sagemaker", "sambanova", "sglang", "together", "transformer_lens", "vllm", "vllm-completions"),
)
"""Providers of Inspect 0.3, and our own; packages beside it may add others."""
SERVED = ("openai-api", "openai-api-completions")
"""Providers whose model names begin with a service."""
PLAYED = ("replay", "mockllm", "none")
"""Providers behind which there is no model: recordings, Inspect's scripted model, and no model at all."""
HOW = "write PROVIDER/MODEL, as openai/gpt-4o"


def wrong_name(name: str) -> str | None:
    """What is wrong with a model's name, and the fix; None where Inspect can take it.

    Args:
        name: As somebody wrote it.
    """
    provider, *rest = name.split("/")
    if not provider or not rest:
        return f"model {name}: the provider is missing; write PROVIDER/MODEL, as openai/{name.strip('/') or 'gpt-4o'}"
    if provider in SERVED and len(rest) < 2:
        return f"model {name}: the service is missing; write {provider}/SERVICE/MODEL"
    if not all(part.strip() for part in rest):
        return f"model {name}: the model is missing; {HOW}"
    if provider not in PROVIDERS and not _added(name):
        near = get_close_matches(provider.casefold(), PROVIDERS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it knows {', '.join(PROVIDERS)}"
        return f"model {name}: Inspect knows no provider {provider!r} ({hint}); {HOW}"
    return None


def _added(name: str) -> bool:
    """Whether a package beside Inspect adds the provider."""
    from inspect_ai.model import get_model

    try:
        get_model(name, memoize=False)
    except ValueError as error:
        return "not recognized" not in str(error)
    except Exception:
        return True  # it lacks a key or a package, which is no matter of the name
    return name.partition("/")[0] != "none"  # Inspect's word for no model at all


def is_recording(model: str) -> bool:
    """Whether a model or judge of this name is a recording that is played back."""
    return model.startswith("replay/")


def is_played(model: str) -> bool:
    """Whether there is no model behind this name that could be asked."""
    return model.partition("/")[0] in PLAYED
