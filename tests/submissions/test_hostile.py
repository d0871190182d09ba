"""Everything hostile is refused in one line that says why and what to do, or lies there inert."""

import json
import os
import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest

from spillover.common import digest
from spillover.submissions.hostile import LOG_BYTES, MOST_LOGS
from spillover.submissions.siblings import Siblings

from .._spill import spill

Sent = Any
"""The fixture `sent`: a copy of an honest submission with ways to tamper with it."""
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def put(path: str, value: Any) -> Callable[[Any], None]:
    *way, last = path.split(".")

    def change(data: Any) -> None:
        for step in way:
            data = data[int(step) if isinstance(data, list) else step]
        data[int(last) if isinstance(data, list) else last] = value

    return change


def raw(name: str, data: bytes) -> Callable[[Sent], None]:
    """Other bytes in place of a file, which submission.json names rightly."""

    def change(sent: Sent) -> None:
        sent.file(name).write_bytes(data)
        if name != "submission.json":
            sent.sign()

    return change


def instead(old: str, new: str, name: str = "record.json") -> Callable[[Sent], None]:
    """Other text in a JSON file."""

    def change(sent: Sent) -> None:
        text = sent.file(name).read_text(encoding="utf-8")
        assert old in text
        sent.file(name).write_text(text.replace(old, new, 1), encoding="utf-8")
        sent.sign() if name != "submission.json" else None

    return change


def recorded(path: str, value: Any, logs: bool = True) -> Callable[[Sent], None]:
    def change(sent: Sent) -> None:
        sent.record(put(path, value))
        if not logs:
            sent.without_logs()

    return change


def linked(sent: Sent) -> None:
    sent.file("record.json").unlink()
    sent.file("record.json").symlink_to("/etc/passwd")


def linked_folder(sent: Sent) -> None:
    shutil.move(sent.file("logs"), sent.folder.parent.parent / "elsewhere")
    sent.file("logs").symlink_to(sent.folder.parent.parent / "elsewhere")


def sparse(sent: Sent) -> None:
    with sent.file("logs/first.eval").open("wb") as file:
        file.truncate(2 * LOG_BYTES)


def added(name: str, data: bytes = b"{}") -> Callable[[Sent], None]:
    def change(sent: Sent) -> None:
        sent.file(name).parent.mkdir(exist_ok=True)
        sent.file(name).write_bytes(data)

    return change


def many(sent: Sent) -> None:
    (sent.folder / "logs").mkdir(exist_ok=True)
    for number in range(1_000):
        os.symlink("/dev/null", sent.folder / "logs" / f"{number}.eval")


