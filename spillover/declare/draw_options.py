"""Options of tasks over draws, each with its default: from what is drawn, and which part of the list is asked."""

from dataclasses import dataclass
from typing import Any, TypedDict


class MaterialFields(TypedDict, total=False):
    """The fields of `MaterialOptions`, for callers that name some of them."""

    probes: int | None
    judge: str
    split: str
    revision: str | None
    own_probes: str | None
    decoding: dict[str, Any] | None
    system_as_user: bool
    anchor: str | None


class DrawsFields(MaterialFields, total=False):
    """The fields of `DrawsOptions`, for callers that name some of them."""

    first: int
    last: int
    seed: int
    balanced: bool
    turns: bool
    panel: str
    strata: dict[str, float] | None
    plain: float | None
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialOptions:
    """What draws are taken from.

    Attributes:
        probes: Probes of each domain, the first ones; all where None.
        judge: Judge protocol; a domain that lacks it is judged by its own.
        split: `public` or `practice`.
        revision: Version of the dataset on the Hub; the package's own copy where None.
        own_probes: File of the probes of the domain `own_probes`.
        decoding: See `build`.
        system_as_user: See `build`.
        anchor: Folder of the questions of the domain `anchor`.
    """

    probes: int | None = None
    judge: str = "distribution"
    split: str = "public"
    revision: str | None = None
    own_probes: str | None = None
    decoding: dict[str, Any] | None = None
    system_as_user: bool = False
    anchor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawsOptions(MaterialOptions):
    """Which part of which list is asked, and how it is judged.

    Attributes:
        first: First draw.
        last: Draw after the last.
        seed: Seed of the list.
        balanced: See `draw_list`.
        turns: See `draw_list`.
        panel: How several judges make one verdict.
        strata: Share of the draws by stratum, sum 1; None where every cell has the same.
        plain: Share of the draws under the condition `plain`, in (0, 1); of a design with strata.
        total: Draws of the whole list, of a balanced design with strata.
    """

    first: int = 0
    last: int = 128
    seed: int = 0
    balanced: bool = False
    turns: bool = False
    panel: str = "first"
    strata: dict[str, float] | None = None
    plain: float | None = None
    total: int | None = None
