"""What is wrong with models as they are named, said before one is loaded."""

from collections.abc import Sequence

from spillover.errors import DeclarationError

from ._design import OWN, Model
from ._judges import check_judges
from ._recorded import check_recorded


def check_provider(model: Model) -> None:
    """Check that Inspect knows the provider of a model; no key is needed, and no local model is loaded.

    Raises:
        DeclarationError: Where it knows none of that name.
    """
    from inspect_ai.model import get_model

    provider = model.name.partition("/")[0]
    if provider in OWN:
        return
    try:
        get_model(model.name, base_url=model.base_url, memoize=False, **dict(model.args))
    except ValueError as error:
        if "not recognized" in str(error):
            raise DeclarationError(
                f"model {model.name}: Inspect knows no provider {provider!r}; write PROVIDER/MODEL, as openai/gpt-4o"
            ) from error
    except Exception:
        return  # it lacks a key or a package, which is no matter of the name


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
        raise DeclarationError(f"{twice} is named twice; every arm needs a name of its own")
    for model in (*arms, *others):
        if "/" not in model.name:
            model.check()  # says so, and loads nothing
        if "api_key" in dict(model.args):
            raise DeclarationError(
                f"model {model.name}: api_key stands in its arguments, which files and the shell's history keep; give "
                "the key in the environment"
            )
    check_judges(others)
    check_recorded(arms, others)
