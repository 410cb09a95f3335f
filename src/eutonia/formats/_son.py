"""CED SON files of 32 bits: header, channels, and each channel's chain of blocks.

By specification: the maker's own declarations (SON32, ``sonintl.h``), the MATLAB SON library of
Lidierth (2002), biosig and neo, which agree on every field used here but where it is said.
Times are counted in ticks from the start of sampling.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.signals import Rows
from eutonia.model import Floats, UnreadableFile

ADC, REAL = 1, 9  # waves of int16 with a scale, and of float32 as they are
EDGES = (2, 3, 4)  # marks without codes: falling edges, rising edges, both
MARKER, TEXT = 5, 8  # marks with four codes, and with a text too
#: Marks with a waveform (sorted spikes) or with numbers attached; they are not read.
SHAPES = (6, 7)
_TO_VALUE = 6553.6  # counts of int16 in one scale: +-5 over their range
_FILE_HEAD = struct.Struct("<h10s8sHHhihHHHHid6BH")
_CHANNEL_AT, _CHANNEL_SIZE = 512, 140
_CHANNEL_HEAD = struct.Struct("<HiiiHHhHHH72siih10sfBBff6sH")
_BLOCK_HEAD = struct.Struct("<iiiiHH")
#: Blocks on disk are counted in bytes, and from this system on in blocks of 512 bytes.
_SYSTEM_BIG, _DISK_BLOCK = 9, 512
#: Before this system, time is in microseconds and waves are timed by the converter's interrupts.
_SYSTEM_TIMED = 6
_MACINTOSH = 0x0101


@dataclass(frozen=True, kw_only=True, eq=False)
class SonChannel:
    """One channel and where its data are.

    Parameters
    ----------
    number, kind : int
        As the file counts them, from 1; kind of data.
    title, unit : str
        As written.
    gain, offset : float
        ``value = number * gain + offset`` in the written unit.
    divide : int
        Ticks between two samples; 0 for marks.
    item : int
        Bytes of an item.
    blocks : ndarray of int64, shape (n_blocks, 4)
        First byte of the items, how many, ticks of the first and of the last.
    complete : bool
        Whether the chain of blocks is whole.
    """

    number: int
    kind: int
    title: str
    unit: str
    gain: float
    offset: float
    divide: int
    item: int
    blocks: NDArray[np.int64]
    complete: bool

    def items(self, path: Path, dtype: np.dtype[np.void]) -> NDArray[np.void]:
        """Return all items of a channel of marks."""
        data = np.memmap(path, np.uint8, mode="r")
        parts = [data[at : at + n * self.item].view(dtype) for at, n, _, _ in self.blocks.tolist()]
        return np.concatenate([np.empty(0, dtype), *parts])


@dataclass(frozen=True, kw_only=True, eq=False)
class SonFile:
    """What a file holds.

    Parameters
    ----------
    tick_s : float
        Seconds of a tick.
    start : float or None
        Seconds since 1970 at tick 0, as the recording computer's clock stated them.
    channels : tuple of SonChannel
        All that are in use.
    """

    tick_s: float
    start: float | None
    channels: tuple[SonChannel, ...]


def parse(path: Path) -> SonFile:
    """Read the header, the channels and the heads of all blocks.

    Raises
    ------
    UnreadableFile
        If the header is damaged, or the file was written on a Macintosh (another byte order).
    """
    size = path.stat().st_size
    if size < _CHANNEL_AT:
        raise UnreadableFile(f"{path}: ends within its header. Copy or export it again.")
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        head = _FILE_HEAD.unpack_from(data)
        system, per_time, per_adc, n_channels, mac, base = (head[i] for i in (0, 3, 4, 7, 11, 13))
        if mac == _MACINTOSH:
            raise UnreadableFile(
                f"{path}: was written by Spike2 on a Macintosh. Export it again from Spike2."
            )
        base = base if system >= _SYSTEM_TIMED else 1e-6
        tick_s = per_time * base
        end = _CHANNEL_AT + _CHANNEL_SIZE * n_channels
        if not 1 <= system <= _SYSTEM_BIG or not 1e-9 <= tick_s <= 1 or not 0 < n_channels < 1000:
            raise UnreadableFile(
                f"{path}: its header is damaged (system {system}, {tick_s:g} s, {n_channels} "
                "channels). Copy or export it again."
            )
        if size < end:
            raise UnreadableFile(f"{path}: ends within its header. Copy or export it again.")
        found = [_channel(data, i, system, per_adc) for i in range(n_channels)]
    start = _start(head[14:]) if system >= _SYSTEM_TIMED else None
    return SonFile(tick_s=tick_s, start=start, channels=tuple(c for c in found if c is not None))


def _channel(data: mmap, index: int, system: int, per_adc: int) -> SonChannel | None:
    """Return a channel, None where it is off."""
    fields = _CHANNEL_HEAD.unpack_from(data, _CHANNEL_AT + _CHANNEL_SIZE * index)
    first, n, extra, high = fields[2], fields[4], fields[5], fields[7]
    kind = fields[16]
    if kind not in (ADC, REAL, MARKER, TEXT, *EDGES, *SHAPES):
        return None
    divide = 0
    if kind in (ADC, REAL):
        divide = fields[12] if system >= _SYSTEM_TIMED else fields[21] * per_adc
    item = {ADC: 2, REAL: 4, MARKER: 8}.get(kind, 4 if kind in EDGES else 8 + extra)
    unit = _DISK_BLOCK if system >= _SYSTEM_BIG else 1
    n += high << 16 if system >= _SYSTEM_BIG else 0
    is_wave = kind in (ADC, REAL)
    blocks, complete = _table([]), n == 0
    if divide > 0 or not is_wave:
        blocks, complete = _blocks(data, (first, n, unit), item, divide)
    scale, offset, written = fields[18], fields[19], text(_counted(fields[20]))
    if kind == ADC and not (isfinite(offset) and isfinite(scale) and scale):
        scale, offset, written = _TO_VALUE, 0.0, ""  # counts, whose unit is not known
    elif kind != ADC:  # what stands there is no scale
        scale, offset = _TO_VALUE, 0.0
    return SonChannel(
        number=index + 1,
        kind=kind,
        title=text(_counted(fields[14])),
        unit=written if is_wave else "",
        gain=scale / _TO_VALUE,
        offset=offset,
        divide=divide,
        item=item,
        blocks=blocks,
        complete=complete,
    )


def _blocks(
    data: mmap, chain: tuple[int, int, int], item: int, divide: int
) -> tuple[NDArray[np.int64], bool]:
    """Follow a chain of blocks; it ends early where a block cannot be right."""
    following, n, unit = chain
    found: list[tuple[int, int, int, int]] = []
    last, complete = -1, True
    for _ in range(min(n, len(data) // _DISK_BLOCK + 1)):  # a damaged chain may have no end
        at = following * unit
        if not _CHANNEL_AT <= at <= len(data) - _BLOCK_HEAD.size:
            return _table(found), False
        _, following, start, stop, _, items = _BLOCK_HEAD.unpack_from(data, at)
        if not items:
            continue
        # The times of a wave's block prove both the sampling rate and the count.
        even = stop - start == (items - 1) * divide if divide else stop >= start
        if not even or start < max(0, last):
            return _table(found), False
        held = min(items, (len(data) - at - _BLOCK_HEAD.size) // item)
        complete = held == items
        if held:
            found.append((at + _BLOCK_HEAD.size, held, start, stop))
        if not complete:
            break
        last = stop + bool(divide)
    return _table(found), complete


def _table(rows: list[tuple[int, int, int, int]]) -> NDArray[np.int64]:
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _counted(field: bytes) -> bytes:
    """Return a text whose first byte is its length."""
    return field[1 : 1 + field[0]]


def text(raw: bytes) -> str:
    """Return a text: UTF-8 as Spike2 8 writes it, else of the Windows of Western Europe."""
    raw = raw.split(b"\0")[0]
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace").strip()


def _start(fields: tuple[int, ...]) -> float | None:
    """Return the start from hundredths, seconds, minutes, hours, day, month, year."""
    hundredths, second, minute, hour, day, month, year = fields
    try:
        when = datetime(year, month, day, hour, minute, second, hundredths * 10_000, UTC)
    except ValueError:  # all are 0 where no time was set
        return None
    return when.timestamp()


@dataclass(frozen=True, kw_only=True, eq=False)
class Wave:
    """A channel of samples on an axis that its group shares.

    Parameters
    ----------
    dtype : str
        Of a number: ``<i2`` or ``<f4``.
    gain, offset : float
        ``value = number * gain + offset``, in Eutonia's unit.
    unit : str
        As the file writes it.
    at, first, n : ndarray of int64, shape (n_blocks,)
        First byte of each block, its first sample on the axis, how many.
    """

    dtype: str
    gain: float
    offset: float
    unit: str
    at: NDArray[np.int64]
    first: NDArray[np.int64]
    n: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SonSignal:
    """Waves of one rate, read block by block when asked for; NaN where one has no samples.

    Parameters
    ----------
    path : str
        The file.
    waves : tuple of Wave
        The channels.
    n_samples : int
        Length of their axis.
    """

    path: str
    waves: tuple[Wave, ...]
    n_samples: int

    @property
    def units(self) -> tuple[str, ...]:
        """Units as the file writes them."""
        return tuple(w.unit for w in self.waves)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.waves), self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        rows = list(range(len(self.waves)) if channels is None else channels)
        out = np.full((len(rows), max(0, stop - start)), np.nan)
        data = np.memmap(self.path, np.uint8, mode="r")
        for row, wave in enumerate(self.waves[i] for i in rows):
            size = np.dtype(wave.dtype).itemsize
            begin = max(0, int(np.searchsorted(wave.first, start, side="right")) - 1)
            end = int(np.searchsorted(wave.first, stop))
            for at, first, n in zip(
                wave.at[begin:end].tolist(),
                wave.first[begin:end].tolist(),
                wave.n[begin:end].tolist(),
                strict=True,
            ):
                low, high = max(start, first), min(stop, first + n)
                if low < high:
                    numbers = data[at + (low - first) * size : at + (high - first) * size]
                    out[row, low - start : high - start] = numbers.view(wave.dtype)
            out[row] *= wave.gain
            out[row] += wave.offset
        return out
