"""Two trains of pulses of the same events, recorded on two clocks, matched by their intervals.

Each pair of pulses votes for an offset, under each drift that two recorders may have (a Hough
transform); pulses that one device missed or invented cast stray votes only. The limits here are
our own rules, unconfirmed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.model import CannotAlign, Floats

MOST_PPM = 500.0  # two recorders that differ by more have a wrong rate
_USUAL_PPM = 100.0  # standard deviation of the drift between two crystals, as a prior
_BIN_S = 0.02  # of the vote
_LEAST_PULSES = 4
_MOST_PAIRS = 300_000
_AMBIGUOUS = 0.7  # of the best vote that the second may have
_LEAST_SHARE = 0.5  # of the pulses in the common time that have to match
_ROUGH_S, _CLOSE_S = 0.04, 0.003  # matched at first, and at least, within this
_FLOOR_S = 5e-5  # no pulse is timed better


@dataclass(frozen=True, kw_only=True)
class Match:
    """How the time of one recording relates to that of another.

    ``time in the reference = offset_s + time * (1 + drift_ppm * 1e-6)``.

    Parameters
    ----------
    offset_s, drift_ppm : float
        The relation.
    residual_ms : float
        Root mean square of what remains between matched marks.
    error_ms : float
        Largest expected error (95 %) over the recording, from residual, number and spread.
    how : str
        By what, in words.
    """

    offset_s: float
    drift_ppm: float
    residual_ms: float
    error_ms: float
    how: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A robust line through pairs of times, and which of them it holds."""

    offset_s: float
    drift: float
    residual_s: float
    error_s: float
    kept: NDArray[np.bool_]


def fit(t: Floats, there: Floats, *, duration_s: float, floor_s: float = _FLOOR_S) -> Line:
    """Fit offset and drift to pairs of times; pairs that lie far off do not count.

    Parameters
    ----------
    t, there : ndarray, shape (n,)
        The same moments on either clock.
    duration_s : float
        Length of the recording, over whose ends the error is extrapolated.
    floor_s : float
        Least standard error of one pair.

    Notes
    -----
    The drift has a Gaussian prior of 0 ± 100 ppm, so that few marks close together do not make
    one up.
    """
    apart = there - t
    kept = np.ones(len(t), dtype=bool)
    centre = middle = drift = 0.0
    sigma = floor_s
    tight = var_drift = 0.0
    for _ in range(8):
        n = int(kept.sum())
        middle, centre = float(t[kept].mean()), float(np.median(apart[kept]))
        for _ in range(3):  # noise and drift depend on each other
            tight = float(((t[kept] - middle) ** 2).sum()) + (sigma / (_USUAL_PPM * 1e-6)) ** 2
            drift = float((t[kept] - middle) @ (apart[kept] - centre)) / tight
            centre = float((apart[kept] - drift * (t[kept] - middle)).mean())
            left = apart - centre - drift * (t - middle)
            spread = float((left[kept] ** 2).sum()) / max(n - 2, 1)
            sigma = max(float(np.sqrt(spread)), floor_s)
        robust = 1.4826 * float(np.median(np.abs(left - np.median(left))))
        new = np.abs(left) <= max(4 * robust, 4 * floor_s)
        if np.array_equal(new, kept) or new.sum() < 2:
            break
        kept = new
    var_drift = sigma**2 / tight
    reach = max(abs(middle), abs(duration_s - middle))
    error = 1.96 * float(np.sqrt(sigma**2 / kept.sum() + reach**2 * var_drift))
    return Line(
        offset_s=centre - drift * middle,
        drift=drift,
        residual_s=float(np.sqrt((left[kept] ** 2).mean())),
        error_s=error,
        kept=kept,
    )


