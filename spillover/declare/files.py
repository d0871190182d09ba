"""Files that a user names on the command line."""

from pathlib import Path

LAUNCHED = Path.cwd()
"""Where the program was when this was imported. While Inspect loads a task file by its path, the current folder is the
task file's; a user's relative path means the folder in which the command was given."""


def given_file(path: str | Path) -> Path:
    """The file that a user's path means: relative to the current folder, or to the folder of the command."""
    path = Path(path)
    launched = LAUNCHED / path
    return launched if not path.exists() and launched.exists() else path
