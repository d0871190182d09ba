"""Commands for maintainers: they work on the files of a clone, which an installed package does not hold."""

from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def needs_clone(command: Callable[P, R]) -> Callable[P, R]:
    """Have a command end with one line where `tools/` is not there.

    Raises:
        DatasetError: Where the package was installed without a clone.
    """

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if find_spec("spillover.tools") is None:
            from spillover.common import DatasetError

            raise DatasetError(
                "this command needs a clone of the repository: clone it and run `pip install -e .` there"
            )
        return command(*args, **kwargs)

    return guarded
