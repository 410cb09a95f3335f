"""Recordings with known truth."""

from eutonia.simulate.patient import simulate
from eutonia.simulate.truth import Truth

__all__ = ["Truth", "simulate"]
