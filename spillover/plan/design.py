"""What a run asks: domains, conditions, and a seeded list of draws, taken a chunk at a time."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError, trouble, wrong_name

if TYPE_CHECKING:
    from spillover.declare import Draw, Material


DRAWS, CHUNK = 480, 32
"""Draws of each model at most, and those that are run at a time, where nothing else is given."""
PROTOCOL = "distribution"
"""The judge protocol where no other is given."""
UNSET = ("own_probes", "decoding", "system_as_user", "strata", "plain", "anchor")
"""Fields of a design that are written down only where they say something."""


@dataclass(frozen=True, slots=True)
class Design:
    """What is asked of every arm.

    Attributes:
        domains: Domains or groups of them.
        conditions: Ids of declared conditions, or fields of one.
        draws: Answers of each arm at most.
        chunk: Draws that are run at a time.
        seed: Seed of the list of draws.
        balanced: Whether every cell comes once before any comes twice; False for a run that may stop early.
        turns: Whether the conditions take turns; for a search over many of them.
        probes: Probes of each domain; all where None.
        judge: Judge protocol.
        split: `public` or `practice`.
        revision: Version of the dataset on the Hub; the package's own copy where None.
        own_probes: File of the user's own probes, asked as the domain `own_probes`; None without that domain.
        decoding: What is decoded otherwise than the domains declare (`max_tokens`, `reasoning_effort`, ...), or None.
        system_as_user: Whether system prompts stand at the head of the first user turn.
        strata: Share of the draws by stratum, sum 1; None where every cell has the same.
        plain: Share of the draws under the condition `plain`, of a design with strata; None where all conditions have
            the same.
        anchor: Folder of the questions of the domain `anchor`; None without that domain.
    """

    domains: tuple[str, ...]
    conditions: tuple[Any, ...] = ("plain",)
    draws: int = DRAWS
    chunk: int = CHUNK
    seed: int = 0
    balanced: bool = False
    turns: bool = False
    probes: int | None = None
    judge: str = PROTOCOL
    split: str = "public"
    revision: str | None = None
    own_probes: str | None = None
    decoding: dict[str, Any] | None = None
    system_as_user: bool = False
    strata: dict[str, float] | None = None
    plain: float | None = None
    anchor: str | None = None

    def __post_init__(self) -> None:
        for name in ("draws", "chunk"):
            if getattr(self, name) < 1:
                raise DeclarationError(f"{name}: {getattr(self, name)} is not a number of draws; give 1 or more")

    def chunks(self) -> list[tuple[int, int]]:
        """First and last draw (exclusive) of every chunk."""
        return [(first, min(first + self.chunk, self.draws)) for first in range(0, self.draws, self.chunk)]

    def task_args(self, first: int, last: int) -> dict[str, Any]:
        """Arguments of the task `draws` for one part of the list."""
        own = {name: value for name, value in self.whole().items() if name not in ("draws", "chunk")}
        return {
            **own,
            **({"total": self.draws} if self.strata and self.balanced else {}),
            "domains": list(self.domains),
            "conditions": list(self.conditions),
            "first": first,
            "last": last,
        }

    def material_sha256(self) -> str:
        """Hash of everything that is asked and how it is judged."""
        return self.material().sha256

    def material(self) -> "Material":
        """Probes, conditions and judge protocols; see `spillover.declare.draw_material`."""
        from spillover.declare import draw_material

        own: dict[str, Any] = {
            "probes": self.probes,
            "judge": self.judge,
            "split": self.split,
            "revision": self.revision,
        }
        own |= {"own_probes": self.own_probes, "decoding": self.decoding, "system_as_user": self.system_as_user}
        own |= {"anchor": self.anchor}
        return draw_material(self.domains, self.conditions, **own)

    def family(self, material: "Material") -> dict[str, list[str]]:
        """Names of every condition, stratum and domain; the anchor is a stratum, and no domain beside it.

        Args:
            material: That of `material`.
        """
        strata = list(self.strata or ())
        return {
            "condition": list(dict.fromkeys(name for own in material.conditions.values() for name in own)),
            "stratum": strata,
            "domain": [name for name in material.probes if name not in strata],
        }

    def check_tags(self, tags: Sequence[str]) -> None:
        """Check that tags of a fine-tune's own field are tags of probes.

        Raises:
            DeclarationError: Where no probe carries one of them.
        """
        known = {tag for probes in self.material().probes.values() for probe in probes for tag in probe.tags}
        for tag in tags:
            if tag not in known:
                raise DeclarationError(
                    f"in-domain {tag!r}: no probe has this tag; give one of {', '.join(sorted(known))}"
                )

    def listed(self) -> "list[Draw]":
        """Every draw of the list."""
        from spillover.declare import draw_list

        deck = self.material().deck(self.strata, self.plain)
        return draw_list(deck, 0, self.draws, self.seed, self.balanced, self.turns, self.draws)

    def whole(self) -> dict[str, Any]:
        """The design as plain data from which it can be made again on this machine; see `of_whole`."""
        own = {**asdict(self), "domains": list(self.domains), "conditions": list(self.conditions)}
        return {name: value for name, value in own.items() if value or name not in UNSET}

    @staticmethod
    def of_whole(said: dict[str, Any]) -> "Design":
        """The design that `whole` gives as plain data."""
        return Design(**{**said, "domains": tuple(said["domains"]), "conditions": tuple(said["conditions"])})

    def as_dict(self) -> dict[str, Any]:
        """The design as it is written down: of the user's own files the name alone, for their content is hashed."""
        own = self.whole()
        own |= {"own_probes": Path(self.own_probes).name} if self.own_probes else {}
        return own | ({"anchor": "loaded"} if self.anchor else {})


