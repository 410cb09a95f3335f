"""Samples that lie in data records (EDF, BDF, GDF), decoded as they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.signals import Rows
from eutonia.model import Floats


class Layout(Protocol):
    """Where the data records of a file are, in bytes."""

    @property
    def data_at(self) -> int:
        """Where the first one begins."""

    @property
    def record_bytes(self) -> int:
        """How long each is."""


@dataclass(frozen=True)
class RecordSignal:
    """Channels of one rate in a file of data records, without pauses.

    Parameters
    ----------
    path : str
        The file.
    data_at, record_bytes, n_records
        Where the data records are and how long they are, in bytes.
    samples : int
        Samples of each channel in a record.
    columns : tuple of int
        First byte of each channel in a record.
    types : tuple of str
        Type of each channel's numbers as NumPy writes it, and ``<i3``, ``<u3`` for 24 bits.
    gain, offset : tuple of float
        ``value = digital * gain + offset``, in the converted unit.
    units : tuple of str
        Units as the header writes them.
    """

    path: str
    data_at: int
    record_bytes: int
    n_records: int
    samples: int
    columns: tuple[int, ...]
    types: tuple[str, ...]
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
        for i, row in enumerate(rows):
            at, kind = self.columns[row], self.types[row]
            digital = _numbers(block[:, at : at + self.samples * int(kind[-1])], kind)
            np.multiply(digital[lo:hi], self.gain[row], out=out[i], dtype=np.float64)
            out[i] += self.offset[row]
        return out


def records(path: Path, layout: Layout, first: int, last: int) -> NDArray[np.uint8]:
    """Return some data records as bytes, ``(last - first, record_bytes)``, mapped from the file."""
    return np.memmap(
        path,
        dtype=np.uint8,
        mode="r",
        offset=layout.data_at + first * layout.record_bytes,
        shape=(last - first, layout.record_bytes),
    )


def _numbers(raw: NDArray[np.uint8], kind: str) -> NDArray[Any]:
    """Decode little-endian numbers, ``(n_records, bytes)`` to one dimension."""
    if not kind.endswith("3"):
        return np.ascontiguousarray(raw).view(kind).reshape(-1)
    padded = np.zeros((*raw.shape[:-1], raw.shape[-1] // 3, 4), dtype=np.uint8)
    padded[..., 1:] = raw.reshape(*raw.shape[:-1], -1, 3)
    return padded.view(kind.replace("3", "4")).reshape(-1) >> 8
