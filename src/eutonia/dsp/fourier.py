"""Fourier transforms of many short real rows, by the fastest library that is there anyway.

OpenCV holds Intel's transforms where the processor is of its kind: nearly twice as fast as SciPy's
and as exact. Elsewhere OpenCV's own are slow and less exact, and SciPy does it.

A transform is *packed*: the parts that are not always 0, ``Re 0, Re 1, Im 1, Re 2, Im 2, ...``,
for an even length with ``Re length / 2`` at the end; as many numbers as there were samples.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eutonia.model import Floats

#: Bytes that a processor reads and writes at once.
_CACHE_LINE = 64


def aligned(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return an empty array that begins with a cache line: NumPy fills it twice as fast."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    room = np.empty(size + _CACHE_LINE, dtype=np.uint8)
    begin = -room.ctypes.data % _CACHE_LINE
    return room[begin : begin + size].view(dtype).reshape(shape)


def transform(rows: Floats) -> Floats:
    """Transform rows of float32 or float64 into packed ones in their own place.

    Parameters
    ----------
    rows : ndarray, shape (n_rows, length)
        Each of one piece; they do not overlap.

    Returns
    -------
    ndarray
        `rows`; the numbers are those of ``scipy.fft.rfft``.
    """
    if _intel():
        import cv2

        cv2.dft(rows, rows, flags=cv2.DFT_ROWS)
    else:
        from scipy.fft import rfft

        parts = rfft(rows, axis=1).view(rows.dtype)
        rows[:, 0] = parts[:, 0]
        rows[:, 1:] = parts[:, 2 : rows.shape[1] + 1]
    return rows


def powers(squares: Floats) -> Floats:
    """Return the squared magnitude of each bin from the squares of packed transforms.

    Parameters
    ----------
    squares : ndarray, shape (..., length)
        Or sums of them.

    Returns
    -------
    ndarray, shape (..., length // 2 + 1)
    """
    length = squares.shape[-1]
    power = np.concatenate([squares[..., :1], squares[..., 1::2]], axis=-1)
    inner = (length + 1) // 2
    power[..., 1:inner] += squares[..., 2::2]
    return power


def at_bins(packed: Floats, bins: NDArray[np.intp]) -> NDArray[Any]:
    """Return packed transforms as complex numbers at some bins.

    Parameters
    ----------
    packed : ndarray, shape (n_rows, length)
    bins : ndarray of int, shape (n_bins,)

    Returns
    -------
    ndarray of complex, shape (n_rows, n_bins)
        In the precision of `packed`; it may share its memory.
    """
    length = packed.shape[1]
    n_inner = (length - 1) // 2
    kind = np.result_type(packed.dtype, np.complex64)
    inner = packed[:, 1 : 1 + 2 * n_inner].view(kind)
    if len(bins) and bins.min() >= 1 and bins.max() <= n_inner:
        neighbours = bool((np.diff(bins) == 1).all())
        # A view is faster than a list.
        return np.asarray(inner[:, bins[0] - 1 : bins[-1]] if neighbours else inner[:, bins - 1])
    whole = np.zeros((len(packed), length // 2 + 1), dtype=kind)
    whole[:, 0] = packed[:, 0]
    whole[:, -1] = packed[:, -1]
    whole[:, 1 : n_inner + 1] = inner
    return np.asarray(whole[:, bins])


@cache
def _intel() -> bool:
    """Tell whether OpenCV holds Intel's transforms on this computer."""
    import cv2

    return bool(cv2.ipp.useIPP())
