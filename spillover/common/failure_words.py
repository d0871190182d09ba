"""Why something could not be read or done, in words instead of the name of an exception."""

import json
import lzma
import zipfile
import zlib

LONGEST = 160
"""Characters that are told."""
KINDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (UnicodeError, "it is not UTF-8 text"),
    (RecursionError, "it is nested too deeply"),
    (MemoryError, "it is too large"),
    ((zipfile.BadZipFile, zipfile.LargeZipFile), "it is a damaged zip archive, or not one"),
    ((zlib.error, lzma.LZMAError, EOFError), "it is damaged or cut off"),
    (TimeoutError, "the time limit was reached"),
    (ConnectionError, "no connection"),
)
"""What is said of each kind of error, in order."""
SHAPE = "it has an unexpected format"


def trouble(error: BaseException) -> str:
    """What is wrong, in one line of at most 160 characters; of a value in a foreign file no more than its place.

    Args:
        error: What was raised.
    """
    said = next((words for kind, words in KINDS if isinstance(error, kind)), None) or _said(error)
    return said if len(said) <= LONGEST else f"{said[:LONGEST].rstrip()}..."


def _said(error: BaseException) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is not valid JSON, line {error.lineno}"
    if hasattr(error, "errors") and hasattr(error, "error_count"):  # pydantic's, whose text repeats the value
        return _first(error)
    if isinstance(error, KeyError):
        return f"it lacks {str(error.args[0])[:60]!r}" if error.args else SHAPE
    if isinstance(error, TypeError | AttributeError | LookupError | AssertionError):
        return SHAPE
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    name = type(error).__name__  # errors of the network are of many libraries, and their texts hold objects
    if "Timeout" in name or "Connect" in name:
        return "the time limit was reached" if "Timeout" in name else "no connection"
    return next((" ".join(line.split()) for line in str(error).splitlines() if line.strip()), "no reason given")


def _first(error: BaseException) -> str:
    try:
        one = error.errors(include_url=False, include_input=False, include_context=False)[0]  # type: ignore[attr-defined]
        return f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}".lstrip(": ")
    except (LookupError, TypeError):
        return SHAPE


def kind_of(value: object) -> str:
    """What kind of value stands in a file, as `a list`, whatever the file's format."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (type(None), "nothing"),
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "text"),
        (dict, "an object"),
        ((list, tuple), "a list"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), f"a {type(value).__name__}")
