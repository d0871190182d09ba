"""A suite: what is asked of which arms, by which rule, as one YAML file; some are shipped."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError, default_judges
from spillover.finetune import check_fields, yaml_errors

from .design import Design, Model
from .options import Options

if TYPE_CHECKING:
    from spillover.declare import Source

FOLDER = Path(__file__).with_name("suites")
SCHEMA = Path(__file__).with_name("suite.schema.json")
JUDGES = tuple(Model(name) for name in default_judges())
"""Two families, so that no fault of one decides alone; `spillover/common/judges.yaml` names them."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A fine-tune as a suite names it.

    Attributes:
        models: Its model, or one for each training seed.
        record: File of its fine-tune record, or None.
    """

    models: tuple[Model, ...]
    record: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """The arm as plain data."""
        return {
            "models": [model.as_dict() for model in self.models],
            "record": str(self.record) if self.record else None,
        }


@dataclass(frozen=True, slots=True)
class Replication:
    """Another study's protocol, run as a task of its own.

    Attributes:
        task: Task id.
        questions: Questions that the arguments ask, all formats counted.
        epochs: Answers to each.
        needs: Material that it needs and where that comes from.
        args: Arguments of the task.
    """

    task: str
    questions: int
    epochs: int
    needs: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite; the fields are those of its YAML (`suite.schema.json` describes them)."""

    id: str
    title: str
    domains: tuple[str, ...] = ()
    probes: int | None = None
    own_probes: Path | None = None
    conditions: tuple[Any, ...] = ("plain",)
    judges: tuple[Model, ...] = JUDGES
    judge: str = "distribution"
    draws: int = 480
    chunk: int = 32
    stop_early: bool = True
    margin: float = 0.02
    floor: float = 0.01
    alpha: float = 0.05
    icc: float = 0.36
    seed: int | None = None
    base: Model | None = None
    finetunes: tuple[Arm, ...] = ()
    training_data: Path | None = None
    in_domain: tuple[str, ...] = ()
    cap_answers: int | None = None
    cap_cost_usd: float | None = None
    max_connections: int | None = None
    batch: bool = False
    processes: int = 1
    replication: Replication | None = None
    decoding: dict[str, Any] | None = None
    system_as_user: bool = False

    def design(self) -> Design:
        """What is asked of every arm.

        Raises:
            DeclarationError: Where the suite is a replication, which has no draws.
        """
        if self.replication is not None:
            raise DeclarationError(f"{self.id}: is a replication without draws; run its task, {self.replication.task}")
        return Design(
            self.domains,
            self.conditions,
            draws=self.draws,
            chunk=self.chunk,
            seed=self.seed or 0,
            balanced=not self.stop_early,
            probes=self.probes,
            judge=self.judge,
            own_probes=str(self.own_probes) if self.own_probes else None,
            decoding=self.decoding,
            system_as_user=self.system_as_user,
        )

    def options(self) -> Options:
        """How it is carried out."""
        return Options(max_connections=self.max_connections, batch=self.batch, processes=self.processes)

    def as_dict(self) -> dict[str, Any]:
        """The suite as plain data, without what it does not have."""
        own = {name: getattr(self, name) for name in self.__slots__}
        own |= {
            "judges": [model.as_dict() for model in self.judges],
            "finetunes": [a.as_dict() for a in self.finetunes],
        }
        own |= {"base": self.base.as_dict() if self.base else None}
        own |= {"replication": asdict(self.replication) if self.replication else None}
        own |= {"own_probes": str(self.own_probes) if self.own_probes else None}
        own |= {"training_data": str(self.training_data) if self.training_data else None}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in own.items()}
        return {name: value for name, value in plain.items() if value is not None and value != []}


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
    _check(source)
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


def _check(source: "Source") -> None:
    """Check a suite against itself and against what is declared; the schema has been kept already."""
    data = source.data
    if source.path.stem != data["id"]:
        raise DeclarationError(f"{source.at(('id',))}: id is {data['id']!r} but the file is {source.path.name}")
    _check_own(source)
    if ("domains" in data) == ("replication" in data):
        raise DeclarationError(f"{source.path.name}: give either `domains` or a `replication`")
    for name in ("margin", "floor", "alpha", "icc"):
        if data.get(name) != data.get(name):
            raise DeclarationError(f"{source.at((name,))}: {name} is not a number; give one")
    if data.get("batch") and data.get("stop_early", True):
        raise DeclarationError(f"{source.at(('batch',))}: batch: a batch cannot stop early; add `stop_early: false`")
    for index, one in enumerate(data.get("models", {}).get("finetunes", ())):
        _check_finetune(source.at(("models", "finetunes", index)), one, data["models"].get("base"))
    _check_names(source)


def _own_file(source: "Source") -> Path | None:
    """The file of one's own probes that a suite names, a path from the file that says it."""
    said = source.data.get("probes", "all")
    if not isinstance(said, str) or said == "all":
        return None
    return source.lines.get(("probes",), (source.path, 1))[0].parent / said


