"""Names that the README and docs of 0.2 showed go on working for one release, and say where they are."""

from importlib import import_module

import pytest

import spillover
from spillover import verdicts
from spillover.logs import read


@pytest.mark.parametrize("name", sorted(verdicts.MOVED))
def test_a_moved_name_is_the_new_one_and_warns(name: str) -> None:
    home = verdicts.MOVED[name]
    with pytest.warns(DeprecationWarning, match=rf"spillover\.verdicts\.{name} is {home}\.{name} now"):
        old = getattr(verdicts, name)
    assert old is getattr(import_module(home), name)


def test_a_name_that_was_never_there_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        verdicts.nothing  # noqa: B018


def test_the_package_offers_its_public_names_and_completes_them() -> None:
    assert set(spillover.__all__) <= set(dir(spillover))
    assert {name for name in spillover.__all__ if not callable(getattr(spillover, name))} == set()
    assert "read" in spillover.__all__ and spillover.read is read
