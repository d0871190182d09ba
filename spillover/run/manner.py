"""How a run asks the models under test: the first call asks the same way, to find refused settings early."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spillover.plan import Design

if TYPE_CHECKING:
    from spillover.plan import Replication


@dataclass(frozen=True, slots=True)
class Manner:
    """How models under test are asked.

    Attributes:
        decoding: Fields of Inspect's `GenerateConfig`: `max_tokens` (tokens), `temperature`, `reasoning_effort`, ...
        system: The first system prompt among the conditions and probes, or None where none has one.
        system_as_user: Whether system prompts stand at the head of the first user turn.
    """

    decoding: dict[str, Any] = field(default_factory=dict)
    system: str | None = None
    system_as_user: bool = False


def manner_of(design: Design) -> Manner:
    """How a design asks.

    Raises:
        DeclarationError: Where what the design names cannot be asked.
    """
    material = design.material()
    systems = [put.system for own in material.conditions.values() for put in own.values()]
    systems += [probe.system for probes in material.probes.values() for probe in probes]
    decoding = next(iter(material.declared.values())).decoding
    return Manner(dict(decoding), next(filter(None, systems), None), design.system_as_user)


def manner_of_task(replication: "Replication", made: Any) -> Manner:
    """How the task of a replication asks.

    Args:
        replication: The replication.
        made: Its task.
    """
    from spillover.declare import load

    conditions, args = load(replication.task).conditions, replication.args
    systems = [conditions.get(str(args.get("condition", "plain")), {}).get("system")]
    systems += [(sample.metadata or {}).get("system") for sample in made.dataset]
    decoding = made.config.model_dump(exclude_none=True)
    return Manner(decoding, next(filter(None, systems), None), bool(args.get("system_as_user")))
