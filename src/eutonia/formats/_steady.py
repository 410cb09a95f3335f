"""Stamps without jitter: an even step between pauses, which stay where they are.

Software stamps samples when they arrive, so that single stamps wander by milliseconds while the
recorder's own step is even. A straight line through all stamps would smear a pause over the whole
recording; here pauses are found first. The limits are our own rules, unconfirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

_WINDOW_S = 1.0  # on either side of a suspected pause
_LEAST = 20  # samples in such a window, where there are as many
_CLEAR = 3.0  # times the jitter by which stamps must stay shifted to count as a pause
_FEW = 3.0  # a single sample has to be clear by four times as much
_LEAST_STEPS = 0.75  # likewise
_LAG = 256  # samples over which the step is first estimated
_MOST_SUSPECTS = 20_000
_OUTLIER = 6.0  # times the jitter from which a stamp is left out of the line


@dataclass(frozen=True, kw_only=True)
class Steady:
    """Stamps made even.

    Parameters
    ----------
    stamps_s : ndarray, shape (n_samples,)
        Even between breaks.
    step_s : float
        The recorder's step on the clock of the stamps.
    jitter_s : float
        How far stamps typically lie from the even ones.
    wander : ndarray, shape (2, n_windows)
        Even time of each second of stamps, and how far it lies from there: the rate itself changed.
    breaks : tuple of int
        Samples before which the stamps jumped for good.
    """

    stamps_s: Floats
    step_s: float
    jitter_s: float
    wander: Floats
    breaks: tuple[int, ...]

    @property
    def wander_s(self) -> float:
        """The largest wander."""
        return float(np.abs(self.wander[1]).max(initial=0.0))


def steady(stamps_s: Floats, *, nominal_hz: float) -> Steady:
    """Return the stamps of an evenly sampled stream without jitter.

    The stated rate is kept where, over the whole recording, it differs from the measured one by
    less than the jitter: the stamps then cannot tell the two apart.

    Parameters
    ----------
    stamps_s : ndarray, shape (n_samples,)
        Finite stamps in order of recording, at least two.
    nominal_hz : float
        The stated rate.
    """
    n = len(stamps_s)
    lag = max(1, min(n // 2, _LAG))
    rough = float(np.median(stamps_s[lag:] - stamps_s[:-lag])) / lag
    rough = rough if rough > 0 else 1 / nominal_hz
    found = _fit(stamps_s, rough, nominal_hz, 0.0)
    # Where the rate itself wanders, a shift of less than that is no pause.
    if found.breaks and found.wander_s > max(found.step_s, _CLEAR * found.jitter_s):
        found = _fit(stamps_s, rough, nominal_hz, 2 * found.wander_s)
    return found


def _fit(stamps_s: Floats, step: float, nominal_hz: float, least_s: float) -> Steady:
    """Find the breaks of at least some size, and the even stamps between them."""
    n = len(stamps_s)
    index = np.arange(n, dtype=np.float64)
    breaks: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
    jitter = 0.0
    for _ in range(2):  # with the rough step first, then with the fitted one
        wander = stamps_s - index * step
        jitter = _jitter(wander, step)
        breaks = _breaks(wander, step, jitter, least_s)
        step = _step(stamps_s, index, step, breaks, jitter)
    runs = _runs(breaks, n)
    longest = max(b - a for a, b in runs)
    if abs(step * nominal_hz - 1) * step * longest / 2 <= jitter:
        step = 1 / nominal_hz
    out = np.empty(n)
    for a, b in runs:
        out[a:b] = float(np.median(stamps_s[a:b] - index[a:b] * step)) + index[a:b] * step
    return Steady(
        stamps_s=out,
        step_s=step,
        jitter_s=jitter,
        wander=_wander(stamps_s, out, runs, _window(step, n)),
        breaks=tuple(int(b) for b in breaks),
    )


def _wander(stamps: Floats, even: Floats, runs: list[tuple[int, int]], width: int) -> Floats:
    """Return, window by window of whole runs, where it lies and by how much it is off."""
    found = []
    for a, b in runs:
        stop = a + (b - a) // width * width
        if stop > a:
            off = (stamps[a:stop] - even[a:stop]).reshape(-1, width)
            middle = even[a:stop].reshape(-1, width).mean(axis=1)
            found.append(np.vstack([middle, np.median(off, axis=1)]))
    return np.hstack(found) if found else np.zeros((2, 0))


def _runs(breaks: NDArray[np.intp], n: int) -> list[tuple[int, int]]:
    edges = [0, *(int(b) for b in breaks), n]
    return list(pairwise(edges))


def _window(step: float, n: int) -> int:
    return max(1, min(max(_LEAST, round(_WINDOW_S / step)), n // 2))


def _jitter(wander: Floats, step: float) -> float:
    """Return the typical spread within short windows, in which neither drift nor pauses count."""
    width = _window(step, len(wander))
    fit = len(wander) // width
    pieces = wander[: fit * width].reshape(fit, width)
    lo, hi = np.quantile(pieces, [0.16, 0.84], axis=1)
    return float(np.median(hi - lo)) / 2


def _breaks(wander: Floats, step: float, jitter: float, least_s: float) -> NDArray[np.intp]:
    """Return the samples before which the stamps move, and stay moved."""
    least = max(_LEAST_STEPS * step, _CLEAR * jitter, least_s)
    jumps = np.abs(np.diff(wander))
    suspects = np.flatnonzero(jumps > least) + 1
    suspects = suspects[np.argsort(-jumps[suspects - 1], kind="stable")][:_MOST_SUSPECTS]
    width = _window(step, len(wander))
    found = [0, len(wander)]
    for at in suspects:
        i = int(np.searchsorted(found, at))
        if found[i] == at:
            continue
        before = wander[max(found[i - 1], at - width) : at]
        after = wander[at : min(found[i], at + width)]
        few = 1 + _FEW / np.sqrt(min(len(before), len(after)))  # a few samples prove little
        if abs(_shift(before, after)) > max(least, few * _CLEAR * jitter):
            found.insert(i, int(at))
    return np.array(found[1:-1], dtype=np.intp)


def _shift(before: Floats, after: Floats) -> float:
    """Return by how much one stretch lies above the other, on their common slope."""
    slopes = [_slope(x) for x in (before, after) if len(x) >= _LEAST]
    slope = float(np.mean(slopes)) if slopes else 0.0
    apart = (len(before) + len(after)) / 2
    return float(np.median(after) - np.median(before)) - slope * apart


def _slope(x: Floats) -> float:
    """Return the slope between the medians of the outer thirds."""
    third = len(x) // 3
    return float(np.median(x[-third:]) - np.median(x[:third])) / (len(x) - third)


def _step(
    stamps: Floats, index: Floats, rough: float, breaks: NDArray[np.intp], jitter: float
) -> float:
    """Fit one step to all runs, each with its own start; stamps far off do not count."""
    above = below = 0.0
    for a, b in _runs(breaks, len(stamps)):
        wander = stamps[a:b] - index[a:b] * rough
        far = max(_OUTLIER * jitter, _window(rough, len(stamps)) * rough)
        kept = np.abs(wander - np.median(wander)) <= far
        if kept.sum() < 2:
            continue
        k = index[a:b][kept] - index[a:b][kept].mean()
        above += float(k @ (wander[kept] - wander[kept].mean()))
        below += float(k @ k)
    return rough + above / below if below else rough
