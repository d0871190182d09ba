"""Questions and judge prompts of the original study: loaded from a file or a pinned download, never copied."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import DeclarationError, counted, suggest, trouble

from .arguments import file_value, one_value
from .files import given_file
from .probes import Probe
from .texts import read_texts
from .yaml import ODD


@dataclass(frozen=True, slots=True)
class Questions:
    """What one question file says.

    Attributes:
        probes: One per question, format and paraphrase.
        prompts: Judge prompts by the name the file gives them, with `{question}` and `{answer}`.
    """

    probes: list[Probe]
    prompts: dict[str, str]


def upstream_questions(domain: str, declared: dict[str, Any], questions: str | None, formats: list[str]) -> Questions:
    """Load a declared question set, or a file in the same layout.

    Args:
        domain: Id of the declaration, for messages.
        declared: Its `probes.upstream`.
        questions: Name of a declared set, or path of a file; the first set where None.
        formats: Formats to keep.

    Raises:
        DeclarationError: Where the set, the file or a format does not exist, or it cannot be downloaded.
    """
    sets: dict[str, Any] = declared["sets"]
    name = str(file_value("questions", questions)) if isinstance(questions, list) else one_value("questions", questions)
    name = name or next(iter(sets))
    if name in sets:
        file = _pinned(domain, declared["url"], sets[name])
    elif Path(name).suffix in (".yaml", ".yml"):
        file = given_file(name)
    else:
        raise DeclarationError(f"{domain}: -T questions: {suggest('question set', name, [*sets, 'PATH.yaml'])}")
    entries = _entries(domain, file)
    left_out = {left for one in sets.values() for left in one.get("leave_out", [])}
    return _questions(domain, file, [e for e in entries if e["id"] not in left_out], declared["formats"], formats)


def cache_folder() -> Path:
    """Where downloads are kept: `SPILLOVER_CACHE`, or the user's cache folder."""
    from platformdirs import user_cache_path

    given = os.environ.get("SPILLOVER_CACHE")
    return Path(given) if given else user_cache_path("spillover")


def pinned(domain: str, address: str, sha256: str, kept: Path, instead: str = "") -> Path:
    """A file of a known hash: the copy that is kept, or a download.

    Args:
        domain: Id of the declaration, for messages.
        address: Where it is.
        sha256: Its hash.
        kept: Where the copy is kept.
        instead: What to do where it cannot be downloaded.

    Raises:
        DeclarationError: Where it cannot be downloaded, or is another file.
    """
    from inspect_ai.util import download

    try:
        return download(address, sha256, kept, timeout=20)
    except Exception as error:  # no network, refused, not found, changed: all have the same cure
        attempt = getattr(error, "last_attempt", None)  # what tenacity gave up on
        cause = attempt.exception() if attempt is not None else error
        raise DeclarationError(f"{domain}: cannot download {address} ({_line(cause)}){instead}") from error


def _pinned(domain: str, url: str, declared: dict[str, Any]) -> Path:
    kept = cache_folder() / declared["sha256"][:16] / declared["file"]
    instead = f"; download it yourself and give -T questions={declared['file']}"
    return pinned(domain, f"{url}/{declared['file']}", declared["sha256"], kept, instead)


def _line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), trouble(error))


def _entries(domain: str, file: Path) -> list[dict[str, Any]]:
    if not file.is_file():
        raise DeclarationError(f"{domain}: {file}: no such file; give -T questions=PATH.yaml")
    try:
        found = read_texts(file)
    except ODD as error:
        raise DeclarationError(
            f"{file}: not valid YAML: {(str(error).splitlines() or [''])[0]}; correct the file"
        ) from error
    needed = ("id", "paraphrases", "judge_prompts")
    if not isinstance(found, list) or not all(isinstance(e, dict) and all(k in e for k in needed) for e in found):
        raise DeclarationError(
            f"{file}: expected a list of questions, each with {', '.join(needed)}; write the file so"
        )
    for number, entry in enumerate(found, start=1):
        _check_entry(f"{file}: question {number}", entry)
    return found


def _check_entry(where: str, entry: dict[str, Any]) -> None:
    """Check that a question's parts are texts, where they must be."""
    texts, prompts = entry["paraphrases"], entry["judge_prompts"]
    if not isinstance(entry["id"], str) or not isinstance(entry.get("system") or "", str):
        raise DeclarationError(f"{where}: id and system must be texts; put them in quotes")
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        raise DeclarationError(f"{where}: paraphrases are not a list of texts; write a list")
    if not isinstance(prompts, dict) or not all(isinstance(one, str) for pair in prompts.items() for one in pair):
        raise DeclarationError(f"{where}: judge_prompts are not texts by name; write each as NAME: TEXT")


def _questions(
    domain: str, file: Path, entries: list[dict[str, Any]], suffixes: dict[str, str], formats: list[str]
) -> Questions:
    for name in formats:
        if name not in suffixes:
            raise DeclarationError(f"{domain}: -T formats: {suggest('format', name, suffixes)}")
    kept = [(entry, form) for entry in entries if (form := _format(entry["id"], suffixes)) in formats]
    missing = [name for name in formats if name not in {form for _, form in kept}]
    if missing:
        raise DeclarationError(f"{file.name}: no question has the format `{missing[0]}`; leave it out of -T formats")
    prompts = {tuple(sorted(entry["judge_prompts"].items())) for entry, _ in kept}
    if len(prompts) != 1:
        raise DeclarationError(
            f"{file.name}: questions have {counted(len(prompts), 'different judge')}; ask for one set at a time"
        )
    probes = [probe for entry, form in kept for probe in _probes(entry, suffixes[form])]
    return Questions(probes, dict(prompts.pop()))


def _format(question: str, suffixes: dict[str, str]) -> str:
    """The format whose suffix a question's id has, the longest first."""
    return max((name for name, end in suffixes.items() if question.endswith(end)), key=lambda name: len(suffixes[name]))


def _probes(entry: dict[str, Any], suffix: str) -> list[Probe]:
    """A probe per paraphrase. Formats of a question, and a paraphrase under several system prompts, are one cluster."""
    texts, name = entry["paraphrases"], str(entry["id"])
    if len(texts) == 1:
        return [Probe(name, texts[0], name.removesuffix(suffix), entry.get("system"))]
    return [
        Probe(f"{name}-{number:02}", text, f"paraphrase-{number:02}", entry.get("system"))
        for number, text in enumerate(texts, start=1)
    ]
