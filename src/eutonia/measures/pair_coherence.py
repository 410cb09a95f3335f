"""What intermuscular and corticomuscular coherence share: segments, bands, limit, evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import coherence as coh
from eutonia.dsp import cumulant as cum
from eutonia.dsp import surrogates as sur
from eutonia.dsp.coherence_limits import BandLimits
from eutonia.dsp.segments import usable
from eutonia.dsp.spectrum import segment_transforms
from eutonia.model import Block, Floats, Result

#: Segments are one second long, Hann, disjoint: 1 Hz resolution (measures.md §1.1).
SEGMENT_S = 1.0
#: Fewest segments for an estimate (measures.md §1.1).
MIN_SEGMENTS = 60
#: Fewest segments of a repeat that is compared with the others (our rule, unconfirmed).
MIN_IN_REPEAT = 20
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
        """Return ``(..., n_parts)`` from sums ``(..., 4 n_bins + 1)``; the last is the segments."""
        value = coh.unbiased(coh.coherence(total[..., :-1]), total[..., -1:])
        return np.stack([value[..., self.inside(p)].mean(axis=-1) for p in self.bands], axis=-1)


@dataclass(frozen=True, kw_only=True)
class Segments:
    """The transforms of all segments of a condition, all spans one after the other.

    Parameters
    ----------
    freq_hz : ndarray, shape (n_bins,)
    first, second : ndarray of complex, shape (n_channels, n_segments, n_bins)
        Channels that stand first and second in a pair; the same array where they are the same.
    good : tuple of ndarray of bool, shape (n_channels, n_segments)
        Usable segments of either.
    span : ndarray of int, shape (n_segments,)
    targets : ndarray of int, shape (n_targets, 2)
    """

    freq_hz: Floats
    first: NDArray[np.complex128]
    second: NDArray[np.complex128]
    good: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    span: NDArray[np.intp]
    targets: NDArray[np.intp]

    def sums(self, group: NDArray[np.intp], n_bins: int) -> tuple[Floats, Floats]:
        """Sum the lowest bins over groups of segments (see ``dsp.coherence.pair_sums``)."""
        if not len(group):
            return np.zeros((0, len(self.targets), 4 * n_bins)), np.zeros((0, len(self.targets)))
        first = self.first[:, :, :n_bins]
        second = first if self.second is self.first else self.second[:, :, :n_bins]
        return coh.pair_sums(first, second, self.targets, good=self.good, group=group)

    def effective_share(self) -> Floats:
        """Return the share of segments that count (see ``dsp.coherence.effective_share``)."""
        if not len(self.span):
            return np.ones(len(self.targets))
        return coh.effective_share(self.first, self.second, self.targets, good=self.good)

    def blocks(self, n_bins: int) -> tuple[Floats, NDArray[np.intp]]:
        """Return sums with the count as last statistic, for the jackknife, and their spans."""
        per_group = max(1, -(-len(self.span) // _GROUPS))
        new_span = np.diff(self.span, prepend=-1) != 0
        at = np.arange(len(self.span))
        in_span = at - np.maximum.accumulate(np.where(new_span, at, 0))
        group = np.cumsum(in_span % per_group == 0) - 1
        total, count = self.sums(group, n_bins)
        return np.concatenate([total, count[:, :, None]], axis=2), self.span[
            in_span % per_group == 0
        ]


def segments_of(
    pairs: Sequence[tuple[Block, Block]], targets: NDArray[np.intp], *, up_to_hz: float
) -> Segments:
    """Transform the segments of all spans; blocks remember it for other measures.

    Parameters
    ----------
    pairs : sequence of (Block, Block)
        For each span, the block that holds the first channel and the one that holds the second;
        both start at the same time on the visit's clock.
    targets : ndarray of int, shape (n_targets, 2)
    up_to_hz : float
        Highest frequency that is kept; the lowest is one cycle in a segment.
    """
    bins = np.arange(1, round(up_to_hz * SEGMENT_S) + 1)
    counts = [_n_segments(a, b) for a, b in pairs]
    first = [_transformed(a, n, len(bins)) for (a, _), n in zip(pairs, counts, strict=True)]
    same = all(a is b for a, b in pairs)
    second = (
        first
        if same
        else [_transformed(b, n, len(bins)) for (_, b), n in zip(pairs, counts, strict=True)]
    )
    x, good_x = _joined(first)
    y, good_y = (x, good_x) if same else _joined(second)
    return Segments(
        freq_hz=bins / SEGMENT_S,
        first=x,
        second=y,
        good=(good_x, good_y),
        span=np.repeat(np.arange(len(pairs)), counts),
        targets=targets,
    )


_Transformed = tuple[NDArray[np.complex128], NDArray[np.bool_]]


def _n_segments(a: Block, b: Block) -> int:
    return int(min(a.x.shape[1] / a.rate_hz, b.x.shape[1] / b.rate_hz) / SEGMENT_S + 1e-6)


def _joined(parts: list[_Transformed]) -> _Transformed:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([x for x, _ in parts], axis=1), np.concatenate([g for _, g in parts], 1)


def _transformed(block: Block, n_segments: int, n_bins: int) -> _Transformed:
    """Transform segments that start at whole multiples of their length on the visit's clock."""

    def compute() -> _Transformed:
        bins = np.arange(1, n_bins + 1)
        length = round(SEGMENT_S * block.rate_hz)
        if not n_segments:
            return np.zeros((len(block.x), 0, n_bins), complex), np.zeros((len(block.x), 0), bool)
        first = np.round(np.arange(n_segments) * SEGMENT_S * block.rate_hz).astype(np.intp)
        first = np.minimum(first, block.x.shape[1] - length)
        good = usable(block.mask, first, length)
        return segment_transforms(block.x, first, length=length, bins=bins), good

    return block.once(("segment transforms", SEGMENT_S, n_segments, n_bins), compute)


