"""What a provider said of a call that failed: status and its own words, without keys, and what to do about it."""

import re
from typing import NamedTuple

LONGEST = 200
"""Characters of a provider's words that are told."""
MOST = 20_000
"""Characters at the end of a logged error that are looked at: Inspect puts the request first."""
PASSING = (408, 409, 425, 429)
"""4xx after which the same call may well succeed: time-out, conflict, too early, too many requests."""
_KEY = re.compile(
    r"\b(?:sk|pk|key|hf|gsk|xai)[-_][\w*-]{4,}|Bearer\s+\S+|(?<=//)[^/\s:@]+:[^/\s@]+(?=@)", re.IGNORECASE
)
_ID = re.compile(r"\b(?:req|request|chatcmpl|resp)[-_][\w-]{6,}|\b[0-9a-f]{8}-[0-9a-f-]{20,}\b|\b[0-9a-f]{24,}\b")
_MESSAGE = re.compile(r"""\\*["']message\\*["']\s*:\s*\\*(["'])(.*?)\\*\1\s*[,}]""", re.DOTALL)
_LOGGED = re.compile(r"(\w*(?:Error|Exception|Timeout))\(\\*['\"](?:Error code: )?(\d{3})\s*-?\s*(.*)", re.DOTALL)
_STATUS = re.compile(r"(\w+) \((\d{3})\)")
ADVICE = (
    (
        r"system.{0,20}(role|message|prompt|instruction)s?.{0,40}not.{0,20}(support|allow|enabl|exist)"
        r"|(support|allow|enabl).{0,30}system.{0,20}(role|message|prompt|instruction)"
        r"|roles must alternate",
        "this model takes no system prompt: put system text into the user turn with --system-as-user "
        "(-T system_as_user=true)",
    ),
    (
        r"context.?length|maximum context|too many tokens|prompt is too long",
        "the prompt does not fit: use a longer context, or a smaller --max-tokens",
    ),
    (r"temperature", "this model takes no such temperature: give --temperature 1"),
    (r"reasoning", "change --reasoning-effort or --reasoning-tokens"),
)
"""What a provider's words call for; the first pattern that fits."""


class Said(NamedTuple):
    """What a provider said.

    Attributes:
        kind: Name of the error.
        status: HTTP status, or None.
        words: Its own words, shortened; empty where it said nothing.
    """

    kind: str
    status: int | None
    words: str

    def __str__(self) -> str:
        status = f" ({self.status})" if self.status is not None else ""
        return f"{self.kind}{status}: {self.words}" if self.words and status else f"{self.kind}{status}"

    @property
    def lasting(self) -> bool:
        """Whether the same call will fail again: a 4xx that does not pass by itself."""
        return self.status is not None and 400 <= self.status < 500 and self.status not in PASSING


def said(error: BaseException) -> Said:
    """What the provider said, out of an error or its causes."""
    chain = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    found = next((one for one in reversed(chain) if _status(one) is not None), None)
    if found is None:
        return Said(type(error.__cause__ or error).__name__, None, "")
    return Said(type(found).__name__, _status(found), _words(found))


def said_in_log(text: str) -> Said | None:
    """What a provider said, out of the text of an error in a log; None where it holds no status."""
    found = _LOGGED.search(re.sub(r"\\+n", " ", text[-MOST:]))
    if found is None:
        return None
    rest = found[3]
    message = _MESSAGE.search(rest)
    words = message[2] if message else rest.rstrip("')\"\\ \n")
    return Said(found[1], int(found[2]), shortened(words.replace("\\", "")))


def advice(words: str) -> str | None:
    """What to do about what a provider said; None where nothing is known to help."""
    return next((fix for pattern, fix in ADVICE if re.search(pattern, words, re.IGNORECASE)), None)


def status_in(reason: str) -> int | None:
    """The status in a reason that `Said` wrote."""
    found = _STATUS.search(reason)
    return int(found[2]) if found else None


def shortened(words: str) -> str:
    """Words on one line, without keys and without what differs from call to call, cut where they are long."""
    text = _ID.sub("...", _KEY.sub("[key]", " ".join(words.split())))
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}..."


def _status(error: BaseException) -> int | None:
    found = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) else None


def _words(error: BaseException) -> str:
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    text = str(message) if message else re.sub(r"^Error code: \d+ - ", "", str(error))
    return shortened(text)
