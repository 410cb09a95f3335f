"""What the measures of a mean position share: sums over blocks, and their limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import sums
from eutonia.model import Floats, Input, Inputs
from eutonia.model.result import Limits
from eutonia.stats.intervals import student_quantile

#: Movements around a posture forget within a few tenths of a second, so that such blocks are nearly
#: independent; eight of them fit into the protocols' 30 s.
BLOCK_S = 3.0
#: Tasks of the neck and the lids: the mouth is not what was filmed, and the head turns.
NECK = frozenset(["zero", "closures", "let_go", "hold", "range", "head_turn"])
#: Series of one block: values and which may be used, ``(n_targets, n_samples)``, and the rate.
Series = tuple[Floats, NDArray[np.bool_], float]


def from_camera(kind: str, *, min_rate_hz: float = 12.0) -> dict[str, Input]:
    """Return the input of a measure that reads movements of one kind from a video.

    Two blocks give a number; for an interval the runner needs eight, which are 24 s.
    """
    return {kind: Input(kind=kind, min_rate_hz=min_rate_hz, min_s=2 * BLOCK_S)}


def position_sums(series: Iterable[Series]) -> tuple[Floats, NDArray[np.intp]]:
    """Sum values over blocks of three seconds.

    Parameters
    ----------
    series : iterable of (values, usable, rate_hz)
        One for each block of the input.

    Returns
    -------
    sums : ndarray, shape (n_blocks, n_targets, 2)
        Of the values, and their number.
    span : ndarray of int, shape (n_blocks,)
    """
    found, span = [], []
    for place, (values, usable, rate_hz) in enumerate(series):
        total, count = sums(values, usable, round(BLOCK_S * rate_hz))
        found.append(np.stack([total, count], axis=-1).swapaxes(0, 1))
        span += [place] * total.shape[1]
    return np.concatenate(found), np.array(span, dtype=np.intp)


def apart(x: Inputs, site: str) -> float:
    """Return the mean of a site of the mouth, of its right side less its left where it has two.

    Returns
    -------
    float
        In the unit of the channel; 0 where it was not read.
    """
    channels = x.channels["mouth"]
    rows = [i for i, c in enumerate(channels) if c.site == site]
    signs = np.array([-1.0 if channels[i].side == "left" else 1.0 for i in rows])
    return _mean_of(x, rows, signs)


def _mean_of(x: Inputs, rows: Sequence[int], signs: Floats) -> float:
    total = n = 0.0
    for block in x["mouth"]:
        usable = block.mask[rows].all(axis=0)
        total += float((signs @ block.x[rows])[usable].sum())
        n += usable.sum()
    return total / n if rows and n else 0.0


def mean(total: Floats) -> Floats:
    """Return the mean from sums and numbers, ``(..., 2)`` to ``(..., 1)``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = total[..., :1] / total[..., 1:2]
    return out


def with_systematic(sd: float | Floats) -> Limits:
    """Return limits that add an error of the camera's path which does not average out.

    Parameters
    ----------
    sd : float or ndarray, shape (n_parts,)
        Standard deviation of that error between people and views, in the unit of the value.
    """

    def limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        # Each part has its own quantile: the constant error is normal, the other Student's.
        half = np.hypot(student_quantile(0.975, df)[..., None] * error, 1.959964 * np.asarray(sd))
        return value - half, value + half

    return limits
