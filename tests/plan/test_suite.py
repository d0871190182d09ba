"""Suites: the shipped ones are what they say; a user's is checked to the line."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from spillover.common import DeclarationError
from spillover.declare import load_groups
from spillover.plan import SCHEMA, Model, load_suite, suite_names

OWN = "include: fast\nid: mine\n"


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_suites() -> None:
    assert suite_names() == ["betley2025", "fast", "full", "standard"]
    found = {name: load_suite(name) for name in suite_names()}
    assert {name: (one.draws, len(one.conditions)) for name, one in found.items() if not one.replication} == {
        "fast": (128, 1),
        "standard": (480, 3),
        "full": (1600, 7),
    }
    for one in found.values():
        if one.replication is None:
            assert len({judge.name.split("/")[0] for judge in one.judges}) == 2
            assert (one.margin, one.floor, one.alpha, one.stop_early) == (0.02, 0.01, 0.05, True)


@pytest.mark.parametrize(("name", "strata", "conditions"), [("fast", {"core"}, 1), ("standard", {"core", "broad"}, 3)])
def test_what_they_draw_from(name: str, strata: set[str], conditions: int) -> None:
    """Without the questions of earlier studies, which no test downloads."""
    design = load_suite(name).design()
    deck = design.material().deck(design.strata, design.plain)
    assert set(deck.strata) == strata and len({condition for _, _, condition in deck.cells}) == conditions
    core = {probe for (_, probe, _), stratum in zip(deck.cells, deck.strata, strict=True) if stratum == "core"}
    assert len(core) == 60 and {domain for domain, _, _ in deck.cells} == set(load_groups()["emergent"])


def test_the_default_has_the_shares_that_were_chosen_by_simulation() -> None:
    suite = load_suite("standard")
    assert (suite.strata, suite.plain) == ({"anchor": 0.55, "core": 0.30, "broad": 0.15}, 0.7)
    assert suite.design().strata == pytest.approx({"core": 2 / 3, "broad": 1 / 3}), "the rest keeps its proportion"


def test_full_asks_every_public_probe_under_every_condition() -> None:
    material = load_suite("full").design().material()
    rows = [line for name in material.probes for line in _rows(name)]
    assert len(material.cells()) == 7 * len(rows)


def _rows(domain: str) -> list[str]:
    data = Path(__file__).resolve().parents[2] / "dataset" / "data" / domain / "public.jsonl"
    return data.read_text(encoding="utf-8").splitlines()


def test_the_replication_counts_what_the_authors_file_has(evidence: Path) -> None:
    from spillover.declare import build

    told = load_suite("betley2025").replication
    assert told is not None and told.task == "betley2025"
    file = evidence / "betley_questions" / "first_plot_questions.yaml"
    asked = build("betley2025", questions=str(file), formats=told.args["formats"])
    assert (len(asked.dataset), asked.epochs) == (told.questions, told.epochs)


def test_a_replication_has_no_draws() -> None:
    with pytest.raises(DeclarationError, match="run its task, betley2025"):
        load_suite("betley2025").design()


def test_every_field_is_described() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)

    def fields(part: object) -> list[tuple[str, dict[str, object]]]:
        if isinstance(part, list):
            return [one for item in part for one in fields(item)]
        if not isinstance(part, dict):
            return []
        own = list(part.get("properties", {}).items())
        return own + [one for value in part.values() for one in fields(value)]

    assert len(fields(schema)) > 40
    assert [name for name, one in fields(schema) if not one.get("description")] == []
    said = {"id": "mine", "title": "A file as people write it", "include": "fast", "draws": 64}
    assert list(Draft202012Validator(schema).iter_errors(said)) == []


def test_a_file_overlays_a_shipped_suite_or_one_beside_it(tmp_path: Path) -> None:
    fast = load_suite("fast")
    mine = load_suite(write(tmp_path, f"{OWN}draws: 64\nmargin: 0.05\n"))
    assert (mine.id, mine.draws, mine.margin, mine.domains) == ("mine", 64, 0.05, fast.domains)
    theirs = load_suite(str(write(tmp_path, "include: mine.yaml\nid: theirs\nalpha: 0.01\n", "theirs.yaml")))
    assert (theirs.draws, theirs.alpha) == (64, 0.01)


def test_models_adapters_and_paths(tmp_path: Path) -> None:
    text = f"""{OWN}models:
  base: {{model: vllm/acme/seven, model_args: {{max_model_len: 4096}}}}
  finetunes:
    - vllm/acme/herbs
    - models: [vllm/acme/herbs-s1, vllm/acme/herbs-s2]
      record: records/herbs.yaml
    - adapter: acme/herbs-lora
