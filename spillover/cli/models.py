"""Models, suites and fine-tune records as they are named on the command line."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError

if TYPE_CHECKING:
    from spillover.plan import Arm, Model, Suite


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
        said: Any = yaml.safe_load(given)
        args = said.get("model_args") or {}
        if set(said) - {"model", "model_args", "base_url"} or not isinstance(said["model"], str):
            raise KeyError("model")
        return Model(said["model"], tuple(sorted(args.items())), said.get("base_url"))
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise DeclarationError(f"model {given!r}: give {{model: PROVIDER/NAME, model_args: {{...}}}}") from error


def suite_of(name: str, **said: Any) -> "Suite":
    """A suite with what the command line says otherwise; what it does not say stays.

    Raises:
        DeclarationError: Where there is none, or it is a replication, which has no verdict.
    """
    from spillover.plan import load_suite

    suite = load_suite(name)
    if suite.replication is not None:
        raise DeclarationError(f"{suite.id}: is a replication and has no verdict; see spillover run {name}")
    given = {key: value for key, value in said.items() if value is not False and value not in (None, ())}
    if suite.stop_early and given.get("batch"):
        raise DeclarationError("--batch: a batch cannot stop early; add --all-draws")
    return replace(suite, **given)


def checked_records(
    base: "Model", arms: "Sequence[Arm]", cards: Sequence[Path], training: Path | None, why: str | None, online: bool
) -> dict[str, dict[str, Any]]:
    """Fine-tune records by model, after what they declare was held against the pair.

    Raises:
        DeclarationError: Where a fine-tune's declared base is another model and no reason is given, or the training
            file is not the one of the record.
    """
    from spillover.finetune import base_of, check_base, check_training, read_finetune

    found: dict[str, dict[str, Any]] = {}
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
                found[model.name] = record.as_dict()
    return found
