"""Numbers that no run has end every command within seconds, in one line or with an answer, never in a hang."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spillover.cli import Package
from spillover.common import SpilloverError
from spillover.logs import MOST, check_bounds, read
from spillover.records import record
from spillover.results import summarise
from spillover.verify import verify

from .._place import Place
from .._spill import spill
from .test_prepare import run as submit

Sent = Any
SECONDS = 20
DRAWS = {"domains": "emergent_misalignment", "conditions": "plain", "first": 0, "last": 4}


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail where the block takes longer."""

    def late(*_: Any) -> None:
        raise AssertionError(f"still computing after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def leaves(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of every number in plain data."""
    for key, one in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(one, dict | list):
            yield from leaves(one, (*at, key))
        elif isinstance(one, int | float) and not isinstance(one, bool):
            yield (*at, key)


def put(data: Any, at: tuple[Any, ...], value: Any) -> None:
    for key in at[:-1]:
        data = data[key]
    data[at[-1]] = value


def everywhere(place: Place, name: str, value: Any) -> None:
    """Put a value into a field of the header's configuration."""

    def change(header: Any) -> None:
        where = header["eval"]["config"] if name in ("epochs", "limit") else header["eval"]["task_args"]
        where[name] = value

    place.header("first", change)


@pytest.mark.parametrize("value", [10**11, 10**18, 1e308, -1])
@pytest.mark.parametrize("name", ["epochs", "last", "first", "limit", "probes"])
def test_a_number_that_no_run_has_is_refused_in_seconds(sent: Sent, name: str, value: Any, tmp_path: Path) -> None:
    everywhere(Place(sent.folder), name, value)
    sent.sign_logs()
    log = str(sent.file("logs/first.eval"))
    with within(SECONDS):
        said = sent.said(shipped=Package())
        assert f".{name} is " in said and "it must be 0 to" in said and "give the log as Inspect wrote it" in said
        for command in (lambda: verify([log], shipped=Package()), lambda: record(log)):
            with pytest.raises(SpilloverError, match=rf"first.eval: eval.*{name} is .*; it must be 0 to"):
                command()
        with suppress(SpilloverError):  # 1e308 is no whole number, so that Inspect itself does not read the log
            read(log)
        found = submit(sent.file("record.json"), tmp_path / "out", "--logs", sent.file("logs"))
        assert found.code == 2 and not list((tmp_path / "out").glob("*")), "nothing half-written is left"


def test_draws_that_are_too_many_are_never_built(sent: Sent) -> None:
    def change(header: Any) -> None:
        header["eval"]["task"] = "spillover/draws"
        header["eval"]["task_args"] = {**DRAWS, "last": 900_000}
        header["eval"]["metadata"]["versions"] = {"emergent_misalignment": "3-A"}

    Place(sent.folder).header("first", change)
    sent.sign_logs()
    with within(SECONDS):
        assert "first=0, last=900000: a log may hold 0 to 100000 draws" in sent.said(shipped=Package())


@pytest.mark.parametrize("name", MOST)
def test_each_bound_is_told_with_its_field(name: str) -> None:
    header = {"eval": {"config": {"a": [{name: 10**40}]}}}
    with pytest.raises(SpilloverError, match=f"x.eval: eval.config.a.0..{name} is a whole number of 133 bits; it must"):
        check_bounds(header, "x.eval")
    with pytest.raises(SpilloverError, match=f"{name} is nan, which is not a finite number"):
        check_bounds({"eval": {"config": {name: float("nan")}}}, "x.eval")


LARGE = st.sampled_from([10**9, 10**11, 2**63, 10**30, 10**400, 1e308, -1, -(10**12), float("inf"), float("nan"), 0])


@pytest.mark.heavy
@settings(max_examples=40)
@given(data=st.data())
def test_any_number_in_a_log_may_be_anything(honest: Path, tmp_path: Path, data: Any) -> None:
    """One number of the header, a sample or its summary is replaced; every reader ends, in words or with figures."""
    import shutil

    folder = tmp_path / "logs"
    folder.mkdir(exist_ok=True)
    shutil.copy(honest / "first.eval", folder / "first.eval")
    kind = data.draw(st.sampled_from(["header.json", "samples/p1_epoch_1.json", "summaries.json"]))
    value = data.draw(LARGE)

    def change(part: Any) -> None:
        put(part, data.draw(st.sampled_from(sorted(leaves(part), key=str))), value)

    Place(tmp_path).each("first", kind, change)
    log = str(folder / "first.eval")
    with within(SECONDS):
        for command in (lambda: verify([log], shipped=Package()), lambda: record(log), lambda: summarise(read(log))):
            try:
                command()
            except SpilloverError as error:
                assert "\n" not in str(error) and str(error)


def test_large_numbers_of_a_record_and_a_declaration(sent: Sent) -> None:
    for field, value in (("answers", 10**17), ("questions", 10**17), ("epochs", 10**17)):
        sent.record(lambda data, f=field, v=value: data["results"][0].update({f: v}))
        with within(SECONDS):
            assert not sent.checked().holds
    sent.change("submission.json", lambda said: said.update(overlap={"rows": 10**17}))
    with within(SECONDS):
        assert "submission.json" in sent.said()


def test_show_ends_too(sent: Sent) -> None:

    everywhere(Place(sent.folder), "epochs", 10**11)
    with within(SECONDS):
        found = spill("show", sent.file("logs/first.eval"))
    assert found.code == 2, found.said
    assert "first.eval: eval.config.epochs is 1e+11; it must be 0 to 10000" in found.error
