"""What intermuscular and corticomuscular coherence share: segments, bands, limit, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import coherence as coh
from eutonia.dsp.segments import usable
from eutonia.dsp.spectrum import segment_transforms
from eutonia.model import Block, Floats, Result

#: Segments are one second long, Hann, disjoint: 1 Hz resolution (measures.md §1.1).
SEGMENT_S = 1.0
#: Fewest segments for an estimate (measures.md §1.1).
MIN_SEGMENTS = 60
#: Groups of segments that the jackknife leaves out.
_GROUPS = 40


@dataclass(frozen=True)
class BandCoherence:
    """Pure function from summed spectra to the mean coherence in each band.

    Parameters
    ----------
    freq_hz : ndarray, shape (n_bins,)
    bands : mapping of part to (low, high)
        Both edges included, in Hz.
    """

    freq_hz: Floats
    bands: Mapping[str, tuple[float, float]]

    def inside(self, part: str) -> NDArray[np.bool_]:
        """Return which bins lie in a band."""
        lo, hi = self.bands[part]
        return np.asarray((self.freq_hz >= lo - 1e-9) & (self.freq_hz <= hi + 1e-9))

    def __call__(self, total: Floats) -> Floats:
        """Return ``(..., n_parts)`` from sums ``(..., 4 n_bins + 1)``; the last is the count."""
        value = coh.unbiased(coh.coherence(total[..., :-1]), total[..., -1:])
        return np.stack([value[..., self.inside(p)].mean(axis=-1) for p in self.bands], axis=-1)


def pair_result(
    pairs: list[tuple[Block, Block]],
    targets: NDArray[np.intp],
    *,
    bands: Mapping[str, tuple[float, float]],
    drawn_hz: tuple[float, float],
) -> Result:
    """Compute the coherence of pairs of channels over all spans of a condition.

    Parameters
    ----------
    pairs : list of (Block, Block)
        For each span, the block that holds the first channel and the one that holds the second;
        both start at the same time on the visit's clock.
    targets : ndarray of int, shape (n_targets, 2)
    bands : mapping of part to (low, high)
    drawn_hz : tuple of float
        Range of frequencies kept as evidence.
    """
    bins = np.arange(round(drawn_hz[0] * SEGMENT_S), round(drawn_hz[1] * SEGMENT_S) + 1)
    n_segments = [_n_segments(a, b) for a, b in pairs]
    per_group = max(1, int(np.ceil(sum(n_segments) / _GROUPS)))
    blocks, span = [], []
    for place, ((a, b), n) in enumerate(zip(pairs, n_segments, strict=True)):
        if n == 0:
            continue
        total, count = _one_span(a, b, targets, n_segments=n, per_group=per_group, bins=bins)
        blocks.append(np.concatenate([total, count[:, :, None]], axis=2))
        span += [place] * len(count)
    everything = (
        np.concatenate(blocks) if blocks else np.zeros((0, len(targets), 4 * len(bins) + 1))
    )
    finish = BandCoherence(bins / SEGMENT_S, bands)
    return _with_evidence(everything, np.array(span, dtype=np.intp), finish)


def _n_segments(a: Block, b: Block) -> int:
    return int(min(a.x.shape[1] / a.rate_hz, b.x.shape[1] / b.rate_hz) / SEGMENT_S + 1e-6)


def _one_span(
    a: Block,
    b: Block,
    targets: NDArray[np.intp],
    *,
    n_segments: int,
    per_group: int,
    bins: NDArray[np.intp],
) -> tuple[Floats, Floats]:
    first, good_first = _transformed(a, n_segments, bins)
    second, good_second = (first, good_first) if b is a else _transformed(b, n_segments, bins)
    one, other = targets.T
    return coh.pair_sums(
        first[one],
        second[other],
        good=good_first[one] & good_second[other],
        group=np.arange(n_segments) // per_group,
    )


def _transformed(
    block: Block, n_segments: int, bins: NDArray[np.intp]
) -> tuple[NDArray[np.complex128], NDArray[np.bool_]]:
    """Transform segments that start at whole multiples of their length on the visit's clock."""
    length = round(SEGMENT_S * block.rate_hz)
    first = np.round(np.arange(n_segments) * SEGMENT_S * block.rate_hz).astype(np.intp)
    first = np.minimum(first, block.x.shape[1] - length)
    good = usable(block.mask, first, length)
    return segment_transforms(block.x, first, length=length, bins=bins), good


def _with_evidence(blocks: Floats, span: NDArray[np.intp], finish: BandCoherence) -> Result:
    """Add reasons, limits, peaks and the spectra from which the figure is drawn."""
    total = blocks.sum(axis=0)
    n = total[:, -1]
    spectrum = coh.coherence(total[:, :-1])
    reasons = tuple(
        ""
        if count >= MIN_SEGMENTS
        else f"Only {count:.0f} usable segments of {SEGMENT_S:g} s; at least {MIN_SEGMENTS} are "
        "needed. Record for longer, or mark fewer samples as bad."
        for count in n
    )
    details: dict[str, Floats] = {"segments": n, "limit": coh.limit(n)}
    for part in finish.bands:
        inside = finish.inside(part)
        peak = np.nan_to_num(spectrum[:, inside]).argmax(axis=1)
        height = spectrum[:, inside][np.arange(len(n)), peak]
        of_largest = coh.limit(n, n_bins=int(inside.sum()))
        above = np.maximum(spectrum[:, inside] - details["limit"][:, None], 0)
        details[f"{part}.peak"] = height
        details[f"{part}.peak_hz"] = finish.freq_hz[inside][peak]
        details[f"{part}.above_limit"] = (height > of_largest).astype(np.float64)
        details[f"{part}.area_above_limit"] = above.sum(axis=1) / SEGMENT_S
    return Result(
        blocks=blocks,
        finish=finish,
        span=span,
        reasons=reasons,
        n_effective=n,
        details=details,
        evidence={
            "freq_hz": finish.freq_hz,
            "coherence": spectrum,
            "limit": details["limit"],
            "bands": np.array(list(finish.bands.values())),
        },
    )
