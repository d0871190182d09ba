"""The Hub's protocol on loopback, for one dataset repository held in memory.

It serves a folder to clients that insist on the Hub (Inspect's own loader, `datasets`), and takes what
`huggingface_hub` sends when it publishes. It speaks the endpoints that these clients call, and no others.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from spillover.hub import git_sha

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Loopback:
    """A dataset repository, its commits and tags.

    Attributes:
        repo: `ORG/NAME`.
        token: Token that writing needs; None lets nobody write.
        exists: Whether the repository has been created.
        commits: Files of each commit.
        refs: What branches and tags stand for.
        calls: Method and path of each request so far.
        url: Where it is served.
    """

    repo: str
    token: str | None = None
    exists: bool = True
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        if not self.commits:
            self.commit({})

    @classmethod
    def of(cls, folder: Path, repo: str = "local/folder") -> "Loopback":
        """A repository with the files of a folder as its only commit."""
        made = cls(repo)
        found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        made.commit({name: content for name, content in found.items() if not name.startswith(".")})
        return made

    def commit(self, files: dict[str, bytes]) -> str:
        """Make files the head of `main`; gives the commit's name."""
        text = json.dumps([sorted((name, git_sha(content)) for name, content in files.items()), len(self.commits)])
        sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self.commits[sha] = files
        self.refs["main"] = sha
        return sha

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve on loopback; gives the address that `HF_ENDPOINT` should have."""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = urlsplit(self.path)
                path, deep = unquote(asked.path), "recursive=true" in asked.query.lower()
                hub.calls.append(f"{self.command} {path}")
                status, headers, content = hub.reply(path, body, self.headers.get("Authorization"), deep)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_POST = handle_any

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            self.url = f"http://127.0.0.1:{server.server_port}"
            yield self.url
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def reply(self, path: str, body: bytes, authorization: str | None, deep: bool = False) -> Reply:
        """Answer one request; `deep` lists folders with all that is below them."""
        if path in ("/api/repos/create", "/api/validate-yaml", "/api/whoami-v2"):
            return self._account(path, authorization)
        home = f"/api/datasets/{self.repo}"
        if not self.exists or not path.startswith((home, f"/datasets/{self.repo}/resolve/")):
            return _error(404, "RepoNotFound")
        if path == home or path == f"{home}/refs":
            return self._refs() if path.endswith("/refs") else self._info("main")
        if path.startswith(f"/datasets/{self.repo}/resolve/"):
            revision, _, name = path.removeprefix(f"/datasets/{self.repo}/resolve/").partition("/")
            return self._file(revision, name)
        verb, _, rest = path.removeprefix(f"{home}/").partition("/")
        revision, _, below = rest.partition("/")
        if revision not in self.refs and revision not in self.commits:
            return _error(404, "RevisionNotFound")
        if verb == "revision":
            return self._info(revision)
        if verb == "tree":
            return self._tree(self.files(revision), below, deep)
        if verb == "paths-info":
            asked = json.loads(body)["paths"]
            files, names = self.files(revision), asked if isinstance(asked, list) else [asked]
            return _json([found for name in names if (found := _entry(files, name))])
        if verb not in ("preupload", "commit", "tag"):
            return _error(404, "EntryNotFound")
        return self._denied(authorization) or getattr(self, f"_{verb}")(revision, body)

    def files(self, revision: str) -> dict[str, bytes]:
        """Files at a branch, tag or commit."""
        return self.commits[self.refs.get(revision, revision)]

    def _denied(self, authorization: str | None) -> Reply | None:
        if not authorization:
            return _error(401, "", "Invalid credentials in Authorization header")
        return None if authorization == f"Bearer {self.token}" else _error(403, "")

    def _account(self, path: str, authorization: str | None) -> Reply:
        if path == "/api/validate-yaml":
            return _json({"errors": [], "warnings": []})
        if denied := self._denied(authorization):
            return denied
        if path == "/api/whoami-v2":
            return _json({"type": "user", "name": self.repo.split("/")[0], "orgs": []})
        if self.exists:
            return 409, *_json({"url": f"{self.url}/datasets/{self.repo}"})[1:]
        self.exists = True
        return _json({"url": f"{self.url}/datasets/{self.repo}", "name": self.repo, "id": self.repo})

    def _info(self, revision: str) -> Reply:
        sha = self.refs.get(revision, revision)
        names = [{"rfilename": name} for name in sorted(self.commits[sha])]
        facts: dict[str, Any] = {
            "id": self.repo,
            "author": None,
            "private": False,
            "disabled": False,
            "gated": False,
            "tags": [],
        }
        return _json({**facts, "sha": sha, "siblings": names, "downloads": 0, "likes": 0})

    def _refs(self) -> Reply:
        found = {"branches": [], "tags": [], "converts": []}  # type: dict[str, list[dict[str, str]]]
        for name, sha in self.refs.items():
            kind, ref = ("branches", "heads") if name == "main" else ("tags", "tags")
            found[kind].append({"name": name, "ref": f"refs/{ref}/{name}", "targetCommit": sha})
        return _json(found)

    def _tree(self, files: dict[str, bytes], below: str, deep: bool) -> Reply:
        inside = f"{below}/" if below else ""
        names = [name for name in sorted(files) if name.startswith(inside)]
        if below and not names:
            return _error(404, "EntryNotFound")
        parts = [name.removeprefix(inside).split("/") for name in names]
        shown = {inside + "/".join(part[:n]) for part in parts for n in range(1, len(part) + 1 if deep else 2)}
        return _json([_entry(files, name) for name in sorted(shown)])

    def _file(self, revision: str, name: str) -> Reply:
        if revision not in self.refs and revision not in self.commits:
            return _error(404, "RevisionNotFound")
        sha, files = self.refs.get(revision, revision), self.files(revision)
        if name not in files:
            status, headers, content = _error(404, "EntryNotFound")
            return status, {**headers, "X-Repo-Commit": sha}, content
        return 200, {"ETag": f'"{git_sha(files[name])}"', "X-Repo-Commit": sha}, files[name]

    def _preupload(self, revision: str, body: bytes) -> Reply:
        files, asked = self.files(revision), [file["path"] for file in json.loads(body)["files"]]
        known = {name: git_sha(files[name]) for name in asked if name in files}
        mode = {"uploadMode": "regular", "shouldIgnore": False}
        return _json({"files": [{"path": name, **mode, "oid": known.get(name)} for name in asked]})

    def _commit(self, revision: str, body: bytes) -> Reply:
        files = dict(self.files(revision))
        for operation in map(json.loads, body.splitlines()):
            value = operation["value"]
            if operation["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif operation["key"] == "deletedFile":
                files.pop(value["path"])
        sha = self.commit(files)
        return _json({"success": True, "commitOid": sha, "commitUrl": f"{self.url}/datasets/{self.repo}/commit/{sha}"})

    def _tag(self, revision: str, body: bytes) -> Reply:
        tag = json.loads(body)["tag"]
        if tag in self.refs:
            return 409, {"Content-Type": "application/json"}, b'{"error": "the tag exists"}'
        self.refs[tag] = self.refs.get(revision, revision)
        return _json({"success": True})


def _entry(files: dict[str, bytes], name: str) -> dict[str, Any] | None:
    """What the Hub says of a file or folder; None where there is none."""
    if name in files:
        return {"type": "file", "path": name, "size": len(files[name]), "oid": git_sha(files[name])}
    if any(other.startswith(f"{name}/") for other in files):
        return {"type": "directory", "path": name, "size": 0, "oid": git_sha(name.encode())}
    return None


def _json(value: object) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


def _error(status: int, code: str, message: str = "") -> Reply:
    said = {"X-Error-Code": code, "X-Error-Message": message}
    return status, {name: value for name, value in said.items() if value}, b"{}"
