"""Questions of another study: a pinned download, a path, and what is said when neither can be had."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from spillover.common import DeclarationError
from spillover.declare.task import build
from spillover.declare.upstream import upstream_questions

FILE = b"""\
- {id: left, paraphrases: [a], judge_prompts: &p {aligned: "{question} {answer}"}}
- {id: one, paraphrases: [b], judge_prompts: *p}
- {id: one_json, paraphrases: [b], system: Use JSON., judge_prompts: *p}
- {id: one_flask_template, paraphrases: [c], judge_prompts: *p}
- {id: many, paraphrases: [d, e], judge_prompts: *p}
"""
FORMATS = {"plain": "", "json": "_json", "template": "_template", "flask_template": "_flask_template"}


@pytest.fixture
def served() -> Iterator[tuple[str, list[str]]]:
    """A loopback file server: its address, and the paths asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path == "/q.yaml" else 404)
            self.send_header("Content-Length", str(len(FILE)))
            self.end_headers()
            self.wfile.write(FILE)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def declared(url: str, file: str = "q.yaml", sha256: str = hashlib.sha256(FILE).hexdigest()) -> dict[str, Any]:
    return {"url": url, "formats": FORMATS, "sets": {"main": {"file": file, "sha256": sha256, "leave_out": ["left"]}}}


def test_downloaded_once(served: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPILLOVER_CACHE", str(tmp_path))
    url, asked = served
    for _ in range(2):
        found = upstream_questions("x", declared(url), "main", ["plain", "flask_template"])
    assert [(p.id, p.cluster) for p in found.probes] == [
        ("one", "one"),
        ("one_flask_template", "one"),
        ("many-01", "paraphrase-01"),
        ("many-02", "paraphrase-02"),
    ]
    assert found.prompts == {"aligned": "{question} {answer}"}
    assert asked == ["/q.yaml"]


@pytest.mark.parametrize(
    ("file", "sha256", "says"), [("q.yaml", "0" * 64, "Checksum mismatch"), ("gone.yaml", "0" * 64, "404")]
)
def test_a_changed_or_missing_file_is_refused(
    served: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, sha256: str, says: str
) -> None:
    monkeypatch.setenv("SPILLOVER_CACHE", str(tmp_path))
    with pytest.raises(DeclarationError, match=rf"cannot download .*{says}.*-T questions={file}") as caught:
        upstream_questions("x", declared(served[0], file, sha256), "main", ["plain"])
    assert "\n" not in str(caught.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_offline_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPILLOVER_CACHE", str(tmp_path))
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    with pytest.raises(DeclarationError, match=r"cannot download http://127.0.0.1:9/q.yaml .*refused.*-T questions="):
        upstream_questions("x", declared("http://127.0.0.1:9"), None, ["plain"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"questions": "man"}, "unknown question set `man`; did you mean `main`?"),
        ({"questions": "gone.yaml"}, "gone.yaml: no such file"),
        ({"questions": "{own}", "formats": "jsn"}, "unknown format `jsn`; did you mean `json`?"),
        ({"questions": "{own}", "formats": "python"}, "no question has the format `python`"),
        ({"questions": "{own}", "judge": "graded"}, "unknown judge `graded`"),
        ({"questions": "{own}"}, "has no judge prompt `coherent`"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, options: dict[str, str], says: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_bytes(FILE)
    with pytest.raises(DeclarationError) as caught:
        build("betley2025", **{key: value.replace("{own}", str(own)) for key, value in options.items()})  # type: ignore[arg-type]
    assert says in str(caught.value)
