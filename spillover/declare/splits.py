"""Which probes of a domain are asked: a split, and a language."""

from pathlib import Path
from typing import Any, Literal, get_args

from spillover.common import WITHHELD, DeclarationError
from spillover.hub import fetch
from spillover.providers import rows

from .check import choose
from .files import given_file
from .probes import DATA, Probe, declared_probes, read_probes

Split = Literal["public", "paraphrases", "practice", "retired", "heldout"]
SPLITS: tuple[Split, ...] = get_args(Split)
FILES = {"paraphrases": "paraphrases.jsonl", "practice": "practice.jsonl", "retired": "retired.jsonl"}


def asked_probes(
    domain: str,
    probes: dict[str, Any],
    split: str = "public",
    language: str = "en",
    heldout: str | None = None,
    data: Path = DATA,
) -> list[Probe]:
    """The probes of a split in a language.

    Args:
        domain: Id of the declaration.
        probes: Its `probes`.
        split: `public`; `paraphrases` (with their originals, in one cluster); `practice`; `retired` (in English,
            without paraphrases), to ask again what older results rest on; or `heldout`.
        language: `en`, or one for which translations exist; then the translations of the public probes are asked.
        heldout: File of held-out probes, or `hf:ORG/NAME@REVISION` of a private dataset repository that has
            `data/DOMAIN/heldout.jsonl`; needed for that split, never part of this repository.
        data: Folder of the data files.

    Raises:
        DeclarationError: Where there is no such split, language or file.
    """
    choose("split", split, dict.fromkeys(SPLITS))
    if (heldout is not None) != (split == WITHHELD):
        raise DeclarationError(f"{domain}: split=heldout and heldout=FILE go together; give both or neither")
    public = declared_probes(domain, probes, data)
    if heldout is not None:
        if language != "en":
            raise DeclarationError(f"{domain}: held-out probes are not translated; leave out language={language}")
        return _unpublished(domain, "path" in probes, read_probes(_heldout(domain, heldout)), data)
    if language != "en":
        if split != "public":
            raise DeclarationError(f"{domain}: only the public split is translated; leave out split={split}")
        return _translated(public, language, data)
    if split == "public":
        return public
    extra = _all(domain, public, FILES[split], data)
    if split == "practice":
        return extra
    if split == "retired":
        return [probe for probe in extra if probe.cluster == probe.id or probe.pair]
    clusters = {probe.cluster for probe in extra}
    return [probe for probe in [*public, *extra] if probe.cluster in clusters]


def _translated(public: list[Probe], language: str, data: Path) -> list[Probe]:
    found: dict[str, dict[str, Probe]] = {}
    for path in _files(public, "translations.jsonl", data):
        languages = [str(row.get("language")) for row in rows(path)]
        for probe, spoken in zip(read_probes(path), languages, strict=True):
            found.setdefault(spoken, {})[probe.cluster] = probe
    ours: dict[str, Probe] = choose("language", language, {"en": None, **found})
    return [ours[probe.id] for probe in public if probe.id in ours]


def _all(domain: str, public: list[Probe], name: str, data: Path) -> list[Probe]:
    files = _files(public, name, data)
    if not files:
        raise DeclarationError(
            f"{domain}: has no {name}, so this split cannot be asked; choose another -T "
            f"split, or add the file to dataset/data/{domain}"
        )
    known = {probe.id for probe in public}
    found = [probe for path in files for probe in read_probes(path)]
    return [probe for probe in found if name != FILES["paraphrases"] or probe.cluster in known]


def _unpublished(domain: str, own: bool, held: list[Probe], data: Path) -> list[Probe]:
    """The held-out probes, checked: none is public, and all belong to the domain that is asked."""
    shown = [probe for path in sorted(data.glob("*/*.jsonl")) for probe in read_probes(path)]
    ids, texts = {probe.id for probe in shown}, {" ".join(probe.text.split()).casefold() for probe in shown}
    for probe in held:
        if probe.id in ids or " ".join(probe.text.split()).casefold() in texts:
            raise DeclarationError(
                f"{domain}: held-out probe {probe.id!r} is also in the public split; remove it from the held-out file"
            )
        if own and probe.domain not in (None, domain):
            raise DeclarationError(
                f"{domain}: held-out probe {probe.id!r} belongs to {probe.domain}; remove it from the held-out file"
            )
    return held


def _heldout(domain: str, given: str) -> Path:
    if not isinstance(given, str) or (given.startswith("hf:") and "@" not in given):
        raise DeclarationError(f"{domain}: heldout={given!r}: give a file, or hf:ORG/NAME@REVISION")
    if not given.startswith("hf:"):
        path = given_file(given)
        if not path.is_file():
            raise DeclarationError(f"{domain}: heldout={given}: no such file; check the path")
        return path
    name = f"data/{domain}/heldout.jsonl"
    path = fetch(given.removeprefix("hf:"), [name]).folder / name
    if not path.is_file():
        raise DeclarationError(f"{given}: has no {name}; add the file there, or give another -T heldout")
    return path


def _files(public: list[Probe], name: str, data: Path) -> list[Path]:
    homes = dict.fromkeys(probe.id.rpartition("-")[0] for probe in public)
    return [data / home / name for home in homes if (data / home / name).is_file()]
