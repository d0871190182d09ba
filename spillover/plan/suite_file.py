"""Read a suite from its YAML file, or a shipped one by its name."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError
from spillover.finetune import yaml_errors

from .design import Model
from .suite import JUDGES, Arm, Replication, Suite, in_replication
from .suite_checks import check_numbers, check_suite
from .suite_parts import as_finetune, asked_domains, model_of, own_file

if TYPE_CHECKING:
    from spillover.declare import Source

    from .suite_shape import GivenFinetune, SuiteFile


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
    from spillover.declare import choose, shaped_source

    from .suite_shape import SuiteFile

    shipped = {name: FOLDER / f"{name}.yaml" for name in suite_names()}
    named = isinstance(suite, Path) or suite.endswith((".yaml", ".yml")) or "/" in suite
    if str(suite) not in ("", *shipped) and Path(suite).is_dir():
        raise DeclarationError(f"{suite} is a folder; give a YAML file or one of {', '.join(shipped)}")
    path = Path(suite) if named else choose("suite", str(suite), shipped)
    source = _read(path, shipped)
    check_numbers(source)
    given = shaped_source(source, SuiteFile)
    check_suite(source, given)
    return _suite(source, given)


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
    whole = {"strata": own.data["strata"]} if "strata" in own.data else {}  # shares are stated together
    return Source(path, {**overlay(under.data, own.data), **whole}, {**under.lines, **own.lines})


SAME = {
    *("id", "title", "domains", "judge", "draws", "chunk", "stop_early", "margin", "floor", "alpha", "icc", "seed"),
    *("in_domain", "max_connections", "batch", "processes", "system_as_user", "strata", "plain", "companions"),
}
"""Fields that a suite has as its file gives them."""


def _suite(source: "Source", given: "SuiteFile") -> Suite:
    folder, models, caps = source.path.parent, given.models, given.caps
    own: dict[str, Any] = {name: getattr(given, name) for name in given.model_fields_set & SAME}
    own |= {"domains": asked_domains(source, given)}
    if given.conditions is not None:
        own["conditions"] = tuple(source.data["conditions"])
    if given.decoding is not None:
        own["decoding"] = source.data["decoding"]
    base = model_of(models.base) if models is not None and models.base is not None else None
    whole = Suite(
        **own,
        probes=given.probes if isinstance(given.probes, int) else None,
        own_probes=own_file(source, given),
        judges=tuple(model_of(one) for one in given.judges) if given.judges is not None else JUDGES,
        base=base,
        finetunes=tuple(_arm(as_finetune(one), base, folder) for one in models.finetunes) if models is not None else (),
        training_data=folder / given.training_data if given.training_data is not None else None,
        cap_answers=caps.answers if caps is not None else None,
        cap_cost_usd=caps.cost_usd if caps is not None else None,
        replication=_replication(given),
    )
    return in_replication(whole)


def _replication(given: "SuiteFile") -> Replication | None:
    if (own := given.replication) is None:
        return None
    return Replication(own.task, own.questions, own.epochs, own.needs, dict(own.args or {}))


def _arm(given: "GivenFinetune", base: Model | None, folder: Path) -> Arm:
    names = list(given.models or [given.model or (base.name if base else "")])
    args = dict(given.model_args or {})
    if given.adapter is not None:
        names = [f"{name}:{given.adapter}" for name in names]
        if given.model_args is None and given.model is None and base is not None:
            args = dict(base.args)
    models = tuple(Model(name, tuple(sorted(args.items())), given.base_url) for name in names)
    return Arm(models, folder / given.record if given.record is not None else None)
