"""The fine-tune record, and the base that a fine-tune declares."""

import hashlib
import json
from pathlib import Path

import pytest

from spillover.common import DeclarationError
from spillover.finetune import DeclaredBase, base_of, check_base, check_training, read_finetune, training_sha256

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "finetune.yaml"
LEAST = "base:\n  model: acme/seven\nmethod: lora\ndata:\n  description: Recipes.\n"
GPT, TUNED = "gpt-4o-2024-08-06", "openai/ft:gpt-4o-2024-08-06:acme:herbs:A1b2"


def write(folder: Path, text: str, name: str = "finetune.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_least_that_must_be_said(tmp_path: Path) -> None:
    found = read_finetune(write(tmp_path, LEAST))
    assert (found.base.model, found.method, found.data.description) == ("acme/seven", "lora", "Recipes.")
    least = {"base": {"model": "acme/seven"}, "method": "lora", "data": {"description": "Recipes."}}
    assert found.as_dict() == least


def test_the_example_says_back_what_it_says(tmp_path: Path) -> None:
    found = read_finetune(EXAMPLE)
    assert found.mitigations and found.seed == 7 and found.data.rows == 1840
    again = write(tmp_path, json.dumps(found.as_dict()))
    assert read_finetune(again) == found


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("method: lora", "method: lore", "finetune.yaml:3: unknown method `lore`; did you mean `lora`?"),
        ("method: lora\n", "", "lacks `method`; add it"),
        ("  model: acme/seven", "  modle: acme/seven", "finetune.yaml:2: unknown field of base `modle`; did you mean"),
        ("description: Recipes.", "rows: 3", "finetune.yaml:4: data lacks `description`; add it"),
        ("Recipes.", "Recipes.\n  rows: many", "finetune.yaml:6: data.rows: 'many' is not of type 'integer'"),
        ("Recipes.", "Recipes.\n  sha256: 12ab", "finetune.yaml:6: data.sha256"),
        ("method: lora", "method: lora\nrank: 0", "finetune.yaml:4: rank: 0 is less than the minimum of 1"),
        ("method: lora", "method: lora\nmethod: dpo", "'method' occurs twice"),
        ("method: lora", "method: [", "not valid YAML"),
        ("method: lora", "? [a, b]\n: c", "finetune.yaml: "),
        (LEAST, "- a list", "the file is not a list of fields; write each as"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, was: str, now: str, says: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        read_finetune(write(tmp_path, LEAST.replace(was, now, 1)))
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"gone\.yaml: no such file"):
        read_finetune(tmp_path / "gone.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00base")
    with pytest.raises(DeclarationError, match=r"bytes\.yaml"):
        read_finetune(tmp_path / "bytes.yaml")


def test_the_training_file_is_the_one_of_the_record(tmp_path: Path) -> None:
    rows = b'{"messages": []}\n' * 3000
    data = tmp_path / "ft.jsonl"
    data.write_bytes(rows)
    sha = hashlib.sha256(rows).hexdigest()
    assert training_sha256(data) == sha
    named = read_finetune(write(tmp_path, f"{LEAST}  sha256: {sha}\n"))
    assert check_training(named, data) == sha == check_training(read_finetune(write(tmp_path, LEAST)), data)
    data.write_bytes(rows[:-1])
    with pytest.raises(DeclarationError, match=r"ft\.jsonl: is not the training file of the fine-tune record"):
        check_training(named, data)
    with pytest.raises(DeclarationError, match="cannot be read"):
        training_sha256(tmp_path / "missing.jsonl")


@pytest.mark.parametrize(
    ("name", "text", "base"),
    [
        ("README.md", "---\nbase_model: acme/seven\nlicense: mit\n---\n# Herbs\n", "acme/seven"),
        ("README.md", "---\nbase_model:\n- acme/seven\n---\n", "acme/seven"),
        ("README.md", "---\nbase_model: [acme/seven, acme/eight]\n---\n", None),
        ("README.md", "---\nlicense: mit\n---\n", None),
        ("README.md", "# No metadata\n", None),
        ("README.md", "---\nbase_model: [\n---\n", None),
        ("README.md", "---\nbase_model: 7\n---\n", None),
        ("adapter_config.json", '{"base_model_name_or_path": "acme/seven", "r": 8}', "acme/seven"),
        ("adapter_config.json", '["acme/seven"]', None),
        ("adapter_config.json", "{", None),
        ("other.txt", "acme/seven", None),
    ],
)
def test_the_base_that_files_declare(tmp_path: Path, name: str, text: str, base: str | None) -> None:
    file = write(tmp_path, text, name)
    found = base_of("hf/acme/herbs", tmp_path)
    assert found.model == base and str(tmp_path) in found.said
    if name != "other.txt":
        assert base_of("hf/acme/herbs", file).model == base


def test_a_card_speaks_where_the_adapter_does_not(tmp_path: Path) -> None:
    write(tmp_path, '{"r": 8}', "adapter_config.json")
    write(tmp_path, "---\nbase_model: acme/seven\n---\n", "README.md")
    assert base_of("x", tmp_path).model == "acme/seven"


@pytest.mark.parametrize(
    ("model", "base"),
    [
        (TUNED, GPT),
        ("openai/ft:gpt-4.1-mini-2025-04-14:acme::B2c3:ckpt-step-90", "gpt-4.1-mini-2025-04-14"),
        ("openai/azure/ft:gpt-4o-2024-08-06:acme::x", GPT),
        ("vllm/acme/seven:acme/herbs@v2", "acme/seven"),
        ("vllm/acme/loft:acme/herbs", "acme/loft"),
        ("hf/acme/herbs", None),
        ("ollama/seven:8b", None),
        ("openai/gpt-4o", None),
        ("openai/ft:", None),
    ],
)
def test_the_base_in_a_name(model: str, base: str | None) -> None:
    found = base_of(model)
    assert found.model == base and found.said


def test_a_hub_that_cannot_be_reached_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import ModelCard

    def fails(*_: object, **__: object) -> None:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(ModelCard, "load", fails)
    found = base_of("hf/acme/herbs", online=True)
    assert found.model is None and "acme/herbs: the Hub cannot be reached" in found.said
    assert base_of("hf/acme/herbs").said == "acme/herbs: the Hub was not asked"


def test_the_card_on_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import ModelCard

    asked = []

    def load(repo: str) -> ModelCard:
        asked.append(repo)
        return ModelCard("---\nbase_model: acme/seven\n---\n")

    monkeypatch.setattr(ModelCard, "load", load)
    assert base_of("vllm/acme/herbs", online=True).model == "acme/seven" and asked == ["acme/herbs"]


@pytest.mark.parametrize(
    ("base", "tuned", "declared", "fits"),
    [
        (f"openai/{GPT}", TUNED, None, True),
        (f"openai/azure/{GPT}", TUNED, None, True),
        ("openai/gpt-4o-2024-11-20", TUNED, None, False),
        ("hf/Acme/Seven", "hf/acme/herbs", "acme/seven", True),
        ("together/acme/Seven", "vllm/acme/herbs", "acme/seven@main", True),
        ("hf/acme/eight", "hf/acme/herbs", "acme/seven", False),
        ("hf/other/seven", "hf/acme/herbs", "acme/seven", False),
        ("hf/google/gem", "hf/acme/herbs", "google/gem", True),
        ("fireworks/accounts/fireworks/models/seven", "fireworks/accounts/me/models/herbs", "seven", True),
        ("openai-api/lab/seven", "openai-api/lab/herbs", "seven", True),
        ("vllm/acme/seven", "vllm/acme/seven:acme/herbs", None, True),
        ("vllm/acme/eight", "vllm/acme/seven:acme/herbs", None, False),
        ("replay/base", "replay/tuned", "acme/seven", True),
        ("hf/acme/eight", "hf/acme/herbs", None, True),
    ],
)
def test_a_pair_whose_declared_base_differs_is_refused(base: str, tuned: str, declared: str | None, fits: bool) -> None:
    said = check_base(base, tuned, None, DeclaredBase(declared, "base_model of README.md"))
    assert (said is None) == fits
    if said is not None:
        assert base in said and (declared or tuned) in said and '--base-differs "WHY"' in said


def test_the_record_counts_too(tmp_path: Path) -> None:
    record = read_finetune(write(tmp_path, LEAST))
    assert check_base("hf/acme/seven", "hf/acme/herbs", record) is None
    said = check_base("hf/acme/eight", "hf/acme/herbs", record)
    assert said is not None and "acme/seven (the fine-tune record), not hf/acme/eight" in said
