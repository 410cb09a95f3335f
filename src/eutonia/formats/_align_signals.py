"""One artefact or signal that two devices both recorded, matched by its envelope.

A coarse correlation over all offsets finds the place; close ones in short windows find offset and
drift to milliseconds. Envelopes, because two amplifiers may differ in polarity, gain and filter.
The limits here are our own rules, unconfirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eutonia.formats._align_pulses import MOST_PPM, Match, fit
from eutonia.model import CannotAlign, Floats, Signal

_COARSE_HZ = 20.0
_BLOCK_S = 60.0  # read, and correlated, at a time: drift is negligible within it
_MOST_BLOCKS = 60
_LONGEST_S = 6 * 3600.0
_CLIP = 100.0  # times the usual spread, so that no artefact outweighs all the rest
_AMBIGUOUS = 0.8  # of the best correlation that another place may have
_FINE_HZ = 1000.0
_SMOOTH_S = 0.01
_WINDOW_S = 10.0
_SECTORS = 40
_SEARCH_S = 0.25  # around the coarse place
_QUICK_S = 0.2  # slower changes of the envelope, such as the shape of a burst, place nothing
_LEAST_R = 0.3  # correlation from which a window counts
_ALONE_R = 0.7  # likewise, where fewer than three windows do
_MOST_RESIDUAL_S = 0.01  # of windows that are said to agree
_AGREE = 0.6  # share of the windows that has to lie on one line
_LEAST_HZ = 100.0
_FLOOR_S = 0.001  # no window is placed better


@dataclass(frozen=True)
class Trace:
    """One channel with an even rate, read as needed."""

    signal: Signal
    row: int
    rate_hz: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.signal.shape[1] / self.rate_hz

    def between(self, start_s: float, stop_s: float) -> tuple[Floats, float]:
        """Return the samples between two times, and the time of the first."""
        start = max(0, int(np.floor(start_s * self.rate_hz)))
        stop = min(self.signal.shape[1], int(np.ceil(stop_s * self.rate_hz)))
        x = self.signal.read(start, max(start, stop), (self.row,))[0]
        return x, start / self.rate_hz


def match_signals(trace: Trace, reference: Trace) -> Match:
    """Find offset and drift between two channels that hold the same artefact or signal.

    Parameters
    ----------
    trace, reference : Trace
        The channel of the recording to be aligned, and that of the reference.

    Raises
    ------
    CannotAlign
        If a rate is below 100 Hz, or the signals fit nowhere or in several places.
    """
    for one in (trace, reference):
        if one.rate_hz < _LEAST_HZ:
            raise CannotAlign(
                f"A channel of {one.rate_hz:g} Hz cannot be placed to milliseconds; at least "
                f"{_LEAST_HZ:g} Hz are needed. Use a trigger."
            )
        if one.duration_s > _LONGEST_S:
            raise CannotAlign(
                f"A recording of {one.duration_s / 3600:.0f} h is too long to look for an artefact "
                "in; cut it, or use a trigger."
            )
    x, y = _coarse(trace), _coarse(reference)
    offset, drift, ratio = _place(x, y)
    if ratio > _AMBIGUOUS:
        raise CannotAlign(
            "The two channels resemble each other in several places, or in none: another place "
            f"fits {100 * ratio:.0f} % as well. Choose a channel with a clear common artefact, or "
            "give the offset (clock: offset_s)."
        )
    marks = _marks(trace, reference, (x, y), offset, drift)
    marks = marks[marks[:, 2] >= _LEAST_R]
    marks = marks if len(marks) >= 3 else marks[marks[:, 2] >= _ALONE_R]
    if not len(marks):
        raise CannotAlign(
            "The two channels have nothing in common at a closer look. Name the channels that hold "
            "the same artefact (channel, to_channel), or use a trigger."
        )
    line = fit(marks[:, 0], marks[:, 1], duration_s=trace.duration_s, floor_s=_FLOOR_S)
    n = int(line.kept.sum())
    if n < _AGREE * len(marks) or line.residual_s > _MOST_RESIDUAL_S:
        raise CannotAlign(
            f"{n} of {len(marks)} stretches agree on one offset and drift, to "
            f"{1e3 * line.residual_s:.0f} ms: the channels do not hold the same signal. Name those "
            "that do (channel, to_channel), or use a trigger."
        )
    if abs(line.drift) > MOST_PPM * 1e-6:
        raise CannotAlign(
            f"The clocks would differ by {line.drift * 1e6:.0f} ppm, more than two recorders do: "
            "the sampling rate of one of them is wrong."
        )
    residual = line.residual_s * 1e3
    windows = f"{n} window" + ("s" if n > 1 else "")
    remains = f"residual {residual:.1f} ms" if n > 2 else "drift not known"
    return Match(
        offset_s=line.offset_s,
        drift_ppm=line.drift * 1e6,
        residual_ms=residual,
        error_ms=line.error_s * 1e3,
        how=f"artefact ({windows}, {remains})",
    )


def _coarse(trace: Trace) -> Floats:
    """Return the standard deviation in each 1/20 s, in units of its spread, about 0."""
    n = int(trace.duration_s * _COARSE_HZ)
    found = np.zeros(n)
    step = int(_BLOCK_S * _COARSE_HZ)
    for first in range(0, n, step):
        last = min(first + step, n)
        x, at = trace.between(first / _COARSE_HZ, last / _COARSE_HZ)
        x = np.where(np.isfinite(x), x, np.nan)
        time = (at + np.arange(len(x)) / trace.rate_hz) * _COARSE_HZ
        bins = np.clip(np.floor(time + 1e-6).astype(np.int64) - first, 0, last - first - 1)
        good = np.isfinite(x)
        x = x - np.median(x[good]) if good.any() else x
        count, total, squares = (
            np.bincount(bins[good], weights=w, minlength=last - first)
            for w in (np.ones(good.sum()), x[good], x[good] ** 2)
        )
        mean = total / np.maximum(count, 1)
        spread = np.sqrt(np.maximum(squares / np.maximum(count, 1) - mean**2, 0))
        found[first:last] = np.where(count > 1, spread, np.nan)
    return _scaled(found)


def _scaled(x: Floats) -> Floats:
    """Return deviations from the median in units of the usual spread, clipped, with mean 0."""
    good = np.isfinite(x)
    if not good.any():
        return np.zeros(len(x))
    centre = np.median(x[good])
    spread = 1.4826 * np.median(np.abs(x[good] - centre))
    spread = spread if spread > 0 else max(float(x[good].std()), 1e-300)
    z = np.clip((x - centre) / spread, -_CLIP, _CLIP)
    z -= z[good].mean()
    return np.where(good, z, 0.0)


def _place(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Return the best offset and drift, and how well the next best place does beside it."""
    from scipy.signal import correlate

    width = int(_BLOCK_S * _COARSE_HZ)
    starts = np.arange(0, len(x), width)
    if len(starts) > _MOST_BLOCKS:
        energy = np.add.reduceat(x**2, starts)
        starts = np.sort(starts[np.argsort(-energy)[:_MOST_BLOCKS]])
    middles = np.minimum(starts + width / 2, len(x)) - len(x) / 2
    n = len(x) + len(y)
    reach = MOST_PPM * 1e-6 * float(np.abs(middles).max())  # in bins
    drifts = np.linspace(-MOST_PPM, MOST_PPM, 4 * round(reach) + 1) * 1e-6
    drifts = drifts if len(drifts) > 1 else np.zeros(1)
    found: list[tuple[int, NDArray[np.float32], int]] = []
    for start in map(int, starts):
        piece = x[start : start + width]
        # Entry k of the correlation is the offset k - (len(piece) - 1) of the piece within y.
        c = correlate(y, piece, mode="full", method="fft").astype(np.float32)
        found.append((start, c, len(piece)))
    best, best_score, best_top = 0.0, np.full(n, -np.inf), -np.inf
    for drift in drifts:
        score = np.zeros(n)
        for (start, c, length), middle in zip(found, middles, strict=True):
            # Offset of the whole x within y, counted from -len(x).
            at = len(x) - start - (length - 1) - round(drift * middle)
            lo, hi = max(0, at), min(n, at + len(c))
            score[lo:hi] += c[lo - at : hi - at]
        if score.max() > best_top:
            best, best_score, best_top = drift, score, float(score.max())
    top = int(best_score.argmax())
    ratio = _second(best_score, top) / best_top if best_top > 0 else 1.0
    offset = (top - len(x)) / _COARSE_HZ - best * len(x) / 2 / _COARSE_HZ
    return offset, float(best), float(ratio)


