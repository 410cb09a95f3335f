"""The cumulant: its lag and width, and what chance gives."""

import numpy as np
import pytest

from eutonia.dsp import coherence as coh
from eutonia.dsp import cumulant as cum
from eutonia.dsp import surrogates as sur
from eutonia.dsp.spectrum import segment_transforms
from eutonia.simulate import noise

RATE = 1000.0
BINS = np.arange(1, 201)
FREQ = BINS.astype(float)
PAIR = np.array([[0, 1]])


def _transforms(both):
    first = np.arange(0, both.shape[1] - 999, 1000)
    return segment_transforms(both, first, length=1000, bins=BINS)


def _total(spectra):
    good = np.ones(spectra.shape[:2], dtype=bool)
    group = np.zeros(spectra.shape[1], dtype=int)
    return coh.pair_sums(spectra, spectra, PAIR, good=(good, good), group=group)[0][0]


def _curve(spectra):
    return cum.cumulant(_total(spectra), FREQ, segment_s=1.0)[0]


def test_a_delayed_copy_peaks_at_its_delay_with_height_one():
    """The copy that follows by 15 ms has a peak of 1 at +15 ms."""
    x = noise.band(np.random.default_rng(0), 1, 200_015, rate_hz=RATE, band_hz=(3.0, 60.0))[0]
    curve = _curve(_transforms(np.stack([x[15:], x[:-15]])))
    lag_s, _, height = cum.peak(curve)
    assert lag_s == pytest.approx(0.015, abs=3e-4)
    assert height == pytest.approx(1.0, abs=0.04)


def test_an_inverted_copy_is_a_trough():
    """Two signals in opposite phase give a deflection downwards of the same width."""
    x = noise.band(np.random.default_rng(1), 1, 200_000, rate_hz=RATE, band_hz=(3.0, 60.0))[0]
    up, down = (cum.peak(_curve(_transforms(np.stack([x, s * x])))) for s in (1, -1))
    assert down[2] == pytest.approx(-up[2])
    assert down[1] == pytest.approx(up[1])


@pytest.mark.parametrize("top_hz", [20.0, 34.0, 60.0])
def test_the_width_is_that_of_the_autocorrelation_of_the_drive(top_hz):
    """The width at half height is the one of the exact autocorrelation of the common signal."""
    band = (2.0, top_hz)
    x = noise.band(np.random.default_rng(2), 3, 600_000, rate_hz=RATE, band_hz=band)
    curve = _curve(_transforms(np.stack([x[0] + 0.3 * x[1], x[0] + 0.3 * x[2]])))
    fine = np.arange(0, 0.1, 1e-5)
    r = noise.band_autocorrelation(fine, band_hz=band)
    expected = 2 * fine[np.argmax(r < 0.5)]
    assert cum.peak(curve)[1] == pytest.approx(expected, rel=0.03)


def test_it_is_the_cross_correlation_of_the_signals():
    """The curve equals the correlation at each lag that is computed without any transform."""
    x = noise.band(np.random.default_rng(3), 2, 300_000, rate_hz=RATE, band_hz=(4.0, 150.0))
    both = np.stack([x[0], 0.6 * np.roll(x[0], 20) + 0.8 * x[1]])
    curve = _curve(_transforms(both))
    for k in (-40, 0, 15, 20, 25, 60):
        a, b = both[0, 200:-200], both[1, 200 + k : both.shape[1] - 200 + k]
        assert curve[100 + k] == pytest.approx(np.corrcoef(a, b)[0, 1], abs=0.02)


def _coloured(rng, n_segments):
    """Draw transforms, through the window, of two independent signals with sloping spectra."""
    both = noise.coloured(
        rng, 2, 1000 * n_segments, rate_hz=RATE, psd=lambda f: 1 / (1 + (f / 60.0) ** 2)
    )
    return _transforms(both)


def test_limits_are_passed_in_five_per_cent_under_independence():
    """One lag passes its limit, and the largest of all lags passes its own, in 5 % of runs."""
    rng, runs, each, largest = np.random.default_rng(4), 400, [], []
    for _ in range(runs):
        spectra = _coloured(rng, 60)
        curve = np.abs(_curve(spectra))
        one, most = cum.limits(_total(spectra), FREQ, n_segments=np.array([60.0]))
        each.append(np.mean(curve > one))
        largest.append(curve.max() > most)
    assert np.mean(each) == pytest.approx(0.05, abs=0.006)
    assert np.mean(largest) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / runs))


def test_limits_agree_with_permuted_segments():
    """1,000 permutations of one signal's segments give the analytic limits within 5 %."""
    spectra = _coloured(np.random.default_rng(5), 80)
    one, most = cum.limits(_total(spectra), FREQ, n_segments=np.array([80.0]))
    orders = sur.permutations(np.zeros(80, dtype=int))
    curves = np.abs([_curve(np.stack([spectra[0], spectra[1, o]])) for o in orders])
    assert np.quantile(curves, 0.95) == pytest.approx(one[0], rel=0.05)
    assert np.quantile(curves.max(axis=1), 0.95) == pytest.approx(most[0], rel=0.05)


def test_lag_and_width_are_undefined_where_the_curve_stays_high():
    """A course that does not fall to half its height has no width, silence has no lag."""
    lag = cum.lags()
    wide = np.cos(2 * np.pi * lag / 2)
    lag_s, width_s, height = cum.peak(np.stack([wide, 0 * wide, wide * np.nan]))
    assert np.isnan(lag_s).all()
    assert np.isnan(width_s).all()
    assert height[0] == pytest.approx(1.0)
    assert np.isnan(height[2])


def test_a_triangle_has_half_its_base_as_width():
    """An exact curve between the lags of the grid gives its exact lag and width."""
    curve = np.maximum(0, 1 - np.abs(cum.lags() - 0.0123) / 0.02)
    lag_s, width_s, _ = cum.peak(curve)
    assert lag_s == pytest.approx(0.0123, abs=1e-4)
    assert width_s == pytest.approx(0.02, rel=0.02)
