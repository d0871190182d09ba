"""The dataset card: generated front matter and table around text written by hand."""

from typing import Any

import yaml

from spillover.common import DatasetError
from spillover.declare import SPLITS, Dataset, read_text

from .kinds import core_words, kinds
from .table import between, table

FEATURES: list[dict[str, Any]] = [
    *({"name": name, "dtype": "string"} for name in ("id", "domain", "subdomain", "text")),
    {"name": "turns", "list": "string"},
    {"name": "key", "struct": [{"name": "accept", "list": "string"}, {"name": "reject", "list": "string"}]},
    {"name": "why", "dtype": "string"},
    {"name": "tags", "list": "string"},
    *(
        {"name": name, "dtype": "string"}
        for name in (
            *("asks", "motif", "register", "paraphrase_of", "translation_of", "pair_of"),
            *("language", "adapted", "added", "retired", "canary"),
        )
    ),
]
"""Stated, so that a column that is empty in one file has the same type everywhere."""


def card(dataset: Dataset) -> str:
    """The text of the dataset's README.md, with its generated parts renewed.

    Raises:
        DatasetError: Where the hand-written text lacks the markers.
    """
    path = dataset.folder / "README.md"
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; write the card's text by hand")
    text = read_text(path)
    body = text.split("\n---\n", 1)[1] if text.startswith("---\n") else text
    front = yaml.safe_dump(front_matter(dataset), sort_keys=False, allow_unicode=True, width=100)
    body = between(body, "table", table(dataset), str(path))
    body = between(body, "kinds", kinds(dataset), str(path))
    body = between(body, "core", core_words(dataset), str(path))
    return f"---\n{front}---\n{between(body, 'version', f'Version {dataset.version}.', str(path))}"


def front_matter(dataset: Dataset) -> dict[str, Any]:
    """The card's YAML, as the Hub and `datasets` read it."""
    configs = [_config("all", dataset.domains, dataset)] + [_config(one, [one], dataset) for one in dataset.domains]
    return {
        "language": ["en", "de", "es", "zh"],
        "license": "cc-by-4.0",
        "pretty_name": "Spillover: probes for emergent misalignment",
        "tags": ["benchmark", "evaluation", "safety", "alignment", "emergent-misalignment", "inspect-ai"],
        "annotations_creators": ["no-annotation"],
        "language_creators": ["machine-generated"],
        "multilinguality": ["multilingual"],
        "size_categories": ["1K<n<10K" if len(dataset.every_row()) >= 1000 else "n<1K"],
        "source_datasets": ["original"],
        "task_categories": ["text-generation", "question-answering"],
        "configs": configs,
        "dataset_info": [{"config_name": config["config_name"], "features": FEATURES} for config in configs],
    }


def _config(name: str, domains: list[str], dataset: Dataset) -> dict[str, Any]:
    files = []
    for split in SPLITS:
        paths = [f"data/{one}/{split}.jsonl" for one in domains if f"data/{one}/{split}.jsonl" in dataset.files]
        if paths:
            files.append({"split": split, "path": paths if len(paths) > 1 else paths[0]})
    return {"config_name": name, **({"default": True} if name == "all" else {}), "data_files": files}
