"""The compressed samples of Natus ``.erd``: one packet for each sample of all channels.

A packet is an event byte (bit 0: the external trigger), a mask with one bit for each channel of the
headbox (from the lowest bit of the first byte on), the difference to the sample before for each
channel that is not shorted, and absolute values. A difference has 8 bits, or 16 where the channel's
bit is set; 16 bits of ones (natus2json alone: the lowest number) say that the value itself follows
the differences, in 32 bits. Up to schema 7 there is no mask, and a difference of -128 says so.
Packets lie in blocks, whose places the table of contents lists; nearly always the first packet of a
block is all absolute, so that a block can be decoded on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.signals import Rows
from eutonia.model import Floats, UnreadableFile

_Ints = NDArray[np.int64]
_Bytes = NDArray[np.uint8]
_PACKETS = 2**14  # decoded together
_ABSOLUTE, _OLD_ABSOLUTE = b"\xff\xff", b"\x80"


@dataclass(frozen=True, kw_only=True)
class Packet:
    """What a packet holds.

    Parameters
    ----------
    n_channels : int
        Channels of the headbox.
    stored : tuple of int
        Those that are not shorted.
    masked : bool
        Whether differences have 8 or 16 bits, as a mask says (from schema 8 on); else all have 8.
    """

    n_channels: int
    stored: tuple[int, ...]
    masked: bool

    @property
    def mask_bytes(self) -> int:
        """Length of the mask."""
        return -(-self.n_channels // 8) if self.masked else 0

    @property
    def present(self) -> int:
        """The bits of the mask that count."""
        return sum(1 << i for i in self.stored)


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """The blocks of one ``.erd``.

    Parameters
    ----------
    path : str
        The file.
    packet : Packet
        What each of its packets holds.
    at : ndarray of int64, shape (n_blocks + 1,)
        First byte of each block, and the end of the last.
    first : ndarray of int64, shape (n_blocks + 1,)
        First sample of each block, and how many there are.
    whole : ndarray of bool, shape (n_blocks,)
        Whether a block begins with the absolute values of all channels.
    """

    path: str
    packet: Packet
    at: _Ints
    first: _Ints
    whole: NDArray[np.bool_]

    def read(self, start: int, stop: int, rows: list[int]) -> Iterator[tuple[int, _Ints]]:
        """Yield first sample and numbers ``(n, n_rows)`` of runs of blocks that hold the samples.

        Raises
        ------
        UnreadableFile
            If the packets of a block do not fill it exactly.
        """
        begin = int(np.searchsorted(self.first, start, side="right")) - 1
        end = int(np.searchsorted(self.first, stop))
        while begin and not self.whole[begin]:
            begin -= 1
        before = np.zeros(len(rows), dtype=np.int64)
        with Path(self.path).open("rb") as file:
            while begin < end:
                # At least one block, and as many as are decoded well together.
                most = np.searchsorted(self.first, self.first[begin] + _PACKETS, side="right") - 1
                after = min(end, max(begin + 1, int(most)))
                file.seek(int(self.at[begin]))
                data = file.read(int(self.at[after] - self.at[begin]))
                starts = self._starts(data, begin, after)
                numbers = decoded(data, starts, self.packet, rows, before)
                yield int(self.first[begin]), numbers
                before = numbers[-1]
                begin = after

    def _starts(self, data: bytes, begin: int, after: int) -> _Ints:
        """Return where each packet of some blocks begins, and where the last one ends."""
        found = [0]
        for block in range(begin, after):
            n = int(self.first[block + 1] - self.first[block])
            end = int(self.at[block + 1] - self.at[begin])
            found.extend(walk(data, found[-1], n, self.packet)[1:])
            if found[-1] != end or len(found) != self.first[block + 1] - self.first[begin] + 1:
                raise UnreadableFile(
                    f"{self.path}: its samples {self.first[block]} to {self.first[block] + n} are "
                    "damaged (the packets do not fill their block). Copy the file again."
                )
        starts = np.array(found)
        if (np.frombuffer(data, np.uint8)[starts[:-1]] > 1).any():
            raise UnreadableFile(
                f"{self.path}: its samples {self.first[begin]} to {self.first[after]} are damaged "
                "(an event byte is neither 0 nor 1). Copy the file again."
            )
        return starts


@dataclass(frozen=True, eq=False)
class ErdSignal:
    """Samples of several files, one after another, decoded block by block when asked for.

    The last row is the external trigger.

    Parameters
    ----------
    path : str
        The first file.
    parts : tuple of Part
        All of them, with the same channels.
    gain : tuple of float
        ``value = number * gain``, one for each row.
    """

    path: str
    parts: tuple[Part, ...]
    gain: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.gain), sum(int(p.first[-1]) for p in self.parts)

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``.

        Raises
        ------
        UnreadableFile
            If samples are damaged.
        """
        start, stop, _ = slice(start, stop).indices(self.shape[1])
        rows = list(range(len(self.gain)) if channels is None else channels)
        rows = [r % len(self.gain) for r in rows]
        out = np.empty((len(rows), max(0, stop - start)))
        first = 0
        for part in self.parts:
            n = int(part.first[-1])
            lo, hi = max(start, first), min(stop, first + n)
            for at, numbers in part.read(lo - first, hi - first, rows) if lo < hi else ():
                a, b = max(lo, first + at), min(hi, first + at + len(numbers))
                if a < b:
                    shift = first + at
                    out[:, a - start : b - start] = numbers[a - shift : b - shift].T
            first += n
        out *= np.array([self.gain[i] for i in rows])[:, None]
        return out


