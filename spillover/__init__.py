"""Spillover: did a narrow fine-tune make this model broadly misaligned?"""

__version__ = "0.2.0"