def _check_own(source: "Source") -> None:
    """Check the user's own probes; a suite that names a file and no domains asks these alone."""
    from spillover.declare import OWN_PROBES, read_probes

    data, file, at = source.data, _own_file(source), source.at(("probes",))
    if file is None:
        if OWN_PROBES in data.get("domains", ()):
            place = source.at(("domains",))
            raise DeclarationError(f"{place}: domains: {OWN_PROBES} lacks its questions; give probes: FILE")
        return
    if not file.is_file():
        raise DeclarationError(f"{at}: probes: {file}: no such file; give a number, all, or a file of probes")
    if "replication" not in data and OWN_PROBES not in data.setdefault("domains", [OWN_PROBES]):
        raise DeclarationError(f"{at}: probes: {file.name} is asked as the domain {OWN_PROBES}; add it to `domains`")
    try:
        read_probes(file)
    except DeclarationError as error:
        raise DeclarationError(f"{at}: probes: {error}") from error


def _check_finetune(at: str, given: Any, base: Any) -> None:
    if isinstance(given, str):
        return
    named = [name for name in ("model", "models") if name in given]
    if len(named) == 2 or not (named or "adapter" in given):
        raise DeclarationError(f"{at}: a fine-tune has either `model` or `models` (one for each training seed)")
    if "adapter" in given:
        on = given.get("model") or ("" if named else _model(base).name if base else "")
        if not on.startswith("vllm/"):
            raise DeclarationError(f"{at}: adapter: goes on a model vllm/ORG/NAME, here or as base; or merge it")


def _check_names(source: "Source") -> None:
    from spillover.declare import choose, domains_of, load

    data, domains = source.data, []
    for index, name in enumerate(data.get("domains", ())):
        try:
            domains += domains_of([name])
        except DeclarationError as error:
            raise DeclarationError(f"{source.at(('domains', index))}: {error}") from error
    seen: set[str] = set()
    for index, given in enumerate(data.get("conditions", ())):
        name, at = given if isinstance(given, str) else given["id"], source.at(("conditions", index))
        if name in seen:
            raise DeclarationError(f"{at}: condition {name!r} is given twice; give each an id of its own")
        seen.add(name)
        if not isinstance(given, str) and not any(given.get(part) for part in ("system", "prefix", "suffix")):
            raise DeclarationError(
                f"{at}: condition {name!r} has no system, prefix or suffix; give it one, or give a declared id alone"
            )
        for domain in domains if isinstance(given, str) else ():
            try:
                choose("condition", name, load(domain).conditions)
            except DeclarationError as error:
                raise DeclarationError(f"{at}: {domain}: {error}") from error


WHOLE = ("draws", "chunk", "seed", "max_connections", "processes")


def _suite(source: "Source") -> Suite:
    said, folder = dict(source.data), source.path.parent
    models, caps = said.pop("models", {}), said.pop("caps", {})
    base = _model(models["base"]) if "base" in models else None
    said |= {name: int(said[name]) for name in WHOLE if name in said}  # 480.0 is a whole number to a schema
    said |= {name: tuple(said[name]) for name in ("domains", "conditions", "in_domain") if name in said}
    said["own_probes"] = _own_file(source)
    said["probes"] = int(said["probes"]) if isinstance(said.get("probes"), int | float) else None
    said["judges"] = tuple(_model(one) for one in said["judges"]) if "judges" in said else JUDGES
    said["replication"] = Replication(**said["replication"]) if "replication" in said else None
    said["training_data"] = folder / said["training_data"] if "training_data" in said else None
    arms = tuple(_arm(one, base, folder) for one in models.get("finetunes", ()))
    limits = {"cap_answers": caps.get("answers"), "cap_cost_usd": caps.get("cost_usd")}
    return in_replication(Suite(**said, **limits, base=base, finetunes=arms))


def in_replication(suite: Suite) -> Suite:
    """A suite whose replication, where it is one, is asked as the suite says, by arguments of its task."""
    if suite.replication is None:
        return suite
    own = {"decoding": suite.decoding, "system_as_user": suite.system_as_user}
    args = suite.replication.args | {name: value for name, value in own.items() if value}
    return replace(suite, replication=replace(suite.replication, args=args))


def _arm(given: Any, base: Model | None, folder: Path) -> Arm:
    said = {"model": given} if isinstance(given, str) else given
    names = said.get("models") or [said.get("model") or (base.name if base else "")]
    names = [f"{name}:{said['adapter']}" for name in names] if "adapter" in said else names
    args = said.get("model_args", dict(base.args) if base and "adapter" in said and "model" not in said else {})
    models = tuple(_model({**said, "model": name, "model_args": args}) for name in names)
    return Arm(models, folder / said["record"] if "record" in said else None)


def _model(given: Any) -> Model:
    """A model, given by name or with its arguments."""
    said: dict[str, Any] = {"model": given} if isinstance(given, str) else given
    return Model(said["model"], tuple(sorted(said.get("model_args", {}).items())), said.get("base_url"))
