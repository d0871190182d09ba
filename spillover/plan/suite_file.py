"""Read a suite from its YAML file, or a shipped one by its name."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError
from spillover.finetune import check_fields, yaml_errors

from .design import Model
from .suite import JUDGES, Arm, Replication, Suite, in_replication, model_of
from .suite_checks import check_suite, own_file

if TYPE_CHECKING:
    from spillover.declare import Source


FOLDER = Path(__file__).with_name("suites")
SCHEMA = Path(__file__).with_name("suite.schema.json")


def suite_names() -> list[str]:
    """Names of the shipped suites."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_suite(suite: str | Path) -> Suite:
    """Load a suite, by the name of a shipped one or by path.

    A file may `include` a shipped suite by its name, or a file beside it, and say what differs.

    Raises:
        DeclarationError: Where there is none, or it says something it cannot mean.
    """
    from spillover.declare import choose

    shipped = {name: FOLDER / f"{name}.yaml" for name in suite_names()}
    named = isinstance(suite, Path) or suite.endswith((".yaml", ".yml")) or "/" in suite
    if str(suite) not in ("", *shipped) and Path(suite).is_dir():
        raise DeclarationError(f"{suite} is a folder; a suite is a YAML file or one of {', '.join(shipped)}")
    path = Path(suite) if named else choose("suite", str(suite), shipped)
    source = _read(path, shipped)
    check_fields(source, SCHEMA)
    check_suite(source)
    return _suite(source)


def _read(path: Path, shipped: dict[str, Path], including: tuple[Path, ...] = ()) -> "Source":
    """As `read_yaml`, but an `include` may also be the name of a shipped suite."""
    from spillover.declare import Source, overlay, read_source, read_yaml

    with yaml_errors(path):
        if path in including or not path.is_file():
            return read_yaml(path)  # says what is wrong
        own = read_source(path)
        base = own.data.pop("include", None)
        if base is None:
            return own
        target = shipped.get(base, path.parent / base) if isinstance(base, str) else path
        if not target.is_file():
            return read_yaml(path)
        under = _read(target, shipped, (*including, path))
    return Source(path, overlay(under.data, own.data), {**under.lines, **own.lines})


WHOLE = ("draws", "chunk", "seed", "max_connections", "processes")


def _suite(source: "Source") -> Suite:
    said, folder = dict(source.data), source.path.parent
    models, caps = said.pop("models", {}), said.pop("caps", {})
    base = model_of(models["base"]) if "base" in models else None
    said |= {name: int(said[name]) for name in WHOLE if name in said}  # 480.0 is a whole number to a schema
    said |= {name: tuple(said[name]) for name in ("domains", "conditions", "in_domain") if name in said}
    said["own_probes"] = own_file(source)
    said["probes"] = int(said["probes"]) if isinstance(said.get("probes"), int | float) else None
    said["judges"] = tuple(model_of(one) for one in said["judges"]) if "judges" in said else JUDGES
    said["replication"] = Replication(**said["replication"]) if "replication" in said else None
    said["training_data"] = folder / said["training_data"] if "training_data" in said else None
    arms = tuple(_arm(one, base, folder) for one in models.get("finetunes", ()))
    limits = {"cap_answers": caps.get("answers"), "cap_cost_usd": caps.get("cost_usd")}
    return in_replication(Suite(**said, **limits, base=base, finetunes=arms))


def _arm(given: Any, base: Model | None, folder: Path) -> Arm:
    said = {"model": given} if isinstance(given, str) else given
    names = said.get("models") or [said.get("model") or (base.name if base else "")]
    names = [f"{name}:{said['adapter']}" for name in names] if "adapter" in said else names
    args = said.get("model_args", dict(base.args) if base and "adapter" in said and "model" not in said else {})
    models = tuple(model_of({**said, "model": name, "model_args": args}) for name in names)
    return Arm(models, folder / said["record"] if "record" in said else None)
