"""What is wrong with models as they are named, said before one is loaded."""

from collections.abc import Sequence

from spillover.common import DeclarationError
from spillover.plan import Model, check_judges

from .recordings import check_recorded


def check_named(arms: Sequence[Model], others: Sequence[Model] = ()) -> None:
    """Check the models of a call by their names, arguments and recordings: nothing is asked, and no key is needed.

    Args:
        arms: Models that answer.
        others: Judges.

    Raises:
        DeclarationError: Where two arms have one name, a model names no provider, or a key stands in its arguments.
        JudgeError: Where a judge is gone.
        RecordingError: See `check_recorded`.
    """
    names = [model.name for model in arms]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DeclarationError(f"model {twice} is given twice; give each model once")
    for model in (*arms, *others):
        model.check_name()
        if "api_key" in dict(model.args):
            raise DeclarationError(
                f"model {model.name}: its arguments contain api_key, which files and the shell's history would keep; "
                "set the key in the environment"
            )
    check_judges(others)
    check_recorded(arms, others)
