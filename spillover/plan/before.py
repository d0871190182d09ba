"""The calls before a run: one list, which the plan counts and the run carries out."""

from collections.abc import Sequence
from dataclasses import dataclass

from spillover.common import is_played

from .design import OWN, Model


@dataclass(frozen=True, slots=True)
class Before:
    """The calls that come before anything is planned; recordings and models of one's own machine get none.

    Attributes:
        models: Models under test, each once: one short question, asked as the run asks its own.
        judges: Judges that are none of these, each once: the same question in a few tokens.
        graders: Judges that judge one harmless answer, each once.
    """

    models: tuple[Model, ...] = ()
    judges: tuple[Model, ...] = ()
    graders: tuple[Model, ...] = ()

    def calls(self) -> list[tuple[str, str, int]]:
        """Role (`model` or `judge`), name and calls of everyone who is called.

        A judge that cannot do the declared form is asked its harmless answer more than once.
        """
        judges = [("judge", one, (one in self.judges) + (one in self.graders)) for one in self._judges()]
        return [*(("model", one.name, 1) for one in self.models), *((role, one.name, n) for role, one, n in judges)]

    def _judges(self) -> tuple[Model, ...]:
        return tuple(dict.fromkeys((*self.judges, *self.graders)))


def calls_before(models: Sequence[Model], judges: Sequence[Model], graders: Sequence[Model] = ()) -> Before:
    """The calls that come before anything is planned.

    Args:
        models: Models under test.
        judges: Judges.
        graders: Those of the judges that judge one harmless answer.
    """
    asked = _live(models)
    return Before(asked, tuple(one for one in _live(judges) if one not in asked), _live(graders))


def is_live(model: Model) -> bool:
    """Whether a model lies behind a server; one of the user's own machine would be loaded twice."""
    on_own_machine = model.name.partition("/")[0] in OWN and model.base_url is None
    return not is_played(model.name) and not on_own_machine


def _live(models: Sequence[Model]) -> tuple[Model, ...]:
    return tuple(model for at, model in enumerate(models) if is_live(model) and model not in models[:at])
