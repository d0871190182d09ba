"""What every export does at its edges: read a record that holds together, write a file whole or not at all."""

from pathlib import Path

from spillover.common import LogError, digest, write_text
from spillover.records import Record, read_record


def sound_record(file: str | Path) -> Record:
    """Read a record whose content has the hash that it declares.

    Raises:
        LogError: Where it is no record, or was changed after it was made.
    """
    found = read_record(file)
    content = {key: value for key, value in found.data.items() if key != "content_sha256"}
    if digest(content) != found.data["content_sha256"]:
        raise LogError(
            f"{file}: content_sha256: the record was changed after it was made; make it again with spillover record"
        )
    return found


def write_file(path: Path, text: str) -> Path:
    """Write a text to a file, whole or not at all.

    Raises:
        LogError: Where it cannot be written.
    """
    try:
        return write_text(path, text)
    except OSError as error:
        raise LogError(f"{path}: cannot be written ({error.strerror}); give another place with --out") from error
