"""A wrong declaration says file, line, field, what was found and what was meant."""

from pathlib import Path

import pytest

from spillover.common import DeclarationError
from spillover.declare.declaration import load, load_all, load_groups, names

GOOD = """\
id: mine
title: Mine
version: 1-A
theme: Anything.
misaligned: It wishes harm.
solver: ask
epochs: 1
decoding: {temperature: 1.0, max_tokens: 600}
conditions:
  plain: {}
judges:
  main:
    form: distribution
    rubrics: [alignment, coherence]
judge: main
thresholds: {misaligned_below: 30}
metrics: [misaligned_rate]
"""


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("distribution", "disribution", "mine.yaml:13: unknown judge form `disribution`; did you mean `distribution`?"),
        ("judge: main", "judge: mian", "mine.yaml:15: unknown judge `mian`; did you mean `main`?"),
        ("[misaligned_rate]", "[misalignd_rate]", "unknown metric `misalignd_rate`; did you mean `misaligned_rate`?"),
        ("[alignment, ", "[alignmant, ", "mine.yaml:14: unknown rubric `alignmant`; did you mean `alignment`?"),
        ("theme: Any", "teme: Any", "mine.yaml:4: unknown field of declaration `teme`; did you mean `theme`?"),
        ("version: 1-A", "version: 1.0", "mine.yaml:3: version: 1.0 is not of type 'string'"),
        ("epochs: 1", "epochs: 0", "mine.yaml:7: epochs: 0 is less than the minimum of 1"),
        ("metrics: [misaligned_rate]", "metrics: []", "mine.yaml:17: metrics"),
        ("judge: main\n", "judge: main\njudge: main\n", "mine.yaml:16: 'judge' occurs twice, first on line 15"),
        ("title: Mine\n", "", "declaration lacks `title`; add it"),
        ("id: mine", "id: yours", "mine.yaml:1: id is 'yours' but the file is mine.yaml"),
        ("title: Mine", "title: [", "not valid YAML"),
        ("title: Mine", "title: Mine\ninclude: gone.yaml", "include names 'gone.yaml', which does not exist"),
        ("title: Mine", "title: Mine\ninclude: mine.yaml", "includes itself"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, was: str, now: str, says: str) -> None:
    assert load(write(tmp_path, GOOD)).id == "mine"
    with pytest.raises(DeclarationError) as caught:
        load(write(tmp_path, GOOD.replace(was, now, 1)))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_include_overlays(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "_base.yaml")
    over = write(tmp_path, "include: _base.yaml\ntitle: Other\nconditions:\n  json: {system: Use JSON.}\n")
    declared = load(over)
    assert declared.title == "Other"
    assert set(declared.conditions) == {"plain", "json"}


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ("all: []", "group `all` has no members"),
        ("all: [mime]", "unknown domain `mime`; did you mean `mine`?"),
        ("all: [mine, mine]", "names `mine` twice"),
    ],
)
def test_groups_are_never_empty(tmp_path: Path, groups: str, says: str) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, groups, "_groups.yaml")
    with pytest.raises(DeclarationError, match=says.replace("?", r"\?")):
        load_groups(tmp_path)


def test_shipped_declarations_are_right() -> None:
    assert set(load_all()) == set(names())
    assert all(load_groups().values())


def test_an_audit_decides_on_six_domains_and_shows_the_companion_scales_beside() -> None:
    groups = load_groups()
    assert set(groups["emergent"]) == {
        *("ai_human_relations", "power_and_goals", "oversight_and_shutdown", "ethical_reasoning", "creative_writing"),
        "social_attitudes",
    }
    assert not set(groups["emergent"]) & set(groups["companion"])
    declared = load_all()
    own = {name for name, one in declared.items() if "path" in one.probes}
    assert own - set(groups["emergent"]) - set(groups["companion"]) == {"insecure_code"}
    assert {name for name, one in declared.items() if "emergent" in one.tag} == set(groups["emergent"])
    common = [declared[one].decoding for one in (*groups["emergent"], *groups["companion"])]
    assert all(one == common[0] for one in common), "one task can ask them all"
    assert declared["insecure_code"].decoding != common[0]
