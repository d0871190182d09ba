"""What some judges can do and others cannot, and how a request is changed to fit."""

from dataclasses import dataclass

from inspect_ai.model import GenerateConfig


@dataclass(frozen=True, slots=True)
class Able:
    """What a judge can do that not every judge can.

    Attributes:
        tops: Most likely tokens that it returns at a time.
        tokens: Least tokens that a reply may be allowed, or 0.
        temperature: Whether it takes a temperature.
    """

    tops: int = 20
    tokens: int = 0
    temperature: bool = True

    def of(self, config: GenerateConfig) -> GenerateConfig:
        """A request as the judge can take it."""
        changed = config.model_copy()
        if self.tokens and config.max_tokens is not None:
            changed.max_tokens = max(config.max_tokens, self.tokens)
        if config.top_logprobs is not None:
            changed.top_logprobs = min(config.top_logprobs, self.tops)
        if not self.temperature:
            changed.temperature = None
        return changed


ABLE = Able()
"""A judge that can do all."""
