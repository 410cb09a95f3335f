"""Lazy signals that laboratories' formats share: interleaved integers, and gain with offset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eutonia.formats.signals import Rows, file_of, written_units
from eutonia.model import Floats, Signal, UnreadableFile


@dataclass(frozen=True)
class Linear:
    """A signal whose rows become ``gain * row + offset``."""

    signal: Signal
    gain: tuple[float, ...]
    offset: tuple[float, ...]

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
        return self.signal.shape

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        rows = list(range(self.shape[0]) if channels is None else channels)
        x = self.signal.read(start, stop, channels)
        out: Floats = x * np.array([self.gain[i] for i in rows])[:, None]
        out += np.array([self.offset[i] for i in rows])[:, None]
        return out


@dataclass(frozen=True)
class Interleaved:
    """Samples that stand one after another in a file, all channels of one moment together.

    Parameters
    ----------
    path : str
        The file.
    at : int
        Where the first sample begins, in bytes.
    dtype : str
        ``<i2``, ``<i4``, ``<f4``, ``<f8``, or ``<i3`` for integers of 24 bits.
    n_columns, n_samples : int
        Channels of a moment, and moments.
    columns : tuple of int
        Which of them are the channels.
    """

    path: str
    at: int
    dtype: str
    n_columns: int
    n_samples: int
    columns: Rows

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.columns), self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        n, width = max(0, stop - start), int(self.dtype[-1])
        with Path(self.path).open("rb") as file:
            file.seek(self.at + start * self.n_columns * width)
            raw = file.read(n * self.n_columns * width)
        if len(raw) < n * self.n_columns * width:
            raise UnreadableFile(f"{self.path}: the file ends early; it was changed while read.")
        rows = self.columns if channels is None else tuple(self.columns[i] for i in channels)
        numbers = int24(raw) if width == 3 else np.frombuffer(raw, self.dtype)
        picked = numbers.reshape(n, self.n_columns)[:, list(rows)]
        return np.ascontiguousarray(picked.T, dtype=np.float64)


def int24(raw: bytes) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return little-endian integers of 24 bits as integers of 32 bits."""
    three = np.frombuffer(raw, np.uint8).reshape(-1, 3)
    four = np.zeros((len(three), 4), np.uint8)
    four[:, 1:] = three  # as the upper bytes, so that the sign is in its place
    return four.reshape(-1).view("<i4") >> 8
