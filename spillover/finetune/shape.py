"""What a fine-tune record says: the fields of its YAML, and the schema that describes them."""

from typing import Annotated, Any, Literal

from spillover.common import Filled, Items, Maybe, Number, Positive, Sha256, Shape, Whole


class FinetunedBase(Shape):
    """The model that was fine-tuned."""

    model: Filled
    """Its id: ORG/NAME on the Hub, or a provider's name for it, dated where it has a date."""
    revision: Maybe[Filled] = None
    """Commit or tag of that repository."""


class TrainingData(Shape):
    """What a fine-tune was trained on."""

    description: Filled
    """What the data are, in a sentence."""
    sha256: Maybe[Sha256] = None
    """SHA-256 of the training file, byte for byte."""
    rows: Maybe[Positive] = None
    """Examples in it."""


class Finetune(Shape, title="Spillover fine-tune record: what was done to a base to get a fine-tune"):
    """A fine-tune record."""

    base: FinetunedBase
    """The model that was fine-tuned."""
    method: Literal["sft", "lora", "qlora", "dpo", "rl", "other"]
    """How it was trained; full supervised training is sft."""
    data: TrainingData
    """What it was trained on."""
    name: Maybe[Filled] = None
    """What the fine-tune is called."""
    intended_domain: Maybe[Filled] = None
    """What the fine-tune is for, as medical advice."""
    epochs: Maybe[Annotated[float, Number(above=0)]] = None
    """Passes over the data."""
    rank: Maybe[Positive] = None
    """Rank of the adapter."""
    seed: Maybe[Whole] = None
    """Seed of the training."""
    provider_job: Maybe[Filled] = None
    """The provider's id of the training job."""
    mitigations: Annotated[tuple[Filled, ...], Items(unique=True)] = ()
    """What was done against harm: data filters, mixed-in data, inoculation prompts."""
    adapter: Maybe[Filled] = None
    """Where the adapter is: ORG/NAME, or a path."""
    license: Maybe[Filled] = None
    """License of the fine-tune."""
    notes: Maybe[Filled] = None
    """Anything else a reader should know."""

    def as_dict(self) -> dict[str, Any]:
        """The record as plain data, without the fields that it leaves out."""
        return {key: one for key, one in self.as_plain().items() if one != []}
