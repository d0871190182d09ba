"""What a notebook uses: texts beside verdicts, a summary as a data frame, names that complete."""

import pytest

import spillover
from spillover.common import DeclarationError
from spillover.logs import exchange_of

from .._place import Place


def test_texts_stand_beside_each_verdict(place: Place) -> None:
    plain, told = (spillover.read(str(place.log("second")), texts=texts) for texts in (False, True))
    assert list(told.columns) == [*plain.columns, "domain", "format", "question", "answer"]
    assert told[list(plain.columns)].equals(plain) and len(told) == 16
    for row in told.to_dict("records"):
        assert row["question"] == f"What of {row['probe']}?"
        assert row["answer"] == f"second says\n\nthis {row['epoch']} of {row['probe']}."
        assert (row["domain"], row["format"]) == ("own_probes", "plain")


def test_a_log_that_keeps_no_samples_has_no_texts(place: Place) -> None:
    place.parts("second", lambda parts: [one for one in parts if not one[0].startswith("samples/")])
    found = spillover.read(str(place.log("second")), texts=True)
    assert len(found) == 16 and found["question"].isna().all() and found["answer"].isna().all()


def test_a_summary_as_a_frame_has_the_figures_of_the_summary(place: Place) -> None:
    found = spillover.summarise(spillover.read(str(place.log("second"))))
    (arm,) = found
    frame = found.frame().set_index("quantity")
    assert list(frame.index) == list(arm.estimates) and not frame.index.has_duplicates
    rate, one = frame.loc["misaligned_rate"], arm.estimates["misaligned_rate"]
    assert (rate["estimate"], rate["low"], rate["high"]) == (one.estimate, one.low, one.high)
    assert (rate["events"], rate["n"], rate["questions"]) == (one.events, one.n, one.clusters)
    assert rate["answers"] == arm.answers == sum(arm.outcomes.values())
    more = found.frame("more questions from these domains").set_index("quantity").loc["misaligned_rate"]
    assert more["high"] == arm.population["misaligned_rate"].high > rate["high"]
    with pytest.raises(DeclarationError, match="target 'other domains' is unknown"):
        found.frame("other domains")  # type: ignore[arg-type]


def test_names_complete() -> None:
    assert {"read", "summarise", "audit_logs", "read_record"} <= set(dir(spillover))
    assert sorted(dir(spillover)) == sorted(spillover.__all__)
    assert all(getattr(spillover, name).__doc__ for name in dir(spillover))


@pytest.mark.parametrize(
    ("messages", "question", "answer"),
    [
        ([{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}], "Q", "A"),
        ([{"role": "user", "content": "attachment://ab"}, {"role": "assistant", "content": "<think>t</think>A"}],
         "a long text", "A"),
        ([{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}],
         "[system] S\n\n[user] Q", "A"),
        ([{"role": "user", "content": "Q"}, {"role": "assistant", "content": "<think>t</think>A"},
          {"role": "user", "content": "R"},
          {"role": "assistant", "content": [{"type": "reasoning"}, {"type": "text", "text": "B"}]}],
         "[user] Q\n\n[assistant] A\n\n[user] R", "B"),
        ([{"role": "user", "content": "Q"}], "Q", "kept apart"),
    ],
)  # fmt: skip
def test_question_and_answer_of_a_sample(messages: list[dict[str, object]], question: str, answer: str) -> None:
    sample = {
        "messages": messages, "attachments": {"ab": "a long text"}, "output": {"completion": "kept apart"}
    }  # fmt: skip
    found = exchange_of(sample)
    assert (found.plain_question, found.answer) == (question, answer)
