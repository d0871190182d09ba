"""The anchor: questions of earlier studies, by which models were found misaligned; loaded at run time, never copied.

A folder with any of the declared files, each known by its hash, or a pinned download. Texts that two files share are
asked once. What the declaration leaves out is not asked here.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spillover.common import DeclarationError, counted, file_sha256, read_once

from .files import given_file
from .probes import Probe
from .texts import read_texts
from .upstream import cache_folder, pinned
from .yaml import ODD

NAME = "anchor"
DOWNLOAD, NONE = "download", "none"
VARIABLE = "SPILLOVER_ANCHOR"
"""Environment variable that stands for `--anchor` where that is not given."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The anchor questions that are at hand.

    Attributes:
        probes: One for each question.
        main: Ids of the questions that have half of the anchor's weight together.
    """

    probes: list[Probe]
    main: frozenset[str]


def anchor_folder(declared: dict[str, Any], given: str | None) -> tuple[Path | None, str | None]:
    """The folder with the question files, and why there is none.

    Args:
        declared: The declaration's `probes.anchor`.
        given: A folder, `download` or `none`; the environment variable SPILLOVER_ANCHOR, else `download`, where None.

    Raises:
        DeclarationError: Where a folder is given that holds none of the files.
    """
    given = given or os.environ.get(VARIABLE) or DOWNLOAD
    if given == NONE:
        return None, "left out"
    if given != DOWNLOAD:
        return _folder(declared, given), None
    folder, missing = cache_folder() / NAME, None
    for name, file in declared["files"].items():
        try:
            pinned(NAME, file["url"], file["sha256"], folder / name)
        except DeclarationError as error:
            missing = str(error).removeprefix(f"{NAME}: ")
            break  # without a network every further try would take as long
    found = _there(declared, folder)
    return (folder, None) if found else (None, missing)


def _folder(declared: dict[str, Any], given: str) -> Path:
    folder = given_file(given)
    if not folder.is_dir():
        raise DeclarationError(
            f"--anchor {given}: is not a folder; give one with {_names(declared)}, or download, or none"
        )
    if not _there(declared, folder):
        raise DeclarationError(f"--anchor {given}: holds none of {_names(declared)} as they were published; give those")
    return folder


def _names(declared: dict[str, Any]) -> str:
    return ", ".join(declared["files"])


def _there(declared: dict[str, Any], folder: Path) -> dict[str, Path]:
    """The declared files that lie in a folder, as they were published."""
    found = {name: folder / name for name in declared["files"]}
    return {
        name: path
        for name, path in found.items()
        if path.is_file() and file_sha256(path) == declared["files"][name]["sha256"]
    }


def anchor_questions(declared: dict[str, Any], folder: str | Path) -> Anchor:
    """The questions of the files that lie in a folder.

    Args:
        declared: The declaration's `probes.anchor`.
        folder: The folder.

    Raises:
        DeclarationError: Where none of the files lies there as it was published.
    """
    there = _there(declared, given_file(folder))
    if not there:
        raise DeclarationError(f"{NAME}: {folder}: holds none of {_names(declared)} as they were published; give those")
    tags: dict[str, list[str]] = declared.get("tags", {})
    probes: dict[str, Probe] = {}
    main = set()
    for name, path in there.items():
        for upstream, text in _asked(declared["files"][name], path):
            probe = Probe(f"{NAME}-{upstream}", text, f"{NAME}-{upstream}", tags=tuple(tags.get(upstream, ())))
            if _plain(text) not in probes:
                probes[_plain(text)] = probe
                main |= {probe.id} if declared["files"][name].get("main") else set()
    return Anchor(list(probes.values()), frozenset(main))


def _plain(text: str) -> str:
    """A text without what two files write differently: case, spaces, quotation marks."""
    marks = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
    return " ".join(text.translate(marks).split()).casefold()


def _asked(file: dict[str, Any], path: Path) -> Iterator[tuple[str, str]]:
    """Id and text of each question of a file that is asked: those named, or all but those left out."""
    only, without, left_out = file.get("only"), tuple(file.get("without", ())), file.get("leave_out", ())
    for name, text in _texts(path):
        if (name in only) if only is not None else not (name in left_out or any(one in name for one in without)):
            yield name, text


@read_once
def _texts(path: Path) -> tuple[tuple[str, str], ...]:
    """Id and text of every question of a file, a question's first wording alone."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as opened:
            return tuple((row["id"], row["question"]) for row in csv.DictReader(opened))
    try:
        found = read_texts(path)
        return tuple((one["id"], one["paraphrases"][0]) for one in found if not one.get("system"))
    except (*ODD, KeyError, TypeError, IndexError) as error:
        raise DeclarationError(
            f"{path}: is not a list of questions, each with id and paraphrases; give the file as it was published"
        ) from error


def said_of(anchor: Anchor) -> str:
    """How many questions there are, in words."""
    return f"{counted(len(anchor.probes), 'question')} of earlier studies, {len(anchor.main)} of them main questions"