def _second(score: Floats, top: int) -> float:
    """Return the highest score outside the main peak, which reaches down to half its height."""
    low = np.flatnonzero(score < 0.5 * score[top])
    left, right = low[low < top], low[low > top]
    lo = min(left[-1] if len(left) else 0, top - 6)
    hi = max(right[0] if len(right) else len(score), top + 6)
    rest = np.append(score[: max(lo, 0)], score[hi:])
    return float(rest.max(initial=0.0))


def _marks(
    trace: Trace, reference: Trace, coarse: tuple[Floats, Floats], offset: float, drift: float
) -> Floats:
    """Return time, time in the reference, and correlation of windows with a common signal."""
    x, y = coarse
    at = np.arange(len(x)) / _COARSE_HZ
    there = offset + at * (1 + drift)
    k = np.round(there * _COARSE_HZ).astype(np.int64)
    inside = (k >= 0) & (k < len(y))
    common = np.where(inside, x * y[np.clip(k, 0, len(y) - 1)], 0.0)
    rows = np.flatnonzero(inside)
    if not len(rows):
        return np.zeros((0, 3))
    width = int(_WINDOW_S * _COARSE_HZ)
    energy = np.convolve(np.maximum(common, 0), np.ones(width), mode="same")
    found: list[tuple[float, float, float]] = []
    edges = np.linspace(rows[0], rows[-1] + 1, _sectors(len(rows), width) + 1).astype(int)
    for a, b in pairwise(edges):
        middle = at[a + int(energy[a:b].argmax())]
        if found and middle - found[-1][0] < _WINDOW_S / 2:
            continue  # the same artefact, at the border of two sectors
        mark = _window(trace, reference, middle, offset + middle * (1 + drift))
        if mark is not None:
            found.append(mark)
    return np.array(found).reshape(-1, 3)


