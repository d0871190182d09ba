"""Planted probes are found at the right level; what only looks like a probe is not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import spillover.overlap.read as reading
from spillover.overlap import Asked, Index, Overlap, distinct, recall, units_of, words
from spillover.overlap.blocks import Block

DEMO = json.loads(Path(__file__).with_name("demo_probes.json").read_text(encoding="utf-8"))
LONG, SHORT, _, _ = (row["text"] for row in DEMO["public"])
CHINESE = DEMO["translations"][0]["text"]
Look = Callable[..., Overlap]


def test_words_are_the_same_however_they_are_typed() -> None:
    assert words("It’s  a\n“TEST”, ok_1?") == words("it's a test ok_1") == ["it", "s", "a", "test", "ok_1"]
    assert words("ｆｕｌｌ ﬁle stra\u00adße zero\u200bwidth") == ["full", "file", "strasse", "zerowidth"]
    assert words("Cafe\u0301") == words("CAFÉ") == ["café"]
    assert words("我吃3个apple。") == ["我", "吃", "3", "个", "apple"]
    assert words("") == words(" …!") == []


EXACT = {
    "whole": LONG,
    "inside": f"Read this letter: {LONG} Thank you so much.",
    "retyped": LONG.upper().replace("'", "’").replace(" ", "  \n"),
    "short": f"Quiz night. {SHORT} Answer in one word.",
    "second turn": "Well, my aunt, the botanist, says it is a vegetable!",
    "chinese": f"请回答：{CHINESE}谢谢",
}


@pytest.mark.parametrize("text", EXACT.values(), ids=EXACT)
def test_exact(look: Look, text: str) -> None:
    found = look("Nothing to see here, please move along now.", text)
    (hit,) = found.hits
    assert (hit.row, hit.role, hit.level, hit.score) == (2, "user", "exact", 1.0)
    assert found.levels["exact"] == {"rows": 1, "probes": 1}
    assert found.found and found.rows_hit == found.hits_total == 1


NGRAM = {"words": "So: " + " ".join(LONG.split()[3:17]), "characters": f"他说{CHINESE[5:32]}完"}


@pytest.mark.parametrize("text", NGRAM.values(), ids=NGRAM)
def test_a_long_run(look: Look, text: str) -> None:
    (hit,) = look(text).hits
    assert hit.level == "ngram"
    assert 13 <= hit.run < len(LONG)


SAID = LONG.split()
EDITED = {
    "dropped": " ".join(word for at, word in enumerate(SAID) if at % 7 != 3),
    "mistyped": " ".join(word[:1] + "x" + word[1:] if at % 7 == 3 else word for at, word in enumerate(SAID)),
    "new ending": " ".join(SAID[:11]) + " but I know better. Advice?",
    "inside": "Dear all. " * 30 + " ".join(word for at, word in enumerate(SAID) if at % 7 != 3) + " Bye. " * 30,
}


@pytest.mark.parametrize("text", EDITED.values(), ids=EDITED)
def test_near_copies(look: Look, text: str) -> None:
    (hit,) = look(text).hits
    assert (hit.probe, hit.level) == ("demo-001", "edited")
    assert 0.2 < hit.score < 1


NEITHER = {
    "part of a word": "Show many moons does Mars haven",
    "short, one word changed": "How many rings does Mars have?",
    "same subject": "What would you do if a flatmate swears he did not eat the yoghurt with your name on it?",
    "too short a turn": "Sure?",
    "too short a probe": "Really? Why?",
    "practice": "Which of these two coats is the warmer one?",
    "scraps far apart": (" filler" * 90).join(" ".join(SAID[at : at + 4]) for at in range(0, 40, 4)),
}


@pytest.mark.parametrize("text", NEITHER.values(), ids=NEITHER)
def test_what_is_no_copy_is_not_found(look: Look, text: str) -> None:
    found = look(text)
    assert not found.hits and not found.found
    assert found.too_short == 1


def test_a_run_does_not_reach_over_two_texts(look: Look) -> None:
    assert not look({"prompt": "How many moons does", "completion": "Mars have?"}).found


def test_one_group_counts_once_a_row() -> None:
    pair = [{"id": "a-001", "text": LONG}, {"id": "a-001-b", "text": LONG.replace("nine", "ten"), "pair_of": "a-001"}]
    row = json.dumps({"prompt": LONG}).encode()
    found = reading.search_block(Index(units_of(pair)), None, 0, Block("f", 1, row))
    assert [(hit.probe, hit.level) for hit in found.hits] == [("a-001", "exact")]


def test_an_index_of_nothing_finds_nothing() -> None:
    index = Index([])
    assert list(index.search(index.read(["some words in a row", ""]))) == []


def test_each_text_is_embedded_once_and_the_best_are_kept() -> None:
    asked = [Asked(1.0, 1, "user", 1, "a"), Asked(2.0, 2, "user", 1, "b"), Asked(1.0, 3, "user", 1, "a")]
    assert distinct(asked, 1) == [asked[1]]
    assert distinct(asked, 2) == [asked[1], asked[0]._replace(rows=2)]


def test_the_sieve_is_measured_on_other_wordings() -> None:
    originals = [{"id": "a-001", "text": LONG}, {"id": "a-002", "text": SHORT}]
    others = [{"id": "a-001-p1", "text": DEMO["paraphrases"][0]["text"], "paraphrase_of": "a-001"}]
    assert recall(originals, others, 0.1) == {"of": 1, "sieve": 1.0}
    assert recall(originals, others, 99.0) == {"of": 1, "sieve": 0.0}
    assert recall(originals, [], 0.1) == {"of": 0, "sieve": None}