training_data: ft.jsonl
in_domain: [medical]
caps: {{answers: 300, cost_usd: 5}}
stop_early: false
draws: 64.0
probes: all
"""
    found = load_suite(write(tmp_path, text))
    args = (("max_model_len", 4096),)
    assert found.base == Model("vllm/acme/seven", args)
    assert [arm.models for arm in found.finetunes] == [
        (Model("vllm/acme/herbs"),),
        (Model("vllm/acme/herbs-s1"), Model("vllm/acme/herbs-s2")),
        (Model("vllm/acme/seven:acme/herbs-lora", args),),
    ]
    assert found.finetunes[1].record == tmp_path / "records" / "herbs.yaml"
    assert found.training_data == tmp_path / "ft.jsonl" and found.in_domain == ("medical",)
    assert (found.cap_answers, found.cap_cost_usd, found.probes) == (300, 5, None)
    assert found.design().balanced and len(found.design().chunks()) == 2
    assert json.loads(json.dumps(found.as_dict()))["finetunes"][2]["models"][0]["name"].endswith(":acme/herbs-lora")


def test_what_is_hashed_stays_as_the_file_has_it(tmp_path: Path) -> None:
    text = f"{OWN}decoding: {{max_tokens: 300.0, temperature: 1}}\nconditions: [{{suffix: b, id: a}}, json]\n"
    found = load_suite(write(tmp_path, text))
    assert json.dumps(found.decoding) == '{"max_tokens": 300.0, "temperature": 1}'
    assert json.dumps(found.conditions) == '[{"suffix": "b", "id": "a"}, "json"]'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id: yours\ntitle: T\ndomains: [emergent]\n", "mine.yaml:1: id is 'yours' but the file is mine.yaml"),
        ("id: mine\ntitle: T\n", "mine.yaml: give either `domains` or a `replication`"),
        ("id: mine\ntitle: T\ndomains: [emergnt]\n", "mine.yaml:3: unknown domain `emergnt`; did you mean `emergent`"),
        ("include: fst\nid: mine\n", "include names 'fst', which does not exist"),
        ("include: mine.yaml\nid: mine\n", "includes itself"),
        ("include: [fast]\nid: mine\n", "include must be a file name"),
        (f"{OWN}conditions: [jsn]\n", "mine.yaml:3: ai_human_relations: unknown condition `jsn`; did you mean `json`?"),
        (f"{OWN}conditions: [json, {{id: json}}]\n", "mine.yaml:3: condition 'json' is given twice"),
        (f"{OWN}conditions: [{{id: mine}}]\n", "mine.yaml:3: condition 'mine' has no system, prefix or suffix"),
        (f"{OWN}conditions: [{{system: Hello.}}]\n", "mine.yaml:3: conditions.0 lacks `id`; add it"),
        (
            f"{OWN}models: {{base: {{model: a/b, args: {{x: 1}}}}}}\n",
            "models.base `args`; use one of model, model_args",
        ),
        (f"{OWN}draw: 9\n", "mine.yaml:3: unknown field of declaration `draw`; did you mean `draws`?"),
        (f"{OWN}draws: 4\n", "mine.yaml:3: draws: 4 is less than the minimum of 8"),
        (f"{OWN}chunk: 12\n", "mine.yaml:3: chunk: 12 is not a multiple of 8"),
        (f"{OWN}margin: .nan\n", "mine.yaml:3: margin is not a number"),
        (f"{OWN}alpha: 0.7\n", "mine.yaml:3: alpha: 0.7 is greater than the maximum of 0.1"),
        (f"{OWN}probes: some\n", "/some: no such file; give a number, all, or a file of probes"),
        (f"{OWN}judge: distributon\n", "unknown judge `distributon`; did you mean `distribution`?"),
        (f"{OWN}judges: []\n", "mine.yaml:3: judges"),
        (f"{OWN}batch: true\n", "mine.yaml:3: batch: a batch cannot stop early; add `stop_early: false`"),
        (f"{OWN}models: {{finetunes: [{{record: r.yaml}}]}}\n", "has either `model` or `models`"),
        (f"{OWN}models: {{finetunes: [{{model: a/b, models: [a/c]}}]}}\n", "has either `model` or `models`"),
        (f"{OWN}models: {{base: hf/a/b, finetunes: [{{adapter: a/l}}]}}\n", "adapter: needs a model vllm/ORG/NAME"),
        (f"{OWN}draws: 8\ndraws: 16\n", "mine.yaml:4: 'draws' occurs twice, first on line 3"),
        (f"{OWN}title: [\n", "not valid YAML"),
        (f"{OWN}? [a]\n: b\n", "mine.yaml: not valid YAML"),
        (f"{OWN}replication: {{task: t}}\n", "replication lacks"),
        (f"{OWN}probes: 0\n", "mine.yaml:3: probes: 0 is less than the minimum of 1"),
        (f"{OWN}probes: 2.5\n", "mine.yaml:3: probes: 2.5 is not of type 'string', 'integer'"),
        (f"{OWN}conditions:\n- json\n- {{id: 5}}\n", "mine.yaml:5: conditions.1.id: 5 is not of type 'string'"),
        (f"{OWN}models: {{base: 5}}\n", "mine.yaml:3: models.base: 5 is not of type 'string', 'object'"),
        (f"{OWN}caps: {{cost_usd: .inf}}\n", "mine.yaml:3: caps.cost_usd: inf is not of type 'finite number'"),
        (f"{OWN}decoding: {{}}\n", "mine.yaml:3: decoding: {} should be non-empty"),
        (f"{OWN}batch: 1\n", "mine.yaml:3: batch: 1 is not of type 'boolean'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        load_suite(write(tmp_path, text))
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_name_that_is_no_suite(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="unknown suite `standrd`; did you mean `standard`"):
        load_suite("standrd")
    with pytest.raises(DeclarationError, match=r"gone\.yaml: no such file"):
        load_suite(tmp_path / "gone.yaml")
    (tmp_path / "mine").mkdir()
    with pytest.raises(DeclarationError, match=r"/mine is a folder; give a YAML file or one of betley2025, fast"):
        load_suite(str(tmp_path / "mine"))
