"""Lazy signals of EGI: frames of simple binary, blocks of ``signalN.bin``, and these side by side.

The layout of a block is mffpy's description of it: a flag (1: a header follows; 0: as the block
before), bytes of the header, bytes of the data, the number of channels, for each of these its first
byte in the data, for each its rate (24 bits) and depth (8 bits), an optional header; then all
samples of the first channel, all of the second, and so on. Readers differ on depths other than 32
bits (FieldTrip knows them, mffpy and the maker's own reader do not); they are refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.signals import Rows, file_of
from eutonia.model import Floats, Signal, UnreadableFile

_DEPTH, _WIDTH = 32, 4  # bits and bytes of a number
_MOST_BLOCKS = 2_000_000  # a day of blocks has 86,400
_MOST_CHANNELS = 10_000


@dataclass(frozen=True)
class Frames:
    """Frames of simple binary, in one piece or in several that each begin with a few bytes more.

    Parameters
    ----------
    path : str
        The file.
    dtype : str
        Type of a number, as NumPy writes it.
    at, head : int
        First byte of the first piece, and bytes before the frames of each piece.
    per_piece, n_samples : int
        Frames of a piece, and of the file: the last piece may be cut off.
    n_channels, n_columns : int
        Numbers of a frame that are channels, and numbers of a frame: states of events follow.
    gain : float
        Value of one.
    """

    path: str
    dtype: str
    at: int
    head: int
    per_piece: int
    n_samples: int
    n_channels: int
    n_columns: int
    gain: float

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return self.n_channels, self.n_samples

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame."""
        return self.n_columns * np.dtype(self.dtype).itemsize

    def columns(self, start: int, stop: int, rows: list[int]) -> Floats:
        """Return some numbers of the frames ``start:stop`` as they are, ``(n_rows, n)``."""
        out = np.empty((len(rows), max(0, stop - start)))
        if not out.size:
            return out
        data = np.memmap(self.path, np.uint8, mode="r")
        for piece in range(start // self.per_piece, (stop - 1) // self.per_piece + 1):
            first = piece * self.per_piece
            lo, hi = max(start, first), min(stop, first + self.per_piece)
            at = self.at + (piece + 1) * self.head + lo * self.frame_bytes
            x = _array(data, at, (hi - lo, self.n_columns), self.dtype, self.path)
            with np.errstate(invalid="ignore"):  # damaged floats
                out[:, lo - start : hi - start] = x[:, rows].T
        return out

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        rows = list(range(self.n_channels) if channels is None else channels)
        out = self.columns(start, stop, rows)
        with np.errstate(over="ignore", invalid="ignore"):
            out *= self.gain
        return out


@dataclass(frozen=True, eq=False)
class Blocks:
    """The channels of one ``signalN.bin``; samples that its cut-off last block lacks are NaN.

    Parameters
    ----------
    path : str
        The file.
    size : int
        Its bytes.
    rate_hz : float
        Sampling rate.
    blocks : ndarray of int64, shape (n_blocks, 3)
        First byte, first sample and number of samples of each block.
    gain : tuple of float
        Value of one, for each channel.
    """

    path: str
    size: int
    rate_hz: float
    blocks: NDArray[np.int64]
    gain: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.gain), int(self.blocks[-1, 1:].sum())

    @property
    def counts(self) -> list[int]:
        """Samples of each block."""
        counts: list[int] = self.blocks[:, 2].tolist()
        return counts

    def held(self) -> list[int]:
        """Return how many samples of each channel the file holds."""
        at, first, n = self.blocks[-1].tolist()
        numbers = (self.size - at) // _WIDTH
        return [first + min(max(numbers - i * n, 0), n) for i in range(len(self.gain))]

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.shape[1])
        rows = list(range(len(self.gain)) if channels is None else channels)
        out = np.full((len(rows), max(0, stop - start)), np.nan)
        if not out.size:
            return out
        data = np.memmap(self.path, np.uint8, mode="r")
        low = int(np.searchsorted(self.blocks[:, 1], start, side="right")) - 1
        high = int(np.searchsorted(self.blocks[:, 1], stop, side="left"))
        with np.errstate(over="ignore", invalid="ignore"):  # damaged floats
            for at, first, n in self.blocks[low:high].tolist():
                lo, hi = max(start, first), min(stop, first + n)
                if at + _WIDTH * n * len(self.gain) <= self.size:
                    x = _array(data, at, (len(self.gain), n), "<f4", self.path)
                    out[:, lo - start : hi - start] = x[rows, lo - first : hi - first]
                else:
                    self._part(data, (at, first, n), rows, lo, out[:, lo - start : hi - start])
            out *= np.array([self.gain[i] for i in rows])[:, None]
        return out

    def _part(
        self,
        data: NDArray[np.uint8],
        block: tuple[int, int, int],
        rows: list[int],
        lo: int,
        out: Floats,
    ) -> None:
        """Fill in what a block that is cut off holds of some channels, from a sample on."""
        at, first, n = block
        held = self.held()
        for target, row in zip(out, rows, strict=True):
            here = min(lo + len(target), held[row]) - lo
            if here > 0:
                place = at + _WIDTH * (row * n + lo - first)
                target[:here] = _array(data, place, (here,), "<f4", self.path)


