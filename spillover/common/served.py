"""What served the answers: who was asked for, which names came back, from which address, with which arguments.

A log tells all of it, and so do record, card and board: a name alone does not show what answered. Addresses are shown
as hosts, so that neither a password nor a key in them is repeated.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from .secrets import public

Role = Literal["model", "base", "judge"]
DEFAULT, UNREADABLE = "default", "an address that cannot be read"
"""Host where a log names no address, and where none can be read off the address.

Inspect writes down the address that a model was given. One that a provider took from the environment
(`OPENAI_BASE_URL`) is in no log.
"""
HOSTED = {
    "anthropic": (r"anthropic\.com", r"bedrock-runtime(-fips)?\.[a-z0-9-]+\.amazonaws\.com", r"googleapis\.com"),
    "deepseek": (r"deepseek\.com",),
    "fireworks": (r"fireworks\.ai",),
    "google": (r"googleapis\.com",),
    "grok": (r"x\.ai",),
    "groq": (r"groq\.com",),
    "mistral": (r"mistral\.ai",),
    "openai": (r"openai\.com", r"(openai|services\.ai|cognitiveservices)\.azure\.com"),
    "openrouter": (r"openrouter\.ai",),
    "perplexity": (r"perplexity\.ai",),
    "together": (r"together\.xyz", r"together\.ai"),
}
"""Hosted providers, and how their own addresses end. Where anybody can rent a name (`*.amazonaws.com`), only the part
that is the provider's counts."""
GENERIC = "openai-api"
"""Provider of Inspect that takes the service as the second part of a model's name."""
WEIGHTS = ("model_path", "model_name", "model", "checkpoint", "adapter", "peft_model_id", "lora_path", "tokenizer_path")
"""Arguments of a model that name weights."""
_DATED = re.compile(r"(?<![a-z0-9.])(?:\d{4}[-.]\d{2}[-.]\d{2}|\d{3,8}|latest)(?![a-z0-9.])")
_ROUTE = re.compile(r"^(?:[a-z]+\.)?(?:amazon|anthropic|deepseek|meta|mistral)\.|-v\d+:\d+$|-v\d+(?=@)|-0$")
"""What Bedrock and Vertex add to a name (`us.anthropic.NAME-v2:0`, `NAME-v2@DATE`); how aliases end (`NAME-0`)."""
_HOST = re.compile(r"[a-z0-9_.:-]+")


@dataclass(frozen=True, slots=True)
class Served:
    """What served the answers of one model.

    Attributes:
        role: `model` under test, its `base`, or a `judge`.
        asked: Name that was asked for.
        host: Host of the address that the log names, or `DEFAULT`.
        returned: Names that came back with the answers.
        args: Arguments of the model, without secrets.
    """

    role: Role
    asked: str
    host: str
    returned: tuple[str, ...]
    args: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "returned": list(self.returned)}

    @property
    def provider(self) -> str:
        """Provider in the name; the service where the provider takes any."""
        first, _, rest = self.asked.partition("/")
        return rest.partition("/")[0] if first == GENERIC else first

    @property
    def hosted(self) -> bool:
        """Whether the name is one of a hosted provider."""
        return self.provider in HOSTED

    def oddities(self) -> Iterator[str]:
        """What does not fit the name, each in a sentence; nothing where all fits."""
        who = f"the {self.role} {self.asked[:80]}"
        if self.foreign:
            yield f"{who} was asked at {self.host[:80]}, which is not an address of {self.provider}"
        for one in self.returned:
            if not same_model(self.asked, one):
                yield f"{who} answered as {one[:80]}"
        for name, weights in self._weights():
            yield f"{who} was run with {name}={weights[-80:]}"

    @property
    def foreign(self) -> bool:
        """Whether a hosted name was asked at an address that is not its provider's."""
        ends = HOSTED.get(self.provider)
        if ends is None or self.host == DEFAULT:
            return False
        return not any(re.fullmatch(rf"([a-z0-9_-]+\.)*{end}", self.host) for end in ends)

    def _weights(self) -> Iterator[tuple[str, str]]:
        """Arguments that name weights which the name does not."""
        parts = re.split(r"[/:@+ ]", self.asked.casefold())
        for name in WEIGHTS:
            said = self.args.get(name)
            last = PurePath(said.replace("\\", "/").casefold()).name if isinstance(said, str) else ""
            if last and last not in parts:
                yield name, str(said)


