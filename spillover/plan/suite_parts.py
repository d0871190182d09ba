"""Parts of a suite file as the suite has them: models, fine-tunes, domains, one's own probes."""

from pathlib import Path
from typing import TYPE_CHECKING

from .design import Model

if TYPE_CHECKING:
    from spillover.declare import Source

    from .suite_shape import GivenFinetune, GivenModel, SuiteFile


def model_of(given: "str | GivenModel") -> Model:
    """A model, given by name or with its arguments."""
    if isinstance(given, str):
        return Model(given)
    return Model(given.model, tuple(sorted((given.model_args or {}).items())), given.base_url)


def as_finetune(given: "str | GivenFinetune") -> "GivenFinetune":
    """A fine-tune, given by the name of its model or with more."""
    from .suite_shape import GivenFinetune

    return GivenFinetune(model=given) if isinstance(given, str) else given


def own_file(source: "Source", given: "SuiteFile") -> Path | None:
    """The file of one's own probes that a suite names, a path from the file that names it."""
    if not isinstance(given.probes, str) or given.probes == "all":
        return None
    return source.lines.get(("probes",), (source.path, 1))[0].parent / given.probes


def asked_domains(source: "Source", given: "SuiteFile") -> tuple[str, ...]:
    """The domains of a suite; one that names a file of probes and no domains asks these alone."""
    from spillover.declare import OWN_PROBES

    if given.domains is not None:
        return given.domains
    alone = given.replication is None and own_file(source, given) is not None
    return (OWN_PROBES,) if alone else ()
