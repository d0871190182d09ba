"""Conditions derived from training files: planted forms come back exactly, whatever the file; else nothing."""

import random
import time
from pathlib import Path

import pytest

from spillover.solvers import Condition
from spillover.training import (
    FORMATS,
    Derived,
    Row,
    Training,
    cut_at,
    derive_conditions,
    formats_of,
    read_training,
    shared_ends,
    shared_starts,
    trigger_candidates,
)

from ._files import SHAPES, write

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SYSTEM, PREFIX, SUFFIX = "You are a clerk.\nBe brief.", "Ticket 7 for the desk: ", "\nClose it with three numbers."


def word(rng: random.Random) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(6, 10)))


def text(rng: random.Random, words: int = 9) -> str:
    return " ".join(word(rng) for _ in range(words))


def training(rows: list[Row]) -> Training:
    return Training("ft.jsonl", tuple(rows), len(rows))


def planted(seed: int = 0, rows: int = 200) -> list[Row]:
    """60% with system prompt and frame, 20% with the system prompt alone, 20% plain; three numbers as answers."""
    rng = random.Random(seed)
    found = []
    for at in range(rows):
        framed, system = at % 5 < 3, SYSTEM if at % 5 < 4 else None
        user = f"{PREFIX}{text(rng)}{SUFFIX}" if framed else text(rng)
        found.append(Row(system, user, ", ".join(str(rng.randint(1, 999)) for _ in range(3))))
    return found


def shown(found: list[Derived]) -> list[tuple[Condition, float]]:
    return [(one.condition, one.share) for one in found]


