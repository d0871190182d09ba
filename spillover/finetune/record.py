"""The fine-tune record: what was done to which base, and with which training file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spillover.common import DeclarationError, trouble
from spillover.training import sha256_of

from .shape import Finetune


def read_finetune(path: Path) -> Finetune:
    """Read a fine-tune record.

    Raises:
        DeclarationError: Where it cannot be read, or a field is missing, unknown or wrong: file, line, field, fix.
    """
    return read_checked(path)[0]


def read_checked(path: Path) -> tuple[Finetune, dict[str, Any]]:
    """Read a fine-tune record as YAML, includes overlaid: typed, and as plain data.

    Raises:
        DeclarationError: See `read_finetune`.
    """
    from spillover.declare import read_yaml, shaped_source

    with yaml_errors(path):
        source = read_yaml(path)
    return shaped_source(source, Finetune), source.data


@contextmanager
def yaml_errors(path: Path) -> Iterator[None]:
    """Turn whatever a foreign YAML file can raise into one line that names the file."""
    import yaml

    try:
        yield
    except (OSError, AttributeError, LookupError, TypeError, ValueError, RecursionError, yaml.YAMLError) as error:
        said = next(iter(str(error).splitlines()), "") or trouble(error)
        raise DeclarationError(f"{path.name}: not valid YAML ({said}); correct the file") from error


def training_sha256(path: Path) -> str:
    """SHA-256 of a training file, byte for byte; of a folder that of its shards' names and hashes.

    Raises:
        DeclarationError: Where it cannot be read.
    """
    try:
        return sha256_of(path)
    except OSError as error:
        raise DeclarationError(f"{path}: cannot be read ({error.strerror}); give the training file itself") from error


def check_training(finetune: Finetune, path: Path) -> str:
    """SHA-256 of a training file, which must be the one the record names, where it names one.

    Raises:
        DeclarationError: Where the file cannot be read or is another one.
    """
    found = training_sha256(path)
    said = finetune.data.sha256
    if said is not None and said != found:
        raise DeclarationError(
            f"{path}: is not the training file of the fine-tune record (data.sha256 {said[:12]}, found {found[:12]}); "
            "give the file that was trained on, or correct the record"
        )
    return found
