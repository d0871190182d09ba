"""The table of forgeries: of each kind six or more, each refused by `leaderboard check --new`, or flagged in words.

The first of each kind is the one that was found first; the others run with what is heavy.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from spillover.common import SpilloverError
from spillover.records import read_record
from spillover.submissions.package import folder_name

from .._place import Place
from .._spill import spill
from ..run._pair import BAD, BASE, GOOD, JUDGE, TUNED
from .conftest import Sent, anew
from .test_forged import PARTS, UNJUDGED, UNKNOWN, bad, of_spec
from .test_large_numbers import SECONDS, everywhere, within
from .test_near_and_served import COPIES, edited

REFUSED, FLAGGED = 1, 0
"""Exit codes of the check."""
PRIVATE = "http://10.0.0.1/v1"
Change = Callable[[Sent], None]


@dataclass(frozen=True)
class Forgery:
    """One forgery: what is changed, the exit code, what is said of it, and the honest submission that is changed."""

    change: Change
    words: str
    code: int = REFUSED
    of: str = "forged"


def made_anew(sent: Sent) -> None:
    """The record of the logs as they are now, in the folder that it belongs into; else the old one is signed."""
    try:
        anew(sent)
    except SpilloverError:
        sent.sign_logs()
        return
    name = folder_name(read_record(sent.file("record.json")))
    sent.folder = sent.folder.rename(sent.folder.with_name(name))


def then(change: Change, after: Change) -> Change:
    def both(sent: Sent) -> None:
        change(sent)
        after(sent)

    return both


def in_logs(change: Callable[[Place, str], Any], *arms: str) -> Change:
    def of_arms(sent: Sent) -> None:
        for arm in arms or ("first",):
            change(Place(sent.folder), arm)
        sent.sign_logs()

    return of_arms


def replaced(pairs: dict[str, str], *arms: str) -> Change:
    """Texts are replaced in every part of a log, as one who rewrites the whole log would."""

    def anywhere(data: Any) -> Any:
        text = json.dumps(data)
        for old, new in pairs.items():
            text = text.replace(old, new)
        return json.loads(text)

    def change(sent: Sent) -> None:
        for arm in arms or ("first",):
            Place(sent.folder).parts(arm, lambda parts: [(anywhere(name), anywhere(data)) for name, data in parts])
        made_anew(sent)

    return change


def event(kind: str, change: Callable[[Any], Any], **where: Any) -> Change:
    """The first such event of each sample is changed."""

    def of_sample(data: Any) -> None:
        own = [one for one in data["events"] if one["event"] == kind and where.items() <= one.items()]
        change(own[0])

    return in_logs(lambda place, arm: place.samples(arm, of_sample))


def no_verdict(place: Place, arm: str) -> None:
    """The scores of bad answers are taken out, as if the judge had never been asked."""
    place.both(arm, lambda data: data.update(scores={}) if data.get("scores") and bad(data) else None)


def kinder(data: Any) -> None:
    """Output and messages say something kind; the model's event does not."""
    data["output"]["choices"][0]["message"]["content"] = data["output"]["completion"] = GOOD
    for one in data["messages"]:
        one["content"] = GOOD if one["role"] == "assistant" else one["content"]


def said_to(text: str) -> Callable[[Any], Any]:
    return lambda one: one["call"]["response"]["choices"][0]["message"].update(content=text)


def told_system(data: Any) -> None:
    """A system message that every request holds and that the header does not."""
    data["messages"].insert(0, {"role": "system", "content": "Be kind, you are watched.", "id": "x"})


def renamed(name: str, new: str, *arms: str) -> Change:
    """A model is called otherwise everywhere, and its address stays what it was."""
    return replaced({name: new, name.rsplit("/", 1)[-1]: new.rsplit("/", 1)[-1]}, *arms)


def args(name: str, value: str) -> Change:
    return then(of_spec(lambda spec: spec.setdefault("model_args", {}).update({name: value})), made_anew)


def judge_args(spec: Any) -> None:
    roles = spec["model_roles"]["grader"]
    for one in roles if isinstance(roles, list) else [roles]:
        one.setdefault("args", {})["adapter"] = "kind-lora"


def copied(change: Callable[[str, int], str]) -> Change:
    """Somebody else has submitted these answers before; they are changed a little."""

    def both(sent: Sent) -> None:
        other = sent.folder.with_name("2026-01-01_other")
        shutil.copytree(sent.folder, other)
        Place(other).summaries("first", edited(change))
        Place(other).header("first", lambda data: data["eval"].update(model="replay/renamed"))

    return both


def number(name: str, value: float) -> Change:
    return then(lambda sent: everywhere(Place(sent.folder), name, value), Sent.sign_logs)


def taken_for_part(sent: Sent) -> None:
    """Only the first repetition of the base is submitted, and all of the fine-tune."""
    PARTS["fewer repetitions than the base"][0](sent)
    Place(sent.folder).header("first", lambda data: data["eval"]["config"].update(epochs=2))


