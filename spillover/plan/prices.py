"""Costs: tokens of each model times a dated file of prices, ours or the user's. No price is guessed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spillover.common import DeclarationError, is_played
from spillover.finetune import yaml_errors

from .design import OWN

if TYPE_CHECKING:
    from spillover.declare import Source

SHIPPED = Path(__file__).with_name("prices.yaml")
MOST = 1e9
"""No price is higher."""
RUBRIC_TOKENS = {"alignment": 950, "coherence": 195, "category": 885, "both": 1050}
"""Length of a rubric with what it says of one domain (measured); other rubrics: the mean of these."""
REPLY_TOKENS = {"distribution": 1, "sampled": 8, "graded": 16, "one_call": 16}
"""Most that a judge replies, by form."""
NO_LOGPROBS = ("anthropic", "bedrock", "groq", "mistral", "together")
"""Providers without token probabilities, which do the sampled form for the distribution."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens.

    Attributes:
        input: Of what is sent.
        output: Of what comes back.
    """

    input: float
    output: float

    def of(self, tokens_in: float, tokens_out: float) -> float:
        """US dollars for so many tokens."""
        return (self.input * tokens_in + self.output * tokens_out) / 1e6


@dataclass(frozen=True, slots=True)
class Prices:
    """A price file.

    Attributes:
        file: Its name.
        as_of: Date of the prices.
        models: Price by Inspect's model string; one that ends in `ft:BASE` stands for all fine-tunes of that base.
        batch: Share of the price that a provider's batch interface takes.
        note: What else it says of itself.
    """

    file: str
    as_of: str
    models: dict[str, Price]
    batch: dict[str, float] = field(default_factory=dict)
    note: str = ""

    def of(self, model: str, batch: bool = False) -> tuple[Price | None, str]:
        """The price of a model, or None; and in words where it comes from."""
        provider = model.partition("/")[0]
        if is_played(model):
            return Price(0.0, 0.0), "recorded or scripted, costs nothing"
        if provider in OWN:
            return None, "runs on your own machine, not priced"
        found = self.models.get(model) or self._of_base(model)
        if found is None:
            return None, "no price known"
        share = self.batch.get(provider, 1.0) if batch else 1.0
        said = f"{self.file}, {self.as_of}" + (f", batch x {share:g}" if share != 1 else "")
        return Price(found.input * share, found.output * share), said

    def _of_base(self, model: str) -> Price | None:
        """The price of all fine-tunes of a base, for `openai/ft:BASE:...`."""
        start, ft, rest = model.partition("ft:")
        return self.models.get(f"{start}ft:{rest.partition(':')[0]}") if ft else None


def read_prices(path: Path | None = None) -> Prices:
    """Read a price file; the shipped one where None.

    Raises:
        DeclarationError: Where it cannot be read, has no date, or a price is no amount of money.
    """
    from spillover.declare import read_yaml

    path = path or SHIPPED
    with yaml_errors(path):
        source = read_yaml(path)
    data = source.data
    for name in ("as_of", "models"):
        if not data.get(name):
            raise DeclarationError(f"{path.name}: lacks `{name}`; see the shipped prices.yaml for the layout")
    models, batch = (_mapping(source, name) for name in ("models", "batch"))
    priced = {str(model): _price(source, model, given) for model, given in models.items()}
    shares = {str(name): _amount(source, ("batch", name), share) for name, share in batch.items()}
    return Prices(path.name, str(data["as_of"]), priced, shares, str(data.get("note", "")))


def _mapping(source: "Source", name: str) -> dict[Any, Any]:
    found = source.data.get(name) or {}
    if not isinstance(found, dict):
        raise DeclarationError(
            f"{source.at((name,))}: {name}: {found!r:.60} is not a mapping; write NAME: value in each line"
        )
    return found


def _price(source: "Source", model: Any, given: Any) -> Price:
    sides = ("input", "output")
    if not isinstance(given, dict) or not set(sides) <= set(given):
        raise DeclarationError(
            f"{source.at(('models', model))}: {model}: needs `input` and `output`, US dollars for a million "
            "tokens; add them"
        )
    return Price(*(_amount(source, ("models", model, side), given[side]) for side in sides))


def _amount(source: "Source", place: tuple[Any, ...], given: Any) -> float:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or not 0 <= given <= MOST:
        name = ".".join(str(part) for part in place)
        raise DeclarationError(f"{source.at(place)}: {name}: {given!r:.60} is not a price; give a number from 0 to 1e9")
    return float(given)


Loads = list[tuple[int, float, float]]
"""Calls, tokens in and tokens out, draw by draw."""
Lengths = tuple[float, float]
"""Tokens of an answer: assumed, and at most."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One draw as far as its cost goes, in tokens.

    Attributes:
        system: Of the system prompt.
        turns: Of each user turn.
        form: Judge form declared.
        rubrics: Names of the rubrics.
        samples: Replies for each rubric in the sampled form.
    """

    system: float
    turns: tuple[float, ...]
    form: str
    rubrics: tuple[str, ...]
    samples: int

    def answered(self, answer: float) -> tuple[int, float, float]:
        """Calls, tokens in and tokens out of a model whose answers are so long; each turn repeats what came before."""
        calls = len(self.turns)
        sent = sum(self.system + sum(self.turns[: k + 1]) + k * answer for k in range(calls))
        return calls, sent, calls * answer

    def judged(self, judge: str, answer: float) -> tuple[int, float, float]:
        """Calls, tokens in and tokens out of a judge."""
        form = "sampled" if self.form == "distribution" and judge.partition("/")[0] in NO_LOGPROBS else self.form
        each = self.samples if form == "sampled" else 1
        shown = self.system + sum(self.turns) + len(self.turns) * answer
        usual = sum(RUBRIC_TOKENS.values()) / len(RUBRIC_TOKENS)
        sent = sum(shown + RUBRIC_TOKENS.get(rubric, usual) for rubric in self.rubrics)
        calls = each * len(self.rubrics)
        return calls, each * sent, calls * REPLY_TOKENS[form]


@dataclass(frozen=True, slots=True)
class Item:
    """What one model is asked, and what that costs.

    Attributes:
        role: `base`, `fine-tune` or `judge`.
        model: Inspect's model string.
        calls: Calls.
        tokens_in: Tokens sent.
        tokens_out: Tokens that come back, at the assumed length of an answer.
        usd: US dollars, or None where no price is known.
        usd_most: The same with every answer as long as allowed.
        price: Where the price comes from, or why there is none.
    """

    role: str
    model: str
    calls: int
    tokens_in: int
    tokens_out: int
    usd: float | None
    usd_most: float | None
    price: str


def answering(role: str, model: str, asks: Sequence[Ask], lengths: Lengths, prices: Prices, batch: bool) -> Item:
    """What a model that answers is asked."""
    usual, most = ([one.answered(length) for one in asks] for length in lengths)
    return _item(role, model, usual, most, prices.of(model, batch))


def judging(judge: str, asks: Sequence[Ask], lengths: Lengths, prices: Prices, batch: bool) -> Item:
    """What a judge is asked."""
    usual, most = ([one.judged(judge, length) for one in asks] for length in lengths)
    return _item("judge", judge, usual, most, prices.of(judge, batch))


def _item(role: str, model: str, usual: Loads, most: Loads, priced: tuple[Price | None, str]) -> Item:
    calls, tokens_in, tokens_out = (sum(column) for column in zip(*usual, strict=True))
    price, said = priced
    usd, usd_most = (
        None if price is None else price.of(sum(load[1] for load in loads), sum(load[2] for load in loads))
        for loads in (usual, most)
    )
    return Item(role, model, int(calls), round(tokens_in), round(tokens_out), usd, usd_most, said)
