"""What a change must exceed to be more than measurement error."""

from __future__ import annotations


def minimal_detectable_change(sem: float) -> float:
    """Return the minimal detectable change at 95 %: ``1.96 · √2 · SEM`` (measures.md §17).

    Parameters
    ----------
    sem : float
        Standard error of measurement, in the measure's unit.
    """
    return float(1.96 * 2**0.5 * sem)