def begins_whole(data: _Bytes, at: _Ints, packet: Packet) -> NDArray[np.bool_]:
    """Return whether the packets at these bytes hold the absolute values of all channels."""
    n, m = len(packet.stored), packet.mask_bytes
    size = 1 + m + (2 if packet.masked else 1) * n
    whole: NDArray[np.bool_] = at + size <= len(data)
    heads = data[np.where(whole, at, 0)[:, None] + np.arange(1, size)]
    absolute = (_ABSOLUTE if packet.masked else _OLD_ABSOLUTE)[0]
    whole &= (heads[:, m:] == absolute).all(axis=1)
    if packet.masked:
        bits = np.unpackbits(heads[:, :m], axis=1, bitorder="little")
        whole &= bits[:, list(packet.stored)].all(axis=1)
    return whole


def walk(data: bytes, at: int, n: int, packet: Packet) -> list[int]:
    """Return the first bytes of up to `n` packets from `at` on, and the end of the last whole one.

    Only where 16 bits of ones occur somewhere among the differences are these looked at.
    """
    m, n_stored, present = packet.mask_bytes, len(packet.stored), packet.present
    found, size, find = [at], len(data), data.find
    for _ in range(n):
        head = at + 1 + m
        if packet.masked:
            wide = int.from_bytes(data[at + 1 : head], "little") & present
            at = head + n_stored + wide.bit_count()
            if wide and find(_ABSOLUTE, head, at) >= 0:
                at += 4 * _n_absolute(data, head, wide, present)
        else:
            at = head + n_stored
            at += 4 * data.count(_OLD_ABSOLUTE, head, at)
        if at > size:
            break
        found.append(at)
    return found


def _n_absolute(data: bytes, head: int, wide: int, present: int) -> int:
    """Return how many of the 16-bit differences are all ones."""
    n, left = 0, wide
    while left:
        below = (left & -left) - 1
        at = head + (present & below).bit_count() + (wide & below).bit_count()
        n += data[at : at + 2] == _ABSOLUTE
        left &= left - 1
    return n


def decoded(data: bytes, starts: _Ints, packet: Packet, rows: list[int], before: _Ints) -> _Ints:
    """Return the numbers of packets.

    Parameters
    ----------
    data : bytes
        Packets.
    starts : ndarray of int64, shape (n_packets + 1,)
        Where they begin, and where the last one ends.
    packet : Packet
        What they hold.
    rows : list of int
        Which of the stored channels; one more than there are is the trigger.
    before : ndarray of int64, shape (n_rows,)
        The numbers of the sample before.

    Returns
    -------
    ndarray of int64, shape (n_packets, n_rows)
    """
    raw = np.frombuffer(data + b"\0", np.uint8)
    heads, n_stored = starts[:-1], len(packet.stored)
    wide = np.zeros((len(heads), n_stored), dtype=np.uint8)
    if packet.masked:
        masks = raw[(heads + 1)[:, None] + np.arange(packet.mask_bytes)]
        wide = np.unpackbits(masks, axis=1, bitorder="little")[:, list(packet.stored)]
    places = np.cumsum(wide + 1, axis=1, dtype=np.int64)
    body = heads + 1 + packet.mask_bytes
    ends = body + places[:, -1]  # of the differences; absolute values follow
    places += (body - 1)[:, None] - wide
    picked = [r for r in rows if r < n_stored]
    every = picked == list(range(n_stored))
    columns = slice(None) if every else picked
    steps, absolute = _steps(raw, places[:, columns], wide[:, columns], packet)
    known = np.array([r < n_stored for r in rows])
    numbers = np.cumsum(steps, axis=0, dtype=np.int64) + before[known]
    at, column = np.nonzero(absolute)
    if len(at):
        packets, where = np.unique(at, return_inverse=True)
        among = absolute[packets]
        if not every:
            among = _steps(raw, places[packets], wide[packets], packet)[1]
        rank = (np.cumsum(among, axis=1) - 1)[where, np.array(picked)[column]]
        values = raw[(ends[at] + 4 * rank)[:, None] + np.arange(4)].view("<i4")[:, 0]
        numbers += _jumps(numbers, at, column, values)
    out: _Ints = numbers
    if known.all():
        return out
    out = np.empty((len(heads), len(rows)), dtype=np.int64)
    out[:, known] = numbers
    out[:, ~known] = (raw[heads] & 1)[:, None]
    return out


def _steps(
    raw: _Bytes, places: _Ints, wide: _Bytes, packet: Packet
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """Return the differences, 0 where there is none, and where an absolute value stands for it."""
    low = raw[places]
    if packet.masked:
        both = low | raw[places + 1].astype(np.uint16) << 8
        steps = np.where(wide, both.view(np.int16), low.view(np.int8))
        absolute = wide.view(np.bool_) & (steps == -1)
    else:
        steps = low.view(np.int8).astype(np.int16)
        absolute = steps == -128
    steps[absolute] = 0
    return steps, absolute


def _jumps(numbers: _Ints, at: _Ints, column: _Ints, values: _Ints) -> _Ints:
    """Return what is to be added so that numbers go on from their absolute values."""
    order = np.lexsort((at, column))
    at, column = at[order], column[order]
    shift = values[order] - numbers[at, column]
    jumps = np.zeros_like(numbers)
    jumps[at, column] = np.where(np.diff(column, prepend=-1), shift, np.diff(shift, prepend=0))
    return np.cumsum(jumps, axis=0)