def pair_result(
    segments: Segments,
    *,
    bands: Mapping[str, tuple[float, float]],
    drawn_hz: float,
    surrogates: bool = True,
) -> Result:
    """Compute the coherence of pairs of channels over all spans of a condition.

    Parameters
    ----------
    segments : Segments
    bands : mapping of part to (low, high)
    drawn_hz : float
        Highest frequency of the coherence; higher bins only serve the cumulant.
    surrogates : bool
        Whether to compare with permuted segments too.
    """
    n_bins = round(drawn_hz * SEGMENT_S)
    finish = BandCoherence(segments.freq_hz[:n_bins], bands)
    blocks, span = segments.blocks(n_bins)
    count = blocks[..., -1].sum(axis=0)
    blocks[..., -1] *= segments.effective_share()
    total = blocks.sum(axis=0)
    n = total[:, -1]
    spectrum = coh.coherence(total[:, :-1])
    limit = coh.limit(n)
    details: dict[str, Floats] = {"segments": count, "segments_effective": n, "limit": limit}
    for part in bands:
        details |= _peak(total[:, :-1], n, finish, part)
    evidence: dict[str, NDArray[np.generic]] = {
        "freq_hz": finish.freq_hz,
        "coherence": spectrum,
        "phase": coh.phase(total[:, :-1]),
        "limit": limit,
        "segments": n,
        "bands": np.array(list(bands.values())),
    }
    details |= _between_repeats(blocks, span, finish)
    if surrogates:
        found = _against_surrogates(segments, spectrum, finish)
        evidence["surrogate_limit"] = found.pop("limit")
        details |= found
    return Result(
        blocks=blocks,
        finish=finish,
        span=span,
        limits=BandLimits(n[:, None], np.array([finish.inside(p).sum() for p in bands])),
        reasons=too_few(count),
        n_effective=n,
        details=details,
        evidence=evidence,
    )


def too_few(n_segments: Floats) -> tuple[str, ...]:
    """Return a sentence for each target with too few segments; empty where there are enough."""
    return tuple(
        ""
        if count >= MIN_SEGMENTS
        else f"Only {count:.0f} usable segments of {SEGMENT_S:g} s; at least {MIN_SEGMENTS} are "
        "needed. Record for longer, or mark fewer samples as bad."
        for count in n_segments
    )


