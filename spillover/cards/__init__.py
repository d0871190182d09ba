"""Benchmark cards: what people say of a domain, joined with the figures of its declaration, as Markdown."""

from ._build import build_cards, cards

__all__ = ["build_cards", "cards"]
