"""What the measures in % of the maximal voluntary contraction share: the maximum of each muscle."""

from __future__ import annotations

import numpy as np

from eutonia.model import Block, Floats, Inputs

#: The maximal contraction is the best mean over this window (our rule).
MVC_WINDOW_S = 0.5
#: Said of every number in % of a maximum (clinical-rules §1).
TOXIN = (
    "Botulinum toxin lowers the maximal contraction, so a number in % of it can hide the toxin's "
    "effect: across a toxin cycle compare µV at the same sites, or against the M-wave."
)
#: Why one muscle has no number where the others have.
NO_MAXIMUM = (
    "No usable maximal contraction of this muscle was recorded: record three of 3 s (task mvc)."
)


def maxima(x: Inputs) -> Floats:
    """Return each channel's maximum, ``(n_channels,)``; NaN where none was recorded."""
    return _best(x.aux.get("mvc", ()), len(_first(x).x))


def normaliser(x: Inputs) -> tuple[Floats, tuple[str, ...]]:
    """Return each channel's level for 100 %, and what to note where that is not a maximum.

    Returns
    -------
    scale : ndarray, shape (n_channels, 1)
        The maximal contractions; where one of them is missing, the best of the task itself.
    notes : tuple of str
        Empty, or ``norm=task``.
    """
    best = maxima(x)
    if np.isfinite(best).all():
        return best[:, None], ()
    return _best(next(iter(x.blocks.values())), len(best))[:, None], ("norm=task",)


def missing(x: Inputs, scale: Floats) -> tuple[str, ...]:
    """Return, for each target, a sentence where the maximum of one of its muscles is missing."""
    there = np.isfinite(scale.ravel())
    return tuple("" if there[rows].all() else NO_MAXIMUM for rows in x.targets)


def _first(x: Inputs) -> Block:
    return next(iter(x.blocks.values()))[0]


def _best(blocks: tuple[Block, ...], n_channels: int) -> Floats:
    """Return the largest mean over `MVC_WINDOW_S` in each channel; NaN where there is none."""
    best = np.full(n_channels, np.nan)
    for block in blocks:
        width = round(MVC_WINDOW_S * block.rate_hz)
        if block.x.shape[1] < width:
            continue
        area = np.cumsum(np.pad(np.where(block.mask, block.x, 0.0), ((0, 0), (1, 0))), axis=1)
        mean = (area[:, width:] - area[:, :-width]).max(axis=1) / width
        best = np.fmax(best, np.where(mean > 0, mean, np.nan))
    return best
