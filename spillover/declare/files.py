"""Files that a user names on the command line."""

from functools import cache
from pathlib import Path


@cache
def folder_of_command() -> Path:
    """The current folder at the first call: Inspect's entry point calls this before Inspect enters any other folder.

    While Inspect loads a task file by its path, the current folder is the task file's. A user's relative path means the
    folder in which the command was given.
    """
    return Path.cwd()


def given_file(path: str | Path) -> Path:
    """The file that a user's path means: relative to the current folder, or to the folder of the command."""
    path = Path(path)
    launched = folder_of_command() / path
    return launched if not path.exists() and launched.exists() else path
