"""What may be published: no log of held-out probes, no likely secret, nothing from outside the folder."""

import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from spillover.common import WITHHELD, LogError, counted, one_line, secrets_in, trouble
from spillover.logs import LARGEST, LogSource, found_logs, log_source, opened

KEYS = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,}|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])|gh[pousr]_[A-Za-z0-9]{30,}"
    r"|github_pat_[A-Za-z0-9_]{30,}|AIza[A-Za-z0-9_-]{35}|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----)"
)
"""What keys of the common providers look like."""
TEXTS = {".html", ".js", ".json", ".csv", ".md", ".txt", ".svg", ".xml", ".bib", ".yaml", ".jsonl"}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Logs that may go out.

    Attributes:
        logs: The logs.
        foreign: Logs in a folder that no Spillover task wrote, left out.
    """

    logs: list[LogSource]
    foreign: int


def publishable_logs(paths: Sequence[str | Path], allow: Collection[str] = ()) -> Outgoing:
    """Look through every part of every log.

    Args:
        paths: Logs, or folders of them.
        allow: Texts that look like secrets and are none.

    Raises:
        LogError: Where a log is of held-out probes, or holds what looks like a secret.
    """
    named = {str(Path(one)) for one in paths}
    files = list(dict.fromkeys(file for one in paths for file in found_logs(one)))
    sources = [source for file in files if (source := log_source(file, file in named)) is not None]
    if not sources:
        raise LogError(
            f"{paths[0] if paths else '(no path)'}: holds no log of a Spillover task "
            f"({counted(len(files), 'log')} read); give another path"
        )
    for source in sources:
        if WITHHELD in (source.facts.get("split"), (source.header["eval"].get("task_args") or {}).get("split")):
            raise LogError(f"{source.file}: held-out probes (split heldout) are never published; leave this log out")
        _require_no_password(source)
        for part, data in _parts(source.file):
            _require_no_secret(f"{source.file}: {part}", _texts(data), allow)
    return Outgoing(sources, len(files) - len(sources))


def publishable_site(site: Path, allow: Collection[str] = ()) -> list[str]:
    """Names of the files of a built page.

    Raises:
        LogError: Where it is no built page, has a link to elsewhere, or holds what looks like a secret.
    """
    if not (site / "index.html").is_file():
        raise LogError(f"{site}: no index.html here; build it with spillover leaderboard build")
    found = sorted(path for path in site.rglob("*"))
    for path in found:
        if path.is_symlink():
            raise LogError(f"{path}: this is a link, but a page may hold only its own files; replace it with the file")
        if path.suffix in TEXTS and path.is_file():
            _require_no_secret(str(path), [path.read_text(encoding="utf-8", errors="replace")], allow)
    names = [path.relative_to(site).as_posix() for path in found if path.is_file()]
    return [name for name in names if not any(part.startswith(".") for part in name.split("/"))]


def view_bundle(sources: Iterable[LogSource], folder: Path) -> Path:
    """Inspect's own viewer over logs, as a page that any server of files shows.

    Raises:
        LogError: Where Inspect cannot make it.
    """
    from inspect_ai.log import bundle_log_dir

    logs, out = folder / "logs", folder / "view"
    logs.mkdir(parents=True)
    for source in sources:
        there = (logs / source.name).exists()
        shutil.copyfile(source.file, logs / (f"{source.sha256[:8]}_{source.name}" if there else source.name))
    try:
        with redirect_stdout(StringIO()):
            bundle_log_dir(log_dir=str(logs), output_dir=str(out))
    except Exception as error:
        said = trouble(error)
        raise LogError(
            f"{folder}: Inspect could not bundle the logs ({said}); check them with spillover verify"
        ) from error
    return out


def _parts(file: str) -> Iterator[tuple[str, Any]]:
    """Every part of a log; a name that comes twice could hide one behind the other."""
    if file.endswith(".json"):
        from pydantic_core import from_json

        yield "log", from_json(Path(file).read_bytes())
        return
    with opened(file) as archive:
        names = archive.names()
        if len(set(names)) < len(names):
            raise LogError(f"{file}: the log holds a part twice; check it with spillover verify")
        for name in names:
            try:
                yield name, archive.part(name)
            except ValueError as error:
                raise LogError(
                    f"{file}: {name}: not readable, or larger than {LARGEST:,} bytes; copy the log again from its run"
                ) from error


def _texts(data: Any) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(data, dict):
        yield from map(str, data)
        yield from (text for value in data.values() for text in _texts(value))
    elif isinstance(data, list):
        yield from (text for value in data for text in _texts(value))
    elif isinstance(data, str):
        yield data


def _require_no_secret(where: str, texts: Iterable[str], allow: Collection[str]) -> None:
    for text in texts:
        for found in KEYS.finditer(text):
            if found[0] not in allow:
                raise LogError(
                    f"{where}: holds {found[0][:6]}..., which looks like a secret; if it is not, give --allow"
                )


def _require_no_password(source: LogSource) -> None:
    """Arguments under a name such as `api_key` are secrets, whatever they look like; so are passwords in addresses."""
    spec = source.header["eval"]
    for where in ("model_args", "task_args", "model_roles", "model_base_url"):
        if name := next(secrets_in(spec.get(where), where), None):
            why = "has the name of a secret, or holds a password; put it in an environment variable and run again"
            raise LogError(f"{source.file}: eval.{where}: {one_line(name)[:60]} {why}")
