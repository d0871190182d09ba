"""Check a suite file against itself and against what is declared."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError

from .suite import model_of

if TYPE_CHECKING:
    from spillover.declare import Source


def check_suite(source: "Source") -> None:
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


def own_file(source: "Source") -> Path | None:
    """The file of one's own probes that a suite names, a path from the file that says it."""
    said = source.data.get("probes", "all")
    if not isinstance(said, str) or said == "all":
        return None
    return source.lines.get(("probes",), (source.path, 1))[0].parent / said


def _check_own(source: "Source") -> None:
    """Check the user's own probes; a suite that names a file and no domains asks these alone."""
    from spillover.declare import OWN_PROBES, read_probes

    data, file, at = source.data, own_file(source), source.at(("probes",))
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
        on = given.get("model") or ("" if named else model_of(base).name if base else "")
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
