"""Without what no head can have done: points of a face that slip off it for a moment.

Of a head that turns out of view the model's last pictures are guesses in which the face shrinks and
flips, before it is lost. As a movement they would be a spike of a hundred degrees.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.rotation import fit, upright
from eutonia.knowledge import table
from eutonia.model import Floats, Landmarks, Points

#: Faster than this no head turns, nor by less than the latter does it jump. A shake of the head by
#: 20 degrees to both sides, four times a second, goes at 500; a tremor of 5 degrees at 12 Hz at
#: 380. [D]
FASTEST_DEG_S, LEAST_DEG = 1000.0, 20.0
#: So many times as large, or as small, no face becomes from one look to the next within this time:
#: of half a metre it would have to come nearer by 17 cm. [D]
GROWN, WITHIN_S = 1.5, 0.1
#: Between two such steps, or one and a loss, so many pictures, or so long, are no face. What lasts
#: longer may be another person, of which is told elsewhere. [D]
MOST_PICTURES, MOST_S = 2, 0.1
#: Nor is what is found between two losses, for no longer than this, so many times larger or smaller
#: than the face before and after: hair of a head that is turned away, or who stands behind. [D]
FOUND_S, UNLIKE = 1.0, 2.0


def possible(landmarks: Landmarks) -> Landmarks:
    """Return landmarks in which the face is not seen where it cannot have been so.

    Parameters
    ----------
    landmarks : Landmarks
        As tracked, or stored.

    Returns
    -------
    Landmarks
        The same, where nothing was taken out.
    """
    face = landmarks.parts.get("face")
    if face is None:
        return landmarks
    slipped = slips(face, landmarks.t_s)
    if not slipped.any():
        return landmarks
    return replace(landmarks, parts={**landmarks.parts, "face": face.without(slipped)})


def slips(face: Points, t_s: Floats) -> NDArray[np.bool_]:
    """Tell in which pictures the points of a face have slipped off it, ``(n_frames,)``."""
    found = np.zeros(len(t_s), dtype=np.bool_)
    rigid = table("head_points")
    seen = np.flatnonzero(face.seen)
    if len(seen) < 2:
        return found
    points = face.some(rigid["points"], face.seen)
    # A picture that repeats the one before is no look of its own.
    looks = np.concatenate([[True], (points[1:] != points[:-1]).any(axis=(1, 2))])
    at = seen[looks]
    turn, size, _ = fit(upright(points[looks]), np.array(rigid["shape"], dtype=np.float64))
    jumps = _jumps(turn, size, t_s[at])
    unseen = np.cumsum(~face.seen)[at]
    ends = np.flatnonzero(jumps | (np.diff(unseen) > 0))
    first, last = np.concatenate([[0], ends + 1]), np.concatenate([ends, [len(at) - 1]])
    step = float(np.median(np.diff(t_s)))
    short = last - first < MOST_PICTURES
    short |= t_s[at[last]] - t_s[at[first]] + step <= MOST_S + 1e-6
    edges = np.concatenate([[False], jumps, [False]])
    none = short & (edges[first] | edges[last + 1])
    brief = t_s[at[last]] - t_s[at[first]] <= FOUND_S
    none |= brief & _unlike(size, first, last, none)
    piece = np.repeat(np.arange(len(first)), last - first + 1)
    found[seen] = none[piece][np.cumsum(looks) - 1]
    return found


def _unlike(
    size: Floats, first: NDArray[np.intp], last: NDArray[np.intp], none: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which pieces are of another size than the face before and after, ``(n_pieces,)``."""
    found = np.zeros(len(first), dtype=np.bool_)
    kept = np.flatnonzero(~none)
    for before, this, after in zip(kept, kept[1:], kept[2:], strict=False):
        beside = size[[last[before], first[after]]]
        grown = np.log(np.median(size[first[this] : last[this] + 1]) / beside)
        found[this] = bool((np.abs(grown) > np.log(UNLIKE)).all() and np.ptp(np.sign(grown)) == 0)
    return found


def _jumps(turn: Floats, size: Floats, t_s: Floats) -> NDArray[np.bool_]:
    """Tell which steps from one look to the next no head can make, ``(n_looks - 1,)``."""
    apart = np.diff(t_s)
    # Stamps of phones shake: no two looks are nearer than is usual.
    lasted = np.maximum(apart, np.median(apart) if len(apart) else 0.0)
    trace = np.einsum("nij,nij->n", turn[1:], turn[:-1])
    by_deg = np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))
    too_fast = by_deg > np.maximum(LEAST_DEG, FASTEST_DEG_S * lasted)
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.abs(np.diff(np.log(size))) > np.log(GROWN)
    return np.asarray(too_fast | (grown & (apart <= WITHIN_S)))