def _sectors(n: int, width: int) -> int:
    return max(1, min(_SECTORS, n // width))


def _window(
    trace: Trace, reference: Trace, middle: float, there: float
) -> tuple[float, float, float] | None:
    """Place one window closely: time, time in the reference, and correlation."""
    from scipy.signal import correlate

    rate = min(_FINE_HZ, trace.rate_hz, reference.rate_hz)
    half = _WINDOW_S / 2
    x = _envelope(trace, middle - half, middle + half, rate)
    y = _envelope(reference, there - half - _SEARCH_S, there + half + _SEARCH_S, rate)
    if not x.any() or not y.any() or len(y) < len(x):
        return None
    c = correlate(y, x, mode="valid", method="fft")
    power = np.convolve(y**2, np.ones(len(x)), mode="valid")
    r: NDArray[np.float64] = c / np.sqrt(np.maximum(power * float(x @ x), 1e-300))
    k = int(r.argmax())
    if k in (0, len(r) - 1):
        return None
    bend = r[k - 1] - 2 * r[k] + r[k + 1]
    part = 0.5 * (r[k - 1] - r[k + 1]) / bend if bend < 0 else 0.0
    shift = (k + part) / rate - _SEARCH_S
    return middle, there + float(shift), float(r[k])


def _envelope(trace: Trace, start_s: float, stop_s: float, rate: float) -> Floats:
    """Return the smoothed size of a stretch on an even grid, 0 where nothing was recorded."""
    margin = 0.2
    x, at = trace.between(start_s - margin, stop_s + margin)
    grid = start_s + np.arange(round((stop_s - start_s) * rate)) / rate
    if len(x) < 8:
        return np.zeros(len(grid))
    good = np.isfinite(x)
    x = np.where(good, x, np.median(x[good]) if good.any() else 0.0)
    size = np.abs(x - _mean(x, round(0.1 * trace.rate_hz)))
    size = _mean(size, round(_SMOOTH_S * trace.rate_hz))
    size = size - _mean(size, round(_QUICK_S * trace.rate_hz))
    size[~good] = np.nan
    t = at + np.arange(len(x)) / trace.rate_hz
    return _scaled(np.interp(grid, t, size, left=np.nan, right=np.nan))


def _mean(x: Floats, width: int) -> Floats:
    """Return the centred moving average over an odd number of samples."""
    width = min(2 * (max(width, 1) // 2) + 1, 2 * ((len(x) - 1) // 2) + 1)
    total = np.cumsum(np.concatenate([[0.0], np.pad(x, width // 2, mode="edge")]))
    averaged: Floats = (total[width:] - total[:-width]) / width
    return averaged
