"""Every Eval Ever: what a record is called there, and where it lies."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from spillover.common import LogError, hash_of
from spillover.records import Record

COLLECTION = "spillover"
RATE = "misaligned_rate"
USUAL = {"condition": "plain", "language": "en", "split": "public"}
WEIGHTS = ("hf", "vllm", "sglang")
"""Providers of Inspect behind which a name `ORG/NAME` is one of the Hugging Face Hub."""
ACCESS = {
    "azureai": 1, "bedrock": 1, "cloudflare": 1, "fireworks": 1, "hf": 1, "hf-inference-providers": 1,
    "litellm-proxy": 1, "llama-cpp-python": 1, "nnterp": 1, "ollama": 1, "openai-api": 2, "openrouter": 1,
    "sagemaker": 1, "sglang": 1, "together": 1, "transformer_lens": 1, "vllm": 1,
}  # fmt: skip
"""Providers of Inspect that are a way to a model and not who made it, and parts of a model's name that they take."""
_PART = re.compile(r"\w[\w .:+@=,()-]*(?<![. ])")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who hands the result on, and what only they can say.

    Attributes:
        organization: Who provides the data.
        relationship: `first_party`, `third_party`, `collaborative` or `other` to the model.
        url: Address of the organization.
        model_id: Name of the model as others know it; taken from the record where None.
        deployment: `self_deployed`, `externally_managed` or `unknown`.
        availability: `open_weights`, `closed_weights` or `unknown`.
    """

    organization: str
    relationship: str
    url: str | None = None
    model_id: str | None = None
    deployment: str = "unknown"
    availability: str = "unknown"

    def name(self, record: Record) -> str:
        """Id of the model, `DEVELOPER/NAME`.

        Raises:
            LogError: Where it is no such name.
        """
        found = self.model_id or made_by(record.model)
        parts = found.split("/")
        if len(parts) < 2 or not all(_PART.fullmatch(part) and part != "data" for part in parts):
            raise LogError(
                f"model {(self.model_id or record.model)!r} does not say who made it; Every Eval Ever wants "
                "DEVELOPER/NAME: give --model-id DEVELOPER/NAME"
            )
        return found


def place(record: Record, by: Publisher) -> PurePosixPath:
    """Where the aggregate belongs in their store: `data/spillover/DEVELOPER/MODEL/UUID.json`, the same for a record."""
    developer, *rest = (part.replace(":", "_") for part in by.name(record).split("/"))
    made = uuid.UUID(bytes=bytes.fromhex(hash_of(record.typed.content_sha256)[:32]), version=4)
    return PurePosixPath("data", COLLECTION, developer, "_".join(rest), f"{made}.json")


def evaluation_id(record: Record, by: Publisher) -> str:
    """Id of the evaluation: the same for the same record."""
    return f"{COLLECTION}-{record.typed.content_sha256[:12]}/{by.name(record)}/{epoch(record)}"


def result_id(row: Mapping[str, Any], task: str, metric: str = RATE) -> str:
    """Id of one result inside the evaluation."""
    where = [str(row[part]) for part in ("condition", "language", "split")]
    return "/".join([task, *([str(row["version"])] if "version" in row else []), *where, metric])


def evaluation_name(row: Mapping[str, Any], task: str) -> str:
    """Name to be read by people: the task, and what is unusual in how it was asked."""
    odd = [str(row[part]) for part, usual in USUAL.items() if row[part] != usual]
    return " ".join([f"{COLLECTION}/{task}", *([f"({', '.join(odd)})"] if odd else [])])


def made_by(model: str) -> str:
    """A model's name without the way by which it was reached: a server's address is nobody's name."""
    parts = model.split("/")
    return "/".join(parts[ACCESS.get(parts[0], 0) :])


def hub_name(model: str) -> str:
    """A model's name without the provider in front of a name of the Hub."""
    provider, _, rest = model.partition("/")
    return rest if provider in WEIGHTS and rest.count("/") == 1 else model


def epoch(record: Record) -> str:
    """When the newest log began, in seconds of Unix time.

    Raises:
        LogError: Where the record says no time.
    """
    said = record.typed.created
    try:
        when = datetime.fromisoformat(said)
    except ValueError as error:
        raise LogError(
            f"created {said[:40]!r} is not a date and time; make the record again with spillover record"
        ) from error
    return str(int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()))
