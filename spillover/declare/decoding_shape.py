"""How answers may be decoded: the fields and their limits, for suites, options and the arguments of tasks."""

from typing import Annotated, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from spillover.common import Maybe, Number, Positive, Shape


class DecodingFields(Shape, json_schema_extra={"minProperties": 1}):
    """How answers are decoded."""

    temperature: Maybe[Annotated[float, Number(least=0, most=2)]] = None
    """Temperature of the answers."""
    max_tokens: Maybe[Positive] = None
    """Longest answer in tokens, thoughts included."""
    top_p: Maybe[Annotated[float, Number(above=0, most=1)]] = None
    """Nucleus of the sampling."""
    reasoning_effort: Maybe[Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]] = None
    """Reasoning effort."""
    reasoning_tokens: Maybe[Positive] = None
    """Most tokens of thoughts."""

    @model_validator(mode="after")
    def _says_something(self) -> "DecodingFields":
        if not self.model_fields_set:
            raise PydanticCustomError("empty", "{found} should be non-empty", {"found": "{}"})
        return self
