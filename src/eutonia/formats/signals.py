"""Lazy signals that are built on others, and one that is stored as an array file.

Each has ``path``, the recording's file, so that it can be hashed while it is scanned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.model import Floats, Signal

Rows = tuple[int, ...]


def file_of(signal: Signal | None) -> str:
    """Return the path of the file behind a signal; empty for arrays in memory."""
    return str(getattr(signal, "path", ""))


def written_units(signal: Signal | None) -> tuple[str, ...]:
    """Return the units as the file's own header writes them; empty where it has none."""
    return tuple(getattr(signal, "units", ()))


@dataclass(frozen=True)
class Scaled:
    """A signal whose rows are multiplied by one factor each."""

    signal: Signal
    factors: tuple[float, ...]

    @property
    def path(self) -> str:
        """The file behind it."""
        return file_of(self.signal)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return self.signal.shape

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels."""
        rows = range(self.shape[0]) if channels is None else channels
        factors = np.array([self.factors[i] for i in rows])
        scaled: Floats = self.signal.read(start, stop, channels) * factors[:, None]
        return scaled


@dataclass(frozen=True)
class Picked:
    """Some rows of a signal."""

    signal: Signal
    rows: Rows

    @property
    def path(self) -> str:
        """The file behind it."""
        return file_of(self.signal)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.rows), self.signal.shape[1]

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels."""
        rows = self.rows if channels is None else tuple(self.rows[i] for i in channels)
        return self.signal.read(start, stop, rows)


@dataclass(frozen=True)
class Gapped:
    """A signal with pauses, put on one even time axis; samples that were not recorded are NaN.

    Parameters
    ----------
    signal : Signal
        The samples without the pauses.
    runs : tuple of (int, int)
        For each unbroken stretch its first sample in `signal` and its place on the time axis.
    n_samples : int
        Length of the time axis.
    """

    signal: Signal
    runs: tuple[tuple[int, int], ...]
    n_samples: int

    @property
    def path(self) -> str:
        """The file behind it."""
        return file_of(self.signal)

    @property
    def units(self) -> tuple[str, ...]:
        """Units as the file writes them."""
        return written_units(self.signal)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return self.signal.shape[0], self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, NaN in the pauses."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        n_rows = self.shape[0] if channels is None else len(channels)
        out = np.full((n_rows, max(0, stop - start)), np.nan)
        ends = [first for first, _ in self.runs[1:]] + [self.signal.shape[1]]
        for (first, place), end in zip(self.runs, ends, strict=True):
            lo, hi = max(start, place), min(stop, place + end - first)
            if lo < hi:
                shift = first - place
                out[:, lo - start : hi - start] = self.signal.read(lo + shift, hi + shift, channels)
        return out


@dataclass(frozen=True)
class Stored:
    """Columns of a raw float64 file of shape ``(n_samples, n_columns)``, read as needed.

    Parameters
    ----------
    array_path : str
        The array file.
    n_columns, n_samples : int
        Its shape.
    columns : tuple of int
        Which columns are the channels.
    path : str
        The recording's own file, of which the array is a copy.
    """

    array_path: str
    n_columns: int
    n_samples: int
    columns: Rows
    path: str

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.columns), self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels."""
        rows = self.columns if channels is None else tuple(self.columns[i] for i in channels)
        shape = (self.n_samples, self.n_columns)
        block = np.memmap(self.array_path, dtype=np.float64, mode="r", shape=shape)
        return np.ascontiguousarray(block[slice(start, stop), list(rows)].T)
