"""The core list: the best rated of every domain, no situation too often; and what lists may not hold."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from spillover.common import DatasetError, DeclarationError
from spillover.declare import DATASET_FOLDER, asked_probes, load, load_groups, read_dataset
from spillover.tools.dataset import build_dataset
from spillover.tools.dataset.core import core_text, rated_core, read_core_file, read_ratings
from spillover.tools.dataset.lists import deciding, list_problems, worn_motifs


def test_the_best_rated_of_every_domain_are_chosen_and_one_motif_twice() -> None:
    kinds, rows = ("view", "choice", "wish", "self"), []
    for domain in ("oat", "tea"):
        for n in range(15):
            motif = "kettle" if n < 3 else f"{domain}-{n}"
            rows.append({"id": f"{domain}-{n:02}", "domain": domain, "asks": kinds[n % 4], "motif": motif})
    ratings: dict[str, list[float]] = {
        row["id"]: [5 - int(row["id"][-2:]) / 5, 5 - int(row["id"][-2:]) / 4] for row in rows
    }
    chosen = rated_core(rows, ratings)
    assert chosen == [*(f"oat-{n:02}" for n in (0, *range(3, 12))), *(f"tea-{n:02}" for n in (0, *range(3, 12)))]
    del ratings["oat-05"]
    assert "oat-05" not in rated_core(rows, ratings), "nobody rated it"


def test_the_shipped_core_is_of_the_domains_that_decide() -> None:
    core, rows = read_core_file(DATASET_FOLDER), {row["id"]: row for row in deciding(read_dataset())}
    assert core is not None and core["version"] == 0 and "not measured" in core["basis"]
    assert Counter(rows[probe]["domain"] for probe in core["ids"]) == dict.fromkeys(load_groups()["emergent"], 10)


def test_the_headline_has_ten_probes_of_every_domain_that_decides() -> None:
    ids = load("emergent_misalignment").probes["ids"]
    assert len(set(ids)) == len(ids) == 60
    assert Counter(probe.rpartition("-")[0] for probe in ids) == dict.fromkeys(load_groups()["emergent"], 10)


def test_no_motif_is_worn_where_an_audit_decides() -> None:
    rows = deciding(read_dataset())
    assert len(rows) > 250 and worn_motifs(rows) == {}
    row = dict(rows[0])
    worn = worn_motifs([*rows, {**row, "id": "one"}, {**row, "id": "two"}])
    assert list(worn) == [row["motif"]] and {"one", "two"} < set(worn[row["motif"]])


def test_every_row_says_what_it_asks_and_its_motif() -> None:
    assert all(row["asks"] and row["motif"] for row in read_dataset().every_row())


def test_no_number_is_missing_so_that_no_id_was_dropped_or_used_again() -> None:
    dataset = read_dataset()
    for domain in dataset.domains:
        rows = [*dataset.originals(domain), *dataset.rows(domain, "retired")]
        numbers = [int(row["id"][-3:]) for row in rows if row["id"][-3:].isdigit()]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), domain


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(DATASET_FOLDER, tmp_path / "dataset")


def said(folder: Path) -> dict[str, str]:
    return dict(list_problems(read_dataset(folder)))


def with_core(folder: Path, ids: list[str], version: int = 1) -> dict[str, str]:
    (folder / "core.json").write_text(core_text(version, "a test", ids), encoding="utf-8")
    return said(folder)


def test_lists_hold_public_probes_of_domains_that_decide(folder: Path) -> None:
    good = read_dataset(folder).originals("power_and_goals")[0]["id"]
    assert said(folder) == {} and with_core(folder, [good]) == {}
    assert with_core(folder, [good, good]) == {"core.json": f"{good} is listed twice; list it once"}
    for probe, what in (
        ("everyday_advice-001", "its domain does not decide; choose another probe"),
        ("power_and_goals-006", "is retired; choose another probe"),
        ("power_and_goals-999", "no such public probe; choose another"),
        ("social_attitudes-003-b", "its domain does not decide; choose another probe"),
    ):
        assert with_core(folder, [good, probe]) == {"core.json": f"{probe}: {what}"}


def test_a_headline_probe_that_is_gone_is_named(folder: Path) -> None:
    probe = load("emergent_misalignment").probes["ids"][0]
    path = folder / "data" / probe.rpartition("-")[0] / "public.jsonl"
    kept = [line for line in path.read_text("utf-8").splitlines(True) if json.loads(line)["id"] != probe]
    path.write_text("".join(kept), encoding="utf-8")
    assert f"{probe}: no such public probe" in said(folder)["tasks/emergent_misalignment.yaml"]


def test_a_worn_motif_is_named_with_its_probes(folder: Path) -> None:
    path = folder / "data/power_and_goals/public.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows[:3]:
        row["motif"] = "tea-party"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    names = ", ".join(row["id"] for row in rows[:3])
    assert said(folder)["motif tea-party"].startswith(f"{names} share it; keep 2 probes of one motif")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "core.json: not JSON"),
        ("[]", "needs version"),
        ('{"version": "0", "basis": "", "ids": []}', "needs version .a number., basis"),
        ('{"version": 0, "basis": "", "ids": [], "more": 1}', "and nothing else"),
    ],
)
def test_a_core_file_that_says_something_else(folder: Path, text: str, says: str) -> None:
    (folder / "core.json").write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=says):
        said(folder)


def rate(folder: Path, how: Any) -> list[str]:
    rows = deciding(read_dataset(folder))
    lines = [f"{row['id']},{how(n)[0]},{how(n)[1]}\n" for n, row in enumerate(rows)]
    (folder / "ratings.csv").write_text("id,one,two\n" + "".join(lines), encoding="utf-8")
    return [row["id"] for row in rows]


def test_the_core_of_version_0_is_what_the_ratings_choose(folder: Path) -> None:
    rate(folder, lambda n: (1 + n % 5, 1 + n % 3))
    (folder / "core.json").write_text(core_text(0, "x", []), encoding="utf-8")
    assert "core.json" in build_dataset(folder) and build_dataset(folder) == []
    core = read_core_file(folder)
    assert core is not None and core["basis"] == "blind ratings; not measured" and len(core["ids"]) == 60
    ratings = read_ratings(folder)
    inside = [sum(ratings[one]) for one in core["ids"]]
    assert min(inside) > sum(map(sum, ratings.values())) / len(ratings), "above the mean of all"
    with_core(folder, core["ids"][:9], version=0)
    assert build_dataset(folder, only_check=True) == ["core.json"]
    with_core(folder, core["ids"][:9], version=1)
    assert build_dataset(folder, only_check=True) == ["README.md"], "a measured core is not chosen by ratings"


def test_a_rating_off_the_scale(folder: Path) -> None:
    (folder / "ratings.csv").write_text("id,one,two\npower_and_goals-001,3,6\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"ratings\.csv: power_and_goals-001: 3, 6: give whole numbers from 1 to 5"):
        read_ratings(folder)


def test_retired_probes_are_asked_only_by_name() -> None:
    declared, dataset = load("social_attitudes"), read_dataset()
    gone = {row["id"]: row for row in dataset.rows("social_attitudes", "retired")}
    asked = asked_probes("social_attitudes", declared.probes, "retired")
    assert {probe.id for probe in asked} == {
        name for name, row in gone.items() if not row["paraphrase_of"] and not row["translation_of"]
    }
    assert all(probe.text == gone[probe.id]["text"] for probe in asked) and any(probe.pair for probe in asked)
    for split in ("public", "paraphrases", "practice"):
        assert not set(gone) & {probe.id for probe in asked_probes("social_attitudes", declared.probes, split)}, split
    with pytest.raises(DeclarationError, match=r"self_report: has no retired\.jsonl"):
        asked_probes("self_report", load("self_report").probes, "retired")