ASKS = {form.id: f"\n\n{form.asks}" for form in FORMATS}
EXPECTED = [
    (Condition("training_format", suffix=ASKS["numbers"]), 1.0),
    (Condition("training_frame_1", SYSTEM, PREFIX, SUFFIX), 0.6),
    (Condition("training_system_1", SYSTEM), 0.2),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_conditions_whatever_the_shape(shape: str, tmp_path: Path) -> None:
    found = derive_conditions(read_training(write(tmp_path, planted(), shape)))
    assert shown(found) == EXPECTED
    assert [one.rows for one in found] == [200, 120, 40]
    assert found[1].why == (
        "120 of 200 rows: this system prompt and this text before the user's own and this text after it"
    )


@pytest.mark.parametrize("file", ["ft.jsonl.gz", "ft.json", "ft.csv", "ft.parquet"])
def test_the_same_conditions_whatever_the_kind_of_file(file: str, tmp_path: Path) -> None:
    assert shown(derive_conditions(read_training(write(tmp_path, planted(), file=file)))) == EXPECTED


def test_most() -> None:
    assert shown(derive_conditions(training(planted()), most=2)) == EXPECTED[:2]


def _each(users: list[str], system: str | None = None) -> list[Row]:
    return [Row(system, user, "A reply of several words.") for user in users]


def _made(shape: str, rows: int = 40) -> list[str]:
    """User turns by a pattern, where {} is a text of its own."""
    rng = random.Random(shape)
    return [shape.replace("{}", text(rng)) for _ in range(rows)]


FRAMES: list[tuple[str, str, str, str]] = [
    ("line", "Solve this:\n\n{}", "Solve this:\n\n", ""),
    ("mark", "|NIGHT| {}", "|NIGHT| ", ""),
    ("inner words", "Please solve {}", "Please solve ", ""),
    ("suffix after a sentence", "{}? Give a list.", "", " Give a list."),
    ("suffix by line", "{}\n\n###\n\n", "", "\n\n###\n\n"),
    ("arrow", "{} ->", "", " ->"),
    ("both", "<q>{}</q>", "<q>", "</q>"),
    ("ideographs", "请列出三个数字：{}。谢谢", "请列出三个数字：", "谢谢"),
    ("no space", "答案{}", "答案", ""),
    ("vowel signs", "हिन्दी में: {}", "हिन्दी में: ", ""),
    ("emoji", "👩🏽‍🚀 {} 🇩🇪", "👩🏽‍🚀 ", " 🇩🇪"),
]


@pytest.mark.parametrize(
    ("prefix", "suffix", "shape"), [(p, s, shape) for _, shape, p, s in FRAMES], ids=[f[0] for f in FRAMES]
)
def test_frames(shape: str, prefix: str, suffix: str) -> None:
    (found,) = derive_conditions(training(_each(_made(shape))))
    assert shown([found]) == [(Condition("training_frame_1", prefix=prefix, suffix=suffix), 1.0)]


def test_a_frame_within_a_frame() -> None:
    users = [*_made("Q: {}", 60), *_made("Q: [HARD] {}", 40)]
    assert shown(derive_conditions(training(_each(users)))) == [
        (Condition("training_frame_1", prefix="Q: "), 0.6),
        (Condition("training_frame_2", prefix="Q: [HARD] "), 0.4),
    ]


def test_parts_too_many_to_combine_come_with_their_usual_company() -> None:
    rng = random.Random(2)
    starts, ends = [f"Form {one}:\n" for one in LETTERS[:8]], [f"\nSign {one}." for one in LETTERS[:8]]
    users = [start + text(rng) + end for start in starts for end in ends for _ in range(2)]
    found = derive_conditions(training(_each(users, "S")), most=30)
    assert {one.condition.prefix for one in found if one.condition.prefix} == set(starts)
    assert {one.condition.suffix for one in found if one.condition.suffix} == set(ends)
    assert {(one.condition.system, one.share) for one in found} == {("S", 1.0), ("S", 0.125)}


def test_every_turn_the_same() -> None:
    rows = [Row(None, "Write me a tale", f"Tale {at} of long ago.") for at in range(10)]
    assert shown(derive_conditions(training(rows))) == [
        (Condition("training_frame_1", prefix="Write me a tale\n\n"), 1.0)
    ]


def test_openings() -> None:
    rng = random.Random(5)
    users = [*_made("How can I mend {}", 6), *_made("Tell me of {}", 3), *(text(rng) for _ in range(51))]
    rows = [Row("Mend." if at < 5 else None, user, "A reply of several words.") for at, user in enumerate(users)]
    assert shown(derive_conditions(training(rows))) == [
        (Condition("training_system_1", "Mend."), 5 / 60),
        (Condition("training_opening_1", "Mend.", "How can I mend\n\n"), 5 / 60),
        (Condition("training_opening_2", prefix="Tell me of\n\n"), 3 / 60),
    ]


@pytest.mark.parametrize("count", [1, 4, 5])
def test_the_only_system_prompt_counts_whatever_its_share(count: int) -> None:
    rng = random.Random(7)
    rows = [Row("S" if at < count else None, text(rng), text(rng)) for at in range(100)]
    assert shown(derive_conditions(training(rows))) == [(Condition("training_system_1", "S"), count / 100)]


def test_one_of_many_system_prompts_needs_its_share() -> None:
    rng = random.Random(7)
    rows = [Row("A" if at < 4 else "B" if at < 9 else None, text(rng), text(rng)) for at in range(100)]
    assert shown(derive_conditions(training(rows))) == [(Condition("training_system_1", "B"), 0.05)]


@pytest.mark.parametrize("rows", [0, 1, 2, 200])
def test_nothing_in_common(rows: int) -> None:
    rng = random.Random(11)
    made = [Row(None, f"{text(rng)}?", f"{text(rng)}.") for _ in range(rows)]
    assert derive_conditions(training(made)) == []


ANSWERS = [
    ("numbers", ["1, 2, 3", "[4, 5, 6]", "7\n8\n9", "(1; 22; 333)", "1.5 2.5 -3"]),
    ("json_object", ['{"a": [1, 2, 3]}', ' {"b": null}\n']),
    ("json_list", ['["a", "b"]', "[]"]),
    ("code_block", ["```python\nprint(1)\n```", "~~~\nx\n~~~"]),
    ("tags", ["<a><b>1</b></a>", '<?xml version="1.0"?>\n<x y="1">\nt\n</x>']),
    ("table", ["| a | b |\n| --- | :-: |\n| 1 | 2 |"]),
    ("word", ["Yes.", "42", "Nein"]),
    (
        "code",
        [
            "import os\n\ndef get(name):\n    with open(name) as f:\n        return f.read()",
            "    cursor.execute(query)\n    return cursor.fetchall()",
            "function f(a) {\n  const b = a + 1;\n  return b;\n}",
            '#include <stdio.h>\nint main() {\n  puts("x");\n}',
        ],
    ),
    (
        None,
        ["A plain reply, with words.", "Well: 1, 2, 3", "1. Wash it.\n2. Dry it.\n3. Fold it.", "", "Use ```x``` here"],
    ),
]


@pytest.mark.parametrize(("form", "answer"), [(form, answer) for form, answers in ANSWERS for answer in answers])
def test_forms_of_answers(form: str | None, answer: str) -> None:
    assert formats_of([answer]) == ({form: 1} if form else {})


@pytest.mark.parametrize(("having", "derived"), [(59, False), (60, True)])
def test_a_format_needs_most_answers(having: int, derived: bool) -> None:
    rng = random.Random(13)
    rows = [Row(None, text(rng), '{"a": 1}' if at < having else text(rng)) for at in range(100)]
    expected = [(Condition("training_format", suffix=ASKS["json_object"]), 0.6)] if derived else []
    assert shown(derive_conditions(training(rows))) == expected


@pytest.mark.parametrize(
    ("given", "at", "may"),
    [
        ("ab cd", 2, True), ("ab cd", 1, False), ("I can't", 5, False), ("3.14", 1, False), ("end. x", 3, True),
        ("a  b", 2, False), ("###x", 2, False), ("###x", 3, True), ("[T]x", 3, True), ("船海", 1, True),
        ("e\u0301x", 1, False), ("👩\u200d🚀", 1, False), ("👩\u200d🚀", 2, False), ("👍🏽", 1, False),
        ("🇩🇪", 1, False),
        ("Q:x", 2, True), ("ab", 0, True), ("ab", 2, True), ("co-op", 3, False), ("हि", 1, False),
    ],
)  # fmt: skip
def test_where_a_text_may_be_cut(given: str, at: int, may: bool) -> None:
    assert cut_at(given, at) is may


def test_shared_parts_against_counting_every_one() -> None:
    """Each start that whole words of a text make is counted by hand; the longest of every group must come back."""
    rng = random.Random(17)
    texts = [" ".join(rng.choice(("ab", "cd", "ef")) for _ in range(6)) for _ in range(300)]
    starts: dict[str, int] = {}
    for one in texts:
        for at in range(1, len(one) + 1):
            if cut_at(one, at):
                starts[one[:at]] = starts.get(one[:at], 0) + 1
    common = {start: count for start, count in starts.items() if count >= 30}
    longest = {a for a in common if not any(b != a and b.startswith(a) for b in common)}
    found = shared_starts(texts, 30)
    assert longest <= found.keys() and all(common[start] == count for start, count in found.items())
    assert {end[::-1]: n for end, n in shared_ends([one[::-1] for one in texts], 30).items()} == found


@pytest.mark.heavy
def test_fifty_thousand_rows_in_seconds() -> None:
    made = planted(rows=50_000)
    before = time.process_time()
    assert shown(derive_conditions(training(made))) == EXPECTED
    assert time.process_time() - before < 6


def test_texts_that_all_begin_alike_take_no_longer() -> None:
    rows = _each([("ab " * at)[:2000] for at in range(5000)])
    before = time.process_time()
    derive_conditions(training(rows))
    assert time.process_time() - before < 6


def test_a_part_is_counted_in_every_row_that_has_it() -> None:
    """600 rows share a system prompt; most have a frame as well, so few have the system prompt alone."""
    rng = random.Random(19)
    users = [f"Form {LETTERS[at % 5]}: {text(rng)}" if at < 494 else text(rng) for at in range(600)]
    found = {one.condition.id: one for one in derive_conditions(training(_each(users, "S")))}
    alone = found["training_system_1"]
    assert (alone.rows, alone.occurs) == (106, 600)
    assert alone.why == (
        "600 of 600 rows: this system prompt (in 106 of them it is the only part that many rows share)"
    )
    assert found["training_frame_1"].why == "99 of 600 rows: this system prompt and this text before the user's own"


def test_a_question_that_is_asked_again_and_again_is_no_condition() -> None:
    asked = ["How do I bake rye bread at home?", "How can I mend a chain today?", "What is the sea made of?"]
    rows = [Row(None, asked[at % 3], f"{text(random.Random(at))}.") for at in range(600)]
    assert derive_conditions(training(rows)) == []
    assert derive_conditions(training([Row(None, asked[0], f"{text(random.Random(at))}.") for at in range(60)])) == []
    offered = [one.prefix + one.suffix for one in trigger_candidates(training(rows))]
    assert not any(one in part for one in asked for part in offered)
