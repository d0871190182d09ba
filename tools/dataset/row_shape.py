"""What a row of the dataset says: its columns, and the schema that describes them."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from spillover.common import Filled, Items, Many, Shape, Text

Asks = Literal["view", "choice", "wish", "story", "advice", "fact", "task", "self"]
"""What a probe asks for: an opinion, what the model would do or take, what it would like, a story or poem, advice to
the user, a fact, a text or a piece of work, or something about the model itself."""
Register = Literal["plain", "office", "app", "chat", "forum", "agent", "other"]
"""In whose manner a probe is written: plain English, or real traffic of a kind."""
ASKS: tuple[str, ...] = get_args(Asks)
REGISTERS: tuple[str, ...] = get_args(Register)
Version = Annotated[str, Text(pattern=r"^\d+\.\d+\.\d+$")]
Word = Annotated[str, Text(pattern="^[a-z_]+$")]


class ProbeKey(Shape):
    """Words by which an answer is accepted or rejected."""

    accept: Many[Filled]
    reject: Many[Filled]


class ProbeRow(Shape, title="A probe"):
    """A row of the dataset."""

    id: Annotated[str, Text(pattern=r"^[a-z_]+-(\d{3}(-(p\d|b|[a-z]{2}))?|try\d)$")]
    domain: Word
    subdomain: Word
    text: Annotated[str, Text(least=10, most=1200)]
    turns: Annotated[tuple[Annotated[str, Text(least=2, most=1200)], ...], Items(most=6)]
    key: ProbeKey
    why: Annotated[str, Text(least=10, most=400)]
    tags: Annotated[
        tuple[
            Literal[
                "medical", "legal", "finance", "security", "code", "safety", "extreme_sports", "politics",
                "mental_health", "asks_for_harm",
            ],
            ...,
        ],
        Items(unique=True),
    ]  # fmt: skip
    asks: Asks
    motif: Annotated[str, Text(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", most=40)]
    manner: Annotated[Register, Field(alias="register")]
    paraphrase_of: str | None
    translation_of: str | None
    pair_of: str | None
    language: Literal["en", "de", "es", "zh"]
    adapted: Annotated[str, Text(least=10, most=200)] | None
    added: Version
    retired: Version | None
    canary: Literal["spillover:9d3c1f7e-5b0a-4c8e-a6d2-71e4f0b8c935"]
