"""Closure of both lids with known truth: blinks, spasms, winks, and the camera's noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Channel, Floats

#: Time of closing, of staying shut and of opening, seconds: median and log-normal spread.
BLINK_S = ((0.075, 0.15), (0.035, 0.4), (0.16, 0.2))
SPASM_S = ((0.12, 0.2), (1.2, 0.5), (0.25, 0.2))
#: Seconds that are simulated before the recording starts, so that it begins anywhere.
_WARM_S = 60.0
#: Instants within an exposure.
_INSTANTS = 4

LIDS = tuple(
    Channel(name=f"lid_{side}", kind="lid", unit="1", site="lid", side=side)
    for side in ("left", "right")
)
#: How wide each eye is open.
OPENINGS = tuple(
    Channel(name=f"lid_opening_{side}", kind="lid", unit="%", site="lid_opening", side=side)
    for side in ("left", "right")
)


@dataclass(frozen=True, kw_only=True)
class Habit:
    """How a person's lids move.

    Parameters
    ----------
    gap_s : float
        Mean time from the end of one closure to the start of the next.
    gap_cv : float
        Its coefficient of variation (gamma).
    spasms : float
        Share of the closures that are spasms.
    one_sided : float
        Share that is of one eye only, either one.
    other : float
        How far the other eye closes then, as a share of `depth`.
    depth : float
        Closure at its fullest.
    """

    gap_s: float = 2.8
    gap_cv: float = 0.8
    spasms: float = 0.0
    one_sided: float = 0.0
    other: float = 0.0
    depth: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Closures:
    """Every closure of a recording.

    Parameters
    ----------
    start_s : ndarray, shape (n,)
        When the lid begins to move.
    parts_s : ndarray, shape (n, 3)
        Closing, shut, opening.
    spasm : ndarray of bool, shape (n,)
    eyes : ndarray of bool, shape (n, 2)
        Left and right.
    depth, other : float
        Of these eyes, and of the other one as a share of it.
    """

    start_s: Floats
    parts_s: Floats
    spasm: NDArray[np.bool_]
    eyes: NDArray[np.bool_]
    depth: float
    other: float = 0.0

    def at(self, t_s: Floats) -> Floats:
        """Return the closure of each eye at given times, 0 to 1, ``(2, n_times)``."""
        out = np.zeros((2, len(t_s)))
        for start, parts, eyes in zip(self.start_s, self.parts_s, self.eyes, strict=True):
            edges = start + np.concatenate([[0.0], np.cumsum(parts)])
            first, last = np.searchsorted(t_s, (edges[0], edges[3]))
            t = t_s[first:last]
            rise = np.clip((t - edges[0]) / parts[0], 0, 1)
            fall = np.clip((t - edges[2]) / parts[2], 0, 1)
            shape = self.depth * 0.5 * (np.cos(np.pi * fall) - np.cos(np.pi * rise))
            each = np.where(eyes, 1.0, self.other)[:, None] * shape
            out[:, first:last] = np.maximum(out[:, first:last], each)
        return out

    def above_half(self) -> tuple[Floats, Floats]:
        """Return when each passes a closure of one half, and for how long, ``(n,)`` each."""
        share = np.arccos(1 - 1 / self.depth) / np.pi
        on = self.start_s + share * self.parts_s[:, 0]
        off = self.start_s + self.parts_s[:, :2].sum(axis=1) + (1 - share) * self.parts_s[:, 2]
        return on, off - on


def draw(rng: np.random.Generator, seconds: float, habit: Habit) -> Closures:
    """Draw the closures of a recording of some seconds."""
    n = int(3 * (seconds + _WARM_S) / habit.gap_s) + 20
    spasm = rng.random(n) < habit.spasms
    parts = np.stack([_times(rng, spasm, k) for k in range(3)], axis=1)
    shape = habit.gap_cv**-2
    gaps = rng.gamma(shape, habit.gap_s / shape, n)
    start = np.cumsum(gaps) + np.concatenate([[0.0], np.cumsum(parts.sum(axis=1))[:-1]]) - _WARM_S
    eyes = np.ones((n, 2), dtype=bool)
    alone = np.flatnonzero(rng.random(n) < habit.one_sided)
    eyes[alone, rng.integers(0, 2, len(alone))] = False
    keep = (start + parts.sum(axis=1) > 0) & (start < seconds)
    return Closures(
        start_s=start[keep],
        parts_s=parts[keep],
        spasm=spasm[keep],
        eyes=eyes[keep],
        depth=habit.depth,
        other=habit.other,
    )


def _times(rng: np.random.Generator, spasm: NDArray[np.bool_], k: int) -> Floats:
    blink, long = (m[k][0] * np.exp(m[k][1] * rng.standard_normal(len(spasm))) for m in _KINDS)
    return np.where(spasm, long, blink)


_KINDS = (BLINK_S, SPASM_S)


def filmed(
    rng: np.random.Generator,
    closures: Closures,
    *,
    seconds: float,
    rate_hz: float,
    noise: float = 0.03,
    lost: float = 0.0,
) -> Floats:
    """Return what an even camera sees of both lids.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    closures : Closures
    seconds, rate_hz : float
    noise : float
        Standard deviation of each value.
    lost : float
        Share of the pictures that are dropped.

    Returns
    -------
    ndarray, shape (2, n_frames)
        Averaged over an exposure of half a picture; NaN where a picture was dropped.
    """
    n = round(seconds * rate_hz)
    at = np.arange(n)[:, None] / rate_hz + np.arange(_INSTANTS) / (2 * _INSTANTS * rate_hz)
    seen = closures.at(at.ravel()).reshape(2, n, _INSTANTS).mean(axis=2)
    seen = seen + noise * rng.standard_normal(seen.shape)
    return np.where(rng.random(n) < lost, np.nan, seen)
