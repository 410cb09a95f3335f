"""Whether fingertips tremble together in the picture, as where the wrist or the arm trembles.

A hand that shakes as a whole changes no finger's angle, but landmarks of fingers that point at the
camera read as bent and stretched. Its fingertips then move together; those of one finger do not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Block, Inputs

FINGERS = ("index", "middle", "ring", "little")
#: Length of the windows in which a rhythm is looked at, seconds: that of the tremor's density.
WINDOW_S = 4.0
#: Share of the furthest fingertip's movement that the mean of the four has, from which a tremor is
#: not told to be a finger's. Where one finger trembled by 1.6 to 4 degrees it was 0.24 to 0.34 from
#: the palm and 0.24 to 0.55 from the sides, where wrist, forearm or upper arm did 0.51 to 0.95
#: (rendered hands of either skin, people 2 to 37, by whom it was chosen). Of people 44 to 69 all
#: 18 tremors of wrist and arm passed it, and of ten of fingers two, both from a side. [D]
TOGETHER = 0.4


def together(x: Inputs, side: str, hz: float) -> float:
    """Return how far the mean of four fingertips moves, as a share of the one that moves furthest.

    Parameters
    ----------
    x : Inputs
        With the sites ``tip_index_x``, ``tip_index_y`` and so on of the hand.
    side : str
    hz : float
        Frequency at which they are looked at.

    Returns
    -------
    float
        0.25 where one of them moves and 1 where all move alike; NaN where they were not seen.
    """
    at = {c.site: i for i, c in enumerate(x.channels["finger"]) if c.side == side}
    names = [f"tip_{f}_{axis}" for f in FINGERS for axis in "xy"]
    if not set(names) <= at.keys():
        return float("nan")
    rows = [at[name] for name in names]
    found = [_waves(block, rows, hz) for block in x["finger"]]
    waves = np.concatenate(found).reshape(-1, len(FINGERS), 2)
    own = (np.abs(waves) ** 2).sum(axis=(0, 2))
    mean = (np.abs(waves.mean(axis=1)) ** 2).sum()
    return float(np.sqrt(mean / own.max())) if own.size and own.max() > 0 else float("nan")


def _waves(block: Block, rows: list[int], hz: float) -> NDArray[np.complex128]:
    """Return the rhythm of some rows as complex numbers, ``(n_windows, n_rows)``."""
    length = round(WINDOW_S * block.rate_hz)
    taper = np.hanning(length) * np.exp(-2j * np.pi * hz * np.arange(length) / block.rate_hz)
    out = []
    for start in range(0, block.x.shape[1] - length + 1, max(1, length // 2)):
        piece = slice(start, start + length)
        if block.mask[rows, piece].all():
            still = block.x[rows, piece] - block.x[rows, piece].mean(axis=1, keepdims=True)
            out.append(still @ taper)
    return np.array(out, dtype=np.complex128).reshape(len(out), len(rows))
