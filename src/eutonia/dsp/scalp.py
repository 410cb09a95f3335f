"""The scalp as a sphere: where electrodes lie, and how values between them are interpolated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Tenth of the way from nasion to inion, seen from the middle of the sphere that fits the scalp
#: best. It lies above the nasion, so a tenth is more than 18°; spherical layouts of caps use 23°.
STEP_DEG = 23.0
#: Angle from the vertex to the ring Fpz-T7-Oz-T8, and to the lowest electrodes: nasion, inion and
#: the points before the ears.
RING_DEG = 4 * STEP_DEG
LOWEST_DEG = 5 * STEP_DEG
#: Azimuth of each row of the 10-10 system where it meets the ring, from the nose to one side.
_ROWS = {
    "Fp": 18.0,
    "AF": 36.0,
    "F": 54.0,
    "FT": 72.0,
    "FC": 72.0,
    "T": 90.0,
    "C": 90.0,
    "TP": 108.0,
    "CP": 108.0,
    "P": 126.0,
    "PO": 144.0,
    "O": 162.0,
}
#: Midline electrodes from the nose to the back, a step apart.
_MIDLINE = ("Nz", "Fpz", "AFz", "Fz", "FCz", "Cz", "CPz", "Pz", "POz", "Oz", "Iz")
_LOWEST, _ON_THE_RING = (9, 10), (7, 8)
#: Order of the splines, terms of their series and ridge, as MNE and EEGLAB use them.
ORDER, _TERMS, _RIDGE = 4, 50, 1e-5


def positions(electrodes: Sequence[str]) -> Floats:
    """Return where electrodes of the 10-10 system lie on a unit sphere.

    The midline is divided in steps of 23°, the ring through Fpz, T7, Oz and T8 in steps of 18°. The
    electrodes between lie at equal steps on the circle through the midline electrode of their row
    and the two of the ring; numbers 9 and 10 lie a step below the ring.

    Parameters
    ----------
    electrodes : sequence of str
        Names as in ``knowledge/electrodes``.

    Returns
    -------
    ndarray, shape (n_electrodes, 3)
        x to the right, y to the nose, z to the vertex; NaN for a name that has no place on the
        scalp, such as an earlobe.

    Examples
    --------
    >>> positions(["Cz"]).round(3).tolist()
    [[0.0, 0.0, 1.0]]
    """
    return np.array([_position(name) for name in electrodes], dtype=np.float64).reshape(-1, 3)


def _position(name: str) -> Floats:
    if name in _MIDLINE:
        return _on_midline(name)
    found = re.fullmatch(r"([A-Za-z]+?)(10|[1-9])", name)
    if found is None or found[1] not in _ROWS:
        return np.full(3, np.nan)
    letters, number = found[1], int(found[2])
    side = -1.0 if number % 2 else 1.0
    azimuth = _ROWS[letters]
    if number in _LOWEST:
        return _at(LOWEST_DEG, side * azimuth)
    if number in _ON_THE_RING or letters in ("Fp", "O"):
        return _at(RING_DEG, side * azimuth)
    row = "C" if letters == "T" else letters.replace("FT", "FC").replace("TP", "CP")
    return _on_row(_on_midline(f"{row}z"), azimuth, side * (number + number % 2) / 8)


def _on_midline(name: str) -> Floats:
    return _at((_MIDLINE.index("Cz") - _MIDLINE.index(name)) * STEP_DEG, 0.0)


def _at(from_vertex_deg: float, azimuth_deg: float) -> Floats:
    polar, azimuth = np.radians([from_vertex_deg, azimuth_deg])
    return np.array(
        [np.sin(polar) * np.sin(azimuth), np.sin(polar) * np.cos(azimuth), np.cos(polar)]
    )


def _on_row(middle: Floats, azimuth_deg: float, share: float) -> Floats:
    """Return the point at a signed share of the arc from the midline to the ring."""
    right = _at(RING_DEG, azimuth_deg)
    # The circle lies in the plane through both ring electrodes and the midline one, which holds x.
    across = np.array([1.0, 0.0, 0.0])
    down = middle - right * [0, 1, 1]
    down /= np.linalg.norm(down)
    normal = np.cross(across, down)
    centre = normal * (normal @ middle)
    radius = float(np.linalg.norm(middle - centre))
    end = np.arctan2((right - centre) @ across, (right - centre) @ down)
    turn = share * end
    point: Floats = centre + radius * (np.sin(turn) * across + np.cos(turn) * down)
    return point


def flat(points: Floats) -> Floats:
    """Project points of the sphere onto the plane: azimuthal, equidistant from the vertex.

    Parameters
    ----------
    points : ndarray, shape (n, 3)

    Returns
    -------
    ndarray, shape (n, 2)
        x to the right, y to the nose; the lowest electrodes have radius 1.
    """
    x, y, z = points.T
    angle = np.arctan2(np.hypot(x, y), z) / np.radians(LOWEST_DEG)
    around = np.arctan2(x, y)
    return np.stack([angle * np.sin(around), angle * np.cos(around)], axis=1)


def raised(points: Floats) -> Floats:
    """Return the points of the sphere that `flat` projects there, ``(n, 2)`` to ``(n, 3)``."""
    polar = np.radians(LOWEST_DEG) * np.hypot(*points.T)
    around = np.arctan2(points[:, 0], points[:, 1])
    return np.stack(
        [np.sin(polar) * np.sin(around), np.sin(polar) * np.cos(around), np.cos(polar)], axis=1
    )


def spline_matrix(known: Floats, wanted: Floats) -> Floats:
    """Return the matrix that interpolates by spherical splines.

    Parameters
    ----------
    known : ndarray, shape (n_known, 3)
        Unit vectors of the electrodes, at least two.
    wanted : ndarray, shape (n_wanted, 3)
        Unit vectors of the points wanted.

    Returns
    -------
    ndarray, shape (n_wanted, n_known)
        ``matrix @ values`` interpolates `values` of the electrodes.

    References
    ----------
    Perrin F, Pernier J, Bertrand O, Echallier JF. Spherical splines for scalp potential and current
    density mapping. Electroencephalogr Clin Neurophysiol 1989;72:184-187 (``Perrin1989``).
    """
    n = len(known)
    system = np.ones((n + 1, n + 1))
    system[:n, :n] = _kernel(known @ known.T) + _RIDGE * np.eye(n)
    system[n, n] = 0.0
    points = np.hstack([_kernel(wanted @ known.T), np.ones((len(wanted), 1))])
    return np.asarray(np.linalg.solve(system, points.T)[:n].T, dtype=np.float64)


def _kernel(cosine: Floats) -> Floats:
    """Return ``g(x) = Σ (2n + 1) / (n^m (n + 1)^m) P_n(x) / 4π``."""
    order = np.arange(1, _TERMS + 1)
    weights = (2 * order + 1) / (order * (order + 1.0)) ** ORDER / (4 * np.pi)
    series = np.polynomial.legendre.legval(cosine, np.concatenate([[0.0], weights]))
    return np.asarray(series)


@lru_cache(maxsize=16)
def map_matrix(
    electrodes: tuple[str, ...], *, size: int, reach_deg: float, margin_deg: float
) -> tuple[Floats, NDArray[np.bool_], float]:
    """Return what turns values of electrodes into the pixels of a map; remembered.

    Parameters
    ----------
    electrodes : tuple of str
        All with a place on the scalp.
    size : int
        Pixels along a side of the square map.
    reach_deg : float
        No pixel is farther than this from its nearest electrode.
    margin_deg : float
        How far the map goes beyond the outermost electrode.

    Returns
    -------
    matrix : ndarray, shape (n_inside, n_electrodes)
    inside : ndarray of bool, shape (size, size)
        The pixels of the map, from the back to the front; others are empty.
    radius : float
        Half the side of the square; the lowest electrodes have radius 1.
    """
    known = positions(electrodes)
    radius = min(1.0, float(np.hypot(*flat(known).T).max()) + margin_deg / LOWEST_DEG)
    steps = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(radius * steps, radius * steps)
    points = raised(np.stack([x.ravel(), y.ravel()], axis=1))
    near = (points @ known.T).max(axis=1) >= np.cos(np.radians(reach_deg))
    inside = (np.hypot(x, y) <= radius * (1 + 6 / size)) & near.reshape(size, size)
    matrix = spline_matrix(known, points[inside.ravel()])
    matrix.setflags(write=False)
    inside.setflags(write=False)
    return matrix, inside, radius