OWN = ("hf", "vllm", "vllm-completions", "sglang", "ollama", "llama-cpp-python", "transformer_lens", "nnterp")
"""Providers that run on the user's own machine."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model as Inspect is to load it.

    Attributes:
        name: Inspect's model string, as `openai/gpt-4o` or `replay/NAME`.
        args: Its model arguments; never a key, which stays in the environment.
        base_url: Server that speaks the provider's protocol, or None.
    """

    name: str
    args: tuple[tuple[str, Any], ...] = ()
    base_url: str | None = None

    def load(self, max_connections: int | None = None, max_retries: int | None = None) -> Any:
        """The model.

        Args:
            max_connections: Calls at a time; Inspect's own adaptive number where None.
            max_retries: Further tries of a call that failed in passing; Inspect alone would try for ever.

        Raises:
            DeclarationError: Where Inspect cannot load it, or its address holds a password, which every log would.
        """
        from inspect_ai.model import GenerateConfig, get_model

        from spillover.common import public, secrets_in, without_password

        self.check_name()
        config = GenerateConfig(max_connections=max_connections, max_retries=max_retries)
        try:
            found = get_model(self.name, base_url=self.base_url, config=config, memoize=False, **dict(self.args))
        except Exception as error:
            said = " ".join(re.sub(r"\[/?[a-z ]+\]|^ERROR: ", "", str(error)).split())[:300] or trouble(error)
            raise DeclarationError(
                f"model {self.name}: cannot be loaded ({said}); correct its name, or install what its provider needs"
            ) from error
        url = str(getattr(found.api, "base_url", None) or "")
        if without_password(url) != url:
            said = "its address contains a password, which every log would show; set the key in the environment"
            raise DeclarationError(f"model {self.name}: {said}")
        if any(secrets_in(found.model_args)):  # the client has them by now; what stands here goes into every log
            found.model_args = public(found.model_args, short=False)
        return found

    def check_name(self) -> None:
        """Check the name alone; no key is needed, and nothing is loaded.

        Raises:
            DeclarationError: Where it names no provider that Inspect knows, or no model.
        """
        if (wrong := wrong_name(self.name)) is not None:
            raise DeclarationError(wrong)

    def check(self) -> None:
        """Load a model that lies behind a server, to see that it can be: a local one is loaded when it is asked.

        Raises:
            DeclarationError: Where it names no provider, or Inspect cannot load it.
        """
        self.check_name()
        if self.name.partition("/")[0] not in OWN:
            self.load()

    def as_dict(self) -> dict[str, Any]:
        """The model as plain data, without what may be a secret."""
        from spillover.common import public, without_password

        url = {"base_url": without_password(self.base_url)} if self.base_url else {}
        return {"name": self.name, "args": public(dict(self.args), short=False), **url}
