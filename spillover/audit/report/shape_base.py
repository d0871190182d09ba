"""Types that the shapes of a report share."""

from typing import Annotated

from pydantic import Field

from spillover.common import Finite, Items, Many, Whole

Figure = Finite | None
"""A figure; null where it could not be computed."""
Texts = Many[str]
"""A list of texts."""
Pair = Annotated[tuple[Whole, ...], Items(least=2, most=2)]
"""Two whole numbers, of base and fine-tune or of a count and its whole."""
Look = Annotated[tuple[Whole, Figure, Figure], Field(strict=False)]
"""One look at the answers so far: draws, and the e-values for a regression and for none."""