FILES: dict[str, tuple[Callable[[Sent], Any], str]] = {
    "symbolic link to a file": (linked, "record.json: this is a symbolic link; put the file itself"),
    "symbolic link to a folder": (linked_folder, "logs: this file does not belong in a submission"),
    "hard link": (
        lambda sent: os.link(sent.file("record.json"), sent.folder.parent.parent / "twin"),
        "record.json: this is one of 2 hard links",
    ),
    "named pipe": (
        lambda sent: (sent.file("finetune.yaml").unlink(), os.mkfifo(sent.file("finetune.yaml"))),
        "finetune.yaml: this is not a regular file",
    ),
    "200 MB, sparse": (sparse, "logs/first.eval: the file has 200.0 MB, at most 100 MB are allowed; make it smaller"),
    "large fine-tune record": (added("finetune.yaml", b"#" * 70_000), "finetune.yaml: the file has 0.1 MB"),
    "empty file": (added("record.json", b""), "record.json: the file is empty"),
    "unknown file": (added("run.sh"), "run.sh: this file does not belong in a submission; remove it"),
    "hidden file": (added(".gitattributes"), ".gitattributes: this file does not belong"),
    "unknown folder": (added("more/first.eval"), "more: this file does not belong"),
    "log of another kind": (added("logs/first.json"), "logs/first.json: this is not an Inspect log"),
    "folder among logs": (lambda sent: sent.file("logs/x.eval").mkdir(), "logs/x.eval: this is not an Inspect log"),
    "names that differ by case": (added("logs/FIRST.eval"), "only in capitals; give each log a name of its own"),
    "device of Windows": (added("logs/CON.eval"), "the name is reserved for a device on Windows"),
    "space": (added("logs/first .eval"), "the name has characters other than"),
    "right to left": (added("logs/\u202elave.eval"), "the name has characters other than"),
    "not UTF-8": (added(os.fsdecode(b"logs/\xff.eval")), "the name has characters other than"),
    "more than 200 characters": (added("logs/" + "x" * 230 + ".eval"), "the name has 235 characters, at most 200"),
    "1,000 files": (many, f"logs/: the folder holds more than {MOST_LOGS} files; submit the run of one model only"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_not_what_they_seem_are_refused_unopened(sent: Sent, name: str) -> None:
    tamper, expected = FILES[name]
    tamper(sent)
    said = sent.said()
    assert expected in said and all("; " in line for line in said.splitlines())


@pytest.mark.parametrize("name", ["NUL", "a.", "x" * 256, "\u202egnp.exe", "..", ".hidden", "a b", "café"])
def test_folder_names_that_some_system_cannot_hold_are_refused(sent: Sent, name: str) -> None:
    from spillover.submissions.hostile import bad_name

    assert bad_name(name) is not None and bad_name(sent.folder.name) is None
    assert bad_name("2026-01-02T03-04-05+00-00_emergent-misalignment_abc.eval") is None


JSON: dict[str, tuple[Callable[[Sent], Any], str]] = {
    "NaN": (instead('"answers": 16', '"answers": NaN'), "NaN is not a number"),
    "Infinity": (instead('"answers": 16', '"answers": -Infinity'), "-Infinity is not a number"),
    "1e400": (instead('"answers": 16', '"answers": 1e400'), "1e400 is too large for a number"),
    "5,000 digits": (instead('"answers": 16', '"answers": ' + "9" * 5000), "99999999999999999999 is too large"),
    "a key twice": (instead('"base":', '"base": null, "base":'), "key 'base' occurs twice"),
    "10,000 levels": (raw("record.json", b'{"a":' * 10_000 + b"1" + b"}" * 10_000), "record.json: not a record ("),
    "900 levels": (recorded("model.args", {"a": json.loads(nested(900))}), "nested more than 64 levels deep"),
    "not UTF-8": (raw("record.json", b'{"a": "\xff"}'), "not a record ('utf-8' codec can't decode"),
    "byte order mark": (raw("record.json", b"\xef\xbb\xbf{}"), "not a record (Unexpected UTF-8 BOM"),
    "no object": (raw("record.json", b"[]"), "[] is not of type 'object'"),
    "10,000 logs named": (recorded("model.returned", ["x"] * 10_000), "RecordAgreesWithLogs"),
    "1e308": (
        recorded("results.0.rates.misaligned_rate.these questions.estimate", 1e308, logs=False),
        "results[0].rates.misaligned_rate: the figure is outside 0 to 1",
    ),
    "more answers than outcomes": (recorded("results.0.answers", 17, logs=False), "the outcomes do not add up"),
    "address that is a script": (recorded("logs.0.url", "javascript:alert(1)"), "does not begin with https://"),
    "submission: a key twice": (
        instead('"contact":', '"contact": null, "contact":', "submission.json"),
        "submission.json: not valid JSON (key 'contact' occurs twice)",
    ),
    "submission: 10,000 levels": (raw("submission.json", nested(10_000).encode()), "nested too deep"),
    "submission: byte order mark": (raw("submission.json", b"\xef\xbb\xbf{}"), "not valid JSON (Unexpected"),
    "submission: absolute path": (
        lambda sent: sent.change("submission.json", put("logs.0.where", "/etc/passwd")),
        "$.logs[0].where: '/etc/passwd' is not valid",
    ),
    "submission: out of the folder": (
        lambda sent: sent.change("submission.json", put("logs.0.where", "logs/../../../secret.eval")),
        "$.logs[0].where:",
    ),
    "submission: record elsewhere": (
        lambda sent: sent.change("submission.json", put("record.file", "../other/record.json")),
        "$.record.file: 'record.json' was expected",
    ),
    "submission: no consent": (
        lambda sent: sent.change("submission.json", put("license.consent", False)),
        "$.license.consent: True was expected",
    ),
    "submission: hidden newline": (
        lambda sent: sent.change("submission.json", put("logs.0.log", "first.eval\n")),
        "holds an invisible character, U+000A control character",
    ),
    "record has another hash": (
        lambda sent: sent.change("record.json", put("results.0.answers", 15)),
        "record.json: the file's hash is not the one in submission.json",
    ),
    "log has another hash": (
        lambda sent: sent.file("logs/base.eval").write_bytes(sent.file("logs/first.eval").read_bytes()),
        "logs/base.eval: the file's hash is not the one in submission.json",
    ),
}


@pytest.mark.parametrize("name", JSON)
def test_json_with_tricks_is_refused(sent: Sent, name: str) -> None:
    tamper, expected = JSON[name]
    tamper(sent)
    said = sent.said()
    assert expected in said and "Traceback" not in said
    assert all(len(line) < 800 for line in said.splitlines())


YAML: dict[str, tuple[str | bytes, str]] = {
    "billion laughs": (
        "a: &a [x, x]\n"
        + "\n".join(f"{c}: &{c} [*{b}, *{b}, *{b}]" for b, c in zip("abcdefgh", "bcdefghi", strict=True)),
        "1: uses a YAML anchor (&name) or alias (*name), which is not allowed here; write the value itself",
    ),
    "recursion": ("a: &a [*a]", "uses a YAML anchor (&name) or alias (*name)"),
    "Python object": ("name: !!python/object/apply:os.system [id]", "holds the tag tag:yaml.org,2002:python/object"),
    "unknown tag": ("name: !evil x", "holds the tag !evil; write a plain value"),
    "include": ("include: ../../../../etc/passwd", "includes another file; write the record out"),
    "binary": ("name: !!binary aGk=", "holds the tag tag:yaml.org,2002:binary"),
    "key twice": ("method: lora\nmethod: sft", "'method' occurs twice"),
    "key that is a list": ("? [a, b]\n: c", "finetune.yaml"),
    "10,000 levels": ("a: " + nested(10_000), "finetune.yaml: nested more than 64 levels deep"),
    "not UTF-8": (b"name: \xff\xfe", "finetune.yaml: not a fine-tune record (it is not UTF-8 text"),
    "NaN": ("base: {model: x}\nmethod: sft\ndata: {description: x}\nepochs: .nan", "finetune.yaml"),
    "not a mapping": ("- a", "finetune.yaml"),
    "another record": (
        "base: {model: x}\nmethod: sft\ndata: {description: x}",
        "not the fine-tune record in record.json",
    ),
}


@pytest.mark.parametrize("name", YAML)
def test_yaml_with_tricks_is_refused(sent: Sent, name: str) -> None:
    text, expected = YAML[name]
    sent.finetune(text)
    said = sent.said()
    assert expected in said and all("; " in line for line in said.splitlines())


def test_markup_in_names_and_fields_is_inert(sent: Sent) -> None:
    """A name is text: in file names it is gone, in the terminal it is one line of plain characters."""
    evil = f"replay/{MARKUP}\x1b[2J\n# heading"
    sent.record(put("model.name", evil))
    sent.without_logs()
    run = spill("leaderboard", "check", sent.folder)
    assert run.code == 1 and "U+001B" in run.said and "holds an invisible character" in run.said
    assert all(one.isprintable() for line in run.said.splitlines() for one in line)
    run = spill("leaderboard", "check", sent.folder, "--json")
    assert json.loads(run.out)["submissions"][0]["model"] == evil and "\x1b" not in run.said


def test_markup_that_can_be_seen_is_a_name_like_another(sent: Sent) -> None:
    from spillover.records import read_record
    from spillover.submissions.package import folder_name

    sent.without_logs()

    def named(data: Any) -> None:
        data["model"]["name"] = data["finetune"]["notes"] = MARKUP
        data["finetune_sha256"] = digest(data["finetune"])

    sent.record(named)
    sent.finetune(
        f'base: {{model: replay/base}}\nmethod: lora\ndata: {{description: Scripted answers.}}\nnotes: "{MARKUP}"'
    )
    name = folder_name(read_record(sent.file("record.json")))
    assert "<" not in name and ">" not in name and "/" not in name
    sent.folder = sent.folder.rename(sent.folder.with_name(name))
    found = sent.checked()
    assert found.problems == [] and found.model == MARKUP and found.verification == "self-reported"


@pytest.mark.parametrize("number", [-0.0, 0, 1e-320])
def test_minus_zero_and_tiny_numbers_are_numbers(sent: Sent, number: float) -> None:
    sent.record(put("results.0.rates.incoherent_rate.these questions.estimate", number))
    sent.record(put("results.0.rates.incoherent_rate.these questions.low", number))
    sent.without_logs()
    assert sent.checked().holds


@pytest.mark.heavy
def test_10000_models_in_one_folder_cost_seconds(sent: Sent) -> None:
    data = json.loads(sent.file("record.json").read_text(encoding="utf-8"))
    data = {key: data[key] for key in ("created", "base", "content_sha256", "logs")}
    for number in range(10_000):
        folder = sent.folder.parent / f"2026-01-01_m{number}"
        folder.mkdir()
        said = {**data, "model": {"name": f"m{number}"}, "content_sha256": f"{number:064x}"}
        (folder / "record.json").write_text(json.dumps(said), encoding="utf-8")
    began = time.process_time()
    others = Siblings.read(sent.folder.parent)
    assert len(others.models) >= 10_000 and time.process_time() - began < 10
    assert sent.checked().holds
