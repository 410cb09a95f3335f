"""How far the head turns to the right by itself."""

from __future__ import annotations

from eutonia.measures import excursion
from eutonia.model import Inputs, Result, Visit

WAY = "yaw_right"

MEASURE = excursion.declared(WAY)


def measure(x: Inputs) -> Result:
    """Return the largest angle in this direction; see `MEASURE`."""
    return excursion.measure(x, WAY)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return three cycles of the range; the truth is the largest angle."""
    return excursion.example(seed, WAY)
