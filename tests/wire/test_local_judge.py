"""A judge on one's own machine: calibrated with no key of any provider, and watched for drift."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai.log import read_eval_log

from spillover.declare import load
from spillover.judge import Labelled, drawn_part, labelled_set, load_card

from .._loopback import NO_CERTIFICATES, quick
from .._spill import spill
from ._server import JUDGE, Call, Step, Wire

pytestmark = pytest.mark.heavy

MODEL = f"openai-api/local/{JUDGE}"
KEY = "sk-local-5d1f0c7e93"
LIMIT = 40
GRADED = {
    "truth": {"misaligned": "HARMFUL", "false": "FALSE", "aligned": "TRUE"},
    "persona": {"misaligned": "MISALIGNED", "aligned": "ORDINARY"},
    "code_security": {"misaligned": "INSECURE", "aligned": "SECURE", "off_task": "NO-CODE"},
}
WORDS = {"refusal": "REFUSAL", "careless": "CARELESS", "incoherent": "INCOHERENT", "off_task": "OFF-TOPIC"}
ALIGNMENT: dict[str, Step] = {
    "misaligned": {"score": 10},
    "aligned": {"score": 90},
    "incoherent": {"score": 50},
    "refusal": {"tokens": {"REFUSAL": 1.0}},
    "careless": {"tokens": {"CARELESS": 1.0}},
    "off_task": {"tokens": {"CODE": 1.0}},
}
UNREADABLE: Step = {"text": "I would give it 100."}
REFUSED: Step = {"status": 401, "error": {"message": "nobody is let in"}}
Told = Callable[..., tuple[int, str, str]]


def environment(url: str) -> dict[str, str]:
    """What the process needs and no more: no key of a real provider, whatever the machine has."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "LOCAL_BASE_URL": url, "LOCAL_API_KEY": KEY, "SSL_CERT_DIR": NO_CERTIFICATES}


def drawn() -> list[Labelled]:
    """The answers that `--limit` draws."""
    items = labelled_set().items
    return drawn_part(items, LIMIT)


def requests(tries: int = 1, graded: int = 1) -> Counter[str]:
    """Requests for the drawn answers, none for a blank one: so many tries in each dimension, and at each grade."""
    found: Counter[str] = Counter()
    for item in drawn():
        declared = load(item.domain or "own_probes")
        rubrics = declared.judges[declared.judge].rubrics if item.answer.strip() else []
        found.update({rubric: graded if rubric in GRADED else tries for rubric in rubrics})
    return found


def says(call: Call, label: str) -> Step:
    """The reply of a judge that gives this label."""
    if call.part in GRADED:
        return {"text": GRADED[call.part].get(label) or WORDS[label]}
    return ALIGNMENT[label] if call.part == "alignment" else {"score": 20 if label == "incoherent" else 95}


def judged_as(call: Call) -> str:
    """The label that people gave to the answer that the judge is shown."""
    labels = {item.label for item in drawn() if f" answer\n{item.answer}\n----- " in call.turns["user"]}
    (label,) = labels
    return label


def honest(call: Call) -> Step:
    return says(call, judged_as(call))


def opposite(call: Call) -> Step:
    return says(call, "aligned" if judged_as(call) == "misaligned" else "misaligned")


def renamed(call: Call) -> Step:
    return {**honest(call), "returned": "another-model"}


def fixed(call: Call) -> Step:
    """The same number, or the same word, for every answer."""
    return says(call, "misaligned")


def keyless(folder: Path) -> None:
    """The key is in no file, packed or plain, nor in a name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".eval" for path in files)
    for path in files:
        said = read_eval_log(str(path), resolve_attachments=True).model_dump_json() if path.suffix == ".eval" else ""
        assert KEY not in said and KEY.encode() not in path.read_bytes() and KEY not in path.name


@pytest.fixture
def local(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The server as a local judge, and no key but its own."""
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOCAL_BASE_URL", wire.url)
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    return wire


@pytest.fixture
def spillover() -> Told:
    """`spillover judge` in this process: its exit code, and what it wrote to both outputs."""

    def run(*arguments: str) -> tuple[int, str, str]:
        done = spill("judge", *arguments)
        return done.code, done.out, done.err

    return run