@dataclass(frozen=True)
class Beside:
    """The rows of several signals of one rate, one after the other; short ones end in NaN."""

    signals: tuple[Signal, ...]

    @property
    def path(self) -> str:
        """The file behind the first."""
        return file_of(self.signals[0])

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        shapes = [one.shape for one in self.signals]
        return sum(rows for rows, _ in shapes), max(n for _, n in shapes)

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        n_rows, n = self.shape
        start, stop, _ = slice(start, stop).indices(n)
        rows = np.array(range(n_rows) if channels is None else channels, dtype=np.intp)
        out = np.full((len(rows), max(0, stop - start)), np.nan)
        before = 0
        for one in self.signals:
            mine = np.flatnonzero((rows >= before) & (rows < before + one.shape[0]))
            if len(mine) and out.size:
                part = one.read(start, stop, tuple((rows[mine] - before).tolist()))
                out[mine, : part.shape[1]] = part
            before += one.shape[0]
        return out


def blocks(path: Path) -> tuple[Blocks, bool]:
    """Return where the samples of a ``signalN.bin`` are, and whether the file is whole.

    Raises
    ------
    ValueError
        If it is damaged, with what is wrong.
    """
    size = path.stat().st_size
    found: list[tuple[int, int]] = []
    shape: tuple[int, int, int] | None = None  # bytes of the data, channels, rate
    whole = True
    with path.open("rb") as file:
        while file.tell() < size and whole:
            new = _header(file)
            if new is None:  # cut off within a header
                whole = False
                break
            if new and shape and new[1:] != shape[1:]:
                raise ValueError("its channels or their rate change on the way")
            shape = new or shape
            if shape is None:
                raise ValueError("its first block has no header")
            at = file.tell()
            whole = at + shape[0] <= size
            if whole or size - at >= _WIDTH:
                found.append((at, shape[0] // (_WIDTH * shape[1])))
            if len(found) > _MOST_BLOCKS:
                raise ValueError(f"it has more than {_MOST_BLOCKS} blocks")
            file.seek(at + shape[0])
    if shape is None or not found:
        raise ValueError("it holds no samples")
    first = [0, *accumulate(n for _, n in found)]
    table = [(at, start, n) for (at, n), start in zip(found, first[:-1], strict=True)]
    gain = (1.0,) * shape[1]
    series = Blocks(str(path.resolve()), size, float(shape[2]), np.array(table, np.int64), gain)
    return series, whole


def _header(file: BinaryIO) -> tuple[int, int, int] | tuple[()] | None:
    """Return bytes of the data, channels and rate; empty: as before; None: cut off."""
    flag = file.read(4)
    if flag == b"\0\0\0\0":
        return ()
    begin = file.tell() - len(flag)
    rest = file.read(12)
    if len(rest) < 12:
        return None
    (kind,), (length, data, n) = struct.unpack("<i", flag), struct.unpack("<3i", rest)
    if kind != 1 or not 1 <= n <= _MOST_CHANNELS or not 16 + 8 * n <= length < 2**24:
        raise ValueError(f"a header of a block is damaged (at byte {begin})")
    body = file.read(length - 16)
    if len(body) < length - 16:
        return None
    offsets = np.frombuffer(body, "<i4", n)
    words = np.frombuffer(body, "<u4", n, 4 * n)
    rate, depth = int(words[0] >> 8), int(words[0] & 0xFF)
    if depth != _DEPTH:
        raise ValueError(f"it holds numbers of {depth} bits, where 32 are known")
    per_channel = data // n
    even = data > 0 and data % (_WIDTH * n) == 0 and (words == words[0]).all()
    if not even or not rate or (offsets != per_channel * np.arange(n)).any():
        raise ValueError(f"a header of a block contradicts itself (at byte {begin})")
    return data, n, rate


def _array(
    data: NDArray[np.uint8], at: int, shape: tuple[int, ...], dtype: str, path: str
) -> NDArray[Any]:
    """Return numbers that lie in a mapped file."""
    if at + int(np.prod(shape)) * np.dtype(dtype).itemsize > len(data):
        raise UnreadableFile(f"{path}: the file ends early; it was changed while read.")
    return np.ndarray(shape, dtype, data, at)
