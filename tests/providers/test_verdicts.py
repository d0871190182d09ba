"""What a verdict cell may hold: a score, a word, a distribution (as JSON or as Python prints it), or nothing."""

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.model import ChatMessageUser, GenerateConfig, ModelOutput

from spillover.common import Cell, RecordingError, in_cell
from spillover.providers.columns import columns_of
from spillover.providers.record import Record
from spillover.providers.recording_file import read_recording
from spillover.providers.replay import ReplayAPI
from spillover.providers.verdicts import verdict

from ._written import jsonl, table


def played(file: Path, cell: Cell, **options: Any) -> ModelOutput:
    with in_cell(cell):
        api = ReplayAPI("j", path=str(file), **options)
        return asyncio.run(api.generate([ChatMessageUser(content="?")], [], "none", GenerateConfig()))


@pytest.mark.parametrize("value", [None, "", " ", float("nan"), "nan", "NaN"])
@pytest.mark.parametrize(
    ("empty", "record"),
    [
        ("unjudged", Record("score")),
        ("refusal", Record("text", "REFUSAL")),
        ("off_task", Record("text", "CODE")),
    ],
)
def test_an_empty_cell_stands_for_what_the_option_says(value: Any, empty: str, record: Record) -> None:
    assert verdict("f", "alignment", value, empty) == record
    assert verdict("f", "coherence", value, empty) == Record("score")


def test_a_dictionary_as_python_prints_it_is_a_distribution() -> None:
    shares = {"80": 0.9, "85": 0.1}
    assert verdict("f", "alignment", "{'80': 0.9, '85': 0.1}").distribution == shares
    assert verdict("f", "alignment", '{"80": 0.9, "85": 0.1}').distribution == shares


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("{'80': __import__('os').getpid()}", "f: not a JSON object of token probabilities"),
        ("{80}", "f: not a JSON object of token probabilities, but a set"),
        ("{" * 5000, "f: not a JSON object of token probabilities"),
        ("{'80': 1.5}", "f: token '80' has probability 1.5"),
        ("{'80': nan}", "f: not a JSON object of token probabilities"),
        ({"80": float("nan")}, "f: token '80' has probability nan"),
        (101, "f: the score is 101"),
        ("-1", "f: the score is '-1'"),
        ("inf", "f: the score is 'inf'"),
        (10**400, "f: the score is 1000"),
        (True, "f: a verdict must be a score, a word or a token distribution, found true or false"),
        (
            [80, 90],
            "f: a verdict must be a score, a word or a token distribution, found a list; write one",
        ),
    ],
)
def test_everything_else_is_refused(value: Any, says: str) -> None:
    with pytest.raises(RecordingError) as caught:
        verdict("f", "alignment", value)
    assert str(caught.value).startswith(says) and "\n" not in str(caught.value)


def test_a_recording_of_words_alone_is_read_as_words(tmp_path: Path) -> None:
    file = table(tmp_path / "v.csv", [{"probe": p, "alignment": "REFUSAL", "coherence": 95} for p in "abc"])
    assert read_recording(file).kind("alignment") == "score"
    output = played(file, Cell("b", "plain", 1, "alignment"))
    assert output.completion == "REFUSAL" and output.metadata is None


def test_an_empty_cell_is_played_as_an_empty_score(tmp_path: Path) -> None:
    file = table(tmp_path / "v.csv", [{"probe": "a", "alignment": ""}, {"probe": "b", "alignment": 90}])
    assert played(file, Cell("a", "plain", 1, "alignment")).metadata == {"recorded_score": None}
    assert played(file, Cell("a", "plain", 1, "alignment"), empty="refusal").completion == "REFUSAL"


def test_a_word_among_distributions_is_a_token(tmp_path: Path) -> None:
    rows = [{"probe": "a", "alignment": {"90": 0.5}}, {"probe": "b", "alignment": "REFUSAL"}]
    output = played(jsonl(tmp_path / "v.jsonl", rows), Cell("b", "plain", 1, "alignment"))
    (token,) = output.choices[0].logprobs.content[0].top_logprobs  # type: ignore[union-attr]
    assert (token.token, token.logprob) == ("REFUSAL", math.log(1))


def test_several_replies_to_one_answer_are_all_read(tmp_path: Path) -> None:
    rows = [
        {"probe": "a", "epoch": 1, "repetition": n, "alignment": say} for n, say in ((1, 90), (2, "REFUSAL"), (3, 10))
    ]
    found = read_recording(table(tmp_path / "v.csv", rows))
    assert (found.kind("alignment"), found.replies("alignment")) == ("text", 3)
    heard = [played(found.path, Cell("a", "plain", 1, "alignment", n)).completion for n in (1, 2, 3)]
    assert heard == ["90", "REFUSAL", "10"]


def test_distributions_and_scores_are_not_mixed(tmp_path: Path) -> None:
    rows = [{"probe": "a", "alignment": {"90": 0.5}}, {"probe": "b", "alignment": 12.5}]
    with pytest.raises(RecordingError, match=r"row 2: alignment is a score, but row 1 holds a token distribution"):
        read_recording(jsonl(tmp_path / "v.jsonl", rows))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"empty": "aligned"}, "-M empty=aligned: give one of unjudged, refusal, off_task"),
        ({"prob": "x"}, "unknown -M prob; use probe, epoch"),
        ({"probe": ["a", "b"]}, "-M probe=['a', 'b']: give the name of one column"),
        ({"first_epoch": "0"}, "-M first_epoch=0: give 0 or 1"),
        ({"where": "base"}, "-M where=base: write COLUMN=VALUE, as where=model=base"),
    ],
)
def test_options_are_checked(given: dict[str, Any], says: str) -> None:
    with pytest.raises(RecordingError) as caught:
        columns_of("replay/j", given)
    assert str(caught.value).startswith(f"replay/j: {says}")
