"""Arguments of a task as the command line hands them on: Inspect makes a list of what has a comma."""

from pathlib import Path
from typing import Any

from spillover.common import DeclarationError, RecordingError, inspect_errors, kind_of
from spillover.providers import one_file

from .files import given_file


def one_value(name: str, given: Any) -> Any:
    """One word; a list of words is refused, and a number is the word that was written.

    Raises:
        DeclarationError: Where several values, or none that is a word, are given.
    """
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, list | tuple):
        said = ",".join(map(str, given))
        raise DeclarationError(f"-T {name}={said[:80]}: only one value is allowed; run the task once for each value")
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise DeclarationError(f"-T {name}={str(given)[:80]}: takes a word, not {kind_of(given)}; write -T {name}=WORD")
    return str(given)


@inspect_errors
def words(name: str, given: Any) -> list[str]:
    """Words, as a list or separated by commas.

    Raises:
        DeclarationError: Where something else is given.
    """
    if isinstance(given, str):
        return given.split(",")
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise DeclarationError(
            f"-T {name}={str(given)[:80]}: takes words, not {kind_of(given)}; write -T {name}=WORD,WORD"
        )
    return list(given)


def file_value(name: str, given: Any) -> Path:
    """A file that a user names: relative to the folder of the command; its name may hold a comma.

    Raises:
        DeclarationError: Where several files are given, or something that is no name.
    """
    if isinstance(given, list | tuple):
        joined = given_file(",".join(map(str, given)))
        given = joined if joined.is_file() else given
    try:
        return given_file(one_file(given, f"-T {name}"))
    except RecordingError as error:
        raise DeclarationError(str(error)) from error
