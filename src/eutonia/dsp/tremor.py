"""Tremor of an angle: its spectrum, whether there is a rhythm at all, and how regular it is.

Spectra are Welch's with gaps: Hann segments of four seconds, each freed of its straight line, on a
fixed grid of frequencies, so that recordings of any rate add up. A rhythm is a top of the spectrum
that stands above what lies beside it on both sides; drift and irregular jerks have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import starts
from eutonia.dsp.spectrum import hann
from eutonia.model import Floats

SEGMENT_S = 4.0
STEP_S = 2.0
#: Fixed grid, a quarter of the resolution of a segment apart.
FREQ_HZ: Floats = np.arange(4, 217) / 16.0
#: Where a rhythm is looked for (measures.md §6; up to 12 Hz for fast components).
RANGE_HZ = (1.0, 12.0)
#: Below this a rhythm is not told from slow jerks by its frequency (clinical-rules.md §1).
SLOW_HZ = 2.5
#: Widest top, at half height, of a rhythm below that (our rule). [D]
SLOW_WIDTH_HZ = 0.7
#: Pictures a second that one cycle needs, so that the fastest rhythm is this share of the rate.
PER_RATE = 0.4
#: A segment with less of it usable is left out.
MIN_USABLE = 0.9
#: Chance that movement without a rhythm is said to have one, over all frequencies and axes.
FALSE_POSITIVES = 0.01
#: Fewest segments for the test.
MIN_SEGMENTS = 4
#: Equivalent noise bandwidth of a Hann segment, and squared correlation of half-overlapped ones.
_BANDWIDTH_HZ = 1.5 / SEGMENT_S
_OVERLAP_R2 = 1 / 36


def fastest_hz(rate_hz: float) -> float:
    """Return the highest frequency of a rhythm that pictures at this rate can show."""
    return min(RANGE_HZ[1], PER_RATE * rate_hz)


def spectra(x: Floats, mask: NDArray[np.bool_], *, rate_hz: float) -> tuple[Floats, Floats]:
    """Return the power density of every segment, and whether it counts.

    Missing samples get no weight, and the density is scaled so that a steady oscillation keeps its
    power in spite of them.

    Parameters
    ----------
    x : ndarray, shape (n_axes, n_samples)
    mask : ndarray of bool, same shape
        Which samples may be used.
    rate_hz : float

    Returns
    -------
    density : ndarray, shape (n_segments, n_axes, len(FREQ_HZ))
        One-sided, unit²/Hz; 0 for a segment that does not count.
    count : ndarray, shape (n_segments, n_axes)
        1 where at least `MIN_USABLE` of the segment is there, else 0.
    """
    length = round(SEGMENT_S * rate_hz)
    first = starts(x.shape[1], length, step=max(1, round(STEP_S * rate_hz)))
    at = np.arange(length)
    wave = np.exp(-2j * np.pi * np.outer(at, FREQ_HZ) / rate_hz)
    window = hann(length)
    pieces = np.zeros((len(first), len(x), length))
    scale, count = (np.zeros((len(first), len(x))) for _ in range(2))
    for i, begin in enumerate(first):
        for axis in range(len(x)):
            good = mask[axis, begin : begin + length]
            if good.mean() < MIN_USABLE:
                continue
            weight = window * good
            pieces[i, axis] = _straightened(x[axis, begin : begin + length], at, good) * weight
            kept = weight.sum() ** 2 / (weight**2).sum() / (window.sum() ** 2 / (window**2).sum())
            scale[i, axis] = 2 / (rate_hz * (weight**2).sum() * kept)
            count[i, axis] = 1.0
    # One product of matrices for all pieces.
    power = (pieces @ wave.real) ** 2 + (pieces @ wave.imag) ** 2
    return np.asarray(scale[..., None] * power), count


def _straightened(x: Floats, at: NDArray[np.intp], good: NDArray[np.bool_]) -> Floats:
    """Return samples less the straight line through the usable ones; others may hold anything."""
    when, what = at[good] - at[good].mean(), x[good]
    slope = (when @ what) / (when @ when)
    line: Floats = what.mean() + slope * (at - at[good].mean())
    return np.where(good, x, line) - line


def background(density: Floats) -> Floats:
    """Return the density that a top would stand on, from the flanks at each frequency.

    A straight line of log density over log frequency between what lies beside it below and above.

    Parameters
    ----------
    density : ndarray, shape (..., n_frequencies)
        On `FREQ_HZ`.

    Returns
    -------
    ndarray, same shape
    """
    below, above, centre_below, centre_above = _flanks()
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(density, np.finfo(float).tiny))
    low, high = logs @ below.T, logs @ above.T
    log_f = np.log(FREQ_HZ)
    share = (log_f - centre_below) / (centre_above - centre_below)
    out: Floats = np.exp((1 - share) * low + share * high)
    return out


def inner_hz(freq_hz: Floats) -> Floats:
    """Return how far the top of a rhythm reaches at most to either side."""
    return np.asarray(np.maximum(0.625, 0.2 * np.asarray(freq_hz, dtype=np.float64)))


@cache
def _flanks() -> tuple[Floats, Floats, Floats, Floats]:
    """Return for each frequency the weights of its lower and upper flank, and their centres."""
    apart = FREQ_HZ[None] - FREQ_HZ[:, None]
    near = inner_hz(FREQ_HZ)[:, None]
    wide = np.maximum(1.0, 0.2 * FREQ_HZ)[:, None]
    below = np.asarray((apart <= -near) & (apart >= -near - wide))
    above = np.asarray((apart >= near) & (apart <= near + wide))
    # The ends of the grid keep at least their outermost bins, so that no frequency lacks a flank.
    below[:, :2] |= ~below.any(axis=1, keepdims=True)
    above[:, -2:] |= ~above.any(axis=1, keepdims=True)
    log_f = np.log(FREQ_HZ)
    weights = [part / part.sum(axis=1, keepdims=True) for part in (below, above)]
    return weights[0], weights[1], weights[0] @ log_f, weights[1] @ log_f


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """The strongest rhythm in the movement of one part, or why there is none.

    Parameters
    ----------
    freq_hz : float
        Where to look for its top (see `top`); NaN where there is none.
    ratio : float
        Density at the top over its background, on the axis where it stands out most; 0 where the
        range holds no top.
    limit : float
        Ratio that movement without a rhythm passes with the chance `FALSE_POSITIVES`.
    """

    freq_hz: float
    ratio: float
    limit: float

    @property
    def found(self) -> bool:
        """Whether there is a rhythm."""
        return bool(np.isfinite(self.freq_hz))


def rhythm(density: Floats, count: Floats, *, within_hz: tuple[float, float]) -> Rhythm:
    """Find the strongest rhythm that movement without one would not show by chance.

    On each axis, tops of the spectrum are held against the F distribution of a Welch density over
    that of its flanks, corrected for all independent looks. They must pass twice: as they are, and
    with every segment scaled to the same power, so that two large jerks do not make a rhythm. Of
    those that pass, the one with the most power above its background over all axes is taken: so of
    a fundamental and its harmonics the fundamental, unless a harmonic is stronger.

    Parameters
    ----------
    density : ndarray, shape (n_segments, n_axes, n_frequencies)
        From `spectra`.
    count : ndarray, shape (n_segments, n_axes)
    within_hz : tuple of float
        Range in which the top must lie.

    Returns
    -------
    Rhythm
    """
    from scipy.special import fdtri

    segments = count.sum(axis=0)
    usable = segments >= MIN_SEGMENTS
    if not usable.any():
        return Rhythm(freq_hz=np.nan, ratio=np.nan, limit=np.nan)
    inside = (within_hz[0] <= FREQ_HZ) & (within_hz[1] >= FREQ_HZ)
    degrees = 2 * float(segments[usable].min()) / (1 + 2 * _OVERLAP_R2)
    # Independent looks: frequencies one bandwidth apart, on every axis.
    looks = usable.sum() * (within_hz[1] - within_hz[0]) / _BANDWIDTH_HZ
    limit = float(fdtri(degrees, _FLANK * degrees, 1 - FALSE_POSITIVES / looks))
    mean = density[:, usable].sum(axis=0) / segments[usable, None]
    above = mean - background(mean)
    ratio = np.minimum(_ratio(mean), _ratio(_evened(density[:, usable], inside)))
    every = [i for i in np.flatnonzero(inside) if _is_top(mean[np.argmax(ratio[:, i])], int(i))]
    tops = [i for i in every if (ratio[:, i] > limit).any()]
    if not tops:
        best = float(ratio[:, every].max(initial=0.0))
        return Rhythm(freq_hz=np.nan, ratio=best, limit=limit)
    strongest = max(tops, key=lambda i: float(np.maximum(above[:, i], 0).sum()))
    return Rhythm(
        freq_hz=float(FREQ_HZ[strongest]), ratio=float(ratio[:, strongest].max()), limit=limit
    )


def steady_rhythm(density: Floats, count: Floats, *, within_hz: tuple[float, float]) -> Rhythm:
    """Find the strongest rhythm that slow jerks are not; see `rhythm`.

    Below `SLOW_HZ` a rhythm counts only where its top is no wider than `SLOW_WIDTH_HZ` at half
    height, over all axes; otherwise the strongest above `SLOW_HZ` is taken.
    """
    found = rhythm(density, count, within_hz=within_hz)
    if not (found.found and found.freq_hz < SLOW_HZ):
        return found
    segments = np.maximum(count.sum(axis=0), 1.0)[:, None]
    together = (density.sum(axis=0) / segments).sum(axis=0)
    if half_width_hz(together, found.freq_hz) <= SLOW_WIDTH_HZ:
        return found
    return rhythm(density, count, within_hz=(SLOW_HZ, within_hz[1]))


def _ratio(mean: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.nan_to_num(mean / background(mean)))


def _evened(density: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Return the mean density of segments that each have the same power in the range."""
    power = density[..., inside].sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(power > 0, density / power, 0.0).sum(axis=0))