def host_of(address: Any) -> str:
    """The host of an address, in lower case: without user, password, port, path and query.

    Args:
        address: Text of an address; None or an empty text where none was given.
    """
    if not address:
        return DEFAULT
    text = str(address).strip()
    try:
        host = (urlsplit(text if "://" in text else f"//{text}").hostname or "").rstrip(".")
    except ValueError:
        return UNREADABLE
    return host if "\\" not in text and _HOST.fullmatch(host) else UNREADABLE


def plain_args(args: Any) -> dict[str, Any]:
    """Arguments of a model as they may be shown: no secrets, no folders, of addresses the host.

    Args:
        args: Arguments as a log holds them.
    """
    shown = public(args) if isinstance(args, Mapping) else {}
    return {name: _hosts(one) for name, one in shown.items()}


def _hosts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _hosts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_hosts(one) for one in value]
    return host_of(value) if isinstance(value, str) and "://" in value else value


def same_model(asked: str, returned: str) -> bool:
    """Whether a name that came back is the one asked for, but for a provider before it and a date or build behind it.

    Two dates that differ are two models. `gpt-4o` is `gpt-4o-2024-08-06`, and not `gpt-4o-mini`.
    """
    (name, dates), (said, others) = _apart(asked), _apart(returned)
    return name == said and (dates == others or not dates or not others)


def _apart(name: str) -> tuple[list[str], list[str]]:
    last = _ROUTE.sub("", name.casefold().rsplit("/", 1)[-1])
    words = re.split(r"[^a-z0-9]+", _DATED.sub("", last))
    return [one for one in words if one], [one for one in _DATED.findall(last) if one != "latest"]


def merged(found: Iterable[Served]) -> list[Served]:
    """One entry for each model, address and set of arguments, with every name that came back, in a fixed order."""
    by: dict[str, list[Served]] = {}
    for one in found:
        by.setdefault(repr((get_args(Role).index(one.role), one.asked, one.host, _fixed(one.args))), []).append(one)
    return [_together(by[key]) for key in sorted(by)]


def _together(same: list[Served]) -> Served:
    returned = tuple(sorted({name for one in same for name in one.returned}))
    return Served(same[0].role, same[0].asked, same[0].host, returned, same[0].args)


def _fixed(value: Any) -> Any:
    """Plain data whose keys stand in one order."""
    if isinstance(value, dict):
        return sorted((name, _fixed(one)) for name, one in value.items())
    return [_fixed(one) for one in value] if isinstance(value, list) else value


def read_served(said: Iterable[Mapping[str, Any]]) -> list[Served]:
    """Entries of a record as `Served`.

    Args:
        said: The field `served` of a record, which its schema was compared with.
    """
    return [Served(one["role"], one["asked"], one["host"], tuple(one["returned"]), dict(one["args"])) for one in said]


def set_apart(found: Iterable[Served]) -> tuple[str, ...]:
    """What keeps a result out of a group of others: a judge, or a hosted model, that does not fit its name.

    A model of one's own (weights in a folder, a server in the house) has no address that others could compare.
    """
    kept = [one for one in found if one.role == "judge" or (one.role == "model" and one.hosted)]
    return tuple(sorted({said for one in kept for said in one.oddities()}))


def oddities(found: Iterable[Served]) -> list[str]:
    """Everything that does not fit a name, in the order of the entries."""
    return list(dict.fromkeys(said for one in found for said in one.oddities()))
