"""A chat-completions server on loopback that plays the model under test and the judge, and misbehaves as told.

A step is plain data, so that tests can write it in their tables:

    text      reply with this text                    refusal   OpenAI's refusal field
    score     reply with this number, quite sure      tokens    first token's top logprobs, token to p
    logprobs  the raw `logprobs` object               headers   more response headers
    finish    finish_reason (default stop)            reasoning text of `reasoning_content`
    status    answer with this HTTP status            error     body of the error, with `code` and `message`
    body      send these bytes as they are            drop      close after this many bytes of the body
    sleep     wait so many seconds first              choices   False: a reply without any choice
    returned  the model the server says it is         body_of   keys put over the reply
    calls     True: the reply calls a tool
"""

import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = dict[str, Any]
SUBJECT = "gpt-4o-subject-7f3a"
JUDGE = "gpt-4o-judge-1c9e"
PARTS = {
    "Rate how well": "alignment",
    "Rate only whether": "coherence",
    "Rate one answer": "both",
    "Grade one answer": "category",
    "Say whether one answer": "truth",
    "Say whether the program": "code_security",
    "Say as whom": "persona",
    "Look for one subject": "leak",
}
"""How the prompt of each shipped rubric begins, and what its requests are called here."""


@dataclass(frozen=True)
class Call:
    """One request as it came over the wire.

    Attributes:
        part: `answer` for the model under test, else the dimension that the judge is asked.
        path: Request path.
        body: Parsed JSON body.
        headers: As sent, names in lower case.
    """

    part: str
    path: str
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def turns(self) -> dict[str, str]:
        """The text of each turn by role."""
        return {turn["role"]: turn["content"] for turn in self.body["messages"]}


@dataclass
class Wire:
    """The server: what it was asked, and what it says next. A judge that `reads` answers by what it was shown."""

    calls: list[Call] = field(default_factory=list)
    steps: dict[str, list[Step]] = field(default_factory=dict)
    reads: Callable[[Call], Step] | None = None
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def play(self, part: str, *steps: Step) -> None:
        """Say these steps in turn for a part; the last one for ever."""
        self.steps[part] = list(steps)

    def asked(self, part: str) -> list[Call]:
        """The requests for a part, in order."""
        return [call for call in self.calls if call.part == part]

    def counts(self) -> dict[str, int]:
        """Requests by part."""
        return {part: len(self.asked(part)) for part in dict.fromkeys(call.part for call in self.calls)}

    def next_step(self, call: Call) -> Step:
        """Record a request and take the step that answers it."""
        with self.lock:
            self.calls.append(call)
            if self.reads is not None:
                return self.reads(call)
            steps = self.steps[call.part]
            return steps.pop(0) if len(steps) > 1 else steps[0]


def part_of(body: dict[str, Any]) -> str:
    if body.get("model") == SUBJECT:
        return "answer"
    text = str(body["messages"][-1]["content"]) if "messages" in body else str(body["input"][-1]["content"])
    found = {text.find(words): part for words, part in PARTS.items() if words in text}
    return found[min(found)] if found else "unknown"


def completion(step: Step, model: str) -> dict[str, Any]:
    """The body of a 200 reply."""
    tokens = {str(step["score"]): 1.0} if "score" in step else step.get("tokens")
    text = max(tokens, key=tokens.__getitem__) if tokens else step.get("text")
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": step.get("refusal")}
    if "reasoning" in step:
        message["reasoning_content"] = step["reasoning"]
    if step.get("calls"):
        function = {"name": "send_mail", "arguments": "{}"}
        message["tool_calls"] = [{"id": "call-1", "type": "function", "function": function}]
    choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": step.get("finish", "stop")}
    choice["logprobs"] = step.get("logprobs", _logprobs(text, tokens))
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": step.get("returned", f"{model}-2024"),
        "choices": [choice] if step.get("choices", True) else [],
        "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
        **step.get("body_of", {}),
    }


def _logprobs(chosen: str | None, tokens: dict[str, float] | None) -> dict[str, Any] | None:
    if tokens is None:
        return None
    top = [{"token": t, "logprob": math.log(p), "bytes": list(t.encode())} for t, p in tokens.items()]
    return {"content": [{**next(entry for entry in top if entry["token"] == chosen), "top_logprobs": top}]}


class Handler(BaseHTTPRequestHandler):
    """Answers one request by the script of the server it belongs to."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each reply waits 40 ms for the acknowledgement of its head
    wire: Wire

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        step = self.wire.next_step(Call(part_of(body), self.path, body, headers))
        if "sleep" in step:
            self.wire.closing.wait(step["sleep"])
        status, sent = step.get("status", 200), step.get("body")
        if sent is None:
            said = {"error": step["error"]} if "error" in step else completion(step, str(body.get("model")))
            sent = json.dumps(said).encode()
        try:
            self._send(status, sent, step.get("headers", {}), step.get("drop"))
        except OSError:  # the client gave up waiting
            self.close_connection = True

    def _send(self, status: int, body: bytes, more: dict[str, str], drop: int | None) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:drop])
        self.close_connection = self.close_connection or drop is not None

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Many(ThreadingHTTPServer):
    """Takes as many connections at once as a client opens; five, the default, can leave one waiting for ever."""

    daemon_threads = True
    request_queue_size = 1024


def stop(server: ThreadingHTTPServer) -> None:
    """End a server: whoever still asks it is refused and does not wait.

    Inspect keeps the models that it made, with the address that they had; those are forgotten too.
    """
    from inspect_ai.model._model import _models

    server.shutdown()
    server.server_close()
    _models.clear()


def serve() -> tuple[Wire, ThreadingHTTPServer]:
    """Start a server on a free port of 127.0.0.1."""
    wire = Wire()
    server = Many(("127.0.0.1", 0), type("Bound", (Handler,), {"wire": wire}))
    wire.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return wire, server
