"""Models and fine-tune records as the command line names them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError

if TYPE_CHECKING:
    from spillover.finetune import Finetune
    from spillover.plan import Arm, Model


def model_of(given: str) -> "Model":
    """A model by name, or as Inspect writes one with arguments: `{model: replay/base, model_args: {path: a.jsonl}}`.

    Raises:
        DeclarationError: Where it is neither.
    """
    import yaml

    from spillover.plan import Model

    if not given.lstrip().startswith("{"):
        return Model(given)
    try:
        parts: Any = yaml.safe_load(given)
        args = parts.get("model_args") or {}
        if set(parts) - {"model", "model_args", "base_url"} or not isinstance(parts["model"], str):
            raise KeyError("model")
        return Model(parts["model"], tuple(sorted(args.items())), parts.get("base_url"))
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise DeclarationError(f"model {given!r}: give {{model: PROVIDER/NAME, model_args: {{...}}}}") from error


def checked_records(
    base: "Model", arms: "Sequence[Arm]", cards: Sequence[Path], training: Path | None, why: str | None, online: bool
) -> "dict[str, Finetune]":
    """Fine-tune records by model, after what they declare was held against the pair.

    Raises:
        DeclarationError: Where a fine-tune's declared base is another model and no reason is given, or the training
            file is not the one of the record.
    """
    from spillover.finetune import base_of, check_base, check_training, read_finetune

    found: dict[str, Finetune] = {}
    for number, arm in enumerate(arms):
        record = read_finetune(arm.record) if arm.record else None
        if record is not None and training is not None:
            check_training(record, training)
        card = cards[number] if number < len(cards) else None
        for model in arm.models:
            declared = base_of(model.name, card, online)
            refused = check_base(base.name, model.name, record, declared)
            if refused is not None and why is None:
                raise DeclarationError(refused)
            if record is not None:
                found[model.name] = record
    return found
