"""One pass over a signal in blocks: the sums and runs that the quality rules judge."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats, Signal

BLOCK_BYTES = 2**22  # of float64 looked at together


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a scan looks for.

    Parameters
    ----------
    flat_samples : int
        Equal samples in a row from which a stretch counts as flat.
    rail_samples : int
        Samples in a row at an extreme value from which they count as a rail.
    window : int
        Samples of a spectral window; 0: no spectrum.
    most_windows : int
        Windows looked at, spread over the recording.
    products : bool
        Whether the channels are compared with one another.
    """

    flat_samples: int
    rail_samples: int
    window: int
    most_windows: int
    products: bool


@dataclass
class Scan:
    """What was found, one entry per channel.

    ``stretches`` holds ``(channel, first sample, end, 'nan' or 'flat')``; ``at_rail`` and
    ``rail_runs`` have the shape ``(n_channels, 2)`` for the lowest and the highest value.
    """

    n: NDArray[np.int64]
    low: Floats
    high: Floats
    total: Floats
    inside: Floats
    at_rail: NDArray[np.int64]
    rail_runs: NDArray[np.int64]
    checksum: list[int]
    products: Floats
    power: Floats
    windows: int = 0
    stretches: list[tuple[int, int, int, str]] = field(default_factory=list)

    @property
    def mean(self) -> Floats:
        """Mean of each channel."""
        return self.total / np.maximum(self.n, 1)

    @property
    def deviation(self) -> Floats:
        """Standard deviation about the mean of each block, so that slow drifts do not count."""
        deviation: Floats = np.sqrt(self.inside / np.maximum(self.n, 1))
        return deviation

    @property
    def correlation(self) -> Floats:
        """Correlation of the channels about the mean of each block."""
        size = np.sqrt(np.maximum(np.diag(self.products), 1e-300))
        r: Floats = self.products / np.outer(size, size)
        return r


