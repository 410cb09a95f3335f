"""The samples of EDF and BDF files, decoded as they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats._edf_header import Header
from eutonia.formats.signals import Rows
from eutonia.model import Floats


@dataclass(frozen=True)
class EdfSignal:
    """Channels of one rate in an EDF or BDF file, without pauses.

    Parameters
    ----------
    path : str
        The file.
    data_at, record_bytes, sample_bytes, n_records
        Where the data records are and how long they are, in bytes.
    samples : int
        Samples of each channel in a record.
    columns : tuple of int
        First byte of each channel in a record.
    gain, offset : tuple of float
        ``value = digital * gain + offset``, in the converted unit.
    units : tuple of str
        Units as the header writes them.
    """

    path: str
    data_at: int
    record_bytes: int
    sample_bytes: int
    n_records: int
    samples: int
    columns: tuple[int, ...]
    gain: tuple[float, ...]
    offset: tuple[float, ...]
    units: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.columns), self.n_records * self.samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.shape[1])
        rows = range(len(self.columns)) if channels is None else channels
        out = np.empty((len(rows), max(0, stop - start)))
        if out.size == 0:
            return out
        first, last = start // self.samples, -(-stop // self.samples)
        # Mapped anew for each block, so that a long file never stays in memory.
        block = records(Path(self.path), self, first, last)
        lo, hi = start - first * self.samples, stop - first * self.samples
        width = self.samples * self.sample_bytes
        for i, row in enumerate(rows):
            at = self.columns[row]
            digital = _integers(block[:, at : at + width], self.sample_bytes)
            np.multiply(digital[lo:hi], self.gain[row], out=out[i], dtype=np.float64)
            out[i] += self.offset[row]
        return out


def records(path: Path, layout: EdfSignal | Header, first: int, last: int) -> NDArray[np.uint8]:
    """Return some data records as bytes, ``(last - first, record_bytes)``, mapped from the file."""
    return np.memmap(
        path,
        dtype=np.uint8,
        mode="r",
        offset=layout.data_at + first * layout.record_bytes,
        shape=(last - first, layout.record_bytes),
    )


def _integers(raw: NDArray[np.uint8], sample_bytes: int) -> NDArray[np.integer]:
    """Decode little-endian 16- or 24-bit integers, ``(n_records, bytes)`` to one dimension."""
    if sample_bytes == 2:
        return np.ascontiguousarray(raw).view("<i2").reshape(-1)
    padded = np.zeros((*raw.shape[:-1], raw.shape[-1] // 3, 4), dtype=np.uint8)
    padded[..., 1:] = raw.reshape(*raw.shape[:-1], -1, 3)
    return padded.view("<i4").reshape(-1) >> 8
