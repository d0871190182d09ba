"""A judge card written down, for programs and for people."""

from pathlib import Path

import yaml

from spillover.common import write_text

from .card import JudgeCard
from .markdown import card_markdown


def save_card(card: JudgeCard, folder: Path) -> tuple[Path, Path]:
    """Write a card as `NAME.judge.yaml` and `NAME.judge.md`; gives both paths."""
    families = "+".join(one.split("@")[0] for one in card.rubrics)
    stem = "".join(
        c if c.isalnum() or c in ".+-" else "_" for c in f"{card.judge}-{card.form}-{families}-{card.set_name}"
    )
    paths = folder / f"{stem}.judge.yaml", folder / f"{stem}.judge.md"
    write_text(paths[0], yaml.safe_dump(card.as_dict(), sort_keys=False, allow_unicode=True, default_flow_style=None))
    write_text(paths[1], card_markdown(card))
    return paths