def scan(signal: Signal, plan: Plan) -> Scan:
    """Read a signal once, in blocks of bounded size."""
    n_channels, n_samples = signal.shape
    found = _empty(n_channels, plan)
    step = max(plan.window, plan.rail_samples, BLOCK_BYTES // (8 * max(n_channels, 1)), 1)
    n_blocks = -(-n_samples // step)
    every = max(1, n_blocks // max(plan.most_windows, 1))
    open_runs = _Runs(n_channels, plan.flat_samples)
    for block, start in enumerate(range(0, n_samples, step)):
        x = signal.read(start, min(start + step, n_samples))
        good = np.isfinite(x.sum(axis=1))
        open_runs.step(x, start, good, found)
        filled = x if good.all() else _without_nan(x)
        _add(found, x, filled, good, plan)
        if plan.window and block % every == 0:
            _add_power(found, filled, plan, per_block=-(-plan.most_windows // n_blocks))
    open_runs.close(n_samples, found)
    return found


def _empty(n: int, plan: Plan) -> Scan:
    return Scan(
        n=np.zeros(n, dtype=np.int64),
        low=np.full(n, np.inf),
        high=np.full(n, -np.inf),
        total=np.zeros(n),
        inside=np.zeros(n),
        at_rail=np.zeros((n, 2), dtype=np.int64),
        rail_runs=np.zeros((n, 2), dtype=np.int64),
        checksum=[0] * n,
        products=np.zeros((n, n)) if plan.products else np.eye(n),
        power=np.zeros((n, plan.window // 2 + 1)),
    )


def _without_nan(x: Floats) -> Floats:
    """Put the channel's mean where there is no number."""
    finite = np.isfinite(x)
    n = np.maximum(finite.sum(axis=1), 1)
    mean = np.where(finite, x, 0.0).sum(axis=1) / n
    filled: Floats = np.where(finite, x, mean[:, None])
    return filled


def _add(found: Scan, x: Floats, filled: Floats, good: NDArray[np.bool_], plan: Plan) -> None:
    """Add a block to the sums."""
    n = np.full(len(x), x.shape[1]) if good.all() else np.isfinite(x).sum(axis=1)
    mean = filled.mean(axis=1)
    centred = filled - mean[:, None]
    found.inside += np.einsum("ij,ij->i", centred, centred)
    found.total += mean * n
    found.n += n
    if plan.products:
        found.products += centred @ centred.T
    low, high = filled.min(axis=1), filled.max(axis=1)
    for row in range(len(x)):
        found.checksum[row] = zlib.crc32(x[row].data, found.checksum[row])
        if not n[row]:
            continue
        for end, value, beyond in (
            (0, low[row], low[row] < found.low[row]),
            (1, high[row], high[row] > found.high[row]),
        ):
            known = (found.low, found.high)[end]
            if beyond:
                known[row] = value
                found.at_rail[row, end] = found.rail_runs[row, end] = 0
            if value == known[row]:
                samples, runs = _runs_at(filled[row], float(value), plan.rail_samples)
                found.at_rail[row, end] += samples
                found.rail_runs[row, end] += runs


def _runs_at(x: Floats, value: float, least: int) -> tuple[int, int]:
    """Count the samples in runs of at least `least` at a value, and the runs."""
    at = np.flatnonzero(x == value)
    if len(at) < least:
        return 0, 0
    breaks = np.flatnonzero(np.diff(at) > 1) + 1
    lengths = np.diff(np.concatenate([[0], breaks, [len(at)]]))
    long = lengths[lengths >= least]
    return int(long.sum()), len(long)


def _add_power(found: Scan, x: Floats, plan: Plan, *, per_block: int) -> None:
    """Add windowed spectra of a block."""
    taper = np.hanning(plan.window)
    fit = x.shape[1] // plan.window
    for k in range(min(fit, per_block)):
        at = (k * fit // max(min(fit, per_block), 1)) * plan.window
        piece = x[:, at : at + plan.window]
        piece = (piece - piece.mean(axis=1, keepdims=True)) * taper
        found.power += np.abs(np.fft.rfft(piece)) ** 2
        found.windows += 1


class _Runs:
    """Stretches without numbers or without change, also across the borders of blocks."""

    def __init__(self, n: int, least: int) -> None:
        self.least = least
        self.last = np.full(n, np.nan)
        self.flat_from = [0] * n
        self.nan_from: list[int | None] = [None] * n

    def step(self, x: Floats, start: int, good: NDArray[np.bool_], found: Scan) -> None:
        """Look at one block; `good` marks rows without NaN."""
        same = x[:, 1:] == x[:, :-1]
        counts = same.sum(axis=1)
        joined = x[:, 0] == self.last
        for row in range(len(x)):
            if not good[row] or self.nan_from[row] is not None:
                self._missing(row, np.isfinite(x[row]), start, found)
            if not joined[row]:
                self._end_flat(row, start, found)
            if counts[row] == x.shape[1] - 1:
                continue  # flat to its end: stays open
            changes = np.flatnonzero(~same[row]) + 1
            self._end_flat(row, start + int(changes[0]), found)
            if counts[row] >= self.least - 1:
                for a, b in pairwise(changes):
                    if b - a >= self.least:
                        found.stretches.append((row, start + int(a), start + int(b), "flat"))
            self.flat_from[row] = start + int(changes[-1])
        self.last = x[:, -1].copy()

    def _end_flat(self, row: int, at: int, found: Scan) -> None:
        if at - self.flat_from[row] >= self.least:
            found.stretches.append((row, self.flat_from[row], at, "flat"))
        self.flat_from[row] = at

    def _missing(self, row: int, finite: NDArray[np.bool_], start: int, found: Scan) -> None:
        edges = np.flatnonzero(np.diff(finite.astype(np.int8), prepend=1, append=1))
        begins, ends = edges[::2] + start, edges[1::2] + start
        opened = self.nan_from[row]
        self.nan_from[row] = None
        for a, b in zip(begins, ends, strict=True):
            begin = opened if opened is not None and a == start else int(a)
            if opened is not None and a != start:
                found.stretches.append((row, opened, start, "nan"))
            opened = None
            if b == start + len(finite):
                self.nan_from[row] = begin
            else:
                found.stretches.append((row, begin, int(b), "nan"))
        if opened is not None:
            found.stretches.append((row, opened, start, "nan"))

    def close(self, n_samples: int, found: Scan) -> None:
        """End what is still open at the end of the signal."""
        for row in range(len(self.flat_from)):
            self._end_flat(row, n_samples, found)
            begin = self.nan_from[row]
            if begin is not None:
                found.stretches.append((row, begin, n_samples, "nan"))
