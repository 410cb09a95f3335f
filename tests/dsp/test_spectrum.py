"""Spectra against SciPy and MNE, and against known densities."""

import numpy as np
import pytest

from eutonia.dsp.spectrum import (
    frequencies,
    hann,
    power_density,
    segment_transforms,
    slepian,
    tapered_density,
)


def _welch(x, rate_hz, length, mask=None):
    mask = np.ones(x.shape, dtype=bool) if mask is None else mask
    density, count = power_density(
        x, mask, rate_hz=rate_hz, length=length, step=length // 2, group_s=4
    )
    return density.sum(axis=0) / count.sum(axis=0)[:, None]


@pytest.mark.parametrize("length", [256, 250, 251])
def test_welch_equals_scipy(length):
    """Summed groups give SciPy's Welch spectrum to rounding, for even and odd lengths."""
    from scipy.signal import welch

    x = np.random.default_rng(1).standard_normal((3, 5000)) + 4.0
    noverlap = length - length // 2
    _, expected = welch(x, fs=250, nperseg=length, noverlap=noverlap)
    np.testing.assert_allclose(_welch(x, 250.0, length), expected, rtol=1e-10)


def test_welch_equals_mne():
    """The spectrum equals MNE's with the same window and segments."""
    from mne.time_frequency import psd_array_welch

    x = np.random.default_rng(2).standard_normal((2, 8000))
    expected, freq = psd_array_welch(
        x, 500, n_fft=1000, n_overlap=500, window="hann", fmax=250, verbose="error"
    )
    np.testing.assert_allclose(frequencies(1000, 500.0), freq)
    np.testing.assert_allclose(_welch(x, 500.0, 1000), expected, rtol=1e-8)


def test_power_of_a_sine_is_its_mean_square():
    """The integral over frequency is the variance, whatever the unit."""
    t = np.arange(10_000) / 1000
    x = 3.0 * np.sin(2 * np.pi * 40 * t)[None]
    density = _welch(x, 1000.0, 500)
    assert density.sum() * 2.0 == pytest.approx(4.5, rel=1e-6)


def test_bad_samples_leave_their_segments_out():
    """A masked artefact changes nothing but the number of segments."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((1, 4000))
    mask = np.ones(x.shape, dtype=bool)
    mask[0, 1990:2010] = False
    spoilt = x.copy()
    spoilt[~mask] = 1e6
    np.testing.assert_array_equal(_welch(spoilt, 250.0, 250, mask), _welch(x, 250.0, 250, mask))
    _, count = power_density(x, mask, rate_hz=250.0, length=250, step=250, group_s=100)
    assert count.sum() == 14  # two of sixteen segments touch the artefact


def test_hann_is_scipys_periodic_window():
    """The window is the periodic Hann window."""
    from scipy.signal.windows import hann as reference

    np.testing.assert_allclose(hann(64), reference(64, sym=False), atol=1e-15)


def test_transforms_keep_only_wanted_bins():
    """A transform of some bins equals the same bins of a whole transform."""
    x = np.random.default_rng(4).standard_normal((1, 1000))
    first = np.array([0, 300])
    bins = np.array([2, 5, 9])
    part = segment_transforms(x, first, length=200, bins=bins)[0]
    window = hann(200) / np.sqrt((hann(200) ** 2).sum())
    for place, begin in enumerate(first):
        segment = x[0, begin : begin + 200]
        whole = np.fft.rfft((segment - segment.mean()) * window)
        np.testing.assert_allclose(part[place], whole[bins], atol=1e-12)


def test_tapered_spectra_equal_the_average_over_scipys_periodograms():
    """With several tapers the density is the weighted mean of each taper's periodogram."""
    from scipy.signal import periodogram

    x = np.random.default_rng(5).standard_normal((2, 3000))
    tapers = slepian(500, 2.5)
    density, count = tapered_density(
        x, np.ones(x.shape, bool), rate_hz=250, tapers=tapers, step=500, group_s=1e9
    )
    segments = x.reshape(2, 6, 500)
    one_by_one = [periodogram(segments, fs=250, window=w)[1].mean(axis=1) for w in tapers]
    weights = (tapers**2).sum(axis=1)
    expected = np.average(one_by_one, axis=0, weights=weights)
    np.testing.assert_allclose(density[0] / count[0][:, None], expected, rtol=1e-9, atol=1e-16)


def test_slepian_tapers_are_those_of_mne():
    """Number, shape and weight of the tapers equal the peer's for the same bandwidth."""
    multitaper = pytest.importorskip("mne.time_frequency.multitaper")
    theirs, kept = multitaper.dpss_windows(500, 2.5, 5, sym=False, low_bias=True)
    np.testing.assert_allclose(slepian(500, 2.5), theirs * np.sqrt(kept)[:, None], atol=1e-12)


def test_neighbouring_and_chosen_bins_agree():
    """A run of bins and a list of bins give the same transforms."""
    x = np.random.default_rng(6).standard_normal((2, 2000))
    first = np.array([0, 300, 1000])
    every = segment_transforms(x, first, length=200, bins=np.arange(101))
    some = np.array([3, 7, 50])
    np.testing.assert_array_equal(
        segment_transforms(x, first, length=200, bins=some), every[:, :, some]
    )


def test_a_channel_without_usable_segments_counts_none():
    """A wholly masked channel gives zeros and a count of zero; its neighbour is untouched."""
    x = np.random.default_rng(9).standard_normal((2, 2000))
    mask = np.ones(x.shape, dtype=bool)
    mask[0] = False
    density, count = power_density(x, mask, rate_hz=250.0, length=250, step=125, group_s=3)
    assert not count[:, 0].any()
    assert not density[:, 0].any()
    np.testing.assert_array_equal(
        density[:, 1],
        power_density(x[1:], mask[1:], rate_hz=250.0, length=250, step=125, group_s=3)[0][:, 0],
    )
