"""Check that a suite file agrees with itself and with the declarations."""

from typing import TYPE_CHECKING

from spillover.common import DeclarationError

from .suite_parts import asked_domains, model_of, own_file

if TYPE_CHECKING:
    from spillover.declare import Source

    from .suite_shape import GivenFinetune, GivenModel, SuiteFile


def check_numbers(source: "Source") -> None:
    """Check that shares are numbers; YAML has `.nan`, which is none."""
    for name in ("margin", "floor", "alpha", "icc"):
        if source.data.get(name) != source.data.get(name):
            raise DeclarationError(f"{source.at((name,))}: {name} is not a number; give one")


def check_suite(source: "Source", given: "SuiteFile") -> None:
    """Check a suite against itself and against what is declared; it has its shape already."""
    if source.path.stem != given.id:
        raise DeclarationError(
            f"{source.at(('id',))}: id is {given.id!r} but the file is {source.path.name}; give both one name"
        )
    _check_own(source, given)
    if bool(asked_domains(source, given)) == (given.replication is not None):
        raise DeclarationError(f"{source.path.name}: give either `domains` or a `replication`")
    if given.batch and given.stop_early:
        raise DeclarationError(f"{source.at(('batch',))}: batch: a batch cannot stop early; add `stop_early: false`")
    if given.models is not None:
        for index, one in enumerate(given.models.finetunes):
            if not isinstance(one, str):
                _check_finetune(source.at(("models", "finetunes", index)), one, given.models.base)
    _check_names(source, given)
    _check_strata(source, given)


def _check_strata(source: "Source", given: "SuiteFile") -> None:
    from spillover.declare import exact_shares

    if given.strata is None:
        if given.plain is not None:
            raise DeclarationError(f"{source.at(('plain',))}: plain: needs `strata`; add them, or leave it out")
        return
    try:
        exact_shares(given.strata)
    except DeclarationError as error:
        raise DeclarationError(f"{source.at(('strata',))}: {error}") from error


def _check_own(source: "Source", given: "SuiteFile") -> None:
    """Check the user's own probes."""
    from spillover.declare import OWN_PROBES, read_probes

    file, at = own_file(source, given), source.at(("probes",))
    domains = asked_domains(source, given)
    if file is None:
        if OWN_PROBES in domains:
            place = source.at(("domains",))
            raise DeclarationError(f"{place}: domains: {OWN_PROBES} has no questions; add `probes: FILE`")
        return
    if not file.is_file():
        raise DeclarationError(f"{at}: probes: {file}: no such file; give a number, all, or a file of probes")
    if given.replication is None and OWN_PROBES not in domains:
        raise DeclarationError(f"{at}: probes: {file.name} needs the domain {OWN_PROBES}; add it to `domains`")
    try:
        read_probes(file)
    except DeclarationError as error:
        raise DeclarationError(f"{at}: probes: {error}") from error


def _check_finetune(at: str, given: "GivenFinetune", base: "str | GivenModel | None") -> None:
    both, neither = given.model and given.models, not (given.model or given.models or given.adapter)
    if both or neither:
        raise DeclarationError(
            f"{at}: a fine-tune has either `model` or `models` (one for each training seed); give one of the two"
        )
    if given.adapter is not None:
        on = given.model or (model_of(base).name if base is not None and not given.models else "")
        if not on.startswith("vllm/"):
            raise DeclarationError(
                f"{at}: adapter: needs a model vllm/ORG/NAME, here or as base; add one, or merge the adapter"
            )


def _check_names(source: "Source", given: "SuiteFile") -> None:
    from spillover.declare import choose, domains_of, load

    domains: list[str] = []
    for index, name in enumerate(asked_domains(source, given)):
        try:
            domains += domains_of([name])
        except DeclarationError as error:
            raise DeclarationError(f"{source.at(('domains', index))}: {error}") from error
    seen: set[str] = set()
    for index, one in enumerate(given.conditions or ()):
        name, at = one if isinstance(one, str) else one.id, source.at(("conditions", index))
        if name in seen:
            raise DeclarationError(f"{at}: condition {name!r} is given twice; give each an id of its own")
        seen.add(name)
        if not isinstance(one, str) and not (one.system or one.prefix or one.suffix):
            raise DeclarationError(
                f"{at}: condition {name!r} has no system, prefix or suffix; give it one, or give a declared id alone"
            )
        for domain in domains if isinstance(one, str) else ():
            try:
                choose("condition", name, load(domain).conditions)
            except DeclarationError as error:
                raise DeclarationError(f"{at}: {domain}: {error}") from error
