"""A mouth with known movements: points of a face, and traces of its distances."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.model import Channel, Floats, Side
from eutonia.simulate.wander import wander

#: Frames a second of a face video.
RATE_HZ = 30.0
#: Time constant of movements around a posture, seconds.
FORGETS_S = 0.15
#: Half the distance between the outer corners of the eyes of the simulated face, mm.
HALF_EYES_MM = 45.0
#: Points of a face in mm (person's right, down, backwards), from its nose base; drawn by us.
_RIGHT_HALF = {
    (33, 263): (45, -45, 22),
    (133, 362): (17, -44, 18),
    (98, 327): (10, -2, 2),
    (64, 294): (17, -7, 4),
    (148, 377): (12, 66, 12),
    (61, 291): (26, 24, 12),
}
_MIDDLE = {
    10: (0, -114, 11),
    8: (0, -60, 5),
    168: (0, -48, 6),
    6: (0, -36, 2),
    197: (0, -24, -6),
    195: (0, -18, -10),
    5: (0, -13, -15),
    4: (0, -9, -19),
    1: (0, -5, -17),
    2: (0, 0, 0),
    0: (0, 14, -4),
    13: (0, 22, -2),
    14: (0, 22, -2),
    17: (0, 32, 0),
    152: (0, 70, 10),
    175: (0, 62, 6),
}
_CHIN, _LOWER_LIP = (148, 377, 152, 175), (14, 17)


def face_points(
    *,
    opening_mm: float = 0.0,
    deviation_mm: float = 0.0,
    right_corner_mm: tuple[float, float] = (0.0, 0.0),
) -> Floats:
    """Place the points of a face that ``derive.mouth`` reads; all others lie at the nose.

    Parameters
    ----------
    opening_mm, deviation_mm : float
        The chin's way down, and to the person's right; the lower lip goes with it.
    right_corner_mm : tuple of float
        Pull of the right corner of the mouth, outwards and up.

    Returns
    -------
    ndarray, shape (478, 3)
        Millimetres, facing the camera (x to the right of the picture, y down, z away).
    """
    points = np.zeros((478, 3))
    for (right, left), place in _RIGHT_HALF.items():
        points[right] = place
        points[left] = np.array([-1, 1, 1]) * place
    for point, place in _MIDDLE.items():
        points[point] = place
    points[[*_CHIN, *_LOWER_LIP]] += [deviation_mm, opening_mm, 0]
    points[61] += [right_corner_mm[0], -right_corner_mm[1], 0]
    return points * [-1, 1, 1]


def channel(site: str, side: Side = "midline") -> Channel:
    """Return a channel as ``derive.mouth`` makes it."""
    name = site if side == "midline" else f"{side}_{site}"
    unit = "deg" if site.startswith("head_") else "%"
    return Channel(name=name, kind="mouth", unit=unit, site=site, side=side)


def around(
    rng: np.random.Generator, means: Floats, *, seconds: float, sd: float, noise: float = 0.15
) -> Floats:
    """Draw distances that wander around their means as a camera sees them.

    Parameters
    ----------
    rng : numpy.random.Generator
    means : ndarray, shape (n_channels,)
        In % of the distance between the outer corners of the eyes.
    seconds : float
        Length.
    sd, noise : float
        Of the movement and of the landmarks, %.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
    """
    n = round(seconds * RATE_HZ)
    moved = sd * wander(rng, len(means), n, rate_hz=RATE_HZ, time_s=FORGETS_S)
    seen: Floats = means[:, None] + moved + noise * rng.standard_normal((len(means), n))
    return seen


def openings(
    rng: np.random.Generator, *, seconds: float, size_pct: float, mean_cycle_s: float, sd: float
) -> tuple[Floats, float]:
    """Draw a jaw that opens and closes, every cycle of another length and size.

    Both are log-normal around their median with an SD of a fifth; between closed and open lies a
    raised cosine, and the jaw wanders around that.

    Returns
    -------
    opening : ndarray, shape (n_samples,)
        From 0, closed, in %.
    rate : float
        Openings a minute, of the process.
    """
    n = round(2 * seconds / mean_cycle_s) + 5
    lengths = mean_cycle_s * np.exp(_SPREAD * rng.standard_normal(n))
    sizes = size_pct * np.exp(_SPREAD * rng.standard_normal(n))
    edges = np.concatenate([[0.0], np.cumsum(lengths)]) - rng.uniform(0, mean_cycle_s)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    phase = np.interp(t, edges, np.arange(len(edges)))
    cycles = sizes[phase.astype(np.intp)] / 2 * (1 - np.cos(2 * np.pi * phase))
    moved = sd * wander(rng, 1, len(t), rate_hz=RATE_HZ, time_s=FORGETS_S)[0]
    return cycles + moved, 60 / (mean_cycle_s * float(np.exp(_SPREAD**2 / 2)))


_SPREAD = 0.2


@cache
def openings_quantile(p: float, *, size_pct: float, sd: float) -> float:
    """Return the quantile of what `openings` draws, from the product of its three distributions."""
    from scipy.special import ndtri

    share = (np.arange(100) + 0.5) / 100
    size = size_pct * np.exp(_SPREAD * ndtri(share))
    # A cycle's length does not depend on its size, so every phase is as likely in each.
    shape = (1 - np.cos(np.pi * share)) / 2
    values = (size[:, None] * shape)[..., None] + sd * ndtri(share)
    return float(np.quantile(values, p))
