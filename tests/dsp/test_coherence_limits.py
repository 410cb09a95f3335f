"""Limits of a band's coherence hold the truth from no coherence at all to a high one."""

import numpy as np
import pytest

from eutonia.dsp import coherence as coh
from eutonia.dsp.coherence_limits import BandLimits
from eutonia.stats.intervals import influence, jackknife, left_out

GROUPS = 40
RUNS = 1500


def _hann(z):
    """Return what a Hann window makes of transforms of neighbouring bins."""
    return z[..., 1:-1] - 0.5 * (z[..., :-2] + z[..., 2:])


def _drawn(rng, c, n_segments, n_bins, runs=RUNS):
    """Draw groups of summed spectra of two signals, ``(n_groups, runs, 4 n_bins + 1)``."""
    parts = rng.standard_normal((2, 2, runs, n_segments, n_bins + 2))
    x, own = parts[0] + 1j * parts[1]
    y = _hann(np.sqrt(c) * x + np.sqrt(1 - c) * own)
    x = _hann(x)
    edges = np.arange(0, n_segments, -(-n_segments // GROUPS))
    cross = x * y.conj()
    stats = np.concatenate(
        [cross.real, cross.imag, np.abs(x) ** 2, np.abs(y) ** 2, np.ones((*x.shape[:2], 1))],
        axis=2,
    )
    return np.add.reduceat(stats, edges, axis=1).swapaxes(0, 1)


def _mean(total):
    value = coh.unbiased(coh.coherence(total[..., :-1]), total[..., -1:])
    return value.mean(axis=-1, keepdims=True)


@pytest.mark.parametrize("c", [0.0, 0.02, 0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize(("n_segments", "n_bins"), [(60, 4), (120, 9), (120, 16)])
def test_coverage_and_width_keep_the_contract(c, n_segments, n_bins):
    """Coverage is 93 to 97 % and the width at most 1.5 times the range, with room for chance."""
    rng = np.random.default_rng(round(100 * c) + n_bins)
    blocks = _drawn(rng, c, n_segments, n_bins)
    value = _mean(blocks.sum(axis=0))
    error = jackknife(*influence(left_out(blocks, _mean)))
    limits = BandLimits(np.full((RUNS, 1), float(n_segments)), np.array([n_bins]))
    lo, hi = limits(value, error, np.full(RUNS, len(blocks) - 1.0))
    room = 3 * np.sqrt(0.05 * 0.95 / RUNS)
    coverage = np.mean((lo <= c) & (c <= hi))
    assert 0.93 - room <= coverage <= 0.97 + room
    lowest, highest = np.quantile(value, [0.025, 0.975])
    assert np.mean(hi - lo) < 1.35 * (highest - lowest)
    assert (lo <= value).all()
    assert (value <= hi).all()


def test_just_above_zero_they_hold_where_the_jackknife_does_not():
    """At a coherence of one to four over the segments coverage stays above 93 %."""
    for times in (1.0, 2.0, 4.0):
        blocks = _drawn(np.random.default_rng(round(times)), times / 120, 120, 4)
        value = _mean(blocks.sum(axis=0))
        error = jackknife(*influence(left_out(blocks, _mean)))
        limits = BandLimits(np.full((RUNS, 1), 120.0), np.array([4]))
        lo, hi = limits(value, error, np.full(RUNS, len(blocks) - 1.0))
        coverage = np.mean((lo <= times / 120) & (times / 120 <= hi))
        assert coverage == pytest.approx(0.95, abs=0.02)


def test_undefined_values_have_no_limits():
    """A pair without segments gives NaN, and leaves the others as they are."""
    value, error = np.array([[0.2], [np.nan]]), np.array([[0.05], [np.nan]])
    limits = BandLimits(np.array([[100.0], [0.0]]), np.array([4]))
    lo, hi = limits(value, error, np.array([39.0, 1.0]))
    assert 0 < lo[0, 0] < 0.2 < hi[0, 0] < 0.5
    assert np.isnan(lo[1, 0])
    assert np.isnan(hi[1, 0])


def test_one_signal_twice_has_a_coherence_of_one_without_doubt():
    """A coherence of 1 with no error has limits of 1."""
    limits = BandLimits(np.array([[100.0]]), np.array([4]))
    lo, hi = limits(np.ones((1, 1)), np.zeros((1, 1)), np.array([39.0]))
    assert lo[0, 0] == pytest.approx(1.0)
    assert hi[0, 0] == pytest.approx(1.0)


def test_a_common_change_of_loudness_leaves_fewer_segments():
    """The effective share is 1 for steady signals and (Σs²)²/(L Σs⁴) for louder and softer ones."""
    rng, pair = np.random.default_rng(3), np.array([[0, 1]])
    parts = rng.standard_normal((2, 2, 120, 50))
    x = parts[0] + 1j * parts[1]
    good = np.ones((2, 120), dtype=bool)
    assert coh.effective_share(x, x, pair, good=(good, good))[0] == pytest.approx(1, abs=0.01)
    loud = np.exp(0.5 * np.sin(np.arange(120) / 9))[:, None]
    expected = (loud**2).sum() ** 2 / 120 / (loud**4).sum()
    found = coh.effective_share(loud * x, loud * x, pair, good=(good, good))[0]
    assert expected < 0.75
    assert found == pytest.approx(expected, rel=0.05)
    only_one = np.stack([x[0] * loud, x[1]])
    assert coh.effective_share(only_one, only_one, pair, good=(good, good))[0] > 0.97


def test_with_a_common_change_of_loudness_the_limit_of_the_effective_segments_holds():
    """Independent signals that swell together pass the limit of the effective segments in 5 %."""
    rng, pair = np.random.default_rng(4), np.array([[0, 1]])
    loud = np.exp(0.5 * np.sin(np.arange(120) / 9))[:, None]
    good, group = np.ones((2, 120), dtype=bool), np.zeros(120, dtype=int)
    naive, effective = [], []
    for _ in range(200):
        parts = rng.standard_normal((2, 2, 120, 50))
        x = loud * (parts[0] + 1j * parts[1])
        value = coh.coherence(coh.pair_sums(x, x, pair, good=(good, good), group=group)[0][0])
        share = coh.effective_share(x, x, pair, good=(good, good))
        naive.append(np.mean(value > coh.limit(120)))
        effective.append(np.mean(value > coh.limit(120 * share)))
    assert np.mean(naive) > 0.1
    assert np.mean(effective) == pytest.approx(0.05, abs=0.012)
