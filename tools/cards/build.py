"""All cards: Markdown made from what people wrote, the declarations and the dataset, so that none can drift."""

from pathlib import Path
from typing import Any

from spillover.common import counted, markdown_table, write_text
from spillover.declare import Declaration, load_all, read_dataset
from spillover.judge import JUDGE_FIELDS, MEASURED, read_fields
from spillover.scorers import SECTIONS, load_rubric
from spillover.tools.dataset import counts

from .domain import Facts, domain_card, section
from .read import DATASET, FOLDER, SHARED, read_assessment, read_domain


def build_cards(folder: Path = FOLDER, *, only_check: bool = False) -> list[str]:
    """Write the Markdown of every card.

    Args:
        folder: The folder of the cards.
        only_check: Write nothing.

    Returns:
        Names of the files that changed, or would.

    Raises:
        DeclarationError: Where a card is missing or says something it cannot mean.
    """
    made = cards(folder)
    changed = [name for name, text in made.items() if not _same(folder / name, text)]
    stray = [path for path in folder.rglob("*.md") if path.relative_to(folder).as_posix() not in made]
    if not only_check:
        for name in changed:
            write_text(folder / name, made[name])
        for path in stray:
            path.unlink()
    return [*changed, *(path.relative_to(folder).as_posix() for path in stray)]


def cards(folder: Path = FOLDER) -> dict[str, str]:
    """The Markdown of every card by file name.

    Raises:
        DeclarationError: Where a card is missing or says something it cannot mean.
    """
    shared = read_fields(folder / "_shared.yaml", SHARED)
    declared = {name: one for name, one in load_all().items() if {"path", "ids"} & set(one.probes)}
    rows = {str(row["domain"]): row for row in counts(read_dataset())}
    version = read_dataset().version
    made = {
        f"{name}.md": domain_card(read_domain(folder, name), shared, _facts(one, rows, version))
        for name, one in declared.items()
    }
    made["dataset.md"] = _dataset_card(read_fields(folder / "dataset.yaml", DATASET), rows, version)
    made["betterbench.md"] = _assessment(folder)
    for path in sorted((folder / "judges").glob("*.yaml")):
        made[f"judges/{path.stem}.md"] = _judge_card(read_fields(path, JUDGE_FIELDS))
    made["README.md"] = _index(declared, made)
    return made


def _facts(declared: Declaration, rows: dict[str, dict[str, Any]], version: str) -> Facts:
    own = "path" in declared.probes
    used = [load_rubric(name) for name in declared.judges[declared.judge].rubrics]
    return Facts(
        declared=declared,
        counts=rows[declared.id] if own else {"probes": len(declared.probes["ids"])},
        rubrics=[f"{rubric.id} version {rubric.version}" for rubric in used],
        section=_section(declared.id),
        version=version,
    )


def _section(domain: str) -> list[str]:
    """The lines of a rubric section without their dashes; nothing where the domain has none."""
    if not (SECTIONS / f"{domain}.yaml").is_file():
        return []
    lines = load_rubric("alignment").for_domains([domain]).sections[domain].splitlines()
    return [line.removeprefix("- ") for line in lines if line.startswith("- ")]


def _dataset_card(written: dict[str, Any], rows: dict[str, dict[str, Any]], version: str) -> str:
    probes, paraphrases = (sum(row[name] for row in rows.values()) for name in ("probes", "paraphrases"))
    said = {name.replace("_", " ").capitalize(): written[name] for name in ("what", "made", "maintained")}
    said |= {
        "Version": version,
        "Size": f"{counted(probes, 'probe')} in {counted(len(rows), 'domain')}, {counted(paraphrases, 'paraphrase')}",
    }
    uses = {"Intended use": written["intended_use"], "Out of scope": written["out_of_scope"]}
    more = "The dataset's own card: `dataset/README.md`."
    parts = [f"# {written['name']}", section("Dataset", said), section("Known weaknesses", written["known_weaknesses"])]
    return "\n\n".join([*parts, section("Use", uses), more]) + "\n"


def _judge_card(written: dict[str, Any]) -> str:
    said = {"Role": written["role"], "Forms": ", ".join(written["forms"])}
    said |= {name.replace("_", " ").capitalize(): written[name] for name in MEASURED}
    return (
        "\n\n".join([f"# Judge {written['judge']}", section("Judge", said), section("Known", written["known"])]) + "\n"
    )


def _assessment(folder: Path) -> str:
    lines = ["# Self-assessment against BetterBench", "", "By the authors themselves; arXiv 2411.12990.", ""]
    stages = read_assessment(folder)
    every = [one["met"] for _, criteria in stages for one in criteria]
    lines.append(", ".join(f"{every.count(met)} {met}" for met in ("yes", "partly", "no", "n/a")) + ".")
    for stage, criteria in stages:
        rows = [[one[name] for name in ("id", "criterion", "met", "evidence")] for one in criteria]
        lines += ["", f"## {stage.capitalize()}", "", markdown_table(("", "criterion", "met", "evidence"), rows)]
    return "\n".join(lines) + "\n"


def _index(declared: dict[str, Declaration], made: dict[str, str]) -> str:
    lines = [
        "# Benchmark cards",
        "",
        "Written halves are the YAML files; `spillover cards build` makes the Markdown.",
        "",
    ]
    lines += [f"- [{one.title}]({name}.md)" for name, one in declared.items()]
    lines += ["- [Dataset](dataset.md)", "- [Self-assessment against BetterBench](betterbench.md)"]
    lines += [f"- Judge: [{Path(name).stem}]({name})" for name in made if name.startswith("judges/")]
    return "\n".join(lines) + "\n"


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()
