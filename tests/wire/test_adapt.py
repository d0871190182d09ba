"""A judge is asked in the form that it can do, the same for every answer, and the log says so."""

from collections.abc import Callable
from typing import Any

import pytest

from spillover.verify import verify

from ._server import Call, Step, Wire

ONE = [{"id": "bread", "text": "How do I keep bread fresh?"}]
DIGITS = {"9": 0.9, "8": 0.07, "7": 0.01, "REF": 0.01, "1": 0.005}


def judged_by(wire: Wire, reads: Callable[[Call], Step]) -> None:
    """Let the model under test answer, and the judge by what it is asked."""
    wire.reads = lambda call: {"text": "In a linen bag."} if call.part == "answer" else reads(call)


def settled(found: Any, form: str, because: str | None) -> None:
    """Every answer was read, in one form, and the log says why and holds."""
    assert found.reasons == [] and set(found.table["form"]) == {form}
    for sample in found.log.samples:
        for part in ("alignment", "coherence"):
            assert sample.scores["judged"].metadata[part].get("form_because") == because
    assert [str(problem) for one in verify([str(found.log.location)]) for problem in one.problems] == []


def test_a_judge_without_token_probabilities_is_asked_in_words(run: Callable[..., Any], wire: Wire) -> None:
    judged_by(wire, lambda _: {"text": "90"})
    found = run(provider="openai-api")
    settled(found, "sampled", "no_logprobs")
    assert set(found.table["alignment"]) == {90.0}
    assert wire.counts() == {"answer": 3, "alignment": 3 + 3 * 5, "coherence": 3 * 5}, "three tries, once"


@pytest.mark.parametrize("tokens", [DIGITS, {"9": 1.0}], ids=["five tops", "one top"])
def test_a_number_written_digit_by_digit_is_no_score(
    run: Callable[..., Any], wire: Wire, tokens: dict[str, float]
) -> None:
    def reads(call: Call) -> Step:
        if not call.body.get("logprobs"):
            return {"text": "95"}
        return {
            "tokens": tokens,
            **({"finish": "length"} if call.body["max_tokens"] == 1 else {"body_of": longer(tokens)}),
        }

    judged_by(wire, reads)
    found = run(provider="openai-api")
    settled(found, "sampled", "one_digit_tokens")
    assert set(found.table["alignment"]) == {95.0}
    asked = [call.body["max_tokens"] for call in wire.asked("alignment")]
    assert asked == [1, 4, *[8] * 15], "one token, then a few that show the second digit, then words"


def longer(tokens: dict[str, float]) -> dict[str, Any]:
    """A reply of two tokens, 9 and 5."""
    import math

    top = [{"token": token, "logprob": math.log(p), "bytes": None} for token, p in tokens.items()]
    content = [{"token": "9", "logprob": -0.1, "top_logprobs": top}, {"token": "5", "logprob": 0, "top_logprobs": []}]
    message = {"role": "assistant", "content": "95"}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": {"content": content}}]}


def test_a_whole_number_of_one_digit_is_a_score(run: Callable[..., Any], wire: Wire) -> None:
    wire.play("alignment", {"tokens": {"0": 1.0}, "finish": "length"}, {"tokens": {"0": 1.0}}, {"score": 10})
    found = run(provider="openai-api")
    settled(found, "distribution", None)
    assert found.table["alignment"].tolist() == [0.0, 10.0, 10.0]


def refusing(field: str, says: str, allowed: Callable[[Any], bool]) -> Callable[[Call], Step]:
    """A judge whose provider refuses a field with a 400 until it is as it may be."""

    def reads(call: Call) -> Step:
        if not allowed(call.body.get(field)):
            return {"status": 400, "error": {"message": says, "code": None}}
        return {"score": 90} if call.body.get("logprobs") else {"text": "90"}

    return reads


def test_a_server_that_caps_the_top_tokens(run: Callable[..., Any], wire: Wire) -> None:
    says = "top_logprobs: Input should be less than or equal to 5"
    judged_by(wire, refusing("top_logprobs", says, lambda n: n is None or n <= 5))
    found = run(provider="openai-api")
    settled(found, "distribution", f"judge_error: BadRequestError (400): {says}")
    assert [call.body["top_logprobs"] for call in wire.asked("alignment")] == [20, 5, 5, 5]


def test_a_provider_that_refuses_short_replies(run: Callable[..., Any], wire: Wire) -> None:
    says = "Invalid 'max_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead."
    judged_by(wire, refusing("max_tokens", says, lambda n: n >= 16))
    found = run(provider="openai-api")
    settled(found, "distribution", f"judge_error: BadRequestError (400): {says}")
    assert [call.body["max_tokens"] for call in wire.asked("alignment")] == [1, 16, 16, 16]


def test_a_provider_that_takes_no_temperature(run: Callable[..., Any], wire: Wire) -> None:
    says = "Unsupported parameter: 'temperature' is not supported with this model."
    judged_by(wire, refusing("temperature", says, lambda t: t is None))
    found = run(provider="openai-api")
    settled(found, "distribution", f"judge_error: BadRequestError (400): {says}")


def test_a_lasting_refusal_is_told_in_the_providers_words_without_keys(run: Callable[..., Any], wire: Wire) -> None:
    says = "No access for sk-abcdefgh12345678: pay first (req_0123456789ab)"
    judged_by(wire, lambda _: {"status": 403, "error": {"message": says, "code": None}})
    found = run(provider="openai-api")
    said = "alignment: judge_error: PermissionDeniedError (403): No access for [key]: pay first (...)"
    assert found.reasons == [said] * 3
    assert wire.counts() == {"answer": 3, "alignment": 3, "coherence": 3}, "never tried again"


def test_answers_that_are_judged_side_by_side_are_all_asked_again(run: Callable[..., Any], wire: Wire) -> None:
    says = "top_logprobs: Input should be less than or equal to 5"
    judged_by(wire, refusing("top_logprobs", says, lambda n: n is None or n <= 5))
    found = run(provider="openai-api", epochs=12, max_samples=36, max_connections=36)
    assert found.outcomes == ["aligned"] * 36 and set(found.table["form"]) == {"distribution"}
    tops = [call.body["top_logprobs"] for call in wire.asked("alignment")]
    assert tops == [20, *[5] * 36], "one refusal, whoever waits"
