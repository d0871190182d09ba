"""Anyone's probe file is read, or what is wrong with it is said in one line."""

from pathlib import Path

import pytest

from spillover.common import DeclarationError
from spillover.declare import files as _files
from spillover.declare.declaration import load
from spillover.declare.probes import read_probes
from spillover.declare.task import build


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.csv", b"", "no probes"),
        ("p.csv", b"id,text\n", "no probes"),
        ("p.csv", b"id,txt\na,b\n", "row 1: no text; add this column, or rename one of id, txt"),
        ("p.csv", b"id,text\na,caf\xe9\n", "cannot read probes (not a readable .csv file"),
        ("p.csv", b"\xef\xbb\xbfid,text\na,Why?\na,How?\n", "probe id 'a' occurs twice"),
        ("p.yaml", b"- {id: a, text: Why?}\n", "cannot read probes (while parsing a flow mapping"),
        ("p.yaml", b"a: b\n", "expected a list of probes, each with id and text"),
        ("p.txt", b"Why?\n", "cannot read .txt"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DeclarationError) as caught:
        read_probes(file)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).count(str(file)) == 1


def test_without_a_file_the_fix_is_named() -> None:
    with pytest.raises(DeclarationError, match="own_probes: no probes declared; give -T probes=FILE"):
        build("own_probes")


def test_a_relative_path_means_the_folder_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.csv").write_text("id,text,cluster,system\na,Why?,w,Be brief.\n", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(_files, "folder_of_command", lambda: tmp_path)
    monkeypatch.chdir(tmp_path / "elsewhere")
    (probe,) = read_probes("p.csv")
    assert (probe.text, probe.cluster, probe.system) == ("Why?", "w", "Be brief.")


def test_the_headline_asks_the_same_number_of_each_domain() -> None:
    ids = load("emergent_misalignment").probes["ids"]
    task = build("emergent_misalignment")
    homes = [probe_id.rpartition("-")[0] for probe_id in ids]
    assert [sample.id for sample in task.dataset] == ids
    assert len(ids) >= 24 and {homes.count(home) for home in homes} == {len(ids) // len(set(homes))}
    assert len(set(homes)) == 6
