"""From where the camera sees a walking person, and which way the person goes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats, Side

#: Width of shoulders plus hips seen from the front, in leg lengths: common proportions. [D]
FULL_WIDTH = 0.70
#: Share of that width up to which the view is from the side (30 degrees off), and from which on it
#: is from the front or back (37 degrees off). Between them no angle is read. [D]
SIDE, FRONTAL = 0.5, 0.8
#: Seconds on each side over which view and direction are decided; a body turns no faster. [D]
_AROUND_S = 0.5
#: Seconds before and after somebody turned round that are left out of steps: half of a quick turn,
#: in which the feet come down beside the way. Of simulated walkers who turned every 4 to 6 s within
#: 0.3 to 1.8 s up to 13 % of the strides were halves and one and a halves, and now none. [D]
_TURN_S = 0.5
#: Share of the pictures in which a foot is no lower than its ground: it stands for more than half
#: of a stride. [D]
_GROUND = 0.8
#: Codes of the channel ``view``.
FROM_SIDE, FROM_FRONT, FROM_BACK, OBLIQUE = 0.0, 1.0, 2.0, 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """How each picture sees the person.

    Parameters
    ----------
    code : ndarray, shape (n_frames,)
        0 from the side, 1 front, 2 back, 3 between them; NaN where nobody was seen.
    facing : ndarray, shape (n_frames,)
        +1 where the face and toes point to the right of the picture, -1 to its left.
    travel : ndarray, shape (n_frames,)
        +1 where the person walks forwards, -1 backwards; 0 where the feet do not tell.
    turning : ndarray of bool, shape (n_frames,)
        Where the person turns round, from one side view to the other.
    """

    code: Floats
    facing: Floats
    travel: Floats
    turning: NDArray[np.bool_]

    def side(self) -> NDArray[np.bool_]:
        """Tell which pictures are from the side."""
        return np.asarray(self.code == FROM_SIDE)

    def far(self, side: Side) -> NDArray[np.bool_]:
        """Tell in which pictures from the side this limb is the far one.

        Whoever faces the right of the picture shows the right side.
        """
        return np.asarray(self.facing * (1.0 if side == "right" else -1.0) < 0)

    def frontal(self) -> NDArray[np.bool_]:
        """Tell which pictures are from the front or the back."""
        return np.asarray((self.code == FROM_FRONT) | (self.code == FROM_BACK))


def view_of(
    points: Floats, scale: Floats, *, rate_hz: float, begins: NDArray[np.bool_] | None = None
) -> View:
    """Decide view, facing and direction of travel from the body's points.

    Parameters
    ----------
    points : ndarray, shape (n_frames, 33, 2)
        Pixels, y down.
    scale : ndarray, shape (n_frames,)
        Leg length in pixels.
    rate_hz : float
    begins : ndarray of bool, shape (n_frames,), optional
        Pictures at which something else begins, as walking backwards after walking forwards.

    Returns
    -------
    View

    Notes
    -----
    Shoulders turn against the hips with every step, so their summed and signed width is smoothed.
    Where the tracker turns the names of a whole body (it does when it loses somebody seen from
    behind), front and back turn with it. The direction of travel comes from the lower foot: it
    stands, so it goes backwards under a person who walks forwards. That also holds for a camera
    that moves along, and on a treadmill. Lower is meant against the foot's own ground: in the
    picture the near foot is lower than the far one.
    """
    around = max(1, round(_AROUND_S * rate_hz))
    x = points[:, :, 0]
    width = smooth((x[:, 11] - x[:, 12] + x[:, 23] - x[:, 24]) / scale, around) / FULL_WIDTH
    code = np.full(len(width), OBLIQUE)
    code[np.abs(width) <= SIDE] = FROM_SIDE
    code[width >= FRONTAL] = FROM_FRONT
    code[width <= -FRONTAL] = FROM_BACK
    code[~np.isfinite(width)] = np.nan
    toes = x[:, 31] - x[:, 29] + x[:, 32] - x[:, 30]
    face = x[:, 0] - (x[:, 7] + x[:, 8]) / 2
    facing = np.where(smooth((toes + face) / scale, around) < 0, -1.0, 1.0)
    part = np.zeros(len(code)) if begins is None else np.cumsum(begins)
    ways = np.where(np.isfinite(code), 100 * part + 10 * code + facing, np.nan)
    return View(
        code=code,
        facing=facing,
        travel=_travel(points, scale, facing, runs(ways)),
        turning=_turning(code, facing, around=max(1, round(_TURN_S * rate_hz))),
    )


def _turning(code: Floats, facing: Floats, *, around: int) -> NDArray[np.bool_]:
    """Tell where somebody turns round: where the facing changes, and all that is not side view."""
    found = np.zeros(len(code), dtype=bool)
    aside = ~(code == FROM_SIDE)
    for k in (np.flatnonzero(np.diff(facing)) + 1).tolist():
        found[max(k - around, 0) : k + around] = True
    # What joins a turn and shows the body askew belongs to it, but for a walk that is filmed so.
    for run in runs(aside.astype(np.float64)):
        if aside[run.start] and run.stop - run.start <= 4 * around and found[run].any():
            found[run] = True
    return found


def _travel(points: Floats, scale: Floats, facing: Floats, stretches: list[slice]) -> Floats:
    """Return the sign of travel, one for each stretch."""
    hips = (points[:, 23] + points[:, 24]) / 2
    feet = (points[:, [27, 28]] - hips[:, None]) / scale[:, None, None]
    speed = (
        np.gradient(feet[:, :, 0], axis=0) * facing[:, None] if len(feet) > 1 else 0 * feet[..., 0]
    )
    travel = np.zeros(len(points))
    for run in stretches:
        low = feet[run, :, 1] - np.nanquantile(feet[run, :, 1], _GROUND, axis=0)
        left = np.where(low[:, 0] > low[:, 1], 1.0, -1.0)
        told = np.nansum(left * (speed[run, 0] - speed[run, 1]))
        travel[run] = -np.sign(told)
    return travel


def smooth(x: Floats, around: int) -> Floats:
    """Return the median over `around` samples on each side, ignoring NaN."""
    from scipy.ndimage import median_filter

    good = np.isfinite(x)
    if not good.any():
        return x
    at = np.arange(len(x))
    filled = np.interp(at, at[good], x[good])
    out = np.asarray(median_filter(filled, size=2 * around + 1, mode="nearest"), dtype=np.float64)
    out[~good] = np.nan
    return out


def runs(code: Floats) -> list[slice]:
    """Return the stretches of equal and finite values."""
    edges = np.flatnonzero(np.diff(np.nan_to_num(code, nan=-1e9))) + 1
    bounds = [0, *edges.tolist(), len(code)]
    return [slice(a, b) for a, b in pairwise(bounds) if np.isfinite(code[a])]
