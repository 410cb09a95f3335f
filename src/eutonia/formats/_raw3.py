"""The compressed samples of EEP 3 (``raw3``), which ANT Neuro's recorders write.

An epoch holds its channels one after another, each from a new byte on: a method (4 bits), then for
method 0 each number as it is; else the bits of a residual and of an exception (4 bits each, 0 means
16), the first number (16 bits) and the residuals to it. A residual of 1 and zeros says that an
exception follows. Methods 1, 2, 3 are differences in time, differences of these, and differences of
the difference from the channel before; 8 more, and the fields are 6, 6 and 32 bits wide.

By the description of EEP 3.1 (Nowagk and Grigutsch) and what libeep and Bruña's raweep do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.signals import Rows
from eutonia.model import Floats, UnreadableFile

_Ints = NDArray[np.int64]
_BEYOND = 8  # bytes that a number near the end may be read beyond it


class DamagedEpochError(ValueError):
    """The bytes of an epoch do not hold what they should."""


@dataclass(frozen=True)
class Raw3Signal:
    """Compressed samples, decoded epoch by epoch when they are asked for.

    Parameters
    ----------
    path : str
        The file.
    n_samples, length : int
        Samples of each channel, in all and in an epoch; the last epoch may be shorter.
    word : int
        Bytes of a place in the file: 4 or 8.
    places_at, data_at, n_bytes : int
        Where the places of the epochs are listed, where the samples begin, and how long they are.
    order : tuple of int
        Channel of each row of an epoch.
    gain : tuple of float
        ``value = number * gain`` in the converted unit, one for each channel.
    units : tuple of str
        Units as the header writes them.
    """

    path: str
    n_samples: int
    length: int
    word: int
    places_at: int
    data_at: int
    n_bytes: int
    order: tuple[int, ...]
    gain: tuple[float, ...]
    units: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.gain), self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``.

        Raises
        ------
        UnreadableFile
            If the bytes of an epoch are damaged.
        """
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        rows = list(range(len(self.gain)) if channels is None else channels)
        out = np.empty((len(rows), max(0, stop - start)))
        if not out.size:
            return out
        stored = np.argsort(self.order)[rows]
        gain = np.array([self.gain[i] for i in rows])[:, None]
        first, last = start // self.length, (stop - 1) // self.length
        for epoch, data in enumerate(self._epochs(first, last), first):
            begin = epoch * self.length
            n = min(self.length, self.n_samples - begin)
            try:
                numbers = decoded(data, len(self.gain), n)[stored]
            except DamagedEpochError as error:
                raise UnreadableFile(
                    f"{self.path}: its samples {begin} to {begin + n} are damaged ({error}). Copy "
                    "the file again."
                ) from error
            a, b = max(start, begin), min(stop, begin + n)
            out[:, a - start : b - start] = numbers[:, a - begin : b - begin] * gain
        return out

    def _epochs(self, first: int, last: int) -> list[bytes]:
        listed = min(last + 2, -(-self.n_samples // self.length)) - first
        with Path(self.path).open("rb") as file:
            file.seek(self.places_at + self.word * (1 + first))
            stated = np.frombuffer(file.read(self.word * listed), f"<u{self.word}")
            ends = [*stated.tolist(), self.n_bytes][: last + 2 - first]
            if ends != sorted(ends) or ends[-1] > self.n_bytes:
                raise UnreadableFile(f"{self.path}: its list of epochs is damaged. Copy it again.")
            file.seek(self.data_at + ends[0])
            data = file.read(ends[-1] - ends[0])
        cuts = [p - ends[0] for p in ends]
        return [data[a:b] for a, b in pairwise(cuts)]


class _Bits:
    """Numbers of any width at any bit, most significant bit first."""

    def __init__(self, data: bytes) -> None:
        self.bytes = data + bytes(_BEYOND)
        self.n_bits = 8 * len(data)
        # One 8-byte number begins at each byte.
        self._words = np.ndarray((len(data) + 1,), ">i8", self.bytes, strides=(1,))
        self._ones = np.flatnonzero(np.unpackbits(np.frombuffer(data, np.uint8)).view(np.bool_))
        self._until_next = np.diff(self._ones, append=self.n_bits)

    def signed(self, at: _Ints, width: int) -> _Ints:
        """Return the signed numbers of ``width`` bits that begin at these bits."""
        words = self._words[at >> 3].astype(np.int64)
        found: _Ints = (words << (at & 7)) >> (64 - width)
        return found

    def marked(self, start: int, stop: int, width: int) -> list[int]:
        """Return the bits in ``start:stop`` where a 1 and ``width - 1`` zeros begin."""
        part = slice(*np.searchsorted(self._ones, (start, stop)))
        found: list[int] = self._ones[part][self._until_next[part] >= width].tolist()
        return found


def decoded(data: bytes, n_channels: int, n_samples: int) -> NDArray[np.int32]:
    """Return the samples of an epoch, ``(n_channels, n_samples)``, in the order of the file.

    Sums go round at 32 bits, as they do in the recorder.

    Raises
    ------
    DamagedEpochError
        If the bytes are not exactly such an epoch.
    """
    bits, at = _Bits(data), 0
    out = np.zeros((n_channels, n_samples), dtype=np.int32)
    for i in range(n_channels):
        if 8 * at + 8 > bits.n_bits:
            raise DamagedEpochError("it ends early")
        method = data[at] >> 4
        if method & 7 == 0:
            size = 4 if method else 2
            if at + 1 + n_samples * size > len(data):
                raise DamagedEpochError("it ends early")
            out[i] = np.frombuffer(data, f">i{size}", n_samples, at + 1)
            at += 1 + n_samples * size
        else:
            before = out[i - 1 if i else 0].astype(np.int64)  # before the first: zeros
            out[i], at = _residuals(bits, at, before)
    if at != len(data):
        raise DamagedEpochError("its length is wrong")
    return out


def _residuals(bits: _Bits, at: int, before: _Ints) -> tuple[_Ints, int]:
    """Return a channel that is stored as residuals, and the byte after it."""
    head = int.from_bytes(bits.bytes[at : at + 6], "big")
    method = head >> 44
    if method & 8:
        width, long, first = head >> 38 & 63, head >> 32 & 63, _signed(head, 32)
        start = 8 * at + 48
    else:
        width, long, first = head >> 40 & 15 or 16, head >> 36 & 15 or 16, _signed(head >> 20, 16)
        start = 8 * at + 28
    n = len(before) - 1
    if method & 7 > 3 or not (1 <= width <= 32 and 1 <= long <= 32):
        raise DamagedEpochError("it names an unknown method")
    exceptions = _exceptions(bits, start, width, long, n) if width != long else []
    stop = start + n * width + len(exceptions) * long
    if stop > bits.n_bits:
        raise DamagedEpochError("it ends early")
    where = start + width * np.arange(n)
    if exceptions:
        later = np.zeros(n, dtype=np.int64)
        later[exceptions] = long
        where += np.cumsum(later) - later
    steps = bits.signed(where, width)
    if exceptions:
        steps[exceptions] = bits.signed(where[exceptions] + width, long)
    if method & 7 == 2:
        steps = np.cumsum(steps)
    out = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(steps, out=out[1:])
    if method & 7 == 3:
        out += before - before[0]
    return out + first, -(-stop // 8)


def _signed(number: int, width: int) -> int:
    """Return the last bits of a number with their sign."""
    half = 1 << width - 1
    return (number + half & 2 * half - 1) - half


def _exceptions(bits: _Bits, start: int, width: int, long: int, n: int) -> list[int]:
    """Return which residuals are exceptions."""
    found: list[int] = []
    done, at = 0, start  # residuals passed, and the bit of the next one
    for bit in bits.marked(start, start + n * (width + long), width):
        steps, rest = divmod(bit - at, width)
        if bit < at or rest:
            continue  # within an exception, or across two residuals
        if done + steps >= n:
            break
        found.append(done + steps)
        done, at = done + steps + 1, bit + width + long
    return found