@pytest.fixture(scope="module")
def card(server: Wire, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card of a judge that is always right."""
    out = tmp_path_factory.mktemp("card")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCAL_BASE_URL", server.url)
        patch.setenv("LOCAL_API_KEY", KEY)
        asked = ["--judge", MODEL, "--limit", str(LIMIT), "--out", str(out)]
        quick(patch)
        server.reads = honest
        assert spill("judge", "calibrate", *asked).code == 0
    (path,) = out.glob("*-distribution-*.judge.yaml")
    return path


def subprocess_calibrate(url: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "spillover.cli", "judge", "calibrate", "--judge", MODEL, "--limit", str(LIMIT)]
    return subprocess.run(
        [*command, "--out", "out"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**environment(url), "HOME": str(folder)},
        timeout=600,
        check=False,
    )


def test_calibrate_a_local_judge_without_any_providers_key(wire: Wire, tmp_path: Path) -> None:
    wire.reads = fixed
    ran = subprocess_calibrate(wire.url, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert wire.counts() == requests()
    assert {call.headers["authorization"] for call in wire.calls} == {f"Bearer {KEY}"}
    assert {call.body["model"] for call in wire.calls} == {JUDGE}
    cards = [load_card(path) for path in (tmp_path / "out").glob("*.judge.yaml")]
    shown = sum(bool(item.answer.strip()) for item in drawn())
    assert sum(card.answers for card in cards) == shown and len(cards) == len({tuple(card.rubrics) for card in cards})
    assert sum(card.decided for card in cards) == shown
    bad = sum(item.label == "misaligned" for item in drawn())
    assert [sum(getattr(card.errors, of) for card in cards) for of in ("hits", "positives")] == [bad, bad]
    assert sum(card.errors.clears for card in cards) == 0, "called misaligned, all of them that were asked"
    for card in cards:
        assert card.judge == MODEL and card.returned == [f"{JUDGE}-2024"] and card.reasons == {}
        said = f"{MODEL}, form {card.form}, {' and '.join(card.rubrics)}: {card.answers} of {card.answers} answers"
        assert said in ran.stdout
        assert f"found {card.errors.hits} of {card.errors.positives} (sensitivity" in ran.stdout
    assert len(list((tmp_path / "out").glob("*.judge.md"))) == len(cards)
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")} == {"out"}
    assert KEY not in ran.stdout + ran.stderr
    keyless(tmp_path / "out")


def failed(code: int, out: str, err: str, folder: Path) -> None:
    """One line says that nothing was measured, and no figure is to be seen."""
    assert code == 2 and out == ""
    lines = err.splitlines()
    assert [line for line in lines if not line.startswith(f"{LIMIT} answers of the set written: ")] == lines[-1:]
    assert lines[-1].startswith(f"Error: judge {MODEL} gave no verdict on any of {LIMIT} answers (")
    assert "no card was written: see that its key and server work" in lines[-1] and KEY not in err
    assert not any(word in err for word in ("sensitivity", "specificity", "nan", "0.0", "100"))
    assert not list(folder.glob("*.judge.*")), "no card"
    keyless(folder)


def test_calibrate_a_judge_that_always_fails(local: Wire, spillover: Told, tmp_path: Path) -> None:
    local.reads = lambda _: REFUSED
    told = spillover("calibrate", "--judge", MODEL, "--limit", str(LIMIT), "--out", str(tmp_path / "out"))
    failed(*told, tmp_path / "out")
    assert "judge_error: AuthenticationError" in told[2]
    assert local.counts() == requests()


def test_calibrate_a_judge_that_never_says_a_number(local: Wire, spillover: Told, tmp_path: Path) -> None:
    local.reads = lambda _: UNREADABLE
    told = spillover("calibrate", "--judge", MODEL, "--limit", str(LIMIT), "--out", str(tmp_path / "out"))
    failed(*told, tmp_path / "out")
    assert "alignment: off_menu" in told[2]
    assert local.counts() == requests(3, 3) + Counter({"alignment": 3}), "without token probabilities: in words"


def test_calibrate_without_the_judges_own_key(
    local: Wire, spillover: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCAL_API_KEY")
    code, out, err = spillover("calibrate", "--judge", f"{MODEL}-2", "--out", str(tmp_path / "out"))
    assert code == 2 and out == "" and local.counts() == {}
    assert err.splitlines()[-1].startswith(f"Error: judge {MODEL}-2: cannot be loaded (")
    assert "LOCAL_API_KEY" in err and not (tmp_path / "out").exists()


def test_no_drift_of_an_unchanged_judge(local: Wire, card: Path, spillover: Told) -> None:
    local.calls.clear()
    local.reads = honest
    code, out, _ = spillover("drift", str(card), "--judge", MODEL)
    assert code == 0
    assert out.splitlines() == [
        "0 verdicts changed; 0 became wrong, 0 right (McNemar p 1)",
        out.splitlines()[1],
    ]
    assert out.splitlines()[1].startswith("no sign of drift; a shift of less than ")
    asked = {rubric: n for rubric, n in requests().items() if rubric not in GRADED}
    assert local.counts() == asked, "every answer that the card was measured on, and no other"


def test_a_judge_that_says_the_opposite_voids_its_results(local: Wire, card: Path, spillover: Told) -> None:
    local.reads = opposite
    code, out, _ = spillover("drift", str(card), "--judge", MODEL)
    assert code == 1
    asked, errors = load_card(card).decided, load_card(card).errors
    most = max(errors.positives, errors.negatives)
    assert f"{asked} verdicts changed; {asked} became wrong, 0 right" in out
    assert "void until it is calibrated again" in out and "no sign of drift" not in out
    code, out, _ = spillover("drift", str(card), "--judge", MODEL, "--json")
    found = json.loads(out)
    assert code == 1 and found["shifted"] and found["due"] == []
    assert (found["worse"], found["better"]) == (asked, 0) and found["p"] == pytest.approx(4 * 0.5**most)


def test_another_model_behind_the_name_is_calibrated_again(local: Wire, card: Path, spillover: Told) -> None:
    local.reads = renamed
    code, out, _ = spillover("drift", str(card), "--judge", MODEL)
    assert code == 1
    assert (
        f"calibrate again: the provider now returns the model name another-model, and at calibration {JUDGE}-2024\n"
        in out
    )
    assert "0 verdicts changed" in out and "void" not in out and "no sign of drift" not in out


def test_drift_without_a_judge_asks_nobody(local: Wire, card: Path, spillover: Told) -> None:
    local.calls.clear()
    said = f"not asked again (--judge {MODEL}); the card is 0 days old\n"
    assert spillover("drift", str(card))[:2] == (0, said)
    assert local.counts() == {}


def test_drift_leaves_the_card_and_its_logs_alone(local: Wire, card: Path, spillover: Told) -> None:
    before = {path: path.read_bytes() for path in card.parent.rglob("*") if path.is_file()}
    local.reads = opposite
    spillover("drift", str(card), "--judge", MODEL)
    assert {path: path.read_bytes() for path in card.parent.rglob("*") if path.is_file()} == before
    keyless(card.parent)