def cumulant_evidence(segments: Segments) -> dict[str, Floats]:
    """Return the cumulant of every pair with its limits, as figures draw it."""
    n_bins = len(segments.freq_hz)
    total, count = segments.sums(np.zeros(len(segments.span), dtype=np.intp), n_bins)
    total, n = total.sum(axis=0), count.sum(axis=0) * segments.effective_share()
    each, largest = cum.limits(total, segments.freq_hz, n_segments=n)
    return {
        "lag_ms": 1000 * cum.lags(),
        "cumulant": cum.cumulant(total, segments.freq_hz, segment_s=SEGMENT_S),
        "cumulant_limit": largest,
        "cumulant_limit_each": each,
    }


def _peak(total: Floats, n: Floats, finish: BandCoherence, part: str) -> dict[str, Floats]:
    """Return what is said of the largest bin of a band, its phase and its delay."""
    inside = finish.inside(part)
    freq_hz = finish.freq_hz[inside]
    of_band = total[:, np.tile(inside, coh.N_SUMS)]
    value = coh.coherence(of_band)
    rows, at = np.arange(len(n)), np.nan_to_num(value).argmax(axis=1)
    limit = coh.limit(n)[:, None]
    with np.errstate(invalid="ignore"):
        above = value[rows, at] > coh.limit(n, n_bins=int(inside.sum()))
        use = value > limit
    phase = np.degrees(coh.phase(of_band)[rows, at])
    return {
        f"{part}.peak": value[rows, at],
        f"{part}.peak_hz": freq_hz[at],
        f"{part}.above_limit": above.astype(np.float64),
        f"{part}.area_above_limit": np.maximum(value - limit, 0).sum(axis=1) / SEGMENT_S,
        # Below the limit a phase is any angle.
        f"{part}.phase_deg": np.where(above, phase, np.nan),
        f"{part}.delay_ms": 1000 * coh.delay(of_band, freq_hz, use=use & above[:, None]),
    }


def _against_surrogates(
    segments: Segments, spectrum: Floats, finish: BandCoherence
) -> dict[str, Floats]:
    """Return how rarely permuted segments reach each band's largest bin, and their limit."""
    inside = [np.flatnonzero(finish.inside(part)) for part in finish.bands]
    permuted = sur.permuted(
        segments.first,
        segments.second,
        segments.targets,
        good=segments.good,
        span=segments.span,
        bands=inside,
    )
    observed = np.stack([np.nan_to_num(spectrum[:, bins]).max(axis=1) for bins in inside])
    p = permuted.p(observed)
    found = {f"{part}.p_surrogate": row for part, row in zip(finish.bands, p, strict=True)}
    return {"limit": permuted.limit, **found}


def _between_repeats(
    blocks: Floats, span: NDArray[np.intp], finish: BandCoherence
) -> dict[str, Floats]:
    """Return, where there are several repeats, their pooled coherence and whether they differ."""
    spans = np.unique(span)
    if len(spans) < 2:
        return {}
    sums = np.stack([blocks[span == s].sum(axis=0) for s in spans])
    n = np.where(sums[..., -1:] >= MIN_IN_REPEAT, sums[..., -1:], 0.0)
    value = coh.coherence(sums[..., :-1])
    pooled, differ = coh.pooled(value, n), coh.difference(value, n)
    enough = (n[..., 0] > 0).sum(axis=0) >= 2
    found = {}
    for part in finish.bands:
        inside = finish.inside(part)
        # The smallest p of the band's bins, corrected for their number (Šidák).
        p = 1 - (1 - differ.p[:, inside].min(axis=1)) ** inside.sum()
        mean = pooled.coherence[:, inside].mean(axis=1)
        found[f"{part}.p_repeats_differ"] = np.where(enough, p, np.nan)
        found[f"{part}.pooled_over_repeats"] = np.where(enough, mean, np.nan)
    return found
