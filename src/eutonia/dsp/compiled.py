"""The kernels in C, where a compiler was there when the package was installed.

They do what NumPy and SciPy do elsewhere, equal to rounding, two to six times as fast. Whoever
uses them asks `library` or `plan` first, and goes the other way where there is none.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eutonia.model import Floats

Places = NDArray[np.intp]

#: Segments of a run that are summed in one lane of the vectors.
_LONGEST_RUN = 16


@cache
def library() -> ctypes.CDLL | None:
    """Return the fastest kernels that this processor can run, or None."""
    for path in sorted(Path(__file__).parent.glob("kernels.*.so"), reverse=True):
        try:
            found = ctypes.CDLL(str(path))
        except OSError:  # made for another system
            continue
        if found.runs_here():
            return found
    return None


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """How to transform segments of one length.

    Parameters
    ----------
    kernels : CDLL
    length : int
        Samples in a segment.
    radix : ndarray of int32
        Factors of half the length.
    turns : ndarray of complex, shape (length,)
        ``exp(-2 pi i k / length)``; its precision is that of the samples.
    """

    kernels: ctypes.CDLL
    length: int
    radix: NDArray[np.int32]
    turns: NDArray[Any]


def plan(length: int, dtype: DTypeLike) -> Plan | None:
    """Return how to transform segments, or None where that is SciPy's work.

    Parameters
    ----------
    length : int
        The kernels want it even, and half of it a product of 2, 3 and 5.
    dtype : dtype
        Of the samples; the kernels know float32 and float64.
    """
    return _plan(length, np.dtype(dtype))


@cache
def _plan(length: int, dtype: np.dtype[Any]) -> Plan | None:
    kernels = library()
    left, radix = length // 2, list[int]()
    for factor in (4, 2, 3, 5):
        while left and left % factor == 0:
            left //= factor
            radix.insert(0, factor)
    if kernels is None or length % 2 or left != 1 or not radix or dtype.char not in "fd":
        return None
    turns = np.exp(-2j * np.pi * np.arange(length) / length)
    return Plan(
        kernels=kernels,
        length=length,
        radix=np.array(radix, dtype=np.int32),
        turns=turns.astype(np.result_type(dtype, np.complex64)),
    )


def both_ways(kernels: ctypes.CDLL, sections: Floats, x: Floats, *, pad: int) -> Floats:
    """Run second-order sections over rows forwards and backwards.

    Parameters
    ----------
    kernels : CDLL
    sections : ndarray, shape (n_sections, 6)
    x : ndarray, shape (n_rows, n_samples)
    pad : int
        Samples by which each end is lengthened, turned about the last; less than `n_samples`.

    Returns
    -------
    ndarray, shape (n_rows, n_samples)
        As of ``scipy.signal.sosfiltfilt``.
    """
    from scipy.signal import sosfilt_zi

    rows = np.ascontiguousarray(x, dtype=np.float64)
    out = np.empty_like(rows)
    _call(
        kernels.both_ways_float64,
        np.ascontiguousarray(sections[:, [0, 1, 2, 4, 5]]),
        np.ascontiguousarray(sosfilt_zi(sections)),
        ctypes.c_int(len(sections)),
        rows,
        out,
        *rows.shape,
        pad,
    )
    return out


def add_powers(
    how: Plan, x: Floats, begin: tuple[Places, Places], *, tapers: Floats, row: Places, to: Floats
) -> None:
    """Add the power of tapered segments, mean removed and tapers summed, to rows of sums.

    Parameters
    ----------
    how : Plan
        For float64.
    x : ndarray, shape (n_channels, n_samples)
    begin : tuple of ndarray of int, shape (n_segments,)
        Channel and first sample of each segment.
    tapers : ndarray, shape (n_tapers, length)
    row : ndarray of int, shape (n_segments,)
        Of `to`; segments of one row are neighbours.
    to : ndarray, shape (n_rows, length // 2 + 1)
    """
    samples = np.ascontiguousarray(x, dtype=np.float64)
    edges = _units(row)
    _call(
        how.kernels.add_powers_float64,
        samples,
        (begin[0] * samples.shape[1] + begin[1]).astype(np.uintp),
        edges.astype(np.uintp),
        row[edges[:-1]].astype(np.uintp),
        len(edges) - 1,
        np.ascontiguousarray(tapers, dtype=np.float64),
        *tapers.shape,
        how.radix,
        how.turns,
        to,
    )


def transforms(
    how: Plan, row: Floats, first: Places, *, tapers: Floats, bins: Places, out: NDArray[Any]
) -> None:
    """Transform tapered segments of one channel, mean removed, at some bins.

    Parameters
    ----------
    how : Plan
    row : ndarray, shape (n_samples,)
    first : ndarray of int, shape (n_segments,)
        First sample of each segment.
    tapers : ndarray, shape (n_tapers, length)
    bins : ndarray of int, shape (n_bins,)
    out : ndarray of complex, shape (n_tapers, n_bins, n_segments)
        It is filled; its precision is that of the plan.
    """
    _call(
        _of_precision(how.kernels, "transforms", out),
        np.ascontiguousarray(row, dtype=out.real.dtype),
        first.astype(np.uintp),
        len(first),
        np.ascontiguousarray(tapers, dtype=out.real.dtype),
        *tapers.shape,
        how.radix,
        how.turns,
        bins.astype(np.uintp),
        len(bins),
        out,
    )


def pairs(kernels: ctypes.CDLL, x: NDArray[Any]) -> tuple[NDArray[Any], Floats]:
    """Sum the products of all pairs of channels over segments.

    Parameters
    ----------
    kernels : CDLL
    x : ndarray of complex64 or complex128, shape (n_channels, n_segments, n_tapers)
        Of one bin.

    Returns
    -------
    cross, lagged : ndarray, shape (n_channels, n_channels)
        Sums of ``X_i X_j*`` over segments and tapers, and of ``|Im X_i X_j*|`` over segments,
        tapers summed before.
    """
    n_channels, n_segments, n_tapers = x.shape
    if x.strides[1] != x.itemsize:
        x = np.ascontiguousarray(x.swapaxes(1, 2)).swapaxes(1, 2)
    cross = np.empty((n_channels, n_channels), dtype=x.dtype)
    lagged = np.empty(cross.shape, dtype=x.real.dtype)
    _call(
        _of_precision(kernels, "pairs", x),
        x.ctypes.data_as(ctypes.c_void_p),  # not of one piece
        x.strides[0] // lagged.itemsize,
        x.strides[2] // lagged.itemsize,
        n_channels,
        n_tapers,
        n_segments,
        cross,
        lagged,
    )
    return cross, lagged


def _units(row: Places) -> Places:
    """Return where runs of one row begin and end, long ones cut into equal parts.

    Runs are worked on side by side, so they should be of about the same length.
    """
    edges = np.flatnonzero(np.diff(row, prepend=-1, append=-1))
    runs = np.diff(edges)
    parts = -(-runs // _LONGEST_RUN)
    size = np.repeat(-(-runs // np.maximum(parts, 1)), runs)
    inside = np.arange(len(row)) - np.repeat(edges[:-1], runs)
    return np.append(np.flatnonzero(inside % size == 0), len(row))


def _of_precision(kernels: ctypes.CDLL, name: str, x: NDArray[Any]) -> Any:
    return getattr(kernels, f"{name}_{x.real.dtype.name}")


def _call(function: Any, *args: Any) -> None:
    """Call a kernel with arrays as their addresses and whole numbers as sizes."""
    passed = list[Any]()
    for each in args:
        if isinstance(each, np.ndarray):
            assert each.flags.c_contiguous
            passed.append(each.ctypes.data_as(ctypes.c_void_p))
        else:
            passed.append(ctypes.c_size_t(each) if isinstance(each, int) else each)
    if function(*passed):
        raise MemoryError
