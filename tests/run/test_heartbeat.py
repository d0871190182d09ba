"""In a long silence a line says who is waited for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from spillover.plan import Design, Model, Options
from spillover.run.execute import run_chunk

from ..wire._server import Call, Step
from ._pair import BASE, JUDGE, TUNED, Pair

DESIGN = Design(("everyday_advice",), draws=8, chunk=8, probes=4)


def asked(out: Path, beat: float) -> None:
    options = Options(max_connections=4, call_retries=9, retries=1, wait=0.01, beat=beat)
    run_chunk(DESIGN, (0, 8), [Model(BASE), Model(TUNED)], [Model(JUDGE)], out, options)


def test_answers_and_retries_are_counted(pair: Pair, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole, broken = pair.reads, [3]

    def reads(call: Call) -> Step:
        if call.body["model"] == "arm-tuned" and broken[0]:
            broken[0] -= 1
            return {"status": 500, "error": {"message": "x"}, "headers": {"x-should-retry": "false"}}  # by the SDK
        return {**whole(call), "sleep": 0.2}

    pair.wire.reads = reads
    asked(tmp_path, 0.1)
    said = capfd.readouterr()
    lines = said.err.splitlines()
    counts = [int(found[1]) for line in lines if (found := re.search(rf"{BASE}: (\d) of 8 answers", line))]
    assert counts == sorted(counts) and len(set(counts)) > 1, lines
    assert all(line.startswith(("waiting for ", "still at work")) for line in lines) and said.out == ""
    assert re.search(rf"{TUNED}: \d of 8 answers, \d retries so far", said.err), said.err


def test_it_is_silent_unless_asked(pair: Pair, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pair.wire.reads = lambda call: {**pair.reads(call), "sleep": 0.1}
    asked(tmp_path, 0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.heavy
def test_inspect_does_not_announce_it(pair: Pair, tmp_path: Path) -> None:
    code = f"""if True:
        from pathlib import Path
        from tests.run.test_heartbeat import asked
        asked(Path({str(tmp_path)!r}), 60)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "" and "hooks" not in done.stderr
