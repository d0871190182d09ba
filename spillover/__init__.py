"""Spillover: did a narrow fine-tune make this model broadly misaligned?"""

__version__ = "0.1.0"