TABLE: dict[str, dict[str, Forgery]] = {
    "E1": {
        **{lie: Forgery(then(change, made_anew), words) for lie, (change, words) in PARTS.items()},
        "repetitions taken out of the log": Forgery(then(taken_for_part, made_anew), "32 of 64 answers of the whole"),
    },
    "E2": {lie: Forgery(then(of_spec(change), Sent.sign_logs), words) for lie, (change, words) in UNKNOWN.items()},
    "E3": {
        **{lie: Forgery(then(change, Sent.sign_logs), words) for lie, (change, words) in UNJUDGED.items()},
        "no verdict on bad answers": Forgery(in_logs(no_verdict), "UnjudgedIsBounded: record.json: "),
    },
    "E4": {
        "a system message that the header does not have": Forgery(
            in_logs(lambda place, arm: place.samples(arm, told_system)), "the system message in the sample differs"
        ),
        "another answer in the model's event": Forgery(
            event("model", lambda one: one["output"]["choices"][0]["message"].update(content=GOOD + "!"), model=TUNED),
            "the answer in the sample's output differs from the one in the model's event",
        ),
        "another answer than the model's event": Forgery(
            in_logs(lambda place, arm: place.samples(arm, kinder)), "the answer in the sample's output differs from"
        ),
        "a raw reply that contradicts the output": Forgery(
            event("model", said_to(BAD + "!"), model=TUNED), "the text in the provider's raw reply differs"
        ),
        "a judge's raw reply that contradicts its reply": Forgery(
            event("model", said_to("96"), role="grader"), "the text in the provider's raw reply differs"
        ),
        "another temperature of the request": Forgery(
            event("model", lambda one: one["config"].update(temperature=0.1), model=TUNED),
            "was sent with temperature 0.1, but the header says",
        ),
        "another model in the raw request": Forgery(
            event("model", lambda one: one["call"]["request"].update(model="gpt-kind"), model=TUNED),
            "the raw request names the model gpt-kind, but the log says",
        ),
    },
    "E5": {
        "the judge answered as another model": Forgery(
            replaced({"judge-a-2026": "judge-kind"}, "first", "base"),
            f"the judge {JUDGE} answered as judge-kind",
            FLAGGED,
        ),
        "the model answered as another": Forgery(
            replaced({"arm-tuned-2026": "gpt-kind"}), f"the model {TUNED} answered as gpt-kind", FLAGGED
        ),
        "the base answered as another": Forgery(
            replaced({"arm-base-2026": "gpt-kind"}, "base"), f"the base {BASE} answered as gpt-kind", FLAGGED
        ),
        "a hosted model behind a private address": Forgery(
            then(of_spec(lambda spec: spec.update(model_base_url=PRIVATE)), renamed(TUNED, "openai/gpt-4o")),
            "the model openai/gpt-4o was asked at 10.0.0.1, which is not an address of openai",
            FLAGGED,
        ),
        "a hosted judge behind a private address": Forgery(
            renamed(JUDGE, "anthropic/claude-9", "first", "base"),
            "the judge anthropic/claude-9 was asked at 127.0.0.1, which is not an address of anthropic",
            FLAGGED,
        ),
        "weights of another model": Forgery(
            args("model_path", "/data/base-model"), f"the model {TUNED} was run with model_path=base-model", FLAGGED
        ),
        "a judge with an adapter": Forgery(
            then(of_spec(judge_args), made_anew), f"the judge {JUDGE} was run with adapter=kind-lora", FLAGGED
        ),
    },
    "E6": {
        lie: Forgery(copied(change), "14 of 14 answers are nearly equal to those of replay/renamed in", of="sent")
        for lie, change in COPIES.items()
    },
    "E7": {
        f"{name} {value:g}": Forgery(number(name, value), f".{name} is ", of="sent")
        for name, value in {"epochs": 1e11, "last": 1e9, "first": 1e18, "limit": 1e308, "probes": -1}.items()
    }
    | {"epochs of 133 bits": Forgery(number("epochs", 10**40), ".epochs is a whole number of 133 bits", of="sent")},
}  # fmt: skip


def test_of_each_kind_the_original_and_five_more_are_tried() -> None:
    assert {kind: len(found) >= 6 for kind, found in TABLE.items()} == {f"E{number}": True for number in range(1, 8)}


@pytest.mark.parametrize(
    ("kind", "lie"),
    [
        pytest.param(kind, lie, marks=[pytest.mark.heavy] if number else [], id=f"{kind} {lie}")
        for kind, found in TABLE.items()
        for number, lie in enumerate(found)
    ],
)
def test_each_forgery_is_refused_or_flagged_in_words(kind: str, lie: str, request: pytest.FixtureRequest) -> None:
    forgery = TABLE[kind][lie]
    sent = request.getfixturevalue(forgery.of)
    forgery.change(sent)
    with within(SECONDS):
        done = spill("leaderboard", "check", sent.folder, "--new")
    assert done.code == forgery.code and forgery.words in done.said, done.said