#: Independent bandwidths in the two flanks that a background is drawn from (about 1 Hz each).
_FLANK = 3.0
#: Bins on either side among which a top must be the highest: one bandwidth.
_BESIDE = 6


def _is_top(density: Floats, i: int) -> bool:
    around = density[max(0, i - _BESIDE) : i + _BESIDE + 1]
    return bool(density[i] >= around.max())


def top(density: Floats, start_hz: Floats) -> tuple[Floats, Floats]:
    """Return the frequency of a rhythm, finer than the grid, and its power on each axis.

    The centre of gravity of the power above the background, summed over axes, under a window that
    moves to it (mean shift).

    Parameters
    ----------
    density : ndarray, shape (..., n_axes, n_frequencies)
        Mean density on `FREQ_HZ`.
    start_hz : ndarray, shape (...) or broadcast to it
        Where the rhythm was found (`rhythm`).

    Returns
    -------
    freq_hz : ndarray, shape (...)
    power : ndarray, shape (..., n_axes)
        Variance of the rhythm, unit²: the power above its background under the top.
    """
    above = density - background(density)
    together = np.maximum(above.sum(axis=-2), 0.0)
    centre = np.broadcast_to(start_hz, together.shape[:-1]).astype(np.float64)
    reach = inner_hz(centre)[..., None]
    for _ in range(_ROUNDS):
        away = (FREQ_HZ - centre[..., None]) / reach
        weight = together * np.where(np.abs(away) < 1, np.cos(0.5 * np.pi * away) ** 2, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = (weight @ FREQ_HZ) / weight.sum(axis=-1)
        centre = np.where(np.isfinite(moved), moved, centre)
    near = np.abs(FREQ_HZ - centre[..., None]) <= inner_hz(centre)[..., None]
    power = np.where(near[..., None, :], above, 0.0).sum(axis=-1) * (FREQ_HZ[1] - FREQ_HZ[0])
    return centre, np.maximum(power, 0.0)


_ROUNDS = 12


def at_top(density: Floats, freq_hz: Floats) -> Floats:
    """Return the density, unit²/Hz, at a frequency between the bins, ``(..., n_axes)``."""
    place = np.clip((freq_hz - FREQ_HZ[0]) / (FREQ_HZ[1] - FREQ_HZ[0]), 0, len(FREQ_HZ) - 1.001)
    below = np.floor(place).astype(np.intp)[..., None, None]
    share = (place - np.floor(place))[..., None]
    low = np.take_along_axis(density, np.broadcast_to(below, (*density.shape[:-1], 1)), axis=-1)
    high = np.take_along_axis(density, np.broadcast_to(below + 1, (*density.shape[:-1], 1)), -1)
    out: Floats = (1 - share) * low[..., 0] + share * high[..., 0]
    return out


def half_width_hz(density: Floats, freq_hz: float) -> float:
    """Return the width of a top at half its height above the background, 0.36 Hz at the least.

    Parameters
    ----------
    density : ndarray, shape (n_frequencies,)
        Mean density on `FREQ_HZ`.
    freq_hz : float
        Its top.
    """
    above = density - background(density)
    i = int(np.argmin(np.abs(FREQ_HZ - freq_hz)))
    half = above[i] / 2
    left, right = i, i
    while left > 0 and above[left] > half:
        left -= 1
    while right < len(above) - 1 and above[right] > half:
        right += 1

    def crossing(a: int, b: int) -> float:
        span = above[b] - above[a]
        share = (half - above[a]) / span if span else 0.0
        return float(FREQ_HZ[a] + share * (FREQ_HZ[b] - FREQ_HZ[a]))

    return crossing(right - 1, right) - crossing(left + 1, left)


def principal(x: Sequence[Floats], mask: Sequence[NDArray[np.bool_]]) -> Floats:
    """Return the direction, over axes, in which most of the movement lies; a unit vector.

    Parameters
    ----------
    x, mask : sequence of ndarray, shape (n_axes, n_samples)
        Band-passed pieces.
    """
    scatter = sum(
        (part[:, good.all(axis=0)] @ part[:, good.all(axis=0)].T)
        for part, good in zip(x, mask, strict=True)
    )
    _, vectors = np.linalg.eigh(np.asarray(scatter))
    direction = vectors[:, -1]
    return np.asarray(direction * np.sign(direction[np.argmax(np.abs(direction))]))


#: Share of independent changes of frequency from cycle to cycle that `around` lets through.
CHANGES_KEPT = 0.95


def around(x: Floats, *, rate_hz: float, freq_hz: float) -> Floats:
    """Return movement about the frequency of its rhythm, along the last axis.

    From a fifth to four times the frequency (less where the rate is low), zero-phase Butterworth
    of second order run both ways. A narrower band smooths the very changes of the period that
    regularity is about: half to twice makes them 25 % smaller, this 5 % (`CHANGES_KEPT`).
    """
    from scipy.signal import butter, sosfiltfilt

    band = [0.2 * freq_hz, min(4.0 * freq_hz, 0.48 * rate_hz)]
    sos = butter(2, band, btype="band", fs=rate_hz, output="sos")
    padding = min(x.shape[-1] - 1, round(3 * rate_hz / freq_hz))
    return np.asarray(sosfiltfilt(sos, x, axis=-1, padlen=padding))


def cycle_changes(x: Floats, mask: NDArray[np.bool_], *, rate_hz: float) -> tuple[Floats, Floats]:
    """Return the change of frequency from each cycle to the next.

    A cycle lasts from one upward crossing of zero to the next; crossings are placed on the signal
    interpolated within its band.

    Parameters
    ----------
    x : ndarray, shape (n_samples,)
        Band-passed (`around`).
    mask : ndarray of bool, shape (n_samples,)
        Cycles with an unusable sample do not count.
    rate_hz : float

    Returns
    -------
    change_hz : ndarray, shape (n_changes,)
    at_s : ndarray, shape (n_changes,)
        Time of the crossing between the two cycles.
    """
    from scipy.signal import resample

    n = len(x)
    padded = np.concatenate([x, x[::-1]])  # periodic without a step
    fine = resample(padded, _FINER * len(padded))[: _FINER * (n - 1) + 1]
    up = np.flatnonzero((fine[:-1] < 0) & (fine[1:] >= 0))
    at = (up + fine[up] / (fine[up] - fine[up + 1])) / _FINER
    bad = np.concatenate([[0], np.cumsum(~mask)])
    begin, end = np.floor(at[:-1]).astype(np.intp), np.ceil(at[1:]).astype(np.intp)
    whole = bad[np.minimum(end + 1, n)] == bad[begin]
    freq = rate_hz / np.diff(at)
    both = whole[:-1] & whole[1:]
    return np.diff(freq)[both], at[1:-1][both] / rate_hz


_FINER = 8
