"""Plain binary samples beside a header, decoded as they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eutonia.formats.signals import Rows
from eutonia.model import Floats


@dataclass(frozen=True)
class BinarySignal:
    """The channels of a file that holds nothing but numbers.

    Parameters
    ----------
    path : str
        The file of samples.
    dtype : str
        Type and byte order of a number, as NumPy writes them: ``<i2``.
    n_channels, n_samples : int
        What the header promises; numbers that the file does not hold are NaN.
    vectorized : bool
        Whether all samples of a channel follow one another, rather than all channels of a sample.
    gain : tuple of float
        ``value = number * gain`` in the converted unit, one for each channel.
    units : tuple of str
        Units as the header writes them.
    data_at : int
        First byte of the numbers.
    """

    path: str
    dtype: str
    n_channels: int
    n_samples: int
    vectorized: bool
    gain: tuple[float, ...]
    units: tuple[str, ...] = ()
    data_at: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return self.n_channels, self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        rows = list(range(self.n_channels) if channels is None else channels)
        if stop <= start or not rows:
            return np.empty((len(rows), max(0, stop - start)))
        # Mapped anew for each block, so that a long file never stays in memory.
        size = Path(self.path).stat().st_size - self.data_at
        held = (size // np.dtype(self.dtype).itemsize,)
        numbers = np.memmap(self.path, self.dtype, mode="r", offset=self.data_at, shape=held)
        gain = np.array([self.gain[i] for i in rows])[:, None]
        if not self.vectorized:
            whole = numbers[: self.n_samples * self.n_channels].reshape(-1, self.n_channels)
            block = whole[start:stop] if channels is None else whole[start:stop, rows]
            scaled: Floats = np.multiply(block.T, gain, dtype=np.float64, order="C")
            return scaled
        out = np.full((len(rows), stop - start), np.nan)
        for row, of_row in zip(out, rows, strict=True):
            first = of_row * self.n_samples
            there = numbers[first + start : first + stop]
            row[: len(there)] = there
        out *= gain
        return out
