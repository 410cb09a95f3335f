"""Coherence of signals whose segments were put into another order: what chance gives.

Permuting the segments of one signal leaves its spectrum as it is and takes away whatever the two
had in common, so that the coherences of many permutations are what independent signals with these
very spectra and these amplitudes would show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats

#: Permutations of a surrogate test (measures.md §1.1; our rule, unconfirmed).
N_PERMUTATIONS = 1000
#: Segments of a piece within which they are permuted, and spans with fewer than half of it are
#: permuted together (our rule, unconfirmed).
PIECE = 20
#: Bytes of permuted transforms held at a time: stays in the second-level cache.
_CACHE_BYTES = 1 << 21
#: Place of the 95 % quantile among the sorted permutations.
_PLACE_95 = N_PERMUTATIONS * 95 // 100


def permutations(span: NDArray[np.intp]) -> NDArray[np.intp]:
    """Draw orders of segments, each piece of each span within itself.

    A muscle may be louder in one repeat than in another, or tire; that both do is no coherence, so
    segments only change places with those of about the same time. The seed depends on the segments
    alone: the same recording gives the same answer whatever its gain or the order of its channels.

    Parameters
    ----------
    span : ndarray of int, shape (n_segments,)
        Span of each segment, ascending.

    Returns
    -------
    ndarray of int, shape (N_PERMUTATIONS, n_segments)
    """
    stratum, pieces = np.full(len(span), -1), 0
    for one in np.unique(span):
        at = np.flatnonzero(span == one)
        if len(at) >= PIECE // 2:
            last = max(1, len(at) // PIECE) - 1
            stratum[at] = pieces + np.minimum(np.arange(len(at)) // PIECE, last)
            pieces += last + 1
    return _drawn(stratum.tobytes())


@lru_cache(maxsize=4)
def _drawn(stratum: bytes) -> NDArray[np.intp]:
    key = np.frombuffer(stratum, dtype=np.intp)
    rng = np.random.default_rng(len(key))
    # Sorting random numbers permutes; the stratum added to them keeps the strata apart.
    order = np.argsort(rng.random((N_PERMUTATIONS, len(key))) + key, axis=1)
    home = np.argsort(key, kind="stable")
    drawn = np.empty_like(order)
    drawn[:, home] = order
    return drawn


@dataclass(frozen=True, kw_only=True)
class Permuted:
    """What independent signals with the same spectra show.

    Parameters
    ----------
    largest : ndarray, shape (n_bands, n_pairs, n_permutations)
        Largest coherence in each band, of every permutation.
    limit : ndarray, shape (n_pairs,)
        Coherence that 5 % of the permutations of a single bin exceed, averaged over the bins.
    """

    largest: NDArray[np.float32]
    limit: Floats

    def p(self, observed: Floats) -> Floats:
        """Return how rarely chance gives a maximum as large, ``(n_bands, n_pairs)``; never 0.

        The maximum is compared with maxima over the same bins, so it is corrected for their number.
        """
        n = self.largest.shape[2]
        as_large = (self.largest >= observed[:, :, None]).sum(axis=2)
        return np.asarray((1 + as_large) / (1 + n), dtype=np.float64)


def permuted(
    first: NDArray[np.complex128],
    second: NDArray[np.complex128],
    pairs: NDArray[np.intp],
    *,
    good: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    span: NDArray[np.intp],
    bands: Sequence[NDArray[np.intp]],
) -> Permuted:
    """Permute the segments of the second signal of each pair.

    Parameters
    ----------
    first, second : ndarray of complex, shape (n_channels, n_segments, n_bins)
    pairs : ndarray of int, shape (n_pairs, 2)
        Row of `first` and row of `second`.
    good : tuple of ndarray of bool, shape (n_channels, n_segments)
        Only segments that are usable in both channels of a pair are permuted.
    span : ndarray of int, shape (n_segments,)
    bands : sequence of ndarray of int
        Bins of each band.
    """
    largest = np.zeros((len(bands), len(pairs), N_PERMUTATIONS), dtype=np.float32)
    limit = np.full(len(pairs), np.nan)
    both = good[0][pairs[:, 0]] & good[1][pairs[:, 1]]
    masks, of_pair = np.unique(both, axis=0, return_inverse=True)
    for number, mask in enumerate(masks):
        members = np.flatnonzero(of_pair.ravel() == number)
        if mask.sum() < 2:
            continue
        some = pairs[members]
        kept_a, a = np.unique(some[:, 0], return_inverse=True)
        kept_b, b = np.unique(some[:, 1], return_inverse=True)
        order = permutations(span[mask])
        limits = []
        for k in np.unique(np.concatenate(bands)):
            value = _one_bin(first[kept_a, :, k][:, mask], second[kept_b, :, k][:, mask], order)
            value = value[a, :, b]
            limits.append(np.partition(value, _PLACE_95, axis=1)[:, _PLACE_95])
            for band, bins in enumerate(bands):
                if k in bins:
                    largest[band, members] = np.maximum(largest[band, members], value)
        limit[members] = np.mean(limits, axis=0)
    return Permuted(largest=largest, limit=limit)


def _one_bin(
    x: NDArray[np.complex128], y: NDArray[np.complex128], order: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return the coherence at one frequency, ``(n_first, n_permutations, n_second)``."""
    norm_x, norm_y = np.linalg.norm(x, axis=1), np.linalg.norm(y, axis=1)
    # Single precision is ample for a comparison with chance.
    x = (x / np.where(norm_x > 0, norm_x, 1)[:, None]).astype(np.complex64)
    y = (y / np.where(norm_y > 0, norm_y, 1)[:, None]).conj().T.astype(np.complex64)
    out = np.empty((len(x), len(order), y.shape[1]), dtype=np.float32)
    at_once = max(1, _CACHE_BYTES // y.nbytes)
    for begin in range(0, len(order), at_once):
        some = y[order[begin : begin + at_once].T]  # (n_segments, some permutations, n_second)
        some = some.reshape(len(y), -1)
        # For a single pair the threads of BLAS cost more than they save.
        cross = np.einsum("al,lp->ap", x, some) if x.size == len(y) else x @ some
        power = cross.real**2 + cross.imag**2
        out[:, begin : begin + at_once] = power.reshape(len(x), -1, y.shape[1])
    return out
