"""Bursts of muscle activity: a threshold on the envelope finds them, likelihood sets their edges.

Smoothing makes every burst look longer by about the length of the window. The edges are therefore
placed on the unsmoothed signal, where a change from the variance of the baseline to that of the
burst is most likely.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Least duration of a burst and of a gap between two (measures.md §1, our rule).
MIN_ON_S = 0.050
MIN_GAP_S = 0.050
#: Window of the envelope on which the threshold works.
WINDOW_S = 0.050
#: Gaps in the envelope shorter than this are chance dips within a burst.
_DIP_S = 0.010
#: "Off" is at most this far below "on": below it lies the ringing of the band-pass filter.
_MAX_CONTRAST = 20.0

#: Samples that are summed at a time: they stay in the second-level cache.
_PIECE = 1 << 14


def moving_rms(x: Floats, *, rate_hz: float, window_s: float = WINDOW_S) -> Floats:
    """Return the root mean square in a centred window, same length as `x` (1-D)."""
    return np.sqrt(_moving_power(x, rate_hz=rate_hz, window_s=window_s))


def _moving_power(x: Floats, *, rate_hz: float, window_s: float) -> Floats:
    width = max(1, round(window_s * rate_hz))
    before, after = width // 2, width - 1 - width // 2
    power = np.empty(len(x))
    for begin in range(0, len(x), _PIECE):
        here = power[begin : begin + _PIECE]
        first, last = begin - before, begin + len(here) + after
        some = x[max(first, 0) : last]
        if first < 0 or last > len(x):  # the outermost samples go on
            some = np.pad(some, (max(-first, 0), max(last - len(x), 0)), mode="edge")
        np.divide(_moving_sum(np.square(some), width), width, out=here)
    return power


def _moving_sum(x: Floats, width: int) -> Floats:
    """Sum `width` neighbours by doubling: few passes, and no differences that lose digits."""
    total = np.zeros(len(x) - width + 1)
    doubled, size, done = x, 1, 0
    while done < width:
        if width & size:
            total += doubled[done : done + len(total)]
            done += size
        doubled = doubled[:-size] + doubled[size:]
        size *= 2
    return total


def detect(
    x: Floats, *, rate_hz: float, threshold: float, baseline_rms: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find bursts in one band-passed channel.

    Parameters
    ----------
    x : ndarray, shape (n_samples,)
        Band-passed EMG, not rectified.
    rate_hz : float
    threshold : float
        Level of the envelope above which the muscle is on.
    baseline_rms : float
        Root mean square of the signal while the muscle is off.

    Returns
    -------
    onset, offset : ndarray of int, shape (n_bursts,)
        First sample of each burst and the first after it.
    """
    above = _moving_power(x, rate_hz=rate_hz, window_s=WINDOW_S) > threshold**2
    onset, offset = _runs(above)
    # The window widens bursts and narrows gaps by its own length: only dips are joined here.
    onset, offset = _merge(onset, offset, gap=_DIP_S * rate_hz)
    lasting = offset - onset >= MIN_ON_S * rate_hz
    onset, offset = onset[lasting], offset[lasting]
    onset, offset = _refine(x, onset, offset, rate_hz=rate_hz, baseline_rms=baseline_rms)
    onset, offset = _merge(onset, offset, gap=MIN_GAP_S * rate_hz)
    long_enough = offset - onset >= MIN_ON_S * rate_hz
    return onset[long_enough], offset[long_enough]


def _runs(on: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    change = np.flatnonzero(on[1:] != on[:-1]) + 1
    edges = np.concatenate([[0] * bool(on[0]), change, [len(on)] * bool(on[-1])]).astype(np.intp)
    return edges[::2], edges[1::2]


def _merge(
    onset: NDArray[np.intp], offset: NDArray[np.intp], *, gap: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Join bursts that are closer than `gap` samples."""
    if len(onset) < 2:
        return onset, offset
    apart = onset[1:] - offset[:-1] >= gap
    return onset[np.append(True, apart)], offset[np.append(apart, True)]


def _refine(
    x: Floats,
    onset: NDArray[np.intp],
    offset: NDArray[np.intp],
    *,
    rate_hz: float,
    baseline_rms: float,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Move each edge to the most likely change of variance within twice the window."""
    reach = round(2 * WINDOW_S * rate_hz)
    new_onset, new_offset = onset.copy(), offset.copy()
    # Never reach into the neighbouring bursts.
    earliest = np.maximum(onset - reach, np.concatenate([[0], offset[:-1]]))
    latest = np.minimum(offset + reach, np.concatenate([onset[1:], [len(x)]]))
    for i, (start, stop) in enumerate(zip(onset, offset, strict=True)):
        middle = (start + stop) // 2
        quarter = max((stop - start) // 4, 1)
        power = np.square(x[earliest[i] : latest[i]])
        centre = middle - earliest[i]
        on_power = float(power[max(centre - quarter, 0) : centre + quarter + 1].mean())
        off_power = max(baseline_rms**2, on_power / _MAX_CONTRAST)
        if on_power <= off_power:
            continue
        # Log-likelihood of "on" against "off": its sum over the burst is largest at the edges.
        power *= 1 / off_power - 1 / on_power
        power -= math.log(on_power / off_power)
        total = np.zeros(len(power) + 1)
        np.cumsum(power, out=total[1:])
        new_onset[i] = earliest[i] + int(total[: centre + 1].argmin())
        new_offset[i] = middle + int(total[centre:].argmax())
    return new_onset, new_offset