def match_pulses(times_s: Floats, reference_s: Floats, *, duration_s: float = 0.0) -> Match:
    """Find offset and drift between two trains of pulses.

    Parameters
    ----------
    times_s, reference_s : ndarray
        Times of the pulses in the recording and in the reference, each on its own clock.
    duration_s : float
        Length of the recording; the last pulse where it is longer.

    Raises
    ------
    CannotAlign
        If there are too few pulses, or the intervals fit in no place or in several.
    """
    a, b = (np.unique(x[np.isfinite(x)]) for x in (times_s, reference_s))
    if min(len(a), len(b)) < _LEAST_PULSES:
        raise CannotAlign(
            f"{len(a)} and {len(b)} pulses were found; at least {_LEAST_PULSES} in both are "
            "needed to match their intervals."
        )
    offset, drift, ambiguous = _vote(a, b)
    line, n = _refined(a, b, offset, drift, duration_s)
    shared = _shared(a, b, line)
    if n < _LEAST_PULSES or n < _LEAST_SHARE * shared:
        raise CannotAlign(
            f"Only {n} of {shared} pulses match: the two trains do not mark the same events, or "
            "one recorder's rate is wrong."
        )
    if ambiguous:
        raise CannotAlign(
            "The pulses come too regularly: they match in several places. Use pulses with uneven "
            "intervals, or give the offset (clock: offset_s)."
        )
    if abs(line.drift) > MOST_PPM * 1e-6:
        raise CannotAlign(
            f"The clocks would differ by {line.drift * 1e6:.0f} ppm, more than two recorders do: "
            "the sampling rate of one of them is wrong."
        )
    residual = line.residual_s * 1e3
    return Match(
        offset_s=line.offset_s,
        drift_ppm=line.drift * 1e6,
        residual_ms=residual,
        error_ms=line.error_s * 1e3,
        how=f"trigger ({n} pulses, residual {residual:.1f} ms)",
    )


def _vote(a: Floats, b: Floats) -> tuple[float, float, bool]:
    """Return offset and drift that most pairs agree on, and whether others do nearly as well."""
    some = a[np.linspace(0, len(a) - 1, max(2, min(len(a), _MOST_PAIRS // len(b)))).astype(int)]
    middle = float(some.mean())
    apart = (b[None, :] - some[:, None]).ravel()
    at = np.repeat(some - middle, len(b))
    low = apart.min() - MOST_PPM * 1e-6 * np.abs(at).max() - 2 * _BIN_S
    reach = max(float(np.ptp(a)), 1.0)
    n_drifts = 2 * int(np.ceil(MOST_PPM * 1e-6 * reach / _BIN_S)) + 1
    drifts = np.linspace(-MOST_PPM, MOST_PPM, n_drifts) * 1e-6 if n_drifts > 1 else np.zeros(1)

    def votes(drift: float) -> NDArray[np.int64]:
        counts = np.bincount(((apart - drift * at - low) / _BIN_S).astype(np.int64))
        both: NDArray[np.int64] = counts + np.append(counts[1:], 0)  # no edge splits a peak
        return both

    best = max(drifts, key=lambda d: (votes(d).max(), -abs(d)))
    counts = votes(best)
    top = int(counts.argmax())
    others = counts.copy()
    others[max(0, top - 3) : top + 4] = 0
    offset = low + (top + 1) * _BIN_S - best * middle
    return offset, float(best), bool(others.max() > _AMBIGUOUS * counts[top])


def _refined(
    a: Floats, b: Floats, offset: float, drift: float, duration_s: float
) -> tuple[Line, int]:
    """Match pulse to pulse and fit a line, closer each time."""
    within = _ROUGH_S
    line = Line(offset_s=offset, drift=drift, residual_s=0, error_s=0, kept=np.zeros(0, bool))
    for _ in range(6):
        i, j = _nearest(line.offset_s + a * (1 + line.drift), b, within)
        if len(i) < _LEAST_PULSES:
            return line, len(i)
        line = fit(a[i], b[j], duration_s=max(duration_s, float(a[-1])))
        within = max(_CLOSE_S, min(within, 6 * line.residual_s))
    return line, int(line.kept.sum())


def _nearest(a: Floats, b: Floats, within: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs that are each other's nearest, no further apart than `within`."""
    to_b, to_a = _closest(a, b), _closest(b, a)
    i = np.arange(len(a))
    mutual = (to_a[to_b] == i) & (np.abs(a - b[to_b]) <= within)
    return i[mutual], to_b[mutual]


def _closest(a: Floats, b: Floats) -> NDArray[np.intp]:
    right = np.clip(np.searchsorted(b, a), 1, len(b) - 1)
    nearest: NDArray[np.intp] = np.where(b[right] + b[right - 1] >= 2 * a, right - 1, right)
    return nearest


def _shared(a: Floats, b: Floats, line: Line) -> int:
    """Return how many pulses the sparser train has in the time that both cover."""
    there = line.offset_s + a * (1 + line.drift)
    lo, hi = max(there[0], b[0]) - _ROUGH_S, min(there[-1], b[-1]) + _ROUGH_S
    return int(min(((x >= lo) & (x <= hi)).sum() for x in (there, b)))
